"""Curves and filters as pictures."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convlab.errors import ConvlabError, MissingExtraError, RecordError
from convlab.inspect import draw_curves, draw_feature_maps, draw_filters
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]
Draw = Callable[[RunDirectory, Path], None]
FILTERS = {"conv1.weight": (8, 3, 3, 1), "conv2.weight": (16, 3, 3, 8)}


@pytest.fixture
def matplotlib() -> Any:
    """The optional library, where it is installed."""
    return pytest.importorskip("matplotlib", reason="needs the extra 'plot'")


@pytest.fixture(autouse=True)
def _coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws with a third of the dots, which is faster."""
    monkeypatch.setattr("convlab.inspect.picture.DOTS_PER_INCH", 50)


def pixels(path: Path) -> np.ndarray[Any, Any]:
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def share_of(picture: np.ndarray[Any, Any], color: tuple[int, int, int]) -> float:
    """Share of the pixels that are near a color."""
    return float((np.abs(picture.astype(int) - color).max(axis=2) < 40).mean())


@pytest.mark.usefixtures("matplotlib")
def test_curves_show_training_validation_and_test(make_run: MakeRun, tmp_path: Path) -> None:
    path = tmp_path / "curves.png"
    draw_curves(make_run(), path)
    picture = pixels(path)
    assert picture.shape[1] == 500
    for color in ((0x21, 0x66, 0xAC), (0xD6, 0x60, 0x4D), (0x1A, 0x7F, 0x37)):
        assert share_of(picture, color) > 1e-4
    assert share_of(picture, (255, 255, 255)) > 0.8


@pytest.mark.usefixtures("matplotlib")
def test_curves_without_validation_and_result(make_run: MakeRun, tmp_path: Path) -> None:
    path = tmp_path / "curves.png"
    draw_curves(make_run(validation=False, finished=False, epochs=1), path)
    assert share_of(pixels(path), (0x21, 0x66, 0xAC)) > 1e-4
    assert share_of(pixels(path), (0xD6, 0x60, 0x4D)) == 0


@pytest.mark.usefixtures("matplotlib")
def test_curves_of_a_foreign_config(make_run: MakeRun, tmp_path: Path) -> None:
    path = tmp_path / "curves.png"
    draw_curves(make_run(config={"data": {"name": "$x_{$ \x1b[2J"}, "model": 3}), path)
    assert path.exists()


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.parametrize(
    "filters",
    [
        FILTERS,
        {"conv1.weight": (64, 5, 5, 3), "conv2.weight": (4, 1, 1, 2), "wide.weight": (100, 1, 7, 1)},
        {f"block{i}.weight": (2, 3, 3, 2) for i in range(20)},
        {"one.weight": (1, 1, 1, 1)},
        {"tall.weight": (1, 9, 1, 8)},
    ],
    ids=["plain", "color", "many", "one", "tall"],
)
def test_filters_are_drawn(make_run: MakeRun, tmp_path: Path, filters: dict[str, tuple[int, ...]]) -> None:
    path = tmp_path / "filters.png"
    draw_filters(make_run(filters=filters), path)
    picture = pixels(path)
    assert picture.shape[1] == 550
    assert picture.shape[0] < 2000
    assert picture.std() > 5


@pytest.mark.usefixtures("matplotlib")
def test_filters_stand_before_and_after_on_one_scale(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run()
    weight = np.full((1, 1, 1, 1), 1.0)
    run.write_probe("filters", 0, {"conv1.weight": weight})
    run.write_probe("filters", 3, {"conv1.weight": -weight})
    draw_filters(run, tmp_path / "filters.png")
    picture = pixels(tmp_path / "filters.png")
    left, right = picture[:, :230], picture[:, 270:480]
    full, opposite = (0x67, 0x00, 0x1F), (0x05, 0x30, 0x61)
    assert share_of(left, full) > 0.1 > share_of(left, opposite)
    assert share_of(right, opposite) > 0.1 > share_of(right, full)


@pytest.mark.usefixtures("matplotlib")
def test_filters_of_a_diverged_and_of_an_interrupted_run(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run()
    run.write_probe("filters", 0, {"conv1.weight": np.full((4, 3, 3, 1), np.nan)})
    draw_filters(run, tmp_path / "start.png")
    run.write_probe("filters", 1, {"conv1.weight": np.zeros((4, 3, 3, 1))})
    draw_filters(run, tmp_path / "both.png")
    assert (tmp_path / "start.png").exists()
    assert (tmp_path / "both.png").exists()


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        ({}, "kept no filters: run it with probes=[filters]"),
        ({0: {}}, "kept no filters: its model has no convolutions"),
        ({0: {"w": (2, 2)}}, "should have one shape (K, R, S, C) at all epochs, got (2, 2) and (2, 2)"),
        ({0: {"w": (2, 3, 3, 1)}, 1: {"w": (3, 3, 3, 1)}}, "got (2, 3, 3, 1) and (3, 3, 3, 1)"),
        ({0: {"w": (2, 3, 3, 1)}, 1: {}}, "got (2, 3, 3, 1) and None"),
        ({0: {"w": (0, 3, 3, 1)}}, "got (0, 3, 3, 1) and (0, 3, 3, 1)"),
    ],
)
def test_filters_that_cannot_be_drawn(
    make_run: MakeRun, tmp_path: Path, kept: dict[int, dict[str, tuple[int, ...]]], message: str
) -> None:
    run = make_run()
    for epoch, shapes in kept.items():
        run.write_probe("filters", epoch, {name: np.zeros(shape) for name, shape in shapes.items()})
    with pytest.raises(RecordError) as caught:
        draw_filters(run, tmp_path / "filters.png")
    assert message in str(caught.value)


