"""Adafactor: beside PyTorch's on matrices, which both factor alike, and what it makes of a convolution."""

from typing import Any

import numpy as np
import pytest

from convlab.plugin import Parameter, ParameterBuffers
from convlab_plugins.optimizers import OFFERS

PARAMETERS = (("bias", "bias", (20,)), ("weight", "dense_weight", (20, 15)))


def made(dtype: Any) -> ParameterBuffers:
    parameters = ParameterBuffers([Parameter(*given) for given in PARAMETERS], dtype)  # type: ignore[arg-type]
    parameters.values[...] = np.random.default_rng(0).standard_normal(parameters.values.size)
    return parameters


def noise(parameters: ParameterBuffers, seed: int) -> None:
    """Gradients of several scales, so that the first steps are clipped and later ones are not."""
    rng = np.random.default_rng(seed)
    scales = np.exp(rng.standard_normal())
    parameters.gradients[...] = scales * rng.standard_normal(parameters.gradients.size)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 5e-6)])
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@pytest.mark.parametrize("clip", [1.0, 1.5])
def test_same_values_as_torch(clip: float, weight_decay: float, dtype: Any, tolerance: float) -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
    parameters = made(dtype)
    theirs = {p.name: torch.tensor(p.value.copy(), requires_grad=True) for p in parameters}
    groups = [
        {"params": [theirs["weight"]], "weight_decay": weight_decay},
        {"params": [theirs["bias"]], "weight_decay": 0.0},
    ]
    reference = torch.optim.Adafactor(groups, lr=0.05, beta2_decay=-0.8, eps=(1e-30, 1e-3), d=clip)
    optimizer = OFFERS["adafactor"](parameters, lr=0.05, clip=clip, weight_decay=weight_decay)
    for seed in range(100):
        noise(parameters, seed)
        for parameter in parameters:
            theirs[parameter.name].grad = torch.from_numpy(parameter.gradient.copy())
        optimizer.step(optimizer.lr)
        reference.step()
    for parameter in parameters:
        expected = theirs[parameter.name].detach().numpy()
        assert np.abs(parameter.value - expected).max() / np.abs(expected).max() < tolerance


def test_a_convolution_is_the_matrix_of_its_output_channels() -> None:
    values = {}
    for shape, role in (((4, 3, 3, 2), "conv_weight"), ((4, 18), "dense_weight")):
        parameters = ParameterBuffers([Parameter("weight", role, shape)], np.float64)  # type: ignore[arg-type]
        parameters.values[...] = np.linspace(-1, 1, 72)
        optimizer = OFFERS["adafactor"](parameters)
        for seed in range(5):
            noise(parameters, seed)
            optimizer.step(optimizer.lr)
        values[role] = parameters.values
        assert {array.size for array in optimizer.state().values()} == {4, 18}
    np.testing.assert_array_equal(values["conv_weight"], values["dense_weight"])


def test_a_bias_keeps_its_mean_square_whole() -> None:
    """The first step is g/|g|, of root mean square 1, times the least size."""
    parameters = ParameterBuffers([Parameter("bias", "bias", (3,))], np.float64)
    parameters.gradients[...] = (5.0, -0.1, 2.0)
    OFFERS["adafactor"](parameters, lr=0.5).step(0.5)
    np.testing.assert_allclose(parameters.values, [-5e-4, 5e-4, -5e-4], rtol=1e-12)
