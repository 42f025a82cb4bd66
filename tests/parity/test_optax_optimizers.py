"""The optimizers that Optax has and PyTorch has not: the same values after 100 steps."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from convlab.plugin import Array, Parameter, ParameterBuffers
from convlab_plugins.optimizers import convlab_optimizers

jax = pytest.importorskip("jax", reason="needs JAX, the extra 'golden'")
optax = pytest.importorskip("optax", reason="needs Optax, the extra 'golden'")
contrib = pytest.importorskip("optax.contrib", reason="needs Optax, the extra 'golden'")

Transformation = Any
Tree = dict[str, Any]

STEPS = 100
SHAPES = {"conv": (6, 2, 2, 2), "dense": (5, 7), "bias": (6,)}
ROLES = {"conv": "conv_weight", "dense": "dense_weight", "bias": "bias"}
WEIGHTS = {"conv": True, "dense": True, "bias": False}
# relative to the largest value, what 100 steps of rounding may add up to
TOLERANCE = {np.float32: 3e-6, np.float64: 2e-14}
# Optax takes a power of the step in float32 whatever the values have (adafactor, madgrad); its epsilon stands
# beside the norm of a mean instead of a sum (muon); it has no epsilon where PyTorch has one (clip_by_norm)
DEPARTS = {"adafactor": 1e-7, "madgrad": 1e-7, "muon": 1e-8, "clip_by_norm": 1e-7}


def lamb(lr: float, decay: float) -> Transformation:
    """optax.lamb, with the ratio of layers for weights alone."""
    return optax.chain(
        optax.scale_by_adam(eps=1e-6),
        optax.add_decayed_weights(decay, WEIGHTS),
        optax.masked(optax.scale_by_trust_ratio(), WEIGHTS),
        optax.scale_by_learning_rate(lr),
    )


def decoupled(inner: Transformation, lr: float, decay: float) -> Transformation:
    return optax.chain(inner, optax.add_decayed_weights(decay, WEIGHTS), optax.scale_by_learning_rate(lr))


def coupled(inner: Transformation, lr: float, decay: float) -> Transformation:
    return optax.chain(optax.add_decayed_weights(decay, WEIGHTS), inner, optax.scale_by_learning_rate(lr))


def biased(step: Any) -> Any:
    """Takes back the unbiasing by which Optax's Prodigy departs from the authors' code."""
    return (1 - 0.9 ** (step + 1)) / (1 - 0.999 ** (step + 1)) ** 0.5


def matrix_rate(step: Any) -> Any:
    return jax.numpy.minimum(0.3, 1 / (step + 1.0) ** 0.5)


# name and settings here, a weight decay that both have, and the same with that decay in Optax
Case = tuple[str, dict[str, Any], float, Callable[[float], Transformation]]
CASES: dict[str, Case] = {
    "adabelief": ("adabelief", {"lr": 0.01}, 0.1, lambda d: decoupled(optax.scale_by_belief(), 0.01, d)),
    # from 0: Optax begins the mean gradient, too, with the initial accumulator
    "yogi": (
        "yogi",
        {"lr": 0.01, "initial_accumulator": 0.0},
        0.1,
        lambda d: coupled(optax.scale_by_yogi(eps=1e-3, initial_accumulator_value=0.0), 0.01, d),
    ),
    # one minus a half is a half: in terms of what is kept, Optax has 1 - beta2 where the authors have beta2
    "adan": (
        "adan",
        {"lr": 0.01, "betas": (0.98, 0.5, 0.99)},
        0.0,
        lambda d: optax.adan(0.01, b2=0.5, eps_root=0.0),
    ),
    "adopt": ("adopt", {"lr": 0.01}, 0.0, lambda d: contrib.adopt(0.01)),
    "ademamix": (
        "ademamix",
        {"lr": 0.01},
        0.1,
        lambda d: contrib.ademamix(0.01, weight_decay=d, mask=WEIGHTS),
    ),
    "signsgd": ("signsgd", {"lr": 0.01}, 0.1, lambda d: decoupled(optax.scale_by_sign(), 0.01, d)),
    "lion": ("lion", {"lr": 0.01}, 0.1, lambda d: optax.lion(0.01, weight_decay=d, mask=WEIGHTS)),
    # Optax adds epsilon to the rate
    "madgrad": ("madgrad", {"lr": 0.01}, 0.0, lambda d: contrib.madgrad(0.01 - 1e-6)),
    "lars": (
        "lars",
        {"lr": 0.01},
        0.0,
        lambda d: optax.lars(0.01, trust_coefficient=0.05, trust_ratio_mask=WEIGHTS),
    ),
    "lamb": ("lamb", {"lr": 0.01}, 0.1, lambda d: lamb(0.01, d)),
    "novograd": (
        "novograd",
        {"lr": 0.01},
        0.0,
        lambda d: optax.novograd(0.01, b1=0.95, b2=0.98, eps=1e-8),
    ),
    "dog": (
        "dog",
        {},
        0.1,
        lambda d: contrib.dog(init_step=("heuristic", 0.05), weight_decay=d, mask=WEIGHTS),
    ),
    "prodigy": ("prodigy", {}, 0.0, lambda d: contrib.prodigy(biased, estim_lr0=1e-4)),
    "schedule_free_sgd": (
        "schedule_free_sgd",
        {"lr": 0.05},
        0.0,
        lambda d: contrib.schedule_free_sgd(0.05),
    ),
    "schedule_free_adamw": (
        "schedule_free_adamw",
        {"lr": 0.01},
        0.0,
        lambda d: contrib.schedule_free_adamw(0.01),
    ),
    "adafactor": (
        "adafactor",
        {"lr": 0.3},
        0.0,
        lambda d: optax.adafactor(matrix_rate, min_dim_size_to_factor=1),
    ),
    # Optax's Nesterov step unbiases both parts; without it all scales drop out in the orthogonalization
    "muon": (
        "muon",
        {"nesterov": False, "matrices": "all", "rest": {"name": "adam", "lr": 0.02}},
        0.0,
        lambda d: contrib.muon(
            0.02,
            nesterov=False,
            muon_weight_dimension_numbers={
                name: contrib.MuonDimensionNumbers(1, 0) if weight else None
                for name, weight in WEIGHTS.items()
            },
        ),
    ),
    "gradient_centralization": (
        "gradient_centralization",
        {"inner": {"name": "sgd", "lr": 0.05}},
        0.0,
        lambda d: optax.chain(optax.centralize(), optax.sgd(0.05)),
    ),
    "clip_by_norm": (
        "clip_by_norm",
        {"norm": 5.0, "inner": {"name": "sgd", "lr": 0.05}},
        0.0,
        lambda d: optax.chain(optax.clip_by_global_norm(5.0), optax.sgd(0.05)),
    ),
}


def start(name: str) -> Array:
    rng = np.random.default_rng(len(name))
    return rng.standard_normal(SHAPES[name]).astype(np.float32)


def gradients(name: str) -> Array:
    """A drift to and fro below noise, exact in float32."""
    rng = np.random.default_rng(10 + len(name))
    drift = np.cos(np.arange(STEPS) / 5).reshape(-1, *[1] * len(SHAPES[name]))
    shape = SHAPES[name]
    return (drift * rng.standard_normal(shape) + 2 * rng.standard_normal((STEPS, *shape))).astype(np.float32)


def ours(name: str, dtype: Any, **config: Any) -> Array:
    parameters = [Parameter(key, ROLES[key], SHAPES[key]) for key in SHAPES]  # type: ignore[arg-type]
    buffers = ParameterBuffers(parameters, dtype)
    along = {parameter.name: gradients(parameter.name) for parameter in parameters}
    for parameter in parameters:
        parameter.value[...] = start(parameter.name)
    optimizer = convlab_optimizers()[name](buffers, **config)
    for step in range(STEPS):
        for parameter in parameters:
            parameter.gradient[...] = along[parameter.name][step]
        optimizer.step(optimizer.lr)
    return np.concatenate([parameter.value.ravel() for parameter in parameters])


@cache
def theirs(case: str) -> Array:
    """In float64, along all gradients in one compiled loop; a row of a matrix leads to one output."""
    _, _, decay, transformation = CASES[case]
    with jax.enable_x64(True):
        values = {name: jax.numpy.asarray(rows(start(name)), np.float64) for name in SHAPES}
        along = {name: jax.numpy.asarray([rows(g) for g in gradients(name)], np.float64) for name in SHAPES}
        made = transformation(decay)

        def step(carried: tuple[Tree, Any], gradient: Tree) -> tuple[tuple[Tree, Any], None]:
            values, state = carried
            updates, state = made.update(gradient, state, values)
            return (optax.apply_updates(values, updates), state), None

        last = jax.jit(lambda values, along: jax.lax.scan(step, (values, made.init(values)), along)[0][0])
        found = last(values, along)
        return np.concatenate([np.asarray(found[name]).ravel() for name in SHAPES])


def rows(array: Array) -> Array:
    return array.reshape(len(array), -1) if array.ndim > 1 else array


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", CASES)
def test_same_values_as_optax(case: str, dtype: Any, deviation: Any) -> None:
    name, config, decay, _ = CASES[case]
    found = ours(name, dtype, **config, **({"weight_decay": decay} if decay else {}))
    assert deviation("optax", case, found, theirs(case)) < max(TOLERANCE[dtype], DEPARTS.get(case, 0.0))
