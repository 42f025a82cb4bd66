"""Faulty trackers, each found by the check that is meant for it and by no other."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from convlab.plugin import Tracker


class Good(Tracker):
    def __init__(self, run_directory: Path) -> None:
        self.path = run_directory / "lines.txt"
        self.lines: list[str] = []

    def start(self, config: Mapping[str, Any], epoch: int) -> None:
        self.path.touch()

    def log(self, metrics: Mapping[str, float | int | str]) -> None:
        self.lines.append(json.dumps(dict(metrics)))

    def finish(self, result: Mapping[str, Any]) -> None:
        self.path.write_text("\n".join(self.lines))


def makes_a_path(run_directory: Path) -> Any:
    return run_directory


class TakesOneEpoch(Good):
    def log(self, metrics: Any) -> None:
        if self.lines:
            raise RuntimeError("one is enough")
        super().log(metrics)


class WantsAnEpoch(Good):
    started = False

    def start(self, config: Any, epoch: int) -> None:
        self.started = True

    def finish(self, result: Any) -> None:
        if self.started:
            self.path.write_text(self.lines[-1])


class WantsANewFolder(Good):
    def start(self, config: Any, epoch: int) -> None:
        self.path.touch(exist_ok=False)


class WritesStrictJson(Good):
    def log(self, metrics: Any) -> None:
        self.lines.append(json.dumps(dict(metrics), allow_nan=False))


class WritesAscii(Good):
    def finish(self, result: Any) -> None:
        self.path.write_text(str(dict(result)), encoding="ascii")


class OpensAtTheStart(Good):
    def start(self, config: Any, epoch: int) -> None:
        self.file = self.path

    def finish(self, result: Any) -> None:
        self.file.write_text("\n".join(self.lines))


class FinishesOnce(Good):
    finished = False

    def finish(self, result: Any) -> None:
        if self.finished:
            raise RuntimeError("finished already")
        self.finished = True


class TakesTheEpochOut(Good):
    def log(self, metrics: Any) -> None:
        metrics.pop("epoch")


class ChangesTheConfig(Good):
    def start(self, config: Any, epoch: int) -> None:
        config["optimizer"]["name"] = "mine"


PLANTED: list[tuple[Any, str, str]] = [
    (makes_a_path, "is_a_tracker", "expected a Tracker"),
    (TakesOneEpoch, "takes_a_whole_run", "raised RuntimeError: one is enough"),
    (WantsAnEpoch, "takes_a_run_without_epochs", "raised IndexError: list index out of range"),
    (WantsANewFolder, "takes_a_resumed_run", "raised FileExistsError: "),
    (WritesStrictJson, "takes_strange_values", "raised ValueError: Out of range float values"),
    (WritesAscii, "takes_strange_values", "raised UnicodeEncodeError: "),
    (OpensAtTheStart, "may_finish_without_a_start", "raised AttributeError: .* has no attribute 'file'"),
    (FinishesOnce, "may_finish_without_a_start", "raised RuntimeError: finished already"),
    (TakesTheEpochOut, "leaves_what_it_is_given", "metrics after a run: got {'train_loss': 0.5,"),
    (ChangesTheConfig, "leaves_what_it_is_given", "config after a run: got .*'mine'.*, expected .*'adam'"),
]


@pytest.mark.parametrize(
    ("planted", "check", "message"), PLANTED, ids=lambda item: getattr(item, "__name__", "")
)
def test_the_fault_is_found(planted: Any, check: str, message: str, finds: Any) -> None:
    finds("tracker", planted, [check], message)


def test_nothing_is_found_where_nothing_is_wrong(failures: Any) -> None:
    assert failures("tracker", Good) == {}
