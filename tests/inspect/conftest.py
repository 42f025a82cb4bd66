"""A run with curves and filters."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Makes a run: ``make_run(epochs=5, filters={"conv1.weight": (8, 3, 3, 1)})``."""

    def make(
        *,
        epochs: int = 3,
        validation: bool = True,
        filters: dict[str, tuple[int, ...]] | None = None,
        finished: bool = True,
        config: dict[str, Any] | None = None,
    ) -> RunDirectory:
        run, rng = RunDirectory(tmp_path / "run"), np.random.default_rng(0)
        with run.claim(), run.metrics_file as metrics:
            run.write_config(config or {"data": {"name": "digits"}, "model": {"name": "lenet5"}, "seed": 0})
            for epoch in range(1, epochs + 1):
                loss = math.exp(-epoch)
                line = {"epoch": epoch, "train_loss": loss, "train_accuracy": 1 - loss}
                if validation:
                    line |= {"validation_loss": 1.1 * loss, "validation_accuracy": 1 - 1.1 * loss}
                metrics.append(line)
            for epoch in (0, epochs) if filters else ():
                arrays = {name: rng.normal(size=shape) for name, shape in (filters or {}).items()}
                run.write_probe("filters", epoch, arrays)
            if finished:
                run.write_result({"status": "finished", "test_accuracy": 0.95})
        return run

    return make
