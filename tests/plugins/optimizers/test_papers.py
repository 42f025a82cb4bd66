"""Each optimizer that no framework here has, beside its paper written out in float64, over 100 steps.

The transcriptions follow the papers line by line, in the forms that the docstrings name, on the whole vector
of parameters at once; the optimizers work in pieces, which are small here so that there are several.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from convlab.plugin import Parameter, ParameterBuffers
from convlab_plugins.optimizers import OFFERS

Vector = np.ndarray[Any, Any]
Gradients = list[Vector]

STEPS = 100
PARAMETERS = (
    ("conv1.bias", "bias", (6,)),
    ("conv1.weight", "conv_weight", (6, 2, 2, 2)),
    ("dense1.weight", "dense_weight", (5, 7)),
)
# of the buffer, which has what decays first: convolution, dense layer, bias
LAYERS = (slice(0, 48), slice(48, 83), slice(83, 89))
SIZE = 89
DECAYED = np.arange(SIZE) < 83


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convlab_plugins.optimizers.pieces.PIECE", 16)


def start() -> Vector:
    return np.random.default_rng(0).standard_normal(SIZE).astype(np.float32).astype(np.float64)


def gradients() -> Gradients:
    """A drift to and fro below noise, exact in float32."""
    rng = np.random.default_rng(1)
    drift = rng.standard_normal(SIZE)
    return [(drift * np.cos(t / 5) + 2 * rng.standard_normal(SIZE)).astype(np.float32) for t in range(STEPS)]


def numbered() -> Iterator[tuple[int, Vector]]:
    for t, g in enumerate(gradients(), start=1):
        yield t, g.astype(np.float64)


def adabelief(decay: Vector, lr: float, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-16) -> Vector:
    x, m, s = start(), 0.0, 0.0
    for t, g in numbered():
        m = b1 * m + (1 - b1) * g
        s = b2 * s + (1 - b2) * (g - m) ** 2 + eps
        x = x - lr * decay * x - lr * (m / (1 - b1**t)) / (np.sqrt(s / (1 - b2**t)) + eps)
    return x


def yogi(decay: Vector, lr: float, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-3) -> Vector:
    x, m, v = start(), 0.0, np.full(SIZE, 1e-6)
    for t, g in numbered():
        g = g + decay * x
        m = b1 * m + (1 - b1) * g
        v = v - (1 - b2) * np.sign(v - g * g) * g * g
        x = x - lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
    return x


def sgdw(decay: Vector, lr: float, momentum: float = 0.9) -> Vector:
    x, m = start(), 0.0
    for _, g in numbered():
        m = momentum * m + lr * g
        x = x - m - lr * decay * x
    return x


def signsgd(decay: Vector, lr: float) -> Vector:
    x = start()
    for _, g in numbered():
        x = x - lr * (np.sign(g) + decay * x)
    return x


def signum(decay: Vector, lr: float, beta: float = 0.9) -> Vector:
    x, m = start(), 0.0
    for _, g in numbered():
        m = beta * m + (1 - beta) * g
        x = x - lr * (np.sign(m) + decay * x)
    return x


def lion(decay: Vector, lr: float, b1: float = 0.9, b2: float = 0.99) -> Vector:
    x, m = start(), np.zeros(SIZE)
    for _, g in numbered():
        c = b1 * m + (1 - b1) * g
        x = x - lr * (np.sign(c) + decay * x)
        m = b2 * m + (1 - b2) * g
    return x


def adan(decay: Vector, lr: float, added: tuple[float, ...] = (0.02, 0.08, 0.01)) -> Vector:
    """Algorithm 1, whose betas are what is added, with the unbiased means of the authors' code."""
    b1, b2, b3 = added
    x, m, v, n, last = start(), 0.0, 0.0, 0.0, None
    for k, g in numbered():
        change = 0.0 if last is None else g - last
        m = (1 - b1) * m + b1 * g
        v = (1 - b2) * v + b2 * change
        n = (1 - b3) * n + b3 * (g + (1 - b2) * change) ** 2
        eta = lr / (np.sqrt(n / (1 - (1 - b3) ** k)) + 1e-8)
        u = m / (1 - (1 - b1) ** k) + (1 - b2) * v / (1 - (1 - b2) ** k)
        x = (x - eta * u) / (1 + lr * decay)
        last = g
    return x


