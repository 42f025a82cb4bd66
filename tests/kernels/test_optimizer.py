"""Optimizer updates against their formulas in float64, and the sum of squares."""

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import ConfigError, ShapeError

RATE, KEEP, BETAS, EPSILON, STEP = 0.05, 0.75, (0.8, 0.9), 1e-3, 3
Update = Callable[..., None]
Arrays = list[np.ndarray]


def sgd(w: Any, g: Any) -> Any:
    return [w - RATE * g]


def momentum(w: Any, g: Any, v: Any) -> Any:
    v = KEEP * v + g
    return [w - RATE * v, v]


def nesterov(w: Any, g: Any, v: Any) -> Any:
    v = KEEP * v + g
    return [w - RATE * (g + KEEP * v), v]


def adagrad(w: Any, g: Any, s: Any) -> Any:
    s = s + g * g
    return [w - RATE * g / (np.sqrt(s) + EPSILON), s]


def mean_of(kept: float, mean: Any, value: Any) -> Any:
    return kept * mean + (1 - kept) * value


def rmsprop(w: Any, g: Any, s: Any) -> Any:
    s = mean_of(0.9, s, g * g)
    return [w - RATE * g / (np.sqrt(s) + EPSILON), s]


def rmsprop_centered(w: Any, g: Any, s: Any, m: Any) -> Any:
    s, m = mean_of(0.9, s, g * g), mean_of(0.9, m, g)
    return [w - RATE * g / (np.sqrt(np.maximum(s - m * m, 0)) + EPSILON), s, m]


def rmsprop_momentum(w: Any, g: Any, s: Any, v: Any) -> Any:
    s = mean_of(0.9, s, g * g)
    v = KEEP * v + g / (np.sqrt(s) + EPSILON)
    return [w - RATE * v, s, v]


def rmsprop_centered_momentum(w: Any, g: Any, s: Any, m: Any, v: Any) -> Any:
    s, m = mean_of(0.9, s, g * g), mean_of(0.9, m, g)
    v = KEEP * v + g / (np.sqrt(np.maximum(s - m * m, 0)) + EPSILON)
    return [w - RATE * v, s, m, v]


def adam(w: Any, g: Any, m: Any, s: Any) -> Any:
    m, s = mean_of(BETAS[0], m, g), mean_of(BETAS[1], s, g * g)
    unbiased, root = m / (1 - BETAS[0] ** STEP), np.sqrt(s / (1 - BETAS[1] ** STEP))
    return [w - RATE * unbiased / (root + EPSILON), m, s]


def update_adam(*arrays: Any, **options: Any) -> None:
    kernels.adam_update(*arrays, rate=RATE, betas=BETAS, epsilon=EPSILON, step=STEP, **options)


def update_rmsprop(w: Any, g: Any, s: Any, m: Any = None, v: Any = None, **options: Any) -> None:
    kernels.rmsprop_update(w, g, s, m, v, rate=RATE, keep=0.9, epsilon=EPSILON, momentum=KEEP, **options)


# the formula, the kernel's call on (values, gradients, *states), and the number of states
RULES: dict[str, tuple[Callable[..., Any], Update, int]] = {
    "sgd": (sgd, lambda *a, **o: kernels.sgd_update(*a, rate=RATE, **o), 0),
    "momentum": (momentum, lambda *a, **o: kernels.momentum_update(*a, rate=RATE, momentum=KEEP, **o), 1),
    "nesterov": (
        nesterov,
        lambda *a, **o: kernels.momentum_update(*a, rate=RATE, momentum=KEEP, nesterov=True, **o),
        1,
    ),
    "adagrad": (adagrad, lambda *a, **o: kernels.adagrad_update(*a, rate=RATE, epsilon=EPSILON, **o), 1),
    "rmsprop": (rmsprop, update_rmsprop, 1),
    "rmsprop centered": (rmsprop_centered, update_rmsprop, 2),
    "rmsprop with momentum": (
        rmsprop_momentum,
        lambda w, g, s, v, **o: update_rmsprop(w, g, s, None, v, **o),
        2,
    ),
    "rmsprop centered with momentum": (rmsprop_centered_momentum, update_rmsprop, 3),
    "adam": (adam, update_adam, 2),
}
each_rule = pytest.mark.parametrize("rule", RULES)


def arrays_for(rule: str, size: int, dtype: Any = np.float32) -> Arrays:
    """Values, gradients, and states above 0, with a variance that is not near 0."""
    rng = np.random.default_rng(size)
    plain = [rng.standard_normal(size) for _ in range(2)]
    states = [rng.uniform(0.4, 0.5, size) for _ in range(RULES[rule][2])]
    return [array.astype(dtype) for array in (*plain, *states)]


def expected(rule: str, arrays: Arrays, decayed: int, coupled: float, decoupled: float) -> Arrays:
    w, g, *states = (array.astype(np.float64) for array in arrays)
    mask = np.arange(len(w)) < decayed
    result: Arrays = RULES[rule][0](w * (1 - RATE * decoupled * mask), g + coupled * mask * w, *states)
    return result


@each_rule
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 2e-6), (np.float64, 1e-14)])
@pytest.mark.parametrize(("coupled", "decoupled"), [(0.0, 0.0), (0.3, 0.0), (0.0, 0.5), (0.3, 0.5)])
@pytest.mark.parametrize(("size", "decayed"), [(1, 1), (37, 21), (37, 0), (9001, 5003)])
def test_agrees_with_the_formula(
    rule, dtype, tolerance, coupled, decoupled, size, decayed, each_isa, guarded_array
):
    arrays = arrays_for(rule, size, dtype)
    wanted = expected(rule, arrays, decayed, coupled, decoupled)
    values, gradients, *states = (
        guarded_array(array, writable=number != 1) for number, array in enumerate(arrays)
    )
    RULES[rule][1](
        values, gradients, *states, weight_decay=coupled, decoupled_decay=decoupled, decayed=decayed
    )
    for found, right in zip([values, *states], wanted, strict=True):
        np.testing.assert_allclose(found, right, rtol=tolerance, atol=tolerance)


