"""Training steps: the two programs train the same network, or are not timed."""

from collections.abc import Callable
from typing import Any

import pytest

from convlab.bench import steps
from convlab.bench.cells import Cell
from convlab.bench.networks import NETWORKS
from convlab.bench.peer_network import peer_network
from convlab.bench.training_steps import PeerStep
from convlab.errors import BenchmarkError, ConfigError
from convlab.layers import Activation, Conv2D, Layer
from convlab.model import Model

Quick = Callable[..., Any]


def measured(options: Any) -> list[Cell]:
    return list(steps.measure_steps(options, lambda remark: pytest.fail(remark)))


def test_a_step_of_ours_alone(quick: Quick) -> None:
    (cell,) = measured(quick(only=("digits",)))
    assert (cell.name, cell.task, cell.threads, cell.precision) == ("digits", "step", 1, "float32")
    assert cell.ours.median > 0
    assert not cell.peers


@pytest.mark.parametrize("name", [network.name for network in NETWORKS])
def test_every_network_trains_alike_in_pytorch(torch: Any, quick: Quick, name: str) -> None:
    (cell,) = measured(quick(only=(name,), torch=True, images=3))
    assert set(cell.peers) == {"NCHW", "channels_last"}


def test_another_learning_rate_is_found_by_the_losses(
    torch: Any, quick: Quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Faster(PeerStep):
        def __init__(
            self, model: Model, batch: Any, rate: float, layout: str, *, compiled: bool = False
        ) -> None:
            super().__init__(model, batch, 2 * rate, layout, compiled=compiled)

    monkeypatch.setattr(steps, "PeerStep", Faster)
    monkeypatch.setattr(steps, "take_turns", lambda *_, **__: pytest.fail("timed"))
    with pytest.raises(BenchmarkError, match="bench: digits: the losses of the first 3 steps are"):
        measured(quick(only=("digits",), torch=True))


def test_a_compiler_that_fails_is_told_and_the_rest_measured(
    torch: Any, quick: Quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(function: object) -> None:
        raise RuntimeError("no compiler here")

    monkeypatch.setattr(torch, "compile", fail)
    remarks: list[str] = []
    (cell,) = steps.measure_steps(quick(only=("digits",), torch=True, compile=True), remarks.append)
    assert set(cell.peers) == {"NCHW", "channels_last"}
    assert remarks == ["digits: torch.compile does not work here: no compiler here"]


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (Activation("tanh"), "activation1: activation 'tanh' has no counterpart here; use relu or gelu"),
        (Conv2D(2, 3, activation="silu"), "conv1: activation 'silu' has no counterpart here"),
    ],
)
def test_what_pytorch_cannot_mirror_is_refused(torch: Any, layer: Layer, message: str) -> None:
    with pytest.raises(BenchmarkError, match=message):
        peer_network(Model([layer], (8, 8, 1)))


def test_an_unknown_network_suggests_the_nearest(quick: Quick) -> None:
    with pytest.raises(ConfigError, match="no step 'lenet'; did you mean 'lenet5'\\? steps: airbench94"):
        measured(quick(only=("lenet",)))