def adopt(decay: Vector, lr: float, b1: float = 0.9, b2: float = 0.9999, eps: float = 1e-6) -> Vector:
    (_, first), *rest = numbered()
    x, m, v = start(), 0.0, first**2
    for t, (_, g) in enumerate(rest, start=1):
        m = b1 * m + (1 - b1) * np.clip(g / np.maximum(np.sqrt(v), eps), -(t**0.25), t**0.25)
        x = x - lr * m - lr * decay * x
        v = b2 * v + (1 - b2) * g**2
    return x


def ademamix(decay: Vector, lr: float, warmup: int = 0, alpha: float = 5.0) -> Vector:
    """The warm-up of beta3 makes half-lives, log(1/2)/log(beta), grow in a line, as the paper derives it."""
    b1, b2, b3 = 0.9, 0.999, 0.9999
    half_life = lambda beta: np.log(0.5) / np.log(beta)  # noqa: E731
    x, m1, m2, v = start(), 0.0, 0.0, 0.0
    for t, g in numbered():
        part = min(1.0, t / warmup) if warmup else 1.0
        slow = 0.5 ** (1 / ((1 - part) * half_life(b1) + part * half_life(b3)))
        m1 = b1 * m1 + (1 - b1) * g
        m2 = slow * m2 + (1 - slow) * g
        v = b2 * v + (1 - b2) * g**2
        root = np.sqrt(v / (1 - b2**t)) + 1e-8
        x = x - lr * ((m1 / (1 - b1**t) + part * alpha * m2) / root + decay * x)
    return x


def madgrad(decay: Vector, lr: float, momentum: float = 0.9, eps: float = 1e-6) -> Vector:
    """Algorithm 1, where k begins at 0 and c is 1 - momentum."""
    x0 = x = start()
    s, v = 0.0, 0.0
    for t, g in numbered():
        g = g + decay * x
        weight = lr * np.sqrt(t)
        s, v = s + weight * g, v + weight * g * g
        z = x0 - s / (np.cbrt(v) + eps)
        x = momentum * x + (1 - momentum) * z
    return x


def length(x: Vector) -> float:
    return float(np.sqrt((x * x).sum()))


def lars(decay: Vector, lr: float, trust: float = 0.05, momentum: float = 0.9) -> Vector:
    x, v = start(), np.zeros(SIZE)
    for _, g in numbered():
        for layer in LAYERS:
            w, beta = x[layer], decay[layer][0]
            is_weight = DECAYED[layer][0]
            local = trust * length(w) / (length(g[layer]) + beta * length(w)) if is_weight else 1.0
            v[layer] = momentum * v[layer] + lr * local * (g[layer] + beta * w)
        x = x - v
    return x


def lamb(decay: Vector, lr: float, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-6) -> Vector:
    x, m, v = start(), 0.0, 0.0
    for t, g in numbered():
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        r = (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps) + decay * x
        for layer in LAYERS:
            ratio = length(x[layer]) / length(r[layer]) if DECAYED[layer][0] else 1.0
            x[layer] = x[layer] - lr * ratio * r[layer]
    return x


def novograd(decay: Vector, lr: float, b1: float = 0.95, b2: float = 0.98, eps: float = 1e-8) -> Vector:
    x, m, v = start(), np.zeros(SIZE), np.zeros(len(LAYERS))
    for t, g in numbered():
        for number, layer in enumerate(LAYERS):
            square = length(g[layer]) ** 2
            v[number] = square if t == 1 else b2 * v[number] + (1 - b2) * square
            direction = g[layer] / (np.sqrt(v[number]) + eps) + decay[layer] * x[layer]
            m[layer] = direction if t == 1 else b1 * m[layer] + direction
        x = x - lr * m
    return x


def dog(decay: Vector, lr: float, initial_distance: float = 0.05, eps: float = 1e-8) -> Vector:
    """Equation 2: distances to the start, and squared gradients, of all steps so far."""
    x0 = x = start()
    distances, squares = [initial_distance * (1 + length(x0))], []
    for _, g in numbered():
        g = g + decay * x
        distances.append(length(x - x0))
        squares.append(length(g) ** 2)
        x = x - lr * max(distances) / np.sqrt(sum(squares) + eps) * g
    return x


