"""Programs that take turns, so that every drift of the machine meets all of them."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

# Threads of a program keep spinning after its work, OpenMP's for about 10 ms; the next must not pay for them.
REST_SECONDS = 0.02


@dataclass(frozen=True)
class Program:
    """Something to be timed.

    Attributes:
        name: what it is called in results.
        run: one execution.
        context: what is entered before its turn and left after it, outside of the timed part.
    """

    name: str
    run: Callable[[], object]
    context: Callable[[], AbstractContextManager[object]] = field(default=nullcontext)


@dataclass(frozen=True)
class Times:
    """Seconds of one execution, as found in every round.

    Example:
        >>> times = Times((2.0, 1.0, 3.0, 2.0, 9.0))
        >>> times.median, times.spread
        (2.0, 0.5)
    """

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Seconds in the middle round."""
        return statistics.median(self.rounds)

    @property
    def spread(self) -> float:
        """Interquartile range divided by the median."""
        return relative_spread(self.rounds)


def relative_spread(values: Sequence[float]) -> float:
    """The interquartile range of values, divided by their median; 0 for a single one.

    Example:
        >>> relative_spread([1.0, 2.0, 2.0, 3.0, 9.0])
        0.5
    """
    if len(values) < 2:
        return 0.0
    lower, middle, upper = statistics.quantiles(values, n=4, method="inclusive")
    return (upper - lower) / middle


def take_turns(programs: Sequence[Program], *, rounds: int, seconds: float) -> dict[str, Times]:
    """Times programs in rounds in which each has a turn.

    A turn repeats its program as often as fits, so that clocks and caches are the same for short and long
    ones; before it the machine rests, and a short program is executed once more untimed.

    Args:
        programs: what to time; each must have run before.
        rounds: turns of each, >= 1.
        seconds: for all turns of all programs together; every turn has at least one execution.

    Returns:
        The times by name.

    Example:
        >>> times = take_turns([Program("sum", lambda: sum(range(1000)))], rounds=3, seconds=0.01)
        >>> len(times["sum"].rounds), times["sum"].median > 0
        (3, True)
    """
    per_turn = seconds / (rounds * len(programs))
    repeats = [_repeats(program, per_turn) for program in programs]
    found: dict[str, list[float]] = {program.name: [] for program in programs}
    for _ in range(rounds):
        for program, count in zip(programs, repeats, strict=True):
            found[program.name].append(_turn(program, count))
    return {name: Times(tuple(times)) for name, times in found.items()}


def _repeats(program: Program, seconds: float) -> int:
    return max(1, math.floor(seconds / max(_turn(program, 1), 1e-7)))


def _turn(program: Program, count: int) -> float:
    """Seconds of one execution, the mean over `count`."""
    time.sleep(REST_SECONDS)
    with program.context():
        if count > 1:
            program.run()
        started = time.perf_counter()
        for _ in range(count):
            program.run()
        return (time.perf_counter() - started) / count
