"""The whole page: what comes first, what is left out, how large it is, and that it is written whole."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convlab.compare import Question
from convlab.errors import ConfigError, RecordError
from convlab.records.run_directory import RunDirectory
from convlab.report import report_page, write_report
from convlab.report.page import SECTIONS

MakeRun = Callable[..., RunDirectory]
PageOf = Callable[[str], Any]


def sections(page: Any) -> list[str]:
    return [value for tag, name, value in page.attributes if tag == "section" and name == "id"]


def test_the_verdict_comes_first_and_the_sections_in_their_order(
    runs: Path, make_run: MakeRun, page_of: PageOf
) -> None:
    for seed in range(4):
        make_run("he_normal", seed=seed, score=0.9 + 0.001 * seed, probes=True)
        make_run("zeros", seed=seed, score=0.1, probes=True)
    (runs / "study.json").write_text(json.dumps({"question": "Does He beat zeros?", "seeds": 4}))
    page = page_of(report_page([runs]))
    expected = [name for name, _, _ in SECTIONS if name != "effects"]  # one axis has no interaction
    assert sections(page) == expected
    assert "Does He beat zeros?" in page.text
    assert "he_normal beats zeros by 80.15 points" in page.text
    assert page.text.index("beats") < page.text.index("Leaderboard", page.text.index("Does He"))


def test_runs_of_which_none_finished_have_a_page(runs: Path, make_run: MakeRun, page_of: PageOf) -> None:
    make_run(status="failed", message="disk full")
    page = page_of(report_page([runs]))
    assert "no run has finished" in page.text
    assert "disk full" in page.text
    assert "curves" not in sections(page)


def test_the_question_goes_through(runs: Path, make_run: MakeRun, page_of: PageOf) -> None:
    for seed in range(3):
        make_run("he_normal", seed=seed, score=0.9 + 0.001 * seed)
        make_run("zeros", seed=seed, score=0.8)
    text = page_of(report_page([runs], Question(metric="test_accuracy", baseline="zeros"))).text
    assert "he_normal beats zeros by 10.10 points" in text
    assert "ranked by test accuracy" in text
    assert "Time to the target" not in text
    assert "Time to the target" in page_of(report_page([runs], Question(target=0.5))).text
    assert "he_normal" in page_of(report_page([runs], Question(metric="seconds"))).text


def test_a_missing_probe_says_how_to_record_it(runs: Path, make_run: MakeRun, page_of: PageOf) -> None:
    make_run()
    text = page_of(report_page([runs])).text
    for probe in ("filters", "layer_health", "feature_maps"):
        assert f"probes=[{probe}]" in text
    assert "probes=all" in text


def test_what_was_kept_on_the_way_is_a_film_and_lines_over_epochs(
    runs: Path, make_run: MakeRun, page_of: PageOf
) -> None:
    make_run(probes=True)
    page = page_of(report_page([runs]))
    times = [value for tag, name, value in page.attributes if (tag, name) == ("svg", "data-times")]
    assert times == ["0 1 3"] * 2
    assert "training" in sections(page)


def test_what_was_kept_at_the_ends_only_is_two_pictures_and_no_line(
    runs: Path, make_run: MakeRun, page_of: PageOf
) -> None:
    make_run(probes=True, epochs=1)
    page = page_of(report_page([runs]))
    assert not [name for _, name, _ in page.attributes if name == "data-times"]
    assert "training" not in sections(page)
    assert "keep them after every epoch: probes=all" in page.text


def test_failures_have_their_message_and_the_command_that_goes_on(
    runs: Path, make_run: MakeRun, page_of: PageOf
) -> None:
    make_run(seed=1)
    make_run(seed=2, status="diverged", message="the loss became nan in epoch 2")
    failed = make_run(seed=4, status="failed", message="disk full")
    (make_run(seed=5).path / "config.yaml").write_text("[")
    interrupted = make_run(seed=3)
    (interrupted.path / "result.json").unlink()
    text = page_of(report_page([runs])).text
    assert "diverged: the loss became nan in epoch 2" in text
    assert f"convlab run --rerun initializer=he_normal seed=2 runs_dir={runs.parent}" in text.replace("'", "")
    assert f"convlab resume {interrupted.path}" in text
    assert f"convlab resume --retry {failed.path}" in text
    assert "restore its files" in text


@pytest.mark.parametrize("arms", [20, 100])
def test_a_hundred_runs_take_less_than_two_megabytes(runs: Path, make_run: MakeRun, arms: int) -> None:
    layers = [f"conv{number}" for number in range(4)]
    for number in range(100):
        make_run(
            f"initializer{number % arms}",
            seed=number // arms,
            score=0.9 - 0.004 * number,
            epochs=50,
            layers=layers,
            probes=number % arms < 14,
        )
    page = report_page([runs])
    assert 100_000 < len(page.encode()) < 2_000_000
    assert "data:image/png" in page


def test_a_study_shows_protocol_ledger_and_shrinkage(runs: Path, make_run: MakeRun, page_of: PageOf) -> None:
    make_run()
    shrinkage = {"he_normal": {"selected": 0.93, "rerun": 0.875, "shrinkage": 0.055}}
    protocol = {"axes": {"initializer": ["he_normal"]}, "seeds": 3, "shrinkage": shrinkage}
    (runs / "study.json").write_text(json.dumps(protocol))
    spent = {"trials": 7, "runs": 7, "epochs": 14, "seconds": 1.5}
    entry = {"selected": {"optimizer.lr": 0.01}, "selected_score": 0.93, "spent": spent}
    (runs / "tuning.json").write_text(json.dumps({"arms": {"he_normal": entry}}))
    text = page_of(report_page([runs])).text
    for part in ("initializer=[he_normal]", "optimizer.lr=0.01", "14", "0.055", "0.875"):
        assert part in text


def test_the_runs_of_a_search_are_not_in_it(runs: Path, make_run: MakeRun, page_of: PageOf) -> None:
    make_run("he_normal")
    searched = make_run("from_tuning")
    (runs / "tuning").mkdir()
    searched.path.rename(runs / "tuning" / searched.path.name)
    (runs / "study.json").write_text("{}")
    assert "from_tuning" not in page_of(report_page([runs])).text


def test_the_same_runs_give_the_same_page(runs: Path, make_run: MakeRun) -> None:
    make_run(probes=True)
    assert report_page([runs]) == report_page([runs])


def test_a_page_that_cannot_be_written_leaves_the_old_one(runs: Path, make_run: MakeRun) -> None:
    make_run()
    path = runs / "report.html"
    write_report([runs], path)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="metric"):
        write_report([runs], path, Question(metric="nothing"))
    assert path.read_bytes() == before


def test_a_folder_without_runs_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no runs in"):
        report_page([tmp_path])
