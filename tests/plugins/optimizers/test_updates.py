"""Each optimizer against its formula, worked out by hand in plain numbers."""

from math import sqrt

import numpy as np
import pytest

from convlab.plugin import Optimizer, Parameter, ParameterBuffers
from convlab_plugins.optimizers import OFFERS

GRADIENTS = (2.0, -1.0, 0.5)
RATE = 0.1


def positions(name: str, *, role: str = "dense_weight", start: float = 1.0, **config: float) -> list[float]:
    """Where one value is after each of the three gradients."""
    weight = Parameter("w", role, (1, 1) if role == "dense_weight" else (1,))  # type: ignore[arg-type]
    parameters = ParameterBuffers([weight], np.float64)
    parameters.values[...] = start
    optimizer: Optimizer = OFFERS[name](parameters, lr=RATE, **config)
    seen = []
    for gradient in GRADIENTS:
        parameters.gradients[...] = gradient
        optimizer.step(optimizer.lr)
        seen.append(float(parameters.values[0]))
    return seen


def test_sgd() -> None:
    assert positions("sgd") == pytest.approx([0.8, 0.9, 0.85], rel=1e-14)


def test_momentum() -> None:
    # velocities 2, 0.5 * 2 - 1 = 0 and 0.5
    assert positions("momentum", momentum=0.5) == pytest.approx([0.8, 0.8, 0.75], rel=1e-14)


def test_momentum_on_a_constant_gradient_reaches_its_terminal_velocity() -> None:
    parameters = ParameterBuffers([Parameter("w", "bias", (1,))], np.float64)
    optimizer = OFFERS["momentum"](parameters, lr=RATE, momentum=0.9)
    parameters.gradients[...] = 1.0
    for _ in range(400):
        before = float(parameters.values[0])
        optimizer.step(RATE)
    assert float(parameters.values[0]) - before == pytest.approx(-RATE / (1 - 0.9), rel=1e-12)


def test_nesterov() -> None:
    # velocities as for momentum; directions 2 + 0.5 * 2, -1 + 0 and 0.5 + 0.5 * 0.5
    assert positions("nesterov", momentum=0.5) == pytest.approx([0.7, 0.8, 0.725], rel=1e-14)


def test_nesterov_takes_the_gradient_where_the_velocity_leads() -> None:
    """Sutskever's equations 3 and 4 on a parabola, the values being theta + momentum velocity."""
    momentum, theta, velocity = 0.9, 1.0, 0.0
    parameters = ParameterBuffers([Parameter("w", "bias", (1,))], np.float64)
    parameters.values[...] = theta
    optimizer = OFFERS["nesterov"](parameters, lr=RATE, momentum=momentum)
    for _ in range(20):
        parameters.gradients[...] = parameters.values
        optimizer.step(RATE)
        velocity = momentum * velocity - RATE * (theta + momentum * velocity)
        theta += velocity
        assert float(parameters.values[0]) == pytest.approx(theta + momentum * velocity, abs=1e-14)


def test_adagrad() -> None:
    # sums of squares 4, 5 and 5.25
    expected = [0.9, 0.9 + 0.1 / sqrt(5), 0.9 + 0.1 / sqrt(5) - 0.05 / sqrt(5.25)]
    assert positions("adagrad", epsilon=1e-300) == pytest.approx(expected, rel=1e-14)


def test_adagrad_begins_with_the_accumulator_and_adds_epsilon_outside_the_root() -> None:
    first = positions("adagrad", initial_accumulator=5.0, epsilon=1.0)[0]
    assert first == pytest.approx(1 - 0.1 * 2 / (3 + 1), rel=1e-14)


def test_rmsprop() -> None:
    # mean squares 1, 0.75 + 0.25 = 1 and 0.75 + 0.0625
    expected = [0.8, 0.9, 0.9 - 0.05 / sqrt(0.8125)]
    assert positions("rmsprop", decay=0.75, epsilon=1e-300) == pytest.approx(expected, rel=1e-14)


def test_rmsprop_adds_epsilon_outside_the_root() -> None:
    assert positions("rmsprop", decay=0.75, epsilon=3.0)[0] == pytest.approx(1 - 0.2 / 4, rel=1e-14)


def test_rmsprop_with_momentum() -> None:
    # normalized gradients 2 and -1, velocities 2 and 0
    expected = [0.8, 0.8]
    found = positions("rmsprop", decay=0.75, momentum=0.5, epsilon=1e-300)[:2]
    assert found == pytest.approx(expected, rel=1e-14)


