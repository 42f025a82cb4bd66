"""Runs on disk, as small as comparing them needs."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """The folder that holds the runs."""
    return tmp_path / "runs"


@pytest.fixture
def make_run(runs: Path) -> MakeRun:
    """Makes a run: ``make_run("adam", seed=1, validation=0.9)``; status=None leaves it without a result."""

    def make(
        optimizer: str | Mapping[str, Any] = "adam",
        *,
        seed: int = 0,
        validation: float | None = None,
        test: float = 0.5,
        status: str | None = "finished",
        message: str = "",
        epochs: int = 2,
        study: str = "default",
        **settings: Any,
    ) -> RunDirectory:
        number = sum(1 for _ in runs.glob("*/*"))
        run = RunDirectory(runs / study / f"{number:012x}")
        choice = {"name": optimizer} if isinstance(optimizer, str) else dict(optimizer)
        with run.claim():
            run.write_config(
                {"optimizer": choice, "seed": seed, "study": study, "threads": number} | settings
            )
            with run.metrics_file as metrics:
                for epoch in range(1, epochs + 1):
                    metrics.append({"epoch": epoch})
            if status is not None:
                result = {"status": status, "test_accuracy": test, "seconds": 2.0, "epochs": epochs}
                if validation is not None:
                    result |= {
                        "validation_accuracy": validation,
                        "best_validation_accuracy": validation + 0.01,
                    }
                run.write_result(result | ({"message": message} if message else {}))
        return run

    return make


# names from runs that somebody else made: markup, formulas, commands and control characters
HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "</svg><img src=x onerror=alert(1)>",
    "a|b|c",
    "[link](javascript:alert(1))",
    "![](http://x)",
    "\\input{/etc/passwd}",
    "$\\write18{ls}$",
    "a & b % c # d _ e ^ f ~ g",
    "{a}",
    "\x1b[2J",
    "line\nbreak",
    "quote\"quote'quote`",
    "--",
    "http://x.y www.x.y a@b.c",
    "\u202eabc",
    "x" * 300,
)


@pytest.fixture
def hostile_runs(runs: Path, make_run: MakeRun) -> Path:
    """Three seeds of one run under each hostile name."""
    for place, name in enumerate(HOSTILE):
        for seed in range(3):
            make_run({"name": name, "lr": 0.1}, seed=seed, validation=0.5 + place / 100 + seed / 997)
    return runs
