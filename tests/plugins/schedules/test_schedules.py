"""Each schedule against its formula."""

from math import cos, pi
from typing import Any

import pytest

from convlab.errors import ConfigError
from convlab_plugins.schedules import OFFERS
from convlab_plugins.schedules.warmup import with_warmup


def factors(name: str, total: int, **config: Any) -> list[float]:
    return [OFFERS[name](step, total, **config) for step in range(total)]


def test_constant() -> None:
    assert factors("constant", 5) == [1.0] * 5


def test_cosine_falls_along_half_a_cosine() -> None:
    found = factors("cosine", 10)
    assert found == pytest.approx([(1 + cos(pi * step / 10)) / 2 for step in range(10)], abs=1e-15)
    assert found == sorted(found, reverse=True)
    assert found[-1] > 0  # the last step still moves


def test_cosine_ends_at_its_final_factor() -> None:
    assert OFFERS["cosine"](10, 10, final=0.2) == pytest.approx(0.2, abs=1e-15)
    assert OFFERS["cosine"](25, 10, final=0.2) == pytest.approx(0.2, abs=1e-15)
    assert factors("cosine", 4, final=1.0) == [1.0] * 4


def test_step_falls_at_its_milestones() -> None:
    assert factors("step", 8) == pytest.approx([1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01])
    assert factors("step", 4, gamma=0.5, milestones=(0.25,)) == [1.0, 0.5, 0.5, 0.5]
    assert factors("step", 3, milestones=()) == [1.0] * 3


def test_step_falls_after_so_many_steps() -> None:
    assert factors("step", 5, gamma=0.5, every=2) == [1.0, 1.0, 0.5, 0.5, 0.25]


@pytest.mark.parametrize(("warmup", "length"), [(0.25, 5), (5, 5), (5.0, 5), (0.0, 0), (1, 1), (0.01, 0)])
def test_warmup_is_a_part_or_a_number_of_steps(warmup: float, length: int) -> None:
    found = factors("linear_warmup", 20, warmup=warmup)
    assert found[:length] == pytest.approx([(step + 1) / (length + 1) for step in range(length)])
    assert found[length:] == [1.0] * (20 - length)


@pytest.mark.parametrize("name", ["cosine", "step"])
def test_warmup_stands_in_front_of_the_others(name: str) -> None:
    found = factors(name, 12, warmup=4)
    assert found[:4] == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert found[4:] == factors(name, 8)


def test_warmup_may_be_longer_than_the_training() -> None:
    assert factors("cosine", 3, warmup=9) == pytest.approx([0.1, 0.2, 0.3])
    assert with_warmup(9, 3, 9, OFFERS["cosine"], "schedule 'x'") == 1.0


OUT_OF_RANGE: list[tuple[str, dict[str, Any], str]] = [
    *(
        (name, {"warmup": warmup}, rf"warmup must be >= 0 \(below 1 a part .*\), got {warmup}")
        for name in ("linear_warmup", "cosine", "step")
        for warmup in (-0.5, float("inf"), float("nan"))
    ),
    ("cosine", {"final": 1.5}, r"final must be in \[0, 1\], got 1.5"),
    ("cosine", {"final": -0.1}, r"final must be in \[0, 1\], got -0.1"),
    ("step", {"gamma": 0.0}, r"gamma must be in \(0, 1\], got 0.0"),
    ("step", {"gamma": 2.0}, r"gamma must be in \(0, 1\], got 2.0"),
    ("step", {"milestones": (0.5, 30.0)}, r"milestones must be all in \(0, 1\), got \(0.5, 30.0\)"),
    ("step", {"every": 0}, "every must be a number of steps >= 1, or null, got 0"),
]


@pytest.mark.parametrize(("name", "config", "message"), OUT_OF_RANGE)
def test_settings_out_of_range_are_refused(name: str, config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^schedule '{name}': {message}$"):
        OFFERS[name](0, 10, **config)
