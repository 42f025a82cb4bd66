"""Filters drawn with the covariance of others."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from convlab.errors import ConfigError
from convlab.plugin import Array

Initialize = Callable[..., Array]
COUNT = 4000
DEPTHWISE = {"shape": (COUNT, 3, 3, 1), "groups": COUNT}


def trained() -> Array:
    """Filters that vary together, around a mean that is not 0."""
    rng = np.random.default_rng(0)
    mixing = rng.standard_normal((9, 9))
    return (rng.standard_normal((500, 9)) @ mixing + 3).reshape(500, 3, 3, 1)


@pytest.fixture
def source(tmp_path: Path) -> str:
    np.save(tmp_path / "filters.npy", trained()[..., 0])
    return str(tmp_path / "filters.npy")


def test_the_covariance_is_the_sources(initialize: Initialize, source: str) -> None:
    """In the source's axes n normal vectors have a covariance of I with errors sqrt(2/n) and sqrt(1/n).

    Bounds are five of these for 45 numbers: other seeds would fail once in 38,000 choices.
    """
    expected = np.cov(trained().reshape(500, 9).T, bias=True)
    drawn = initialize("covariance_transfer", **DEPTHWISE, source=source).reshape(COUNT, 9)
    whitening = np.linalg.inv(np.linalg.cholesky(expected))
    white = drawn @ whitening.T
    np.testing.assert_allclose(white.T @ white / COUNT, np.eye(9), atol=5 * (2 / COUNT) ** 0.5)
    np.testing.assert_allclose(white.mean(axis=0), 0, atol=5 / COUNT**0.5)


def test_a_checkpoint_gives_the_layers_own_filters(
    initialize: Initialize, source: str, tmp_path: Path
) -> None:
    path = str(tmp_path / "epoch.safetensors")
    save_file({"layer.weight": trained(), "other.weight": 2 * trained()}, path)
    expected = initialize("covariance_transfer", **DEPTHWISE, source=source)
    np.testing.assert_array_equal(initialize("covariance_transfer", **DEPTHWISE, source=path), expected)
    double = initialize("covariance_transfer", **DEPTHWISE, source=path, array="other.weight")
    np.testing.assert_allclose(double, 2 * expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("layer", [{"shape": (8, 3, 3, 4)}, {"shape": (8, 4)}])
def test_only_depthwise_filters_follow_the_source(
    layer: dict[str, tuple[int, ...]], initialize: Initialize, source: str
) -> None:
    expected = initialize("covariance_transfer", **layer)
    np.testing.assert_array_equal(initialize("covariance_transfer", **layer, source=source), expected)


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        (
            np.ones((500, 5, 5)),
            r"'layer' needs more than 9 filters of shape \(3, 3\).* has shape \(500, 5, 5\)",
        ),
        (np.ones((9, 3, 3)), r"needs more than 9 filters .* has shape \(9, 3, 3\)"),
        (np.ones((500, 3, 3, 2)), r"one channel each; .* has shape \(500, 3, 3, 2\)"),
    ],
)
def test_filters_that_do_not_fit_are_refused(
    filters: Array, message: str, initialize: Initialize, tmp_path: Path
) -> None:
    np.save(tmp_path / "filters.npy", filters)
    with pytest.raises(ConfigError, match=message):
        initialize("covariance_transfer", **DEPTHWISE, source=str(tmp_path / "filters.npy"))


def test_what_cannot_be_read_is_named(initialize: Initialize, tmp_path: Path) -> None:
    missing = str(tmp_path / "no.npy")
    with pytest.raises(ConfigError, match="cannot read 'layer.weight' of source .*no.npy: .*No such file"):
        initialize("covariance_transfer", **DEPTHWISE, source=missing)
    path = str(tmp_path / "epoch.safetensors")
    save_file({"other.weight": trained()}, path)
    with pytest.raises(ConfigError, match="cannot read 'layer.weight' of source .*epoch.safetensors"):
        initialize("covariance_transfer", **DEPTHWISE, source=path)
