"""The contract of trackers."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from convlab.contracts.tracker import Tracker
from convlab.testing.expectations import NotApplicableError, expect
from convlab.testing.subject import Subject

_CONFIG = {"seed": 0, "optimizer": {"name": "adam", "betas": [0.9, 0.999]}, "bias": None}
_METRICS: dict[str, float | int | str] = {"epoch": 1, "train_loss": 0.5, "validation_accuracy": 0.25}
_STRANGE: dict[str, float | int | str] = {
    "gradient_norm": float("nan"),
    "loss": float("inf"),
    "note": "größer",
}
_RESULT = {"status": "finished", "test_accuracy": 0.5}


def check_is_a_tracker(subject: Subject) -> None:
    """The factory makes a `convlab.plugin.Tracker`."""
    with tempfile.TemporaryDirectory() as folder:
        made = subject.build(Path(folder))
        expect(isinstance(made, Tracker), "made", where="at the defaults", got=made, expected="a Tracker")


def check_takes_a_whole_run(subject: Subject) -> None:
    """A run of two epochs can end in every way there is."""
    for status in ("finished", "interrupted", "diverged", "failed"):
        with _tracker(subject) as tracker:
            tracker.start(deepcopy(_CONFIG), 0)
            for epoch in (1, 2):
                tracker.log({**_METRICS, "epoch": epoch})
            tracker.finish({**_RESULT, "status": status})


def check_takes_a_run_without_epochs(subject: Subject) -> None:
    """A run that was stopped before its first epoch ends well."""
    with _tracker(subject) as tracker:
        tracker.start(deepcopy(_CONFIG), 0)
        tracker.finish({"status": "interrupted"})


def check_takes_a_resumed_run(subject: Subject) -> None:
    """A second tracker in the same folder goes on from where the first was stopped."""
    with tempfile.TemporaryDirectory() as folder:
        for first in (0, 1):
            tracker = _built(subject, folder)
            tracker.start(deepcopy(_CONFIG), first)
            tracker.log({**_METRICS, "epoch": first + 1})
            tracker.finish({"status": "interrupted"})


def check_takes_strange_values(subject: Subject) -> None:
    """NaN, infinity and letters beyond ASCII, which a run that goes wrong gives, are no obstacle."""
    with _tracker(subject) as tracker:
        tracker.start(deepcopy(_CONFIG), 0)
        tracker.log({**_METRICS, **_STRANGE})
        tracker.finish({"status": "diverged", "test_accuracy": float("nan"), "message": "größer"})


def check_may_finish_without_a_start(subject: Subject) -> None:
    """A run that fails before its start can be finished, and finishing twice does no harm."""
    with _tracker(subject) as tracker:
        for _ in range(2):
            tracker.finish({"status": "failed"})


def check_leaves_what_it_is_given(subject: Subject) -> None:
    """Config, metrics and result are as they were, for the next tracker."""
    given: list[dict[str, Any]] = [deepcopy(_CONFIG), dict(_METRICS), dict(_RESULT)]
    before = deepcopy(given)
    with _tracker(subject) as tracker:
        tracker.start(given[0], 0)
        tracker.log(given[1])
        tracker.finish(given[2])
    for name, now, then in zip(("config", "metrics", "result"), given, before, strict=True):
        expect(now == then, name, where="after a run", got=now, expected=then)


@contextmanager
def _tracker(subject: Subject) -> Iterator[Tracker]:
    """A tracker of a run's folder, which is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield _built(subject, folder)


def _built(subject: Subject, folder: str) -> Tracker:
    made = subject.build(Path(folder))
    if not isinstance(made, Tracker):
        raise NotApplicableError("is no Tracker")
    return made
