"""A sweep that is killed whole, by the program that users can run with more kills."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "kill_sweep.py"


@pytest.mark.parametrize(("options", "code"), [([], 0), (["--planted-fault"], 1)])
def test_a_killed_sweep_ends_as_if_it_had_not_been(options: list[str], code: int) -> None:
    words = [sys.executable, "-P", str(PROGRAM), "--kills", "2", "--epochs", "15", "--longest", "1", *options]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("done twice" in done.stdout) == bool(code)
