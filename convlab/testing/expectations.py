"""How a check says what it found: what, where, got, expected."""

from typing import Any

import numpy as np

from convlab.contracts.parameter import Array


class NotApplicableError(Exception):
    """A check has nothing to say about an offer; the message is the reason."""


def expect(holds: Any, what: str, *, where: str, got: object, expected: object) -> None:
    """Raises unless something holds.

    Args:
        holds: whether it does.
        what: what was looked at.
        where: for which input, layer or step.
        got: what was found.
        expected: what should have been.

    Raises:
        AssertionError: in one line.

    Example:
        >>> expect(False, "gain", where="at the defaults", got=-1.0, expected="above 0")
        Traceback (most recent call last):
        AssertionError: gain at the defaults: got -1.0, expected above 0
    """
    if not holds:
        raise AssertionError(f"{what} {where}: got {got}, expected {expected}")


def expect_same(what: str, where: str, got: Any, expected: Any) -> None:
    """Raises unless two arrays have the same dtype, shape and bits, NaN being equal to NaN.

    Raises:
        AssertionError: naming the first difference.
    """
    got, expected = np.asarray(got), np.asarray(expected)
    for property_name in ("dtype", "shape"):
        one, other = getattr(got, property_name), getattr(expected, property_name)
        expect(one == other, f"{property_name} of {what}", where=where, got=one, expected=other)
    numeric = np.issubdtype(got.dtype, np.number)
    differs = ~((got == expected) | ((got != got) & (expected != expected) if numeric else False))
    _expect_nowhere(differs, what, where, got, expected, "exactly ")


def expect_close(
    what: str, where: str, got: Array, expected: Array, *, rtol: float, atol: float, at: Array | None = None
) -> None:
    """Raises unless two arrays agree within a tolerance, NaN with NaN.

    Args:
        what: what was looked at; `where` for which input.
        where: for which input.
        got: what was found.
        expected: what should have been.
        rtol: relative tolerance.
        atol: absolute tolerance.
        at: the inputs, of the arrays' shape, to name the one of the first difference.

    Raises:
        AssertionError: naming the first difference.
    """
    differs = ~np.isclose(got, expected, rtol=rtol, atol=atol, equal_nan=True)
    _expect_nowhere(differs, what, where, got, expected, "", at)


def _expect_nowhere(
    differs: Array, what: str, where: str, got: Array, expected: Array, how: str, at: Array | None = None
) -> None:
    if not differs.any():
        return
    first = tuple(int(place[0]) for place in np.nonzero(np.atleast_1d(differs)))
    value, right = np.atleast_1d(got)[first], np.atleast_1d(expected)[first]
    place = f"x = {at[first]!s}" if at is not None else f"index {first}"
    raise AssertionError(
        f"{what} {where}, {place}: got {value!s}, expected {how}{right!s} "
        f"({int(differs.sum())} of {differs.size} values differ)"
    )
