"""Kills one run at random moments and at every write, and proves that it resumes bit for bit.

    python benchmarks/kill_run.py --kills 100

First the run is killed with SIGKILL at random moments, again and again. Then a process kills itself at its
n-th call that changes a file, before the call or after it, for every n there is. Each time the run is taken
up again and trained to its end: weights, optimizer state, metrics and result must be those of a run that
nobody disturbed. Every epoch has a checkpoint here, as long ones have; with --save-seconds 3600 the epochs
are saved together, as those are that take milliseconds.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from convlab.records.checkpoint import latest_checkpoint
from convlab.records.run_directory import RunDirectory, find_runs

CALLS = ("write", "fsync", "replace", "unlink", "open", "mkdir", "ftruncate")
DURATIONS = {"seconds", "images_per_second"}
# what the killed process runs: calls that change files count, and the chosen one is the last
PROGRAM = """
import os, signal, sys
import convlab
chosen, after, fault = int(sys.argv[1]), sys.argv[2] == "after", sys.argv[3] == "fault"
calls = 0
def counted(call):
    def replacement(*arguments, **options):
        global calls
        changes = call is not real_open or arguments[1] & (os.O_WRONLY | os.O_RDWR)
        calls += bool(changes)
        is_chosen = changes and calls == chosen
        if is_chosen and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            return call(*arguments, **options)
        finally:
            if is_chosen and after:
                os.kill(os.getpid(), signal.SIGKILL)
    return replacement
real_open = os.open
from convlab import epoch_saver
epoch_saver.SAVE_SECONDS = float(sys.argv[5])
for name in sys.argv[4].split(","):
    setattr(os, name, counted(getattr(os, name)))
if fault:
    from convlab import training_run
    training_run.load_checkpoint_arrays = lambda model, optimizer, arrays, steps: model.load_state(
        {name: array for name, array in arrays.items() if not name.startswith("optimizer.")}
    )
convlab.run(sys.argv[6:])
"""


Maker = Callable[[Path], "Subject"]


class Subject:
    """The run under test.

    Args:
        folder: for its directory.
        epochs: that it trains.
        save_seconds: between checkpoints, at least.
        planted_fault: resumes without the optimizer's state, to prove that this program would notice.
    """

    def __init__(
        self, folder: Path, epochs: int, *, save_seconds: float, planted_fault: bool = False
    ) -> None:
        self.folder, self._save_seconds = folder, str(save_seconds)
        words = ["data=synthetic", "optimizer=adam", "schedule=cosine", "probes=[]", "batch_size=64"]
        self._words = [*words, f"epochs={epochs}", f"runs_dir={folder}"]
        self._fault = "fault" if planted_fault else "sound"

    def start(self, call: int = 0, when: str = "before") -> subprocess.Popen[bytes]:
        """Starts it, or takes it up again; it kills itself at a call if one is named."""
        words = [sys.executable, "-P", "-c", PROGRAM, str(call), when, self._fault, ",".join(CALLS)]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            [*words, self._save_seconds, *self._words], stdout=quiet, stderr=subprocess.PIPE
        )

    def finish(self) -> None:
        """Trains it to its end."""
        process = self.start()
        _, err = process.communicate()
        if process.returncode:
            raise SystemExit(err.decode())

    def content(self) -> dict[str, Any]:
        """All that must not depend on interruptions."""
        [run] = find_runs(self.folder)
        return {"metrics": metrics(run), "result": result(run), "arrays": arrays(run)}


def arrays(run: RunDirectory) -> dict[str, bytes]:
    """Weights and optimizer state of the last checkpoint."""
    checkpoint = latest_checkpoint(run.checkpoints)
    return {name: array.tobytes() for name, array in checkpoint.arrays.items()} if checkpoint else {}


def metrics(run: RunDirectory) -> str:
    """All lines, without how long anything took."""
    return repr([{k: v for k, v in line.items() if k not in DURATIONS} for line in run.metrics])


def result(run: RunDirectory) -> str:
    """What was reached, without how long it took."""
    return repr({k: v for k, v in (run.result or {}).items() if k not in DURATIONS})


def differences(found: dict[str, Any], expected: dict[str, Any], when: str) -> list[str]:
    """In what a disturbed run differs."""
    return [f"killed {when}: other {part}" for part in expected if found[part] != expected[part]]


def at_random(subject_in: Maker, folder: Path, kills: int, expected: dict[str, Any]) -> list[str]:
    """Kills at random moments; a run that has ended is begun anew, until there were kills enough."""
    chance, problems, done, number = random.Random(0), [], 0, 0
    while done < kills:
        number += 1
        subject = subject_in(folder / f"random-{number}")
        ended = False
        while done < kills and not ended:
            process = subject.start()
            try:
                process.wait(chance.uniform(0.15, 0.9))
                ended = True
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                done += 1
        subject.finish()
        problems += differences(subject.content(), expected, f"at random, run {number}")
    return problems


def at_every_write(
    subject_in: Maker, folder: Path, step: int, expected: dict[str, Any]
) -> tuple[int, list[str]]:
    """Kills before and after every `step`-th call that changes a file; returns how many kills there were."""
    problems, kills, call, ended = [], 0, 1, False
    while not ended:
        ended = True
        for when in ("before", "after"):
            subject = subject_in(folder / f"{when}-{call}")
            process = subject.start(call, when)
            process.communicate()
            killed = process.returncode != 0
            ended = ended and not killed
            kills += killed
            subject.finish()
            problems += differences(subject.content(), expected, f"{when} call {call}")
        call += step
    return kills, problems


def main() -> int:
    """Runs the proof; exit code 1 if something differed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100, help="at random moments")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--step", type=int, default=1, help="kill at every so many-th write")
    parser.add_argument("--save-seconds", type=float, default=0.0, help="between checkpoints, at least")
    parser.add_argument("--planted-fault", action="store_true", help="forget some state: must be noticed")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        long = 40 * options.epochs  # a random kill must find it training
        sound = partial(Subject, save_seconds=options.save_seconds)
        faulty = partial(sound, planted_fault=options.planted_fault)
        expected = {}
        for epochs in (options.epochs, long):
            whole = sound(folder / f"whole-{epochs}", epochs)
            whole.finish()
            expected[epochs] = whole.content()
        problems = at_random(partial(faulty, epochs=long), folder, options.kills, expected[long])
        print(f"killed {options.kills} times at random: {len(problems)} problems", flush=True)
        kills, found = at_every_write(
            partial(faulty, epochs=options.epochs), folder, options.step, expected[options.epochs]
        )
        seconds = time.monotonic() - started
        print(f"killed {kills} times at writes: {len(found)} problems, {seconds:.0f} s in all")
    for problem in (*problems, *found):
        print(f"  {problem}")
    return 1 if problems or found else 0


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    sys.exit(main())
