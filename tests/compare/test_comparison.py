"""Runs side by side."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from statistics import stdev

import pytest

from convlab.compare import Question, compare
from convlab.compare.claim import Claim, check_claim
from convlab.errors import RecordError
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]


def test_seeds_share_a_row_with_mean_and_deviation(runs: Path, make_run: MakeRun) -> None:
    for seed, accuracy in enumerate((0.90, 0.94, 0.95)):
        make_run("adam", seed=seed, validation=accuracy, test=accuracy - 0.02)
    (row,) = compare(runs).rows
    assert len(row.runs) == 3
    assert row.validation_accuracy is not None
    assert row.validation_accuracy.mean == pytest.approx(0.93)
    assert row.validation_accuracy.deviation == pytest.approx(stdev([0.90, 0.94, 0.95]))
    assert row.best_validation_accuracy is not None
    assert row.best_validation_accuracy.mean == pytest.approx(0.94)
    assert row.test_accuracy is not None
    assert row.test_accuracy.mean == pytest.approx(0.91)
    assert (row.seconds.mean, row.epochs.mean) == (2.0, 2.0)  # type: ignore[union-attr]


def test_ranked_by_validation_and_never_by_test(runs: Path, make_run: MakeRun) -> None:
    make_run("adam", validation=0.8, test=0.99)
    make_run("sgd", validation=0.9, test=0.1)
    make_run("lion", validation=math.nan, test=1.0)
    found = compare(runs)
    assert found.ranked_by == "validation_accuracy"
    assert [row.label for row in found.rows] == ["sgd", "adam", "lion"]


def test_ranked_by_test_where_nothing_was_held_back(runs: Path, make_run: MakeRun) -> None:
    make_run("adam", test=0.8)
    make_run("sgd", test=0.9)
    found = compare(runs)
    assert found.ranked_by == "test_accuracy"
    assert found.headline == (
        "no verdict from 1 seed: test accuracy sgd 0.900, adam 0.800; "
        "run 3 seeds of each at least, such as seed=0,1,2"
    )


def test_columns_and_labels(runs: Path, make_run: MakeRun) -> None:
    make_run({"name": "adam", "lr": 0.1}, validation=0.9, epochs_asked=1)
    make_run({"name": "adam", "lr": 0.01}, validation=0.8, epochs_asked=1)
    make_run({"name": "sgd", "momentum": 0.9}, validation=0.7, epochs_asked=2)
    found = compare(runs)
    assert found.columns == ("optimizer", "optimizer.lr", "epochs_asked")
    assert [row.label for row in found.rows] == [
        "adam, optimizer.lr=0.1, epochs_asked=1",
        "adam, optimizer.lr=0.01, epochs_asked=1",
        "sgd, epochs_asked=2",
    ]
    assert found.rows[2].settings == {"optimizer": "sgd", "epochs_asked": 2}


def test_a_configuration_that_lacks_what_the_others_have(runs: Path, make_run: MakeRun) -> None:
    make_run(validation=0.9, initializers={})
    make_run(validation=0.8, initializers={"conv1": {"name": "gabor"}})
    assert [row.label for row in compare(runs).rows] == [
        "without initializers.conv1",
        "initializers.conv1=gabor",
    ]


def test_runs_that_did_not_finish_are_counted_and_named(runs: Path, make_run: MakeRun) -> None:
    make_run("adam", seed=0, validation=0.9)
    diverged = make_run("adam", seed=1, validation=0.1, status="diverged", message="loss is NaN at epoch 1")
    interrupted = make_run("adam", seed=2, status=None, epochs=3)
    failed = make_run("sgd", status="failed", message="ValueError: bad")
    with make_run("lion", status=None).claim():
        found = compare(runs)
    adam, lion, sgd = found.rows
    assert adam.unfinished == {"diverged": 1, "interrupted": 1}
    assert adam.validation_accuracy is not None
    assert adam.validation_accuracy.mean == 0.9
    assert (sgd.unfinished, sgd.runs, sgd.validation_accuracy) == ({"failed": 1}, (), None)
    assert lion.unfinished == {"running": 1}
    assert found.notes[:3] == (
        f"{diverged.path}: diverged: loss is NaN at epoch 1",
        f"{interrupted.path}: interrupted after epoch 3",
        f"{failed.path}: failed: ValueError: bad",
    )
    assert found.notes[3].endswith(": running, 2 epochs done")


def test_unreadable_runs_are_told_and_the_others_compared(runs: Path, make_run: MakeRun) -> None:
    make_run("adam", validation=0.9)
    for name, file, text in (
        ("a", "config.yaml", "a: ["),
        ("b", "config.yaml", "- 1"),
        ("c", "config.yaml", "a: " + "{b: " * 400 + "1" + "}" * 400),
    ):
        (runs / name).mkdir()
        (runs / name / file).write_text(text)
    broken = make_run("sgd")
    (broken.path / "result.json").write_text("{")
    found = compare(runs)
    assert [row.label for row in found.rows if row.runs] == ["adam"]
    assert f"{runs / 'a'}: unreadable: {runs / 'a' / 'config.yaml'} is not valid YAML" in found.notes[0]
    assert any(note.startswith(f"{broken.path}: unreadable:") for note in found.notes)


def test_the_same_cell_in_two_studies_counts_once(runs: Path, make_run: MakeRun) -> None:
    first = make_run("adam", validation=0.9, study="a")
    second = make_run("adam", validation=0.9, study="b")
    found = compare(runs)
    (row,) = found.rows
    assert row.runs == (first.path,)
    assert found.notes == (f"{second.path}: left out, same configuration and seed as {first.path}",)


def test_of_two_equal_cells_the_finished_one_counts(runs: Path, make_run: MakeRun) -> None:
    make_run("adam", status=None, study="a")
    second = make_run("adam", validation=0.9, study="b")
    (row,) = compare(runs).rows
    assert (row.runs, row.unfinished) == ((second.path,), {})


def test_how_and_where_a_run_happened_is_no_difference(runs: Path, make_run: MakeRun) -> None:
    make_run(seed=0, validation=0.9, probes=["filters"], runs_dir="a")
    make_run(seed=1, validation=0.8, probes=[], runs_dir="b")
    found = compare(runs)
    assert (found.columns, len(found.rows)) == ((), 1)
    assert found.rows[0].label == "all runs"


def test_several_folders(runs: Path, make_run: MakeRun) -> None:
    make_run("adam", study="a")
    make_run("sgd", study="b")
    make_run("lion", study="c")
    assert {row.label for row in compare([runs / "a", str(runs / "c")]).rows} == {"adam", "lion"}


def test_as_plain_data(runs: Path, make_run: MakeRun) -> None:
    make_run("adam", seed=0, validation=0.5)
    make_run("adam", seed=1, validation=1.0)
    make_run("sgd", status=None)
    first, second = compare(runs).to_table()
    assert (first["optimizer"], first["runs"], first["unfinished"]) == ("adam", 2, {})
    assert first["validation_accuracy_mean"] == 0.75
    assert first["validation_accuracy_deviation"] == pytest.approx(stdev([0.5, 1.0]))
    assert (second["optimizer"], second["runs"], second["unfinished"]) == ("sgd", 0, {"interrupted": 1})
    assert second["validation_accuracy_mean"] is None


def test_nothing_to_compare(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=f"no runs in {tmp_path}: a run is a folder with a config.yaml"):
        compare(tmp_path)
    with pytest.raises(RecordError, match="no runs in nothing"):
        compare([])


def test_names_from_foreign_runs_cannot_steer_the_terminal(runs: Path, make_run: MakeRun) -> None:
    make_run("\x1b[2Jadam", validation=0.9)
    make_run("sgd", validation=0.8, status="diverged", message="\x1b]0;owned\x07\nsecond line")
    found = compare(runs)
    told = [found.headline, *found.notes, *(row.label for row in found.rows)]
    assert all(line.isprintable() for line in told)
    assert "\\x1b[2Jadam" in found.headline


def make_tuned_study(runs: Path, make_run: MakeRun) -> None:
    """Two arms that chose a learning rate each, as a study leaves them."""
    for seed in range(3):
        for name, rate, value in (("adam", 0.001, 0.9), ("sgd", 0.1, 0.8)):
            make_run(
                {"name": name, "lr": rate}, seed=seed, validation=value + seed / 97, epochs_asked=rate * 1000
            )
    axes = {"optimizer": ["adam", "sgd"]}
    (runs / "study.json").write_text(json.dumps({"axes": axes, "baseline": "sgd", "margin": 0}))


def test_a_study_names_its_arms_by_its_axes(runs: Path, make_run: MakeRun) -> None:
    make_tuned_study(runs, make_run)
    found = compare(runs)
    assert found.columns == ("optimizer", "epochs_asked")
    assert [row.label for row in found.rows] == ["adam", "sgd"]
    assert (found.baseline, found.pairs.margin) == (1, None)
    answer = check_claim(Claim.parse("adam > sgd by 1"), found)
    assert answer.outcome == "supported"


def test_axes_that_do_not_tell_all_arms_apart_name_none(runs: Path, make_run: MakeRun) -> None:
    for rate in (0.1, 0.2):
        make_run({"name": "adam", "lr": rate}, validation=0.9 - rate)
    make_run({"name": "sgd", "lr": 0.1}, validation=0.5)
    labels = [row.label for row in compare(runs, Question(axes=("optimizer",))).rows]
    assert labels == ["adam, optimizer.lr=0.1", "adam, optimizer.lr=0.2", "sgd, optimizer.lr=0.1"]


def test_a_baseline_without_a_score_compares_all_pairs(runs: Path, make_run: MakeRun) -> None:
    for seed in range(3):
        make_run("adam", seed=seed, validation=0.9)
        make_run("sgd", seed=seed, validation=0.8)
    make_run("lion", status=None)
    found = compare(runs, Question(baseline="lion"))
    assert found.baseline is None
    assert found.pairs.family == 1


def test_labels_that_would_be_equal_are_numbered(runs: Path, make_run: MakeRun) -> None:
    make_run(validation=0.9, width="1")
    make_run(validation=0.8, width=1)
    assert [row.label for row in compare(runs).rows] == ["1", "width=1"]
    make_run(validation=0.7, width=None)
    make_run(validation=0.6, width="width=None")
    assert [row.label for row in compare(runs).rows][2:] == ["width=None", "width=None (2)"]


def test_a_studys_margin_is_of_accuracies(runs: Path, make_run: MakeRun) -> None:
    make_tuned_study(runs, make_run)
    (runs / "study.json").write_text(json.dumps({"margin": 0.5}))
    assert compare(runs).pairs.margin == 0.5
    assert compare(runs, Question(margin=0.2)).pairs.margin == 0.2
    assert compare(runs, Question(metric="seconds")).pairs.margin is None
    assert compare(runs, Question(metric="seconds", margin=2)).pairs.margin == 2
