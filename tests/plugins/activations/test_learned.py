"""What learned activations make of their parameters, against PyTorch's automatic derivatives."""

from typing import Any

import numpy as np
import pytest

from convlab.plugin import ActivationPlace, LearnedActivation, Parameter, ParameterBuffers
from convlab_plugins.activations import OFFERS

torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
functional = torch.nn.functional
CHANNELS = 3


def xielu(x: Any, alpha_p: Any, alpha_n: Any) -> Any:
    p, n = functional.softplus(alpha_p), 0.5 + functional.softplus(alpha_n)
    return torch.where(x > 0, p * x * x, n * (torch.expm1(x) - x)) + 0.5 * x


FORMULAS: dict[str, Any] = {
    "prelu": lambda x, slope: torch.where(x > 0, x, slope * x),
    "swish_beta": lambda x, beta: x * torch.sigmoid(beta * x),
    "xielu": xielu,
}


def placed(activation: LearnedActivation) -> tuple[LearnedActivation, list[Parameter]]:
    declared: list[Parameter] = []

    def declare(name: str, initial: Any) -> Parameter:
        declared.append(Parameter(f"here.{name}", "activation", initial.shape))
        return declared[-1]

    made = activation.placed(ActivationPlace(CHANNELS, declare, lambda: None))
    ParameterBuffers(declared, np.float64)
    for index, parameter in enumerate(declared):
        parameter.value[...] = np.random.default_rng(index).normal(0.3, 0.5, parameter.shape)
    return made, declared


def test_every_learned_activation_is_here() -> None:
    learned = {name for name, offer in OFFERS.items() if issubclass(offer, LearnedActivation)}
    assert set(FORMULAS) == learned


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("prelu", {}),
        ("prelu", {"shared": True}),
        ("swish_beta", {}),
        ("swish_beta", {"shared": True}),
        ("xielu", {}),
    ],
)
def test_gradients_are_those_of_torch(name: str, config: dict[str, Any]) -> None:
    activation, parameters = placed(OFFERS[name](**config))
    x, gradient = np.random.default_rng(7).normal(0, 3, (2, 4, 5, 6, CHANNELS))
    theirs = [
        torch.from_numpy(array.copy()).requires_grad_() for array in (x, *(p.value for p in parameters))
    ]
    result = FORMULAS[name](*theirs)
    result.backward(torch.from_numpy(gradient))

    value, derivative, scratch = np.empty_like(x), np.empty_like(x), np.empty_like(x)
    activation.value(x, value)
    activation.derivative(x, derivative)
    activation.backward_parameters(x, gradient, scratch)
    np.testing.assert_allclose(value, result.detach().numpy(), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(derivative * gradient, theirs[0].grad.numpy(), rtol=1e-12, atol=1e-13)
    for parameter, other in zip(parameters, theirs[1:], strict=True):
        assert np.abs(parameter.gradient).min() > 0
        np.testing.assert_allclose(parameter.gradient, other.grad.numpy(), rtol=1e-11)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_curve_is_drawn_with_the_mean_of_the_channels(name: str) -> None:
    activation, parameters = placed(OFFERS[name]())
    x = np.linspace(-3, 3, 25)
    value = np.empty_like(x)
    activation.value(x, value)
    means = [torch.tensor(parameter.value.mean()) for parameter in parameters]
    np.testing.assert_allclose(value, FORMULAS[name](torch.from_numpy(x), *means).numpy(), rtol=1e-12)
