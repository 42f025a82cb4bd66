"""L-BFGS beside PyTorch's on one batch, and on a parabola that it must solve."""

from typing import Any

import numpy as np
import pytest

from convlab.plugin import Closure, Look, Parameter, ParameterBuffers
from convlab_plugins.optimizers.beyond_gradients.lbfgs import LBFGS


@pytest.mark.parametrize(("iterations", "steps"), [(1, 24), (4, 6)])
@pytest.mark.parametrize("history", [2, 30])
def test_same_values_as_torch_on_one_batch(
    parameters: Any, bending: Any, iterations: int, steps: int, history: int
) -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
    loss = bending()
    w = torch.tensor(parameters.values, requires_grad=True)
    centres, steepness = torch.tensor(loss.centres), torch.tensor(loss.steepness)
    theirs = torch.optim.LBFGS(
        [w], lr=0.5, max_iter=24, max_eval=99, history_size=history, tolerance_grad=0, tolerance_change=0
    )

    def closure() -> Any:
        theirs.zero_grad()
        height = torch.cosh(steepness * (w - centres)).sum()
        height.backward()
        return height

    theirs.step(closure)
    optimizer = LBFGS(parameters, lr=0.5, iterations=iterations, history=history)
    for _ in range(steps):
        loss()
        optimizer.step(0.5, loss)
    np.testing.assert_allclose(parameters.values, w.detach().numpy(), rtol=1e-8, atol=1e-10)


class Parabola(Closure):
    """w^T A w / 2 with eigenvalues from 1 to 1,000."""

    examples = 1

    def __init__(self, parameters: ParameterBuffers) -> None:
        basis = np.linalg.qr(np.random.default_rng(2).standard_normal((12, 12)))[0]
        self.matrix = (basis * np.geomspace(1, 1000, 12)) @ basis.T
        self.parameters = parameters

    def __call__(self) -> float:
        self.parameters.gradients[...] = self.matrix @ self.parameters.values
        return float(self.parameters.values @ self.parameters.gradients / 2)

    def with_sampled_labels(self, look: Look | None = None) -> float:
        return self()


def test_an_ill_conditioned_parabola_is_solved() -> None:
    parameters = ParameterBuffers([Parameter("dense1.weight", "dense_weight", (3, 4))], np.float64)
    parameters.values[...] = 1.0
    optimizer, loss = LBFGS(parameters, lr=1.0, iterations=10, history=12), Parabola(parameters)
    start = loss()
    for _ in range(10):
        loss()
        optimizer.step(1.0, loss)
    assert loss() < 1e-12 * start


def test_weight_decay_is_added_to_the_gradient(parameters: Any, bending: Any) -> None:
    """At a loss without slope, decay alone leads weights to zero, and leaves biases."""

    class Flat(Closure):
        examples = 1

        def __call__(self) -> float:
            parameters.gradients[...] = 0.0
            return 0.0

        def with_sampled_labels(self, look: Look | None = None) -> float:
            return self()

    before = parameters.values.copy()
    optimizer, flat = LBFGS(parameters, lr=1.0, iterations=3, weight_decay=0.5), Flat()
    flat()
    optimizer.step(1.0, flat)
    np.testing.assert_allclose(parameters.values[: parameters.decayed], 0, atol=1e-12)
    np.testing.assert_array_equal(parameters.values[parameters.decayed :], before[parameters.decayed :])


def test_pairs_along_which_the_loss_bends_down_are_left_out(parameters: Any) -> None:
    class Cap(Closure):
        examples = 1

        def __call__(self) -> float:
            parameters.gradients[...] = -parameters.values
            return -float((parameters.values**2).sum() / 2)

        def with_sampled_labels(self, look: Look | None = None) -> float:
            return self()

    optimizer, cap = LBFGS(parameters, iterations=5), Cap()
    cap()
    optimizer.step(0.1, cap)
    assert optimizer.pairs.tolist() == [0]
