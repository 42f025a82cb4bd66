"""The contract of schedules."""

import numpy as np

from convlab.testing.expectations import expect, expect_same
from convlab.testing.subject import Subject

_TOTALS = (1, 2, 3, 7, 100, 4001)
_LONG = 4001


def check_gives_floats(subject: Subject) -> None:
    """Every factor is a plain float."""
    for total in _TOTALS:
        for step in (0, total // 2, total - 1):
            factor = subject.build(step, total)
            where = f"at step {step} of {total}"
            expect(isinstance(factor, float), "factor", where=where, got=repr(factor), expected="a float")


def check_gives_finite_factors(subject: Subject) -> None:
    """No factor is NaN or infinite."""
    for total in _TOTALS:
        bad = np.flatnonzero(~np.isfinite(factors(subject, total))).tolist()
        expect(not bad, "steps without a finite factor", where=f"of {total}", got=bad[:5], expected="none")


def check_is_never_below_zero(subject: Subject) -> None:
    """No factor is negative, so that no step goes uphill."""
    for total in _TOTALS:
        low = min(factors(subject, total))
        expect(not low < 0, "smallest factor", where=f"of {total} steps", got=low, expected=">= 0")


def check_learns_something(subject: Subject) -> None:
    """Some factor is above 0, however short the training."""
    for total in _TOTALS:
        high = max(factors(subject, total))
        expect(not high <= 0, "largest factor", where=f"of {total} steps", got=high, expected="> 0")


def check_ends_are_at_most_one(subject: Subject) -> None:
    """Training neither begins nor ends above the base rate."""
    for total in _TOTALS:
        for step in (0, total - 1):
            factor = subject.build(step, total)
            where = f"at step {step} of {total}"
            expect(not factor > 1.0, "factor", where=where, got=factor, expected="<= 1")


def check_has_no_state(subject: Subject) -> None:
    """A factor depends on the step alone, not on what was asked before, so that a run can be resumed."""
    for total in (7, 100):
        forward = factors(subject, total)
        backward = np.array([subject.build(step, total) for step in reversed(range(total))])[::-1]
        expect_same("factors asked for backwards", f"of {total} steps", backward, forward)


def check_claimed_start(subject: Subject) -> None:
    """The first factor is the claimed one."""
    start = float(subject.claim("start"))
    got = subject.build(0, _LONG)
    holds = abs(got - start) <= 1e-9
    expect(holds, "factor", where=f"at step 0 of {_LONG}", got=got, expected=f"{start}, as claimed")


def check_claimed_end(subject: Subject) -> None:
    """The last factor of a long training comes to the claimed one."""
    end = float(subject.claim("end"))
    got = subject.build(_LONG - 1, _LONG)
    holds = abs(got - end) <= 1e-3
    expect(holds, "factor", where=f"at step {_LONG - 1} of {_LONG}", got=got, expected=f"{end}, as claimed")


def check_claimed_monotone(subject: Subject) -> None:
    """The factors only fall, or only rise, as claimed."""
    direction = subject.claim("monotone")
    known = ("falling", "rising")
    expect(direction in known, "claim 'monotone'", where=f"of {subject}", got=direction, expected=known)
    steps = np.diff(factors(subject, _LONG)) * (1 if direction == "rising" else -1)
    wrong = (np.flatnonzero(steps < -1e-12) + 1).tolist()
    where = f"of {_LONG}"
    expect(not wrong, f"steps at which it is not {direction}", where=where, got=wrong[:5], expected="none")


def factors(subject: Subject, total: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The factors of all steps in their order."""
    return np.array([subject.build(step, total) for step in range(total)], np.float64)
