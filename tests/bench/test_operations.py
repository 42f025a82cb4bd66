"""Single convolutions: what is measured, and that nothing wrong is timed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convlab import kernels
from convlab.bench import convolutions, operations
from convlab.bench.cells import Cell
from convlab.bench.checking import relative_error, require_same_results
from convlab.bench.convolutions import PlannedConvolution
from convlab.errors import BenchmarkError, ConfigError

Quick = Callable[..., Any]


def measured(options: Any) -> list[Cell]:
    return list(operations.measure_operations(options, lambda remark: pytest.fail(remark)))


def test_every_shape_pass_thread_count_and_precision_is_a_cell(quick: Quick) -> None:
    names = ("digits8", "lenet2")
    cells = measured(quick(only=names, threads=(1, 2), precisions=("float32", "fast")))
    found = {(cell.name, cell.task, cell.threads, cell.precision) for cell in cells}
    assert found == {
        (name, task, threads, precision)
        for name in names
        for task in ("forward", "backward")
        for threads in (1, 2)
        for precision in ("float32", "fast")
    }
    assert len(cells) == len(found)
    assert all(cell.ours.median > 0 and not cell.peers for cell in cells)


@pytest.mark.parametrize("buffers", ["planned", "new"])
@pytest.mark.parametrize("name", ["lenet1", "res_down", "grouped", "depthwise", "pw"])
def test_pytorch_is_measured_in_both_layouts(torch: Any, quick: Quick, name: str, buffers: str) -> None:
    cells = measured(quick(only=(name,), torch=True, buffers=buffers))
    assert [cell.task for cell in cells] == ["forward", "backward"]
    for cell in cells:
        assert set(cell.peers) == {"NCHW", "channels_last"}
        assert cell.ratio > 0


class Wrong(PlannedConvolution):
    """Its last gradient is a little off."""

    def backward(self) -> None:
        super().backward()
        self._dw[0, 0, 0, 0] += 0.01 * np.abs(self._dw).sum()


@pytest.mark.parametrize("beside_torch", [False, True])
def test_a_wrong_result_is_an_error_and_is_not_timed(
    quick: Quick, monkeypatch: pytest.MonkeyPatch, beside_torch: bool, request: pytest.FixtureRequest
) -> None:
    if beside_torch:
        request.getfixturevalue("torch")
    genuine = convolutions.OURS["planned"]

    def make(shape: Any, given: Any, precision: str) -> Any:
        return (Wrong if kernels.isa() != "reference" else genuine)(shape, given, precision)

    monkeypatch.setitem(convolutions.OURS, "planned", make)
    monkeypatch.setattr(operations, "take_turns", lambda *_, **__: pytest.fail("timed"))
    with pytest.raises(BenchmarkError, match=r"bench: lenet2 backward: dw is .* away from"):
        measured(quick(only=("lenet2",), passes=("backward",), torch=beside_torch))


def test_nan_is_no_agreement() -> None:
    found = {"y": np.array([np.nan, 1.0], np.float32)}
    with pytest.raises(BenchmarkError, match="y is nan away from PyTorch"):
        require_same_results("x", found, {"y": np.ones(2)}, peer="PyTorch", precision="float32")


def test_relative_error() -> None:
    assert relative_error(np.zeros(3), np.zeros(3)) == 0.0
    assert relative_error(np.full(4, 1.5, np.float32), np.ones(4)) == 0.5


def test_an_unknown_shape_suggests_the_nearest(quick: Quick) -> None:
    with pytest.raises(
        ConfigError, match="no shape 'lenet3'; did you mean 'lenet[12]'\\? shapes: 7x7s2, c512"
    ):
        measured(quick(only=("lenet3",)))
