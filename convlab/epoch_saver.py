"""What the epochs of a run leave behind: kept back until a checkpoint holds them, and written together."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from convlab.contracts.parameter import Array
from convlab.contracts.tracker import Tracker
from convlab.records.checkpoint import Checkpoint, save_checkpoint
from convlab.records.run_directory import RunDirectory
from convlab.results import Listener
from convlab.training import EpochMetrics

# An epoch that takes milliseconds is trained again sooner than a checkpoint of it is on the disk.
SAVE_SECONDS = 0.25


class EpochSaver:
    """Saves the epochs of a run, those that follow each other quickly together.

    An epoch is told of, in metrics.jsonl and to the listener, once a checkpoint holds it and not before. So
    no kill loses an epoch that was told of; what it may cost is `SAVE_SECONDS` of training.

    Args:
        directory: of the run, claimed by this process.
        trackers: get the metrics of the epochs saved.
        listener: hears of them.
        state: gives the checkpoint of the moment, whose arrays may be those that training goes on with.
    """

    def __init__(
        self,
        directory: RunDirectory,
        trackers: Sequence[Tracker],
        listener: Listener,
        state: Callable[[], Checkpoint],
    ) -> None:
        self._directory, self._trackers, self._listener, self._state = directory, trackers, listener, state
        self._saved_at = time.monotonic()
        self._probed: dict[str, dict[int, Mapping[str, Array]]] = {}  # by probe and epoch
        self._done: list[EpochMetrics] = []
        self._kept: Checkpoint | None = None

    def probed(self, name: str, epoch: int, arrays: Mapping[str, Array]) -> None:
        """Takes what a probe saw; the arrays are the saver's from now on."""
        self._probed.setdefault(name, {})[epoch] = arrays

    def epoch_done(self, metrics: EpochMetrics, *, last: bool) -> None:
        """Takes an epoch, and saves it if it is the last or the latest save was a while ago.

        Raises:
            RecordError: if it cannot be written; what was saved before is intact.
        """
        self._done.append(metrics)
        if last or time.monotonic() - self._saved_at >= SAVE_SECONDS:
            self.save()
        else:
            state = self._state()
            self._kept = replace(state, arrays={name: array.copy() for name, array in state.arrays.items()})

    def save(self) -> None:
        """Saves where training stands now, be it between two epochs.

        Raises:
            RecordError: if it cannot be written; what was saved before is intact.
        """
        self._kept = self._state()
        self.save_kept()

    def save_kept(self) -> None:
        """Saves what is kept back, as it was after the last whole epoch; nothing if there is nothing.

        Raises:
            RecordError: if it cannot be written; what was saved before is intact.
        """
        probed, done, kept = self._probed, self._done, self._kept
        self._probed, self._done, self._kept = {}, [], None
        for name, looks in probed.items():
            self._directory.write_probes(name, looks)
        if done:
            for tracker in self._trackers:
                tracker.log_all(done)
        if kept is not None:
            save_checkpoint(self._directory.checkpoints, kept.epoch, kept.arrays, kept.meta)
            self._saved_at = time.monotonic()
        for metrics in done:
            self._listener.epoch_done(metrics)
