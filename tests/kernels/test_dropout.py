"""Dropout: its share of zeros, their independence, and the same zeros everywhere."""

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import ShapeError

KEYS = (0, 1, 2**32, 2**64 - 1)


def kept(size: int, rate: float, key: int) -> np.ndarray:
    return kernels.dropout(np.ones(size, np.float32), rate, key) != 0


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("key", KEYS)
def test_the_share_of_zeros_is_the_rate(rate: float, key: int) -> None:
    size = 400_000
    deviation = (rate * (1 - rate) / size) ** 0.5
    assert abs(1 - kept(size, rate, key).mean() - rate) <= 4 * deviation


def test_what_is_kept_is_scaled_and_the_rest_is_zero(each_isa: str, guarded_array) -> None:
    x = np.random.default_rng(0).standard_normal((7, 1003)).astype(np.float32)
    y = kernels.dropout(guarded_array(x, writable=False), 0.25, 5, out=guarded_array(x * 0))
    mask = kept(x.size, 0.25, 5).reshape(x.shape)
    np.testing.assert_array_equal(y, np.where(mask, x * np.float32(1 / 0.75), 0))
    in_place = x.copy()
    kernels.dropout(in_place, 0.25, 5, out=in_place)
    np.testing.assert_array_equal(in_place, y)
    np.testing.assert_allclose(kernels.dropout(x.astype(np.float64), 0.25, 5), y, rtol=1e-6)


def test_infinite_values_can_be_dropped(each_isa: str) -> None:
    x = np.full(1000, np.nan, np.float32)
    np.testing.assert_array_equal(np.isnan(kernels.dropout(x, 0.5, 3)), kept(1000, 0.5, 3))


def test_neighbours_and_keys_are_independent() -> None:
    size = 200_000
    masks = [kept(size, 0.5, key) for key in (7, 8, 7 + 2**32, 7 ^ 2**63)]
    masks += [np.roll(masks[0], shift) for shift in (1, 2, 16, 32, 1024)]
    together = np.corrcoef(np.array(masks, float))
    off_diagonal = together[~np.eye(len(masks), dtype=bool)]
    assert np.abs(off_diagonal).max() < 5 / size**0.5


def test_same_bits_for_any_number_of_threads_and_isa() -> None:
    x = np.random.default_rng(1).standard_normal(300_001).astype(np.float32)
    results = set()
    for isa in kernels.isas():
        for threads in (1, 2, 3):
            with kernels.use_isa(isa), kernels.use_threads(threads):
                results.add(kernels.dropout(x, 0.4, 11).tobytes())
    assert len(results) == 1


@pytest.mark.parametrize(
    ("rate", "key", "message"),
    [
        (1.0, 0, r"dropout: rate must be in \[0, 1\), got 1.0"),
        (True, 0, "rate must be in"),
        (0.5, -1, r"dropout: key must be from 0 to 2\^64 - 1, got -1"),
        (0.5, 2**64, "key must be from 0"),
    ],
)
def test_bad_arguments(rate: float, key: int, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        kernels.dropout(np.ones(3, np.float32), rate, key)


def test_a_partial_overlap_is_refused() -> None:
    x = np.ones(5, np.float32)
    with pytest.raises(ShapeError, match="dropout: out overlaps x in memory"):
        kernels.dropout(x[1:], 0.5, 0, out=x[:-1])
