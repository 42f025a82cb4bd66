"""The registry of checks: each is named, described, and known to be able to fail."""

import re
from pathlib import Path

import pytest

from convlab.errors import ConfigError
from convlab.registry import KINDS, Offer
from convlab.testing import Check, NotApplicableError, Subject, checks, run_check
from convlab.testing.checks import _MODULES

HERE = Path(__file__).parent
PLANTED = "".join(path.read_text() for path in HERE.glob("test_planted_*.py"))
ALL = {check.name: check for kind in KINDS for check in checks(kind)}


@pytest.mark.parametrize("name", ALL)
def test_a_fault_is_planted_for_every_check(name: str) -> None:
    assert f'"{name}"' in PLANTED


@pytest.mark.parametrize("check", ALL.values(), ids=ALL)
def test_every_check_says_what_it_checks(check: Check) -> None:
    assert re.fullmatch(r"[A-Zf].*\.", check.summary), check.summary


def test_every_kind_has_checks_of_its_own() -> None:
    assert set(_MODULES) == set(KINDS)
    common = {check.name for check in checks("tracker")} & {check.name for check in checks("schedule")}
    assert all(len(checks(kind)) > len(common) for kind in KINDS)


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"no kind of plugin named 'optimiser'; did you mean 'optimizer'\?"):
        checks("optimiser")


SUBJECT = Subject(Offer("schedule", "planted", lambda step, total: 1.0, "planted", "planted", "1"))


@pytest.mark.parametrize(
    ("raised", "status", "message"),
    [
        (None, "passed", ""),
        (AssertionError("gain at 0: got 1, expected 2"), "failed", "gain at 0: got 1, expected 2"),
        (ZeroDivisionError("division by zero"), "failed", "raised ZeroDivisionError: division by zero"),
        (NotApplicableError("claims nothing"), "not applicable", "claims nothing"),
    ],
)
def test_what_a_check_raises_is_its_outcome(raised: Exception | None, status: str, message: str) -> None:
    def check_planted(subject: Subject) -> None:
        if raised is not None:
            raise raised

    outcome = run_check(Check(check_planted), SUBJECT)
    assert (outcome.check.name, outcome.status, outcome.message) == ("planted", status, message)