def test_rmsprop_centered_divides_by_the_standard_deviation() -> None:
    # mean square 1 and mean 0.5, then 1 and 0.375 - 0.25
    expected = [1 - 0.2 / sqrt(0.75), 1 - 0.2 / sqrt(0.75) + 0.1 / sqrt(1 - 0.125**2)]
    found = positions("rmsprop", decay=0.75, centered=True, epsilon=1e-300)[:2]
    assert found == pytest.approx(expected, rel=1e-14)


def test_rmsprop_centered_stays_finite_on_a_constant_gradient() -> None:
    """The variance is 0, and rounding in float32 takes it below."""
    parameters = ParameterBuffers([Parameter("w", "bias", (1000,))], np.float32)
    parameters.gradients[...] = np.random.default_rng(0).uniform(0.1, 10, 1000)
    optimizer = OFFERS["rmsprop"](parameters, lr=1e-6, centered=True, decay=0.5)
    for _ in range(200):
        optimizer.step(1e-6)
    assert np.isfinite(parameters.values).all()


def adam_positions(betas: tuple[float, float], epsilon: float) -> list[float]:
    """Algorithm 1 of the paper, line by line."""
    w, m, v, seen = 1.0, 0.0, 0.0, []
    for t, g in enumerate(GRADIENTS, start=1):
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g * g
        w -= RATE * (m / (1 - betas[0] ** t)) / (sqrt(v / (1 - betas[1] ** t)) + epsilon)
        seen.append(w)
    return seen


@pytest.mark.parametrize("epsilon", [1e-8, 0.5])
def test_adam(epsilon: float) -> None:
    found = positions("adam", betas=(0.8, 0.9), epsilon=epsilon)  # type: ignore[arg-type]
    assert found == pytest.approx(adam_positions((0.8, 0.9), epsilon), rel=1e-14)


def test_adam_moves_by_the_rate_at_first() -> None:
    assert positions("adam")[0] == pytest.approx(1 - RATE, abs=1e-8)


def test_adamw_shrinks_and_then_steps_as_adam() -> None:
    found = positions("adamw", weight_decay=0.5)
    bare = adam_positions((0.9, 0.999), 1e-8)
    expected, w, before = [], 1.0, 1.0
    for position in bare:
        w = (1 - RATE * 0.5) * w + (position - before)
        before = position
        expected.append(w)
    assert found == pytest.approx(expected, rel=1e-13)


DECOUPLED = {"adabelief", "adamw", "ademamix", "lion", "sgdw", "signsgd", "signum"}
# test_papers.py has these, and adafactor's is in test_adafactor.py
OF_ITS_OWN = {"adafactor", "adan", "adopt", "lamb", "lars", "novograd", "prodigy"}
# what shrinks weights whatever weight_decay says
WITHOUT_SHRINKING = {"asgd": {"shrinkage": 0.0}}
COUPLED = sorted(set(OFFERS) - DECOUPLED - OF_ITS_OWN)


@pytest.mark.parametrize("name", COUPLED)
def test_coupled_decay_is_added_to_the_gradient(name: str) -> None:
    """One step from w with decay d equals one step with the gradient g + d w."""
    config = WITHOUT_SHRINKING.get(name, {})
    found = positions(name, start=3.0, weight_decay=0.25, **config)[0]
    parameters = ParameterBuffers([Parameter("w", "bias", (1,))], np.float64)
    parameters.values[...] = 3.0
    parameters.gradients[...] = GRADIENTS[0] + 0.25 * 3.0
    optimizer = OFFERS[name](parameters, lr=RATE, **config)
    optimizer.step(RATE)
    assert found == pytest.approx(float(parameters.values[0]), rel=1e-14)


@pytest.mark.parametrize("name", sorted(DECOUPLED))
def test_decoupled_decay_shrinks_the_weight_by_itself(name: str) -> None:
    """A step with decay d ends d rate w short of the same step without."""
    decayed, plain = (positions(name, start=3.0, weight_decay=decay)[0] for decay in (0.25, 0.0))
    assert plain - decayed == pytest.approx(0.25 * RATE * 3.0, rel=1e-12)


@pytest.mark.parametrize("name", sorted(set(OFFERS) - {"lamb"}))  # of one weight, only the sign counts there
def test_decay_acts_on_weights_only(name: str) -> None:
    for role, acts in (("dense_weight", True), ("bias", False)):
        decayed, plain = (positions(name, role=role, weight_decay=decay) for decay in (3.0, 0.0))
        assert (decayed != plain) == acts
