"""Kills one run at random moments and at every write, and proves that it resumes bit for bit.

    python benchmarks/kill_run.py --kills 100

First the run is killed with SIGKILL at random moments, again and again. Then a process kills itself at its
n-th call that changes a file, before the call or after it, for every n there is. Each time the run is taken
up again and trained to its end: weights, optimizer state, metrics and result must be those of a run that
nobody disturbed.
"""

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import convlab
from convlab import training_run
from convlab.records.checkpoint import latest_checkpoint
from convlab.records.run_directory import RunDirectory, find_runs

CALLS = ("write", "fsync", "replace", "unlink", "open", "mkdir", "ftruncate")
DURATIONS = {"seconds", "images_per_second"}
# children begin with everything imported, and this process never trains: each is as good as a new one
FORK = multiprocessing.get_context("fork")


def train(words: Sequence[str], chosen: int, after: bool, fault: bool) -> None:
    """What a child does: the run, until the chosen call that changes a file."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    calls = 0
    real_open = os.open

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def replacement(*arguments: Any, **options: Any) -> Any:
            nonlocal calls
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

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))
    if fault:
        training_run.load_checkpoint_arrays = forget_the_optimizer  # type: ignore[assignment]
    convlab.run(words)


def forget_the_optimizer(model: Any, optimizer: Any, arrays: dict[str, Any], steps: int) -> None:
    """The planted fault, in place of what brings weights and optimizer back."""
    model.load_state({name: array for name, array in arrays.items() if not name.startswith("optimizer.")})


class Subject:
    """The run under test.

    Args:
        folder: for its directory.
        epochs: that it trains.
        planted_fault: resumes without the optimizer's state, to prove that this program would notice.
    """

    def __init__(self, folder: Path, epochs: int, *, planted_fault: bool = False) -> None:
        self.folder = folder
        words = ["data=synthetic", "optimizer=adam", "schedule=cosine", "probes=[]", "batch_size=64"]
        self._words = [*words, f"epochs={epochs}", f"runs_dir={folder}"]
        self._fault = planted_fault

    def start(self, call: int = 0, when: str = "before") -> BaseProcess:
        """Starts it, or takes it up again; it kills itself at a call if one is named."""
        process = FORK.Process(target=train, args=(self._words, call, when == "after", self._fault))
        process.start()
        return process

    def finish(self) -> None:
        """Trains it to its end."""
        process = self.start()
        process.join()
        if process.exitcode:
            raise SystemExit(f"a run that nobody kills ended with {process.exitcode}")

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


def at_random(folder: Path, epochs: int, kills: int, expected: dict[str, Any], *, fault: bool) -> list[str]:
    """Kills at random moments; a run that has ended is begun anew, until there were kills enough."""
    chance, problems, done, number = random.Random(0), [], 0, 0
    while done < kills:
        number += 1
        subject = Subject(folder / f"random-{number}", epochs, planted_fault=fault)
        ended = False
        while done < kills and not ended:
            process = subject.start()
            process.join(chance.uniform(0.15, 0.9))
            ended = process.exitcode is not None
            if not ended:
                process.kill()
                process.join()
                done += 1
        subject.finish()
        problems += differences(subject.content(), expected, f"at random, run {number}")
    return problems


def at_every_write(
    folder: Path, epochs: int, step: int, expected: dict[str, Any], *, fault: bool
) -> tuple[int, list[str]]:
    """Kills before and after every `step`-th call that changes a file; returns how many kills there were."""
    problems, kills, call, ended = [], 0, 1, False
    while not ended:
        ended = True
        for when in ("before", "after"):
            subject = Subject(folder / f"{when}-{call}", epochs, planted_fault=fault)
            process = subject.start(call, when)
            process.join()
            killed = process.exitcode != 0
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
    parser.add_argument("--planted-fault", action="store_true", help="forget some state: must be noticed")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        long = 40 * options.epochs  # a random kill must find it training
        expected = {}
        for epochs in (options.epochs, long):
            whole = Subject(folder / f"whole-{epochs}", epochs)
            whole.finish()
            expected[epochs] = whole.content()
        fault = options.planted_fault
        problems = at_random(folder, long, options.kills, expected[long], fault=fault)
        print(f"killed {options.kills} times at random: {len(problems)} problems", flush=True)
        kills, found = at_every_write(
            folder, options.epochs, options.step, expected[options.epochs], fault=fault
        )
        seconds = time.monotonic() - started
        print(f"killed {kills} times at writes: {len(found)} problems, {seconds:.0f} s in all")
    for problem in (*problems, *found):
        print(f"  {problem}")
    return 1 if problems or found else 0


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    sys.exit(main())
