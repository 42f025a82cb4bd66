"""Offers whose words or settings are faulty, each found by the check that is meant for it and by no other."""

from typing import Any

import pytest

from convlab.plugin import claims


def good(step: int, total: int, *, final: float = 0.0) -> float:
    """Falls.

    factor(t) = final + (1 - final) (1 - t/T)

    Args:
        step: t.
        total: T.
        final: where it ends, in [0, 1].

    Example:
        >>> good(0, 2), good(1, 2)
        (1.0, 0.5)

    References:
        Nobody: Nothing, 2000.
    """
    return final + (1 - final) * (1 - step / total)


def written(old: str, new: str) -> Any:
    """The good schedule with other words."""

    def planted(step: int, total: int, *, final: float = 0.0) -> float:
        return good(step, total, final=final)

    assert old in (good.__doc__ or "")
    planted.__doc__ = (good.__doc__ or "").replace(old, new)
    return planted


def swallows_everything(step: int, total: int, *, final: float = 0.0, **settings: float) -> float:
    return good(step, total, final=final)


def takes_settings_by_place(step: int, total: int, final: float = 0.0, power: float = 1.0) -> float:
    return good(step, total, final=final)


def has_no_type(step: int, total: int, *, final=0.0) -> float:  # type: ignore[no-untyped-def]
    return good(step, total, final=final)


def has_another_type(step: int, total: int, *, final: int = 0.5) -> float:  # type: ignore[assignment]
    return good(step, total, final=final)


@claims(begin=1.0)
def claims_what_nobody_knows(step: int, total: int, *, final: float = 0.0) -> float:
    return good(step, total, final=final)


for function in (
    swallows_everything,
    takes_settings_by_place,
    has_no_type,
    has_another_type,
    claims_what_nobody_knows,
):
    function.__doc__ = good.__doc__

PLANTED: list[tuple[Any, str, str]] = [
    (
        written("Falls.", "falls"),
        "docstring_begins_with_a_sentence",
        "first paragraph .*: got 'falls', expected",
    ),
    (
        written("Falls.", "Falls\nslowly."),
        "docstring_begins_with_a_sentence",
        "expected one sentence on one line",
    ),
    (
        written("factor(t) = final", "It goes to final"),
        "docstring_has_a_formula",
        "formula in the docstring of",
    ),
    (
        written("Nothing, 2000", "Nothing"),
        "docstring_names_its_source",
        "got 'Nobody: Nothing.', expected author",
    ),
    (written("References:", "See:"), "docstring_names_its_source", "section 'References:' .*: got ''"),
    (written("final: where", "where"), "docstring_describes_every_setting", "line for 'final' under 'Args:'"),
    (
        written("(1.0, 0.5)", "(1.0, 0.0)"),
        "docstring_example_runs",
        r"Expected: \(1.0, 0.0\) Got: \(1.0, 0.5\)",
    ),
    (written(">>> good", "good"), "docstring_example_runs", "example in the docstring .*: got none"),
    (swallows_everything, "parameters_are_those_of_its_kind", "parameter '.*settings: float' of schedule"),
    (
        takes_settings_by_place,
        "parameters_are_those_of_its_kind",
        r"got 4 \(step, total, final, power\), expected 2 or 3, with",
    ),
    (
        has_no_type,
        "settings_have_types_and_defaults",
        "type of setting 'final' of schedule 'planted': got none",
    ),
    (
        has_another_type,
        "settings_have_types_and_defaults",
        r"setting 'final' .*: got 0.5 \(float\), expected int",
    ),
    (
        claims_what_nobody_knows,
        "claims_are_known",
        "claim of .*: got 'begin', expected one of end, monotone,",
    ),
]


@pytest.mark.parametrize(("planted", "check", "message"), PLANTED, ids=[item[2][:30] for item in PLANTED])
def test_the_fault_is_found(planted: Any, check: str, message: str, finds: Any) -> None:
    finds("schedule", planted, [check], message)


def test_nothing_is_found_where_nothing_is_wrong(failures: Any) -> None:
    assert failures("schedule", good) == {}
