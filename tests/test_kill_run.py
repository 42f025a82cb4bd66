"""A run that is killed, by the program that users can run with more kills."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[1] / "benchmarks" / "kill_run.py"


@pytest.mark.parametrize(
    ("options", "code"), [(["--step", "20"], 0), (["--step", "40", "--planted-fault"], 1)]
)
def test_a_killed_run_ends_as_if_it_had_not_been(options: list[str], code: int) -> None:
    words = [sys.executable, "-P", str(PROGRAM), "--kills", "2", "--epochs", "2", *options]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("other arrays" in done.stdout) == bool(code)
