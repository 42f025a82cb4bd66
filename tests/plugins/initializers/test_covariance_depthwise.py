"""Depthwise filters against the formula of their covariance, in plain float64."""

from collections.abc import Callable
from itertools import product
from math import exp
from typing import Any

import numpy as np
import pytest

from convlab.plugin import Array

Initialize = Callable[..., Array]
COUNT = 4000


def covariance_of(height: int, width: int, s: float, correlation: float, variance: float) -> Array:
    """z m(p) m(q) c(p - q), one pair of pixels at a time."""
    places = [
        ((row - (height - 1) / 2) / height, (column - (width - 1) / 2) / width)
        for row, column in product(range(height), range(width))
    ]

    def bell(y: float, x: float, sigma: float) -> float:
        return exp(-(y * y + x * x) / (2 * sigma * sigma))

    made = np.array(
        [
            [bell(*p, s) * bell(*q, s) * bell(p[0] - q[0], p[1] - q[1], correlation * s) for q in places]
            for p in places
        ]
    )
    scaled: Array = made * (variance * len(places) / np.trace(made))
    return scaled


@pytest.mark.parametrize(
    ("kernel", "layer", "settings", "s"),
    [
        ((3, 3), {}, {}, 0.15),
        ((3, 5), {"layer_index": 4, "depth": 5}, {"last": 0.4}, 0.4),
        ((3, 3), {"layer_index": 1, "depth": 5, "relu": True}, {"first": 0.2, "last": 0.6}, 0.3),
        ((4, 1), {"layer_index": 2, "depth": 3}, {"correlation": 0.5}, 0.5),
    ],
)
def test_the_covariance_is_the_formula(
    kernel: tuple[int, int],
    layer: dict[str, Any],
    settings: dict[str, float],
    s: float,
    initialize: Initialize,
) -> None:
    """n normal vectors have a covariance with errors sqrt((V_pp V_qq + V_pq^2)/n), a mean with sqrt(V_pp/n).

    Bounds are six of these; at most 135 numbers would miss them once in 3 million choices of the seed.
    """
    height, width = kernel
    shape, variance = (COUNT, height, width, 1), (2 if layer.get("relu") else 1) / (height * width)
    drawn = initialize("covariance_depthwise", shape, groups=COUNT, **layer, **settings)
    drawn = drawn.reshape(COUNT, -1)
    expected = covariance_of(height, width, s, settings.get("correlation", 1.0), variance)
    variances = np.diagonal(expected)
    bound = 6 * np.sqrt((np.outer(variances, variances) + expected**2) / COUNT)
    assert (np.abs(drawn.T @ drawn / COUNT - expected) <= bound).all()
    assert (np.abs(drawn.mean(axis=0)) <= 6 * np.sqrt(variances / COUNT)).all()
    assert np.linalg.eigvalsh(expected).min() > -1e-12  # so that such filters exist


def test_a_wide_window_of_long_reach_gives_flat_filters(initialize: Initialize) -> None:
    """All weights of a filter are one number in the limit, where the covariance has rank 1."""
    wide = {"first": 1e3, "correlation": 1e3}
    drawn = initialize("covariance_depthwise", (50, 5, 5, 1), groups=50, **wide)
    spread = drawn.std(axis=(1, 2))
    assert spread.max() < 1e-5 < drawn.std()


def test_a_window_of_one_pixel_gives_scaled_identities(initialize: Initialize) -> None:
    """The variance is all in the middle: 25 gain^2/25."""
    drawn = initialize("covariance_depthwise", (COUNT, 5, 5, 1), groups=COUNT, first=0.01)
    center = drawn[:, 2, 2, 0]
    assert abs(center.var() - 1) < 6 * (2 / COUNT) ** 0.5
    assert np.count_nonzero(np.abs(drawn) > 1e-30) == COUNT


@pytest.mark.parametrize("layer", [{"shape": (8, 3, 3, 4)}, {"shape": (8, 3, 3, 1)}, {"shape": (8, 4)}])
def test_all_other_weights_are_independent(layer: dict[str, Any], initialize: Initialize) -> None:
    expected = initialize("variance_scaling", **layer, scale="auto", mode="fan_in", distribution="normal")
    np.testing.assert_array_equal(initialize("covariance_depthwise", **layer), expected)


def test_vectors_are_neutral(initialize: Initialize) -> None:
    given = {role: initialize("covariance_depthwise", (3,), role=role)[0] for role in ("scale", "bias")}
    assert given == {"scale": 1.0, "bias": 0.0}
