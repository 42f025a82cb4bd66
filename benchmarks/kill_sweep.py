"""Kills a sweep again and again at random moments, and proves that nothing was lost, redone or changed.

    python benchmarks/kill_sweep.py --kills 50

A study of 24 cells runs once undisturbed. Then it runs in another folder, its whole process group is killed
with SIGKILL at random moments, and it is started again until it has been killed often enough and ends by
itself. Every cell must then be finished, none trained again after it had finished, and weights, optimizer
state, metrics and results must equal those of the undisturbed study bit for bit.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from convlab.records.checkpoint import latest_checkpoint
from convlab.records.run_directory import RunDirectory, find_runs

CELLS = ("initializer=he_normal,glorot_uniform,orthogonal", "activation=relu,tanh", "seed=range(4)")
DURATIONS = {"seconds", "images_per_second"}


class Sweep:
    """The study under test, as a command in a process group of its own.

    Args:
        folder: for the runs.
        epochs: of every cell.
        planted_fault: breaks the study on purpose, to prove that this program would notice.
    """

    def __init__(self, folder: Path, epochs: int, *, planted_fault: bool = False) -> None:
        words = ["run", "-m", *CELLS, f"epochs={epochs}", f"runs_dir={folder}", "study=killed", "probes=[]"]
        if planted_fault:
            words.append("--rerun")  # trains finished cells again
        self.runs = folder / "killed"
        self._words = [sys.executable, "-P", "-m", "convlab", *words]

    def start(self) -> subprocess.Popen[bytes]:
        """Starts it, or starts it again."""
        quiet = subprocess.DEVNULL
        return subprocess.Popen(self._words, stdout=quiet, stderr=quiet, start_new_session=True)

    def finished(self) -> dict[str, int]:
        """When each finished cell was finished, by name."""
        return {path.parent.name: path.stat().st_mtime_ns for path in self.runs.glob("*/result.json")}


def disturb(sweep: Sweep, kills: int, chance: random.Random, longest: float) -> list[str]:
    """Kills the sweep `kills` times, then lets it end; returns what went wrong."""
    problems: list[str] = []
    before: dict[str, int] = {}
    done = 0
    while True:
        process = sweep.start()
        if done + 1 == kills:  # the last kill finds a finished cell, which a wrong restart would train again
            while process.poll() is None and not sweep.finished():
                time.sleep(0.01)
        try:
            code = process.wait(chance.uniform(0.2, longest) if done < kills else None)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            done += 1
            code = None
        now = sweep.finished()
        problems += [f"{cell} was lost" for cell in before if cell not in now]
        problems += [
            f"{cell} was done twice" for cell in before if now.get(cell, before[cell]) != before[cell]
        ]
        before = now
        if code is not None:
            if done < kills:
                problems.append(f"it ended by itself after {done} of {kills} kills; give it more epochs")
            if code:
                problems.append(f"it ended with exit code {code}")
            return problems


def content(run: RunDirectory) -> dict[str, Any]:
    """All that must not depend on interruptions."""
    checkpoint = latest_checkpoint(run.checkpoints)
    arrays = checkpoint.arrays if checkpoint else {}
    result = {name: value for name, value in (run.result or {}).items() if name not in DURATIONS}
    metrics = [{k: v for k, v in line.items() if k not in DURATIONS} for line in run.metrics]
    return {
        "config": {name: value for name, value in run.config.items() if name != "runs_dir"},
        "result": repr(result),
        "metrics": repr(metrics),
        "arrays": {name: array.tobytes() for name, array in arrays.items()},
    }


def differences(left: Path, right: Path) -> list[str]:
    """In what two studies differ."""
    first = {run.path.name: content(run) for run in find_runs(left)}
    second = {run.path.name: content(run) for run in find_runs(right)}
    problems = [f"{cell} is in one study only" for cell in first.keys() ^ second.keys()]
    for cell in first.keys() & second.keys():
        parts = [part for part in first[cell] if first[cell][part] != second[cell][part]]
        problems += [f"{cell} has another {part}" for part in parts]
    return problems


def main() -> int:
    """Runs the proof; exit code 1 if something was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--epochs", type=int, default=220)
    parser.add_argument(
        "--longest", type=float, default=2.5, help="seconds from a start to its kill, at most"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--planted-fault", action="store_true", help="retrain finished cells: must be noticed"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        undisturbed = Sweep(Path(folder, "undisturbed"), options.epochs)
        started = time.monotonic()
        undisturbed.start().wait()
        print(
            f"undisturbed: {len(undisturbed.finished())} cells in {time.monotonic() - started:.1f} s",
            flush=True,
        )
        killed = Sweep(Path(folder, "killed"), options.epochs, planted_fault=options.planted_fault)
        problems = disturb(killed, options.kills, random.Random(options.seed), options.longest)
        problems += differences(undisturbed.runs, killed.runs)
        print(f"killed {options.kills} times: {len(killed.finished())} cells, {len(problems)} problems")
    for problem in problems:
        print(f"  {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
