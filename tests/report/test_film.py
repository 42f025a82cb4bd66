"""A film is a strip of its frames behind a window."""

import io
import re
from base64 import b64decode

import numpy as np
from PIL import Image

from convlab.report.film import film
from convlab.report.pixels import Budget, shades

FRAMES = [shades(np.full((2, 3), value)) for value in (-1.0, 0.0, 1.0)]


def test_the_strip_holds_every_frame_in_its_colors() -> None:
    markup = film(FRAMES, [0, 5, 9], Budget(10_000), scale=2, title="filters")
    assert markup is not None
    found = re.search(r"data:image/png;base64,([^\"]*)", markup)
    assert found is not None
    strip = Image.open(io.BytesIO(b64decode(found[1]))).convert("RGB")
    assert strip.size == (3, 6)
    for place, frame in enumerate(FRAMES):
        assert strip.crop((0, 2 * place, 3, 2 * place + 2)).tobytes() == frame.convert("RGB").tobytes()
    assert 'viewBox="0 0 3 2"' in markup
    assert 'data-times="0 5 9"' in markup
    assert 'y="-4"' in markup


def test_a_film_without_room_is_left_out_and_takes_none() -> None:
    budget = Budget(10)
    assert film(FRAMES, [0, 1, 2], budget, scale=2, title="filters") is None
    assert budget.left == 10
