"""Filters laid out as tiles."""

import numpy as np
import pytest

from convlab.inspect.mosaic import SHOWN_CHANNELS, SHOWN_FILTERS, SHOWN_TILES, mosaic

RNG = np.random.default_rng(0)
GAP, TILE = 6, 48


def test_a_single_channel_runs_on_in_lines() -> None:
    weight = RNG.normal(size=(16, 3, 3, 1))
    found = mosaic(weight, 1.0, color=False)
    assert found.shape == (2 * (TILE + GAP) + GAP, 8 * (TILE + GAP) + GAP)
    top, left = GAP + 1 * (TILE + GAP), GAP + 3 * (TILE + GAP)
    tile = found[top : top + TILE, left : left + TILE]
    np.testing.assert_array_equal(tile[::16, ::16], weight[8 + 3, :, :, 0])
    np.testing.assert_array_equal(tile, tile[::16, ::16].repeat(16, 0).repeat(16, 1))
    assert np.isnan(found[:GAP]).all()


def test_a_column_holds_the_channels_of_a_filter() -> None:
    weight = RNG.normal(size=(5, 4, 4, 2))
    found = mosaic(weight, 1.0, color=False)
    assert found.shape == (2 * (TILE + GAP) + GAP, 5 * (TILE + GAP) + GAP)
    top, left = GAP + 1 * (TILE + GAP), GAP + 4 * (TILE + GAP)
    np.testing.assert_array_equal(found[top : top + TILE : 12, left : left + TILE : 12], weight[4, :, :, 1])


def test_color_maps_zero_to_gray_and_the_limit_to_full_color() -> None:
    weight = np.zeros((1, 1, 1, 3))
    weight[0, 0, 0] = [-2.0, 0.0, 2.0]
    found = mosaic(weight, 2.0, color=True)
    np.testing.assert_array_equal(found[GAP, GAP], [0.0, 0.5, 1.0])
    np.testing.assert_array_equal(found[0, 0], [1.0, 1.0, 1.0])


def test_color_has_no_holes_where_weights_are_nan() -> None:
    found = mosaic(np.full((1, 1, 1, 3), np.nan), 1.0, color=True)
    assert ((found >= 0) & (found <= 1)).all()


@pytest.mark.parametrize(
    ("shape", "tiles"),
    [
        ((500, 3, 3, 1), (4, 16)),
        ((500, 3, 3, 500), (SHOWN_CHANNELS, SHOWN_FILTERS)),
        ((1, 3, 3, 1), (1, 1)),
        ((1, 64, 64, 2), (2, 1)),
    ],
)
def test_what_does_not_fit_is_left_out(shape: tuple[int, ...], tiles: tuple[int, int]) -> None:
    found = mosaic(np.ones(shape), 1.0, color=False)
    side = max(TILE, shape[1])
    assert found.shape == tuple(count * (side + GAP) + GAP for count in tiles)
    assert SHOWN_TILES == 4 * 16
