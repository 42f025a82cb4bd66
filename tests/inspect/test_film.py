"""Filters as an animated picture."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from convlab.errors import RecordError
from convlab.inspect import draw_film
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]


def frames(path: Path) -> list[np.ndarray]:
    with Image.open(path) as film:
        assert film.format == "GIF"
        return [np.asarray(frame.convert("RGB")).astype(int) for frame in ImageSequence.Iterator(film)]


def test_a_film_has_a_frame_for_every_epoch_on_one_scale(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run()
    for epoch, value in enumerate((-1.0, 0.5, 1.0)):
        run.write_probe("filters", epoch, {"conv1.weight": np.full((1, 1, 1, 1), value)})
    assert draw_film(run, tmp_path / "film.gif") == 3
    centers = [frame[16 + 18, 6 + 18] for frame in frames(tmp_path / "film.gif")]
    for found, expected in zip(centers, [(33, 102, 172), (216, 140, 149), (178, 24, 43)], strict=True):
        np.testing.assert_allclose(found, expected, atol=4)


def test_layers_stand_below_each_other_and_colors_are_kept(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run(filters={"conv1.weight": (8, 3, 3, 3), **{f"c{n}.weight": (2, 3, 3, 2) for n in range(9)}})
    assert draw_film(run, tmp_path / "film.gif") == 2
    first, last = frames(tmp_path / "film.gif")
    assert first.shape == last.shape
    assert (first != last).any()


def test_a_film_needs_two_epochs(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run()
    with pytest.raises(RecordError, match="kept no filters: run it with"):
        draw_film(run, tmp_path / "film.gif")
    run.write_probe("filters", 0, {"conv1.weight": np.ones((1, 1, 1, 1))})
    with pytest.raises(RecordError, match=r"at epoch 0 only: a film needs more, such as 'probes="):
        draw_film(run, tmp_path / "film.gif")
    assert not (tmp_path / "film.gif").exists()


def test_a_long_training_is_a_film_of_a_hundred_frames(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run()
    for epoch in range(120):
        run.write_probe("filters", epoch, {"conv1.weight": np.full((1, 1, 1, 1), epoch - 60.0)})
    assert draw_film(run, tmp_path / "film.gif") == 100


def test_weights_that_are_not_finite_are_gaps(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run()
    for epoch in range(2):
        run.write_probe("filters", epoch, {"conv1.weight": np.full((1, 1, 1, 1), np.nan)})
    draw_film(run, tmp_path / "film.gif")
    np.testing.assert_allclose(frames(tmp_path / "film.gif")[0][16 + 18, 6 + 18], 222, atol=4)
