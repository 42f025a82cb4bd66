"""Initializers beside those of JAX and Keras, as samples of the same distributions.

Two samples are compared by Kolmogorov and Smirnov's test at a level of 1e-6: with other seeds, one choice in
40,000 would fail some of the cases although all is right.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import ks_2samp

from convlab.plugin import Array, InitializerSpec
from convlab_plugins.initializers import OFFERS

jax = pytest.importorskip("jax", reason="needs JAX, the extra 'golden'")

FILTERS, CHANNELS, LEVEL = 128, 48, 1e-6
OURS = (FILTERS, 3, 3, CHANNELS)
THEIRS = (3, 3, CHANNELS, FILTERS)  # in JAX and Keras

inits = jax.nn.initializers
# name and settings here, and the same in JAX
CASES: list[tuple[str, dict[str, Any], Any]] = [
    ("normal", {"std": 0.05}, inits.normal(0.05)),
    ("truncated_normal", {"std": 0.05}, inits.truncated_normal(0.05)),
    ("glorot_uniform", {}, inits.glorot_uniform()),
    ("glorot_normal", {}, inits.glorot_normal()),
    ("he_uniform", {}, inits.he_uniform()),
    ("he_normal", {}, inits.he_normal()),
    ("lecun_uniform", {}, inits.lecun_uniform()),
    ("lecun_normal", {}, inits.lecun_normal()),
    *(
        (
            "variance_scaling",
            {"scale": 3.0, "mode": mode, "distribution": distribution},
            inits.variance_scaling(3.0, mode, distribution),
        )
        for mode, distribution in (
            ("fan_out", "normal"),
            ("fan_avg", "truncated_normal"),
            ("fan_geo_avg", "uniform"),
        )
    ),
]
# name here, and in keras.initializers, where defaults are the same
KERAS = {
    "normal": "RandomNormal",
    "uniform": "RandomUniform",
    "truncated_normal": "TruncatedNormal",
    "glorot_uniform": "GlorotUniform",
    "glorot_normal": "GlorotNormal",
    "he_uniform": "HeUniform",
    "he_normal": "HeNormal",
    "lecun_uniform": "LecunUniform",
    "lecun_normal": "LecunNormal",
}


@pytest.fixture
def same_distribution(deviation: Any) -> Callable[[str, str, Array, Array], None]:
    """Compares two samples; what is kept is how far their percentiles are from each other."""

    def compare(framework: str, entry: str, found: Array, expected: Array) -> None:
        percent = np.arange(1, 100)
        percentiles = np.percentile(found, percent), np.percentile(expected, percent)
        deviation(framework, f"{entry}, percentiles", *percentiles)
        assert ks_2samp(found.ravel(), expected.ravel()).pvalue > LEVEL

    return compare


def ours(name: str, **settings: Any) -> Array:
    spec = InitializerSpec(OURS, "conv_weight", "conv1")
    array: Array = OFFERS[name](spec, np.random.default_rng(0), **settings)
    return array


@pytest.mark.parametrize(("name", "settings", "theirs"), CASES)
def test_same_distribution_as_jax(name: str, settings: Any, theirs: Any, same_distribution: Any) -> None:
    same_distribution("jax", name, ours(name, **settings), np.asarray(theirs(jax.random.key(0), THEIRS)))


@pytest.mark.parametrize("name", KERAS)
def test_same_distribution_as_keras(name: str, keras: Any, same_distribution: Any) -> None:
    theirs = getattr(keras.initializers, KERAS[name])(seed=0)(THEIRS, dtype="float32")
    same_distribution("keras", name, ours(name), np.asarray(theirs))


def test_orthogonal_matrices_are_as_uniform_as_jax(same_distribution: Any) -> None:
    """The first entry and the trace of 3 x 3 matrices tell whether signs and directions are drawn alike."""
    count = 2000
    spec = InitializerSpec((3, 3), "dense_weight", "dense1")
    rng = np.random.default_rng(0)
    mine = np.stack([OFFERS["orthogonal"](spec, rng) for _ in range(count)])
    draw = jax.jit(jax.vmap(lambda key: inits.orthogonal()(key, (3, 3))))
    theirs = np.asarray(draw(jax.random.split(jax.random.key(0), count)))
    same_distribution("jax", "orthogonal, first entry", mine[:, 0, 0], theirs[:, 0, 0])
    same_distribution("jax", "orthogonal, trace", *(item.trace(axis1=1, axis2=2) for item in (mine, theirs)))


def test_the_test_sees_a_truncation_without_its_correction(same_distribution: Any) -> None:
    uncorrected = inits.truncated_normal((2 / (9 * CHANNELS)) ** 0.5)
    with pytest.raises(AssertionError):
        same_distribution(
            "none", "none", ours("he_normal"), np.asarray(uncorrected(jax.random.key(0), THEIRS))
        )
