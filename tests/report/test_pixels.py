"""Small pictures: their colors, their gaps, and how much room they may take."""

import io
from base64 import b64decode

import numpy as np
from PIL import Image

from convlab.report.pixels import Budget, arranged, colored, shades, shrunk


def read(markup: str) -> Image.Image:
    return Image.open(io.BytesIO(b64decode(markup.split("base64,")[1].split('"')[0]))).convert("RGBA")


def test_blue_white_red_and_nothing_survive_the_page() -> None:
    budget = Budget(10_000)
    markup = budget.picture(shades(np.array([[-1.0, 0.0, 1.0, np.nan]])), scale=3, title="four")
    assert markup is not None
    assert 'width="12" height="3"' in markup
    pixels = [read(markup).getpixel((x, 0)) for x in range(4)]
    assert pixels[:3] == [(33, 102, 172, 255), (255, 255, 255, 255), (178, 24, 43, 255)]
    assert pixels[3][3] == 0  # type: ignore[index]
    assert budget.left == 10_000 - len(markup.split('src="')[1].split('"')[0])


def test_red_green_and_blue_are_shown_as_they_are() -> None:
    picture = colored(np.array([[[1.0, 0.0, 0.5], [np.nan] * 3]]))
    assert picture.getpixel((0, 0)) == (255, 0, 128, 255)
    assert picture.getpixel((1, 0))[3] == 0  # type: ignore[index]


def test_what_has_no_room_is_left_out() -> None:
    budget = Budget(50)
    assert budget.picture(shades(np.zeros((4, 4))), scale=1, title="large") is None
    assert budget.left == 50


def test_tiles_have_gaps_of_one_pixel() -> None:
    tiles = arranged([[np.ones((2, 3))] * 2, [np.ones((2, 3))]])
    assert tiles.shape == (5, 7)
    assert np.isnan(tiles[2]).all()
    assert np.isnan(tiles[:, 3]).all()
    assert np.isnan(tiles[3:, 4:]).all()
    assert np.nansum(tiles) == 18
    assert arranged([[np.ones((2, 3))] * 2], 4).shape == (8, 25)


def test_large_maps_are_thinned_evenly() -> None:
    maps = np.arange(64.0)[None, :, None, None] * np.ones((1, 64, 64, 1))
    assert shrunk(maps).shape == (1, 32, 32, 1)
    assert shrunk(maps)[0, :, 0, 0].tolist() == list(range(0, 64, 2))
    assert shrunk(maps[:, :32, :32]).shape == (1, 32, 32, 1)