@each_rule
def test_same_bits_for_any_number_of_threads(rule, each_isa):
    results = set()
    for count in (1, 2, 3, 4):
        arrays = arrays_for(rule, 150_001)
        with kernels.use_threads(count):
            RULES[rule][1](*arrays, weight_decay=0.1, decayed=70_003)
        results.add(b"".join(array.tobytes() for array in arrays))
    assert len(results) == 1


@each_rule
def test_same_bits_at_any_position(rule, each_isa):
    whole = arrays_for(rule, 67)
    parts = [array.copy() for array in whole]
    RULES[rule][1](*whole)
    for start, stop in ((0, 1), (1, 20), (20, 67)):
        RULES[rule][1](*(array[start:stop] for array in parts))
    for left, right in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(left, right)


@each_rule
def test_all_entries_decay_unless_told(rule):
    told, untold = arrays_for(rule, 20), arrays_for(rule, 20)
    RULES[rule][1](*told, weight_decay=0.5, decayed=20)
    RULES[rule][1](*untold, weight_decay=0.5)
    np.testing.assert_array_equal(told[0], untold[0])


@each_rule
def test_nothing_to_update(rule, each_isa):
    RULES[rule][1](*arrays_for(rule, 0))


def test_gradients_of_any_layout_are_read():
    w = np.zeros(3, np.float32)
    kernels.sgd_update(w, np.arange(6, dtype=">f4")[::2], rate=1.0)
    assert w.tolist() == [0.0, -2.0, -4.0]


def test_infinite_weights_without_decay_do_not_turn_into_nan(each_isa):
    w = np.full(3, np.inf, np.float32)
    kernels.sgd_update(w, np.ones(3, np.float32), rate=0.5, weight_decay=0.0, decayed=0)
    assert np.isposinf(w).all()


W, G, S = np.zeros(4, np.float32), np.ones(4, np.float32), np.zeros(4, np.float32)
READ_ONLY = np.zeros(4, np.float32)
READ_ONLY.flags.writeable = False


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ((W.reshape(2, 2), G, S), r"values must be a flat NumPy array, got shape \(2, 2\)"),
        ((W.tolist(), G, S), r"values must be a flat NumPy array, got shape \(4,\)"),
        ((W, G[:3], S), r"gradients must be as values, float32 of shape \(4,\), got float32 of shape \(3,\)"),
        ((W, G.astype(float), S), "gradients must be as values, float32 .* got float64"),
        ((W, G.astype(int), S), "gradients must be float32 or float64, got int64"),
        ((W, G, S[:2]), r"velocity must have shape \(4,\) and dtype float32"),
        ((W, G, W), "velocity overlaps values in memory"),
        ((W, W, S), "values overlaps gradients in memory"),
        ((READ_ONLY, G, S), "values must be contiguous, aligned and writable"),
    ],
)
def test_bad_arrays(arrays, message):
    with pytest.raises(ShapeError, match=f"^momentum_update: {message}"):
        kernels.momentum_update(*arrays, rate=0.1, momentum=0.9)


@pytest.mark.parametrize("decayed", [-1, 5])
def test_bad_decayed(decayed):
    with pytest.raises(ConfigError, match=f"decayed must be from 0 to 4, the size of values, got {decayed}"):
        kernels.sgd_update(W, G, rate=0.1, decayed=decayed)


def test_bad_step():
    with pytest.raises(
        ConfigError, match="adam_update: step must be >= 1, got 0; the first step is number 1"
    ):
        kernels.adam_update(W, G, S, READ_ONLY, rate=0.1, betas=BETAS, epsilon=EPSILON, step=0)


@pytest.mark.parametrize("size", [0, 1, 15, 4095, 4096, 4097, 100_003])
def test_sum_of_squares(size, each_isa, guarded_array):
    x = np.random.default_rng(size).standard_normal(size).astype(np.float32)
    exact = float(np.square(x.astype(np.float64)).sum())
    results = set()
    for count in (1, 2, 3, 4):
        with kernels.use_threads(count):
            results.add(kernels.sum_of_squares(guarded_array(x, writable=False)))
    assert len(results) == 1
    assert results.pop() == pytest.approx(exact, rel=1e-6)


def test_sum_of_squares_in_float64_and_of_nan(each_isa):
    assert kernels.sum_of_squares(np.full((3, 4), 1e100)) == pytest.approx(12e200)
    assert np.isnan(kernels.sum_of_squares(np.float32([1, np.nan])))


@pytest.mark.parametrize("decoupled", [False, True])
def test_adam_beside_torch(decoupled):
    torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
    w, m, s = np.random.default_rng(0).standard_normal(50), np.zeros(50), np.zeros(50)
    theirs = torch.tensor(w.copy(), requires_grad=True)
    make = torch.optim.AdamW if decoupled else torch.optim.Adam
    optimizer = make([theirs], lr=RATE, betas=BETAS, eps=EPSILON, weight_decay=0.1)
    decay = {"decoupled_decay" if decoupled else "weight_decay": 0.1}
    for step in range(1, 20):
        g = np.cos(np.arange(50) * step) * sqrt(step)
        theirs.grad = torch.from_numpy(g)
        optimizer.step()
        kernels.adam_update(w, g, m, s, rate=RATE, betas=BETAS, epsilon=EPSILON, step=step, **decay)
    np.testing.assert_allclose(w, theirs.detach().numpy(), rtol=1e-12, atol=1e-14)
