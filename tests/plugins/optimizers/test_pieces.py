"""Pieces cover the buffers once, have one kind of decay each, and their size changes no result."""

from typing import Any

import numpy as np
import pytest

from convlab.plugin import Array, Parameter, ParameterBuffers
from convlab_plugins.optimizers import OFFERS
from convlab_plugins.optimizers.pieces import Piece, PiecewiseOptimizer


class Recorder(PiecewiseOptimizer):
    plugin = "optimizer 'recorder'"

    def change(self, piece: Piece, g: Array, rate: float) -> None:
        piece.values[...] = 1.0


def made(dtype: Any = np.float64) -> ParameterBuffers:
    return ParameterBuffers(
        [
            Parameter("bias", "bias", (3,)),
            Parameter("weight", "dense_weight", (5, 7)),
            Parameter("frozen", "dense_weight", (2, 2), trainable=False),
            Parameter("scale", "scale", (4,)),
        ],
        dtype,
    )


@pytest.mark.parametrize("size", [1, 8, 35, 1000])
def test_pieces_cover_the_buffer_once(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convlab_plugins.optimizers.pieces.PIECE", size)
    parameters = made()
    optimizer = Recorder(parameters, lr=0.1)
    state = np.arange(42.0)
    pieces = optimizer.cut(state, scratch=2)
    np.testing.assert_array_equal(np.concatenate([piece.states[0] for piece in pieces]), state)
    assert all(np.shares_memory(piece.values, parameters.values) for piece in pieces)
    assert sum(piece.values.size for piece in pieces if piece.decays) == parameters.decayed == 35
    for piece in pieces:
        sizes = {array.size for array in (piece.values, piece.gradients, *piece.states, *piece.scratch)}
        assert len(sizes) == 1
        assert sizes.pop() <= size


def test_pieces_by_parameter_are_the_trained_parameters() -> None:
    parameters = made()
    optimizer = Recorder(parameters, lr=0.1)
    state = np.arange(42.0)
    pieces = optimizer.cut_by_parameter(state, scratch=1)
    assert [piece.values.size for piece in pieces] == [3, 35, 4]
    assert [piece.decays for piece in pieces] == [False, True, False]
    np.testing.assert_array_equal(np.concatenate([piece.states[0] for piece in pieces]), state)
    pieces[1].values[...] = 7.0
    weight = next(parameter for parameter in parameters if parameter.name == "weight")
    assert (weight.value == 7.0).all()


@pytest.mark.parametrize(("decoupled", "gradient", "value"), [(False, 2.0, 2.0), (True, 1.0, 1.9)])
def test_decay_is_in_the_gradients_or_in_the_values(
    decoupled: bool, gradient: float, value: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recorder, "decoupled", decoupled)
    parameters = made()
    parameters.values[...], parameters.gradients[...] = 2.0, 1.0
    optimizer = Recorder(parameters, lr=0.1, weight_decay=0.5)
    weights, others = optimizer.cut()
    assert optimizer.decayed_gradients(weights, 0.1)[0] == gradient
    assert weights.values[0] == pytest.approx(value)
    assert optimizer.decayed_gradients(others, 0.1) is others.gradients
    assert others.values[0] == 2.0
    np.testing.assert_array_equal(parameters.gradients, 1.0)


ELEMENTWISE = sorted(
    name
    for name, made_by in OFFERS.items()
    if isinstance(made_by, type)
    and issubclass(made_by, PiecewiseOptimizer)
    and name not in {"d_adaptation", "dog", "prodigy"}  # these add up over pieces
)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_the_size_of_pieces_changes_no_bit(name: str, dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    results = set()
    for size in (3, 16, 1000):
        monkeypatch.setattr("convlab_plugins.optimizers.pieces.PIECE", size)
        parameters = made(dtype)
        optimizer = OFFERS[name](parameters)
        for seed in range(4):
            rng = np.random.default_rng(seed)
            parameters.gradients[...] = rng.standard_normal(42)
            optimizer.step(optimizer.lr)
        results.add(parameters.values.tobytes())
    assert len(results) == 1
