"""Curves drawn with characters."""

import math
from typing import Any

import pytest

from convlab.inspect import terminal_curves

EPOCHS = [
    {
        "epoch": epoch,
        "train_loss": math.exp(-epoch / 4),
        "validation_loss": math.exp(-epoch / 4) + 0.1,
        "train_accuracy": 1 - math.exp(-epoch / 4),
        "validation_accuracy": 0.9 - math.exp(-epoch / 4),
    }
    for epoch in range(1, 21)
]


def drawing(
    metrics: list[dict[str, Any]], width: int = 60, height: int = 8, encoding: str = "ascii"
) -> list[str]:
    return terminal_curves(metrics, width, height, encoding=encoding).splitlines()


def test_a_line_goes_through_its_points() -> None:
    metrics = [
        {"epoch": 1, "train_loss": 1.0},
        {"epoch": 2, "train_loss": 0.5},
        {"epoch": 3, "train_loss": 0.0},
    ]
    lines = drawing(metrics, 30, 3)
    assert lines[0] == "loss  * train  o validation"
    rows = [line.partition("|")[2] for line in lines[1:4]]
    assert rows[0].startswith("*")
    assert rows[1].strip() == "*" * len(rows[1].strip())
    assert rows[2].endswith("*")
    assert rows[2].index("*") > rows[1].index("*") > 0


def test_validation_is_drawn_as_points_over_the_line() -> None:
    lines = drawing(
        [{"epoch": 1, "train_loss": 1.0, "validation_loss": 1.0}, {"epoch": 2, "train_loss": 0.5}]
    )
    top = lines[1].partition("|")[2]
    assert top[0] == "o"
    assert top[1] == "*"


def test_ticks_are_the_range_of_both_curves() -> None:
    lines = drawing(EPOCHS)
    accuracy = lines[len(lines) // 2 :]
    assert accuracy[0].startswith("accuracy")
    assert accuracy[1].split()[0] == f"{EPOCHS[-1]['train_accuracy']:.3g}"
    assert accuracy[8].split()[0] == f"{EPOCHS[0]['validation_accuracy']:.3g}"
    assert accuracy[-1].split() == ["1", "20"]


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
@pytest.mark.parametrize("width", [36, 60, 89, 90, 120, 200])
@pytest.mark.parametrize("height", [3, 8, 15])
def test_the_size_is_kept(width: int, height: int, encoding: str) -> None:
    lines = drawing(EPOCHS, width, height, encoding)
    assert max(map(len, lines)) <= width
    assert len(lines) == (height + 3) * (1 if width >= 90 else 2)


def test_a_size_that_is_too_small_is_enlarged() -> None:
    assert drawing(EPOCHS, 1, 1) == drawing(EPOCHS, 36, 3)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "ANSI_X3.4-1968"])
def test_other_encodings_get_ascii(encoding: str) -> None:
    assert "\n".join(drawing(EPOCHS, encoding=encoding)).isascii()


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "utf8"])
def test_utf8_gets_braille(encoding: str) -> None:
    text = "\n".join(drawing(EPOCHS, encoding=encoding))
    assert any("\u2800" < mark <= "\u28ff" for mark in text)
    assert "●" in text


def test_the_encoding_is_that_of_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdout:
        encoding = "ascii"

    monkeypatch.setattr("sys.stdout", Stdout())
    text = terminal_curves(EPOCHS, 60, 5)
    monkeypatch.undo()
    assert text.isascii()


def test_values_that_are_not_finite_leave_the_rest() -> None:
    bad = {"epoch": 2, "train_loss": math.nan, "validation_loss": math.inf, "train_accuracy": 10**400}
    assert drawing([EPOCHS[0], bad, EPOCHS[2]]) == drawing([EPOCHS[0], EPOCHS[2]])


def test_a_single_epoch_and_a_constant() -> None:
    assert sum(line.count("*") for line in drawing([{"epoch": 1, "train_loss": 0.5}])[1:]) == 1
    constant = drawing([{"epoch": epoch, "train_loss": 0.5} for epoch in (1, 2, 3)])
    assert [line.partition("|")[2].strip("*") for line in constant if "*" in line][1:] == [""]


@pytest.mark.parametrize("metrics", [[], [{"epoch": 1}], [{"epoch": 1, "train_loss": math.nan}]])
def test_nothing_to_draw_is_said(metrics: list[dict[str, Any]]) -> None:
    assert terminal_curves(metrics, 60, 8) == "no epochs yet"
