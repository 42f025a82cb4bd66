"""Full grids of settings."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from convlab.compare import Question, compare
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]

MEANS = {("adam", "relu"): 0.90, ("adam", "gelu"): 0.94, ("sgd", "relu"): 0.80, ("sgd", "gelu"): 0.80}


def fill(make_run: MakeRun, skipped: tuple[str, str, int] | None = None, seeds: int = 3) -> None:
    for (optimizer, activation), seed in product(MEANS, range(seeds)):
        if (optimizer, activation, seed) != skipped:
            value = MEANS[optimizer, activation] + seed / 100
            make_run(optimizer, seed=seed, validation=value, activation={"name": activation})


def test_main_effects_and_interactions(runs: Path, make_run: MakeRun) -> None:
    fill(make_run)
    found = compare(runs).factorial
    assert found is not None
    assert found.axes == {"optimizer": ("adam", "sgd"), "activation": ("gelu", "relu")}
    main = {tuple(item.levels.values()): item for item in found.main}
    assert main[("adam",)].effect == pytest.approx(6)
    assert main[("adam",)].mean == pytest.approx(0.93)
    assert main[("gelu",)].effect == pytest.approx(1)
    assert {tuple(item.levels.values()): round(item.effect, 9) for item in found.interactions} == {
        ("adam", "gelu"): 1,
        ("adam", "relu"): -1,
        ("sgd", "gelu"): -1,
        ("sgd", "relu"): 1,
    }
    assert [item.settings for item in found.sources] == [
        ("optimizer",),
        ("activation",),
        ("optimizer", "activation"),
        ("seed",),
        ("rest",),
    ]


def test_seeds_that_not_all_have_are_left_out(runs: Path, make_run: MakeRun) -> None:
    fill(make_run, skipped=("adam", "relu", 1))
    found = compare(runs).factorial
    assert found is not None
    assert found.seeds == 2


def test_a_grid_with_a_hole_is_none(runs: Path, make_run: MakeRun) -> None:
    fill(make_run)
    make_run("lion", validation=0.9, activation={"name": "relu"})
    assert compare(runs).factorial is None


def test_one_seed_or_one_setting_is_none(runs: Path, make_run: MakeRun) -> None:
    fill(make_run, seeds=1)
    assert compare(runs).factorial is None
    for seed in range(3):
        make_run("adam", seed=seed, study="one", validation=0.9)
        make_run("sgd", seed=seed, study="one", validation=0.8)
    assert compare(runs / "one").factorial is None


def test_axes_that_are_named_leave_what_depends_on_them_aside(runs: Path, make_run: MakeRun) -> None:
    for (optimizer, activation), seed in product(MEANS, range(2)):
        rate = 0.1 if activation == "relu" else 0.2
        make_run(
            {"name": optimizer, "lr": rate},
            seed=seed,
            validation=MEANS[optimizer, activation],
            activation={"name": activation},
        )
    assert compare(runs).factorial is None
    found = compare(runs, Question(axes=("optimizer", "activation"))).factorial
    assert found is not None
    assert list(found.axes) == ["optimizer", "activation"]


def test_a_combination_that_is_there_twice_is_none(runs: Path, make_run: MakeRun) -> None:
    """As many rows as the grid has cells, but one cell has two and one has none."""
    for seed in range(2):
        for optimizer, activation, width in (
            ("adam", "relu", 1),
            ("adam", "relu", 2),
            ("adam", "gelu", 1),
            ("sgd", "relu", 1),
        ):
            make_run(optimizer, seed=seed, validation=0.9, activation={"name": activation}, width=width)
    assert compare(runs, Question(axes=("optimizer", "activation"))).factorial is None
