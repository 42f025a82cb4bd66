"""What is asked, on the command line and by a study."""

import json
from pathlib import Path
from typing import Any

import pytest

from convlab.compare.question import Question
from convlab.errors import ConfigError, RecordError


def write(folder: Path, **values: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "study.json").write_text(json.dumps(values))
    return folder


def test_a_study_asks_and_the_command_line_overrides(tmp_path: Path) -> None:
    study = write(
        tmp_path, metric="test_accuracy", margin=0.5, axes={"initializer": ["a", "b"]}, seeds=[0, 1]
    )
    found = Question(margin=0.2).over(Question.of_studies([study]))
    assert found == Question(metric="test_accuracy", margin=0.2, axes=("initializer",))


def test_no_margin_is_a_choice_and_no_baseline_is_none(tmp_path: Path) -> None:
    study = write(tmp_path, margin=0, baseline="")
    assert Question(margin=0).over(Question(margin=0.5)) == Question(margin=0)
    assert Question.of_studies([study]) == Question(margin=0)


def test_a_folder_without_the_file_asks_nothing(tmp_path: Path) -> None:
    assert Question.of_studies([tmp_path]) == Question()


def test_studies_that_ask_differently_are_not_compared(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a", metric="test_accuracy"), write(tmp_path / "b", metric="seconds")
    with pytest.raises(
        ConfigError, match='a/study.json has metric "test_accuracy" and .*compare the studies'
    ):
        Question.of_studies([one, other])
    assert Question.of_studies([one, one]).metric == "test_accuracy"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"margin": -1}, "margin must be a number >= 0, got -1"),
        ({"margin": True}, "margin must be a number >= 0, got True"),
        ({"target": 95}, "target must be in \\(0, 1\\], got 95"),
        ({"metric": 1}, "metric must be a name, got 1"),
        ({"axes": "initializer"}, "axes should be a list or a mapping of names, got 'initializer'"),
        ({"axes": [1]}, "axes should be a list or a mapping"),
    ],
)
def test_values_out_of_range_are_told_with_their_file(
    tmp_path: Path, values: dict[str, Any], message: str
) -> None:
    study = write(tmp_path, **values)
    with pytest.raises(ConfigError, match=f"study.json: {message}"):
        Question.of_studies([study])


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "study.json").write_text("[")
    with pytest.raises(RecordError, match="study.json is not valid JSON"):
        Question.of_studies([tmp_path])
