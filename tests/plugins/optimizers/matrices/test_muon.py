"""Muon beside PyTorch's, and which weights it takes."""

from typing import Any

import numpy as np
import pytest

from convlab.plugin import Parameter, ParameterBuffers
from convlab_plugins.optimizers.matrices.muon import Muon


def network(dtype: Any = np.float64) -> ParameterBuffers:
    """Two convolutions and two dense layers with random values."""
    made = ParameterBuffers(
        [
            Parameter("conv1.weight", "conv_weight", (6, 3, 3, 1)),
            Parameter("conv1.bias", "bias", (6,)),
            Parameter("conv2.weight", "conv_weight", (4, 2, 2, 6)),
            Parameter("dense1.weight", "dense_weight", (5, 16)),
            Parameter("dense2.weight", "dense_weight", (3, 5)),
            Parameter("dense2.bias", "bias", (3,)),
        ],
        dtype,
    )
    made.values[...] = np.random.default_rng(0).standard_normal(made.values.size)
    return made


@pytest.mark.parametrize(
    ("config", "torch_config"),
    [
        ({}, {}),
        ({"momentum": 0.7, "nesterov": False}, {"momentum": 0.7, "nesterov": False}),
        ({"iterations": 3, "weight_decay": 0.1}, {"ns_steps": 3, "weight_decay": 0.1}),
        ({"scale": "rms"}, {"adjust_lr_fn": "match_rms_adamw"}),
    ],
)
def test_same_values_as_torch(
    config: dict[str, Any], torch_config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PyTorch orthogonalizes in bfloat16; kept from that, it computes what is here."""
    torch = pytest.importorskip("torch", minversion="2.9", reason="needs PyTorch with Muon")
    monkeypatch.setattr(torch.Tensor, "bfloat16", lambda tensor: tensor.clone())
    ours = network()
    weights = [item for item in ours if item.decayed]
    theirs = [torch.tensor(item.value.reshape(len(item.value), -1), requires_grad=True) for item in weights]
    optimizer = Muon(ours, lr=0.02, matrices="all", **config)
    other = torch.optim.Muon(theirs, lr=0.02, **{"weight_decay": 0.0, **torch_config})
    rng = np.random.default_rng(5)
    for _ in range(100):
        ours.gradients[...] = rng.standard_normal(ours.gradients.size)
        for item, tensor in zip(weights, theirs, strict=True):
            tensor.grad = torch.tensor(item.gradient.reshape(len(item.gradient), -1))
        optimizer.step(optimizer.lr)
        other.step()
    for item, tensor in zip(weights, theirs, strict=True):
        found, expected = item.value.reshape(len(item.value), -1), tensor.detach().numpy()
        np.testing.assert_allclose(found, expected, atol=2e-5)  # the two add 1e-7 to different norms


@pytest.mark.parametrize(
    ("matrices", "orthogonalized"),
    [
        ("all", ["conv1.weight", "conv2.weight", "dense1.weight", "dense2.weight"]),
        ("body", ["conv1.weight", "conv2.weight", "dense1.weight"]),
        ("hidden", ["conv2.weight", "dense1.weight"]),
    ],
)
def test_what_is_no_matrix_is_trained_by_the_rest(matrices: Any, orthogonalized: list[str]) -> None:
    parameters = network()
    before = {item.name: item.value.copy() for item in parameters}
    optimizer = Muon(parameters, lr=0.5, matrices=matrices, rest={"name": "sgd", "lr": 0.25})
    parameters.gradients[...] = np.random.default_rng(3).standard_normal(parameters.gradients.size)
    optimizer.step(0.25)  # half the base rate: the schedule's factor is 1/2
    for item in parameters:
        moved = before[item.name] - item.value
        if item.name in orthogonalized:
            singular = np.linalg.svd(moved.reshape(len(moved), -1), compute_uv=False)
            scale = 0.25 * max(1, len(moved) / (moved.size / len(moved))) ** 0.5
            assert 0.6 * scale < singular.min() <= singular.max() < 1.25 * scale
        else:
            np.testing.assert_allclose(moved, 0.125 * item.gradient, rtol=1e-12)


def test_the_last_filters_are_no_classifier() -> None:
    parameters = ParameterBuffers([Parameter("conv1.weight", "conv_weight", (2, 1, 1, 2))])
    assert Muon(parameters).parts["matrices1"].parameters.values.size == 4


def test_float32_stays_near_float64() -> None:
    single, double = network(np.float32), network()
    for parameters in (single, double):
        optimizer = Muon(parameters)
        rng = np.random.default_rng(6)
        for _ in range(20):
            parameters.gradients[...] = rng.standard_normal(parameters.gradients.size)
            optimizer.step(optimizer.lr)
    np.testing.assert_allclose(single.values, double.values, atol=1e-5)