def d_adaptation(decay: Vector, lr: float, initial_distance: float = 1e-4, growth: float = np.inf) -> Vector:
    b1, b2, eps, d = 0.9, 0.999, 1e-8, initial_distance
    x, m, v, s, r = start(), 0.0, 0.0, np.zeros(SIZE), 0.0
    root = np.sqrt(b2)
    for _, g in numbered():
        g = g + decay * x
        m = b1 * m + (1 - b1) * d * lr * g
        v = b2 * v + (1 - b2) * g * g
        a = np.sqrt(v) + eps
        r = root * r + (1 - root) * d * lr * (g * s / a).sum()
        s = root * s + (1 - root) * d * lr * g
        d = max(d, min(r / ((1 - root) * np.abs(s).sum()), growth * d))
        x = x - m / a
    return x


def prodigy(decay: Vector, lr: float, initial_distance: float = 1e-4, growth: float = np.inf) -> Vector:
    b1, b2, eps, d = 0.9, 0.999, 1e-8, initial_distance
    x0 = x = start()
    m, v, s, r = 0.0, 0.0, 0.0, 0.0
    root = np.sqrt(b2)
    for _, g in numbered():
        r = root * r + (1 - root) * lr * d**2 * (g * (x0 - x)).sum()
        s = root * s + (1 - root) * lr * d**2 * g
        m = b1 * m + (1 - b1) * d * g
        v = b2 * v + (1 - b2) * d**2 * g * g
        found = max(d, min(r / np.abs(s).sum(), growth * d))
        x = x - lr * d * decay * x - lr * d * m / (np.sqrt(v) + found * eps)
        d = found
    return x


CASES: dict[str, tuple[str, Callable[..., Vector], dict[str, Any], dict[str, Any]]] = {
    "sgdw": ("sgdw", sgdw, {"lr": 0.01}, {}),
    "adabelief": ("adabelief", adabelief, {"lr": 0.01}, {}),
    "adabelief with a large epsilon": ("adabelief", adabelief, {"lr": 0.01}, {"epsilon": 1e-3}),
    "yogi": ("yogi", yogi, {"lr": 0.01}, {}),
    "signsgd": ("signsgd", signsgd, {"lr": 0.01}, {}),
    "signum": ("signum", signum, {"lr": 0.01}, {}),
    "lion": ("lion", lion, {"lr": 0.01}, {}),
    "adan": ("adan", adan, {"lr": 0.01}, {}),
    "adopt": ("adopt", adopt, {"lr": 0.01}, {}),
    "ademamix": ("ademamix", ademamix, {"lr": 0.01}, {}),
    "madgrad": ("madgrad", madgrad, {"lr": 0.01}, {}),
    "lars": ("lars", lars, {"lr": 0.01}, {}),
    "lamb": ("lamb", lamb, {"lr": 0.01}, {}),
    "novograd": ("novograd", novograd, {"lr": 0.01}, {}),
    "dog": ("dog", dog, {"lr": 1.0}, {}),
    "d_adaptation": ("d_adaptation", d_adaptation, {"lr": 1.0}, {}),
    "d_adaptation in small steps": (
        "d_adaptation",
        d_adaptation,
        {"lr": 0.5, "growth": 1.05, "initial_distance": 0.01},
        {},
    ),
    "prodigy": ("prodigy", prodigy, {"lr": 1.0}, {}),
    "prodigy in small steps": ("prodigy", prodigy, {"lr": 0.5, "growth": 1.05, "initial_distance": 0.01}, {}),
    "ademamix that warms up": ("ademamix", ademamix, {"lr": 0.01, "warmup": 60}, {}),
}
# the names of settings in the transcriptions
NAMES = {"epsilon": "eps"}


def trained(name: str, dtype: Any, **config: Any) -> Vector:
    """The values after all steps of the optimizer."""
    parameters = ParameterBuffers([Parameter(*given) for given in PARAMETERS], dtype)  # type: ignore[arg-type]
    parameters.values[...] = start()
    optimizer = OFFERS[name](parameters, **config)
    for g in gradients():
        parameters.gradients[...] = g
        optimizer.step(optimizer.lr)
    return parameters.values


# Relative to the largest value, what 100 steps of rounding may add up to.
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)])
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@pytest.mark.parametrize("case", CASES)
def test_same_values_as_the_paper(case: str, weight_decay: float, dtype: Any, tolerance: float) -> None:
    name, paper, shared, ours = CASES[case]
    found = trained(name, dtype, **shared, **ours, weight_decay=weight_decay)
    theirs = {NAMES.get(key, key): value for key, value in ours.items()}
    expected = paper(weight_decay * DECAYED, **shared, **theirs)
    assert np.abs(expected - start()).max() > 0.01
    assert np.abs(found - expected).max() / np.abs(expected).max() < tolerance
