"""Errors against float64."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab.bench import accuracy, convolutions
from convlab.bench.accuracy import ARRAYS, Errors, error_tables, measure_accuracy
from convlab.bench.convolutions import PlannedConvolution

Quick = Callable[..., Any]


def measured(options: Any) -> list[Errors]:
    return list(measure_accuracy(options, lambda remark: pytest.fail(remark)))


def test_errors_of_every_program_are_small(torch: Any, quick: Quick) -> None:
    found = measured(quick(only=("lenet2",), torch=True, precisions=("float32", "fast")))
    programs = ["convlab float32", "convlab fast", "PyTorch NCHW", "PyTorch channels_last"]
    assert [errors.program for errors in found] == programs
    assert all(0 < getattr(errors, array) < 1e-5 for errors in found for array in ARRAYS)


def test_an_error_is_found(quick: Quick, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(PlannedConvolution):
        def backward(self) -> None:
            super().backward()
            if self._dx.dtype == np.float32:
                self._dx *= np.float32(1.001)

    monkeypatch.setitem(convolutions.OURS, "planned", Wrong)
    (errors,) = measured(quick(only=("digits8",)))
    assert errors.dx == pytest.approx(1e-3, rel=1e-2)
    assert errors.dw < 1e-6


def test_tables_name_median_and_worst() -> None:
    found = [Errors(name, "convlab float32", y, 2e-7, 3e-7, 4e-7) for name, y in (("a", 1e-7), ("b", 3e-7))]
    summary, shapes = error_tables(found)
    assert summary.rows[0][:3] == ("convlab float32", "2.0e-07", "3.0e-07 b")
    assert shapes.rows[1] == ("b", "3.0e-07, 2.0e-07, 3.0e-07, 4.0e-07")
    assert accuracy.LEGEND.startswith("Relative errors")
