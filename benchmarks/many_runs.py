"""Times listing and comparing ten thousand runs, with the index and without.

    python benchmarks/many_runs.py

The runs are made here: 1,000 configurations with 10 seeds each, with configs, records, metrics and results.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from convlab.records.documents import to_json, to_yaml
from convlab.records.index import INDEX_FILE
from convlab.settings import Settings


def make_runs(folder: Path, count: int) -> None:
    """Writes finished runs, 10 seeds of each configuration."""
    chance = np.random.default_rng(0)
    template = Settings().completed().to_mapping()
    metrics = '{"sequence": 0, "epoch": 1, "train_loss": 0.5, "checksum": "00000000"}\n'
    for number in range(count):
        arm, seed = divmod(number, 10)
        run = folder / "many" / f"{number:012x}"
        run.mkdir(parents=True)
        config = template | {"seed": seed, "study": "many"}
        config["optimizer"] = config["optimizer"] | {"lr": round(1e-5 * (arm + 1), 8)}
        accuracy = float(0.9 + 0.05 * np.sin(arm) + 0.01 * chance.standard_normal())
        result = {"status": "finished", "epochs": 1, "seconds": 1.0, "test_accuracy": accuracy}
        result |= {"validation_accuracy": accuracy, "best_validation_accuracy": accuracy, "message": ""}
        (run / "config.yaml").write_bytes(to_yaml(config))
        (run / "record.json").write_bytes(to_json({"isa": "avx2", "seed": seed}))
        (run / "metrics.jsonl").write_text(metrics)
        (run / "result.json").write_bytes(to_json(result))


def timed(*words: str) -> float:
    """Seconds of a command, from its start to its end."""
    started = time.perf_counter()
    command = [sys.executable, "-P", "-m", "convlab", *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    """Prints the times."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make_runs(Path(folder), options.runs)
        print(f"{options.runs:,} runs")
        print(f"list, index made anew   {timed('runs', 'list', folder):6.2f} s")
        print(f"list, with the index    {timed('runs', 'list', folder):6.2f} s")
        print(f"compare, with the index {timed('compare', folder):6.2f} s")
        (Path(folder) / INDEX_FILE).unlink()
        print(f"compare, without        {timed('compare', folder):6.2f} s")


if __name__ == "__main__":
    main()