def test_no_epochs_to_draw(make_run: MakeRun, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="has no epochs to draw: train it for at least one"):
        draw_curves(make_run(epochs=0), tmp_path / "curves.png")


FEATURE_MAPS = {
    "images": np.full((2, 8, 8, 1), 255, np.uint8),
    "conv1": np.linspace(-1, 1, 2 * 4 * 4 * 3, dtype=np.float32).reshape(2, 4, 4, 3),
}


@pytest.mark.usefixtures("matplotlib")
@pytest.mark.parametrize(
    "kept",
    [
        FEATURE_MAPS,
        {"images": np.zeros((1, 3, 9, 3), np.uint8), "a$b\x1b": np.full((1, 1, 1, 20), np.nan)},
        {"images": np.zeros((9, 70, 70, 2), np.uint8), **{f"l{n}": np.ones((9, 1, 1, 1)) for n in range(20)}},
    ],
    ids=["plain", "hostile", "many"],
)
def test_feature_maps_are_drawn(
    make_run: MakeRun, tmp_path: Path, kept: dict[str, np.ndarray[Any, Any]]
) -> None:
    run = make_run()
    run.write_probe("feature_maps", 3, kept)
    draw_feature_maps(run, tmp_path / "maps.png")
    picture = pixels(tmp_path / "maps.png")
    assert picture.shape[1] == 400
    assert share_of(picture, (222, 222, 222)) > 0.02


@pytest.mark.usefixtures("matplotlib")
def test_feature_maps_are_red_above_and_blue_below_zero(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run()
    maps = np.stack([np.full((2, 8, 8), -2.0), np.full((2, 8, 8), 2.0)], axis=-1)
    run.write_probe("feature_maps", 0, {**FEATURE_MAPS, "conv1": maps})
    draw_feature_maps(run, tmp_path / "maps.png")
    picture = pixels(tmp_path / "maps.png")
    left, right = picture[:, 134:266], picture[:, 266:]
    blue, red = (33, 102, 172), (178, 24, 43)
    assert share_of(left, blue) > 0.3 > share_of(left, red)
    assert share_of(right, red) > 0.3 > share_of(right, blue)


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        (None, "kept no feature maps: run it with probes=[feature_maps]"),
        ({"conv1": np.ones((2, 3, 3, 1))}, "should have images (N, H, W, C) of uint8, got None"),
        ({"images": np.ones((2, 3, 3, 1))}, "uint8, got float64 of shape (2, 3, 3, 1)"),
        ({"images": np.ones((2, 3, 3, 1), np.uint8)}, "no layer of its model gives images"),
        (
            {"images": np.ones((2, 3, 3, 1), np.uint8), "c": np.ones((3, 3, 3, 1))},
            "feature maps 'c' should be (2, H, W, K), got (3, 3, 3, 1)",
        ),
    ],
)
def test_feature_maps_that_cannot_be_drawn(
    make_run: MakeRun, tmp_path: Path, kept: dict[str, np.ndarray[Any, Any]] | None, message: str
) -> None:
    run = make_run()
    if kept is not None:
        run.write_probe("feature_maps", 0, kept)
    with pytest.raises(RecordError) as caught:
        draw_feature_maps(run, tmp_path / "maps.png")
    assert message in str(caught.value)


@pytest.mark.parametrize("draw", [draw_curves, draw_filters])
def test_without_matplotlib_the_extra_is_named(
    make_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draw: Draw
) -> None:
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError) as caught:
        draw(make_run(filters=FILTERS), tmp_path / "a.png")
    expected = "drawing needs matplotlib, which is not installed: pip install 'convlab[plot]'"
    assert str(caught.value) == expected
    assert isinstance(caught.value, ConvlabError)


@pytest.mark.parametrize("draw", [draw_curves, draw_filters])
def test_nothing_is_left_when_the_picture_cannot_be_written(
    make_run: MakeRun, tmp_path: Path, matplotlib: Any, draw: Draw
) -> None:
    folder = tmp_path / "pictures"
    (folder / "a.png").mkdir(parents=True)
    with pytest.raises(RecordError, match=r"writing .*a\.png"):
        draw(make_run(filters=FILTERS), folder / "a.png")
    assert os.listdir(folder) == ["a.png"]


def test_the_state_of_matplotlib_is_left_alone(make_run: MakeRun, tmp_path: Path, matplotlib: Any) -> None:
    settings = dict(matplotlib.rcParams)
    loaded = "matplotlib.pyplot" in sys.modules
    draw_curves(make_run(filters=FILTERS), tmp_path / "a.png")
    draw_filters(RunDirectory(tmp_path / "run"), tmp_path / "b.png")
    assert dict(matplotlib.rcParams) == settings
    assert ("matplotlib.pyplot" in sys.modules) == loaded
