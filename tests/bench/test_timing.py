"""Programs take turns."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from convlab.bench import timing
from convlab.bench.timing import Program, Times, relative_spread, take_turns


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "REST_SECONDS", 0.0)


def test_programs_alternate_in_every_round() -> None:
    calls: list[str] = []
    programs = [Program(name, lambda name=name: calls.append(name)) for name in ("a", "b")]  # type: ignore[misc]
    found = take_turns(programs, rounds=3, seconds=0.0)
    assert calls == ["a", "b"] * 4  # the first time to see how long they take
    assert {name: len(times.rounds) for name, times in found.items()} == {"a": 3, "b": 3}


def test_short_programs_are_repeated_and_timed_by_their_mean() -> None:
    calls = 0

    def program() -> None:
        nonlocal calls
        calls += 1
        time.sleep(0.001)

    found = take_turns([Program("short", program)], rounds=2, seconds=0.1)
    assert calls > 10
    assert 0.001 <= found["short"].median < 0.05


def test_a_program_runs_in_its_context_and_nowhere_else() -> None:
    inside: list[str] = []

    @contextmanager
    def entered(name: str) -> Iterator[None]:
        inside.append(name)
        yield
        inside.remove(name)

    def program(name: str) -> Program:
        def run() -> None:
            assert inside == [name]

        return Program(name, run, lambda: entered(name))

    take_turns([program("a"), program("b")], rounds=2, seconds=0.001)
    assert inside == []


def test_spread_is_the_interquartile_range_relative_to_the_median() -> None:
    assert relative_spread([4.0, 2.0, 1.0, 3.0, 100.0]) == pytest.approx(2 / 3)
    assert relative_spread([5.0]) == 0.0
    assert Times((2.0, 2.0, 2.0)).spread == 0.0
