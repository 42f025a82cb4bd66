"""Each schedule against its formula."""

import math
from itertools import pairwise
from math import cos, pi, sqrt
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


def test_multistep_multiplies_by_one_factor_or_by_one_each() -> None:
    assert factors("multistep", 8, milestones=(0.5, 6), gammas=(0.1,)) == pytest.approx(
        [1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01]
    )
    assert factors("multistep", 5, milestones=(1, 3), gammas=(0.5, 4.0)) == [1.0, 0.5, 0.5, 2.0, 2.0]
    assert factors("multistep", 3, milestones=(), gammas=()) == [1.0] * 3


def test_exponential_and_inverse_time_end_where_they_say() -> None:
    found = factors("exponential", 50, final=0.02)
    assert [after / before for before, after in pairwise(found)] == pytest.approx([0.02 ** (1 / 50)] * 49)
    assert OFFERS["exponential"](50, 50, final=0.02) == pytest.approx(0.02)
    assert OFFERS["inverse_time"](50, 50, decay=3.0) == 0.25
    assert OFFERS["inverse_time"](50, 50, decay=3.0, power=0.5) == 0.5
    assert [1 / factor for factor in factors("inverse_time", 5, decay=5.0)] == pytest.approx([1, 2, 3, 4, 5])


def test_powers_of_the_time_left() -> None:
    assert factors("linear", 4, final=0.2) == pytest.approx([1.0, 0.8, 0.6, 0.4])
    assert factors("polynomial", 4, power=1.0, final=0.2) == pytest.approx(factors("linear", 4, final=0.2))
    assert factors("polynomial", 4, power=3.0) == pytest.approx([1, 27 / 64, 8 / 64, 1 / 64])
    assert factors("rex", 4) == pytest.approx([1, 6 / 7, 4 / 6, 2 / 5])  # 2 (1 - z)/(2 - z)
    for name in ("linear", "polynomial", "rex"):
        assert OFFERS[name](9, 9) == OFFERS[name](20, 9) == 0


def test_warm_restarts_fill_the_training_with_cycles() -> None:
    found = factors("warm_restarts", 70)
    assert [step for step in range(70) if found[step] == 1.0] == [0, 10, 30]
    assert found[30:] == factors("cosine", 40)
    assert factors("warm_restarts", 12, cycles=1, final=0.1) == factors("cosine", 12, final=0.1)
    assert factors("warm_restarts", 9, cycles=3, growth=1.0) == factors("cosine", 3) * 3


def test_one_cycle_has_its_peak_where_it_says() -> None:
    found = factors("one_cycle", 100)
    assert (found[0], max(found), found.index(max(found))) == (0.04, 1.0, 29)
    assert found[-1] == pytest.approx(4e-6)
    line = factors("one_cycle", 100, shape="linear", rise=0.5, initial=0.0, final=0.0)
    assert line == pytest.approx([min(step / 49, (99 - step) / 50) for step in range(100)])


def test_triangles_are_triangles() -> None:
    found = factors("triangular", 40, cycles=2, low=0.2)
    assert found[:10] == pytest.approx([0.2 + 0.08 * step for step in range(10)])
    assert found[20:] == pytest.approx(found[:20])
    halved = factors("triangular", 40, cycles=2, low=0.2, mode="triangular2")
    assert [factor - 0.2 for factor in halved[20:]] == pytest.approx([(f - 0.2) / 2 for f in found[:20]])


def test_inverse_sqrt_is_that_of_the_transformer() -> None:
    """Equation 3 of Vaswani et al., with steps counted from 1, divided by its peak."""
    paper = [min(n**-0.5, n * 25**-1.5) / 25**-0.5 for n in range(1, 101)]
    assert factors("inverse_sqrt", 100, warmup=24) == pytest.approx(paper)
    assert factors("inverse_sqrt", 4, warmup=0) == pytest.approx([1, 1 / sqrt(2), 1 / sqrt(3), 0.5])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("linear", [1, 0.75, 0.5, 0.25]),
        ("1-sqrt", [1, 0.5, 1 - sqrt(0.5), 1 - sqrt(0.75)]),
        ("cosine", [1, (1 + sqrt(0.5)) / 2, 0.5, (1 - sqrt(0.5)) / 2]),
    ],
)
def test_stable_phase_ends_in_a_cooldown(shape: str, expected: list[float]) -> None:
    found = factors("warmup_stable_decay", 24, warmup=4, cooldown=0.2, shape=shape)
    assert found[:4] == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert found[4:20] == [1.0] * 16
    assert found[20:] == pytest.approx(expected)
    ends = {"warmup": 0, "cooldown": 99, "shape": shape, "final": 0.3}
    assert OFFERS["warmup_stable_decay"](24, 24, **ends) == pytest.approx(0.3)
    assert factors("warmup_stable_decay", 4, warmup=0, cooldown=99, shape=shape)[1] < 1
    assert factors("warmup_stable_decay", 4, warmup=0, cooldown=0, shape=shape) == [1.0] * 4


def after(losses: list[float], **settings: Any) -> list[float]:
    """The factor after each epoch with such a validation loss."""
    history = [{"validation_loss": loss} for loss in losses]
    return [
        OFFERS["reduce_on_plateau"](0, 1, history[: epoch + 1], **{"gamma": 0.5, "patience": 1, **settings})
        for epoch in range(len(losses))
    ]


def test_reduce_on_plateau_falls_when_patience_ends() -> None:
    assert OFFERS["reduce_on_plateau"](3, 9) == 1.0
    assert after([1.0, 0.9, 0.9, 0.9, 0.9, 0.9]) == [1.0, 1.0, 1.0, 0.5, 0.5, 0.25]
    assert after([1.0, 1.0, 0.9, 1.0, 0.8, 1.0]) == [1.0] * 6
    assert after([1.0, 0.95, 0.9, 0.95], threshold=0.2) == [1.0, 1.0, 0.5, 0.5]
    assert after([1.0] * 6, cooldown=1, patience=0) == [1.0, 0.5, 0.5, 0.25, 0.25, 0.125]
    assert after([1.0] * 4, patience=0, final=0.3) == [1.0, 0.5, 0.3, 0.3]
    assert after([math.nan, 1.0, math.nan, math.nan]) == [1.0, 1.0, 1.0, 0.5]


def test_reduce_on_plateau_wants_accuracies_to_rise() -> None:
    history = [{"train_accuracy": accuracy} for accuracy in (0.5, 0.6, 0.6)]
    falls = [
        OFFERS["reduce_on_plateau"](0, 1, history[:epochs], metric="train_accuracy", patience=0)
        for epochs in range(4)
    ]
    assert falls == [1.0, 1.0, 1.0, 0.1]


def test_reduce_on_plateau_says_when_nothing_is_held_back() -> None:
    with pytest.raises(ConfigError, match="must be measured; hold images back with validation_fraction"):
        OFFERS["reduce_on_plateau"](0, 1, [{"train_loss": 1.0}])


def test_range_test_gives_every_power_of_ten_as_many_steps() -> None:
    found = factors("range_test", 101, start=1e-4, end=10.0)
    assert [math.log10(factor) for factor in found] == pytest.approx([-4 + step / 20 for step in range(101)])


@pytest.mark.parametrize(("warmup", "length"), [(0.25, 5), (5, 5), (5.0, 5), (0.0, 0), (1, 1), (0.01, 0)])
def test_warmup_is_a_part_or_a_number_of_steps(warmup: float, length: int) -> None:
    found = factors("linear_warmup", 20, warmup=warmup)
    assert found[:length] == pytest.approx([(step + 1) / (length + 1) for step in range(length)])
    assert found[length:] == [1.0] * (20 - length)


WITH_WARMUP = [
    "cosine",
    "step",
    "multistep",
    "exponential",
    "inverse_time",
    "polynomial",
    "linear",
    "rex",
    "warm_restarts",
]


@pytest.mark.parametrize("name", WITH_WARMUP)
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
        for name in ("linear_warmup", "inverse_sqrt", "warmup_stable_decay", *WITH_WARMUP)
        for warmup in (-0.5, float("inf"), float("nan"))
    ),
    ("cosine", {"final": 1.5}, r"final must be in \[0, 1\], got 1.5"),
    ("cosine", {"final": -0.1}, r"final must be in \[0, 1\], got -0.1"),
    ("step", {"gamma": 0.0}, r"gamma must be in \(0, 1\], got 0.0"),
    ("step", {"gamma": 2.0}, r"gamma must be in \(0, 1\], got 2.0"),
    ("step", {"milestones": (0.5, 30.0)}, r"milestones must be all in \(0, 1\), got \(0.5, 30.0\)"),
    ("multistep", {"milestones": (0.0,)}, r"milestones must be all > 0, finite, got \(0.0,\)"),
    ("multistep", {"gammas": (-1.0,)}, r"gammas must be all > 0, finite, got \(-1.0,\)"),
    ("multistep", {"gammas": (0.1, 0.1)}, r"gammas must be one for each milestone, .*, got \(0.1, 0.1\)"),
    ("exponential", {"final": 0.0}, r"final must be in \(0, 1\], got 0.0"),
    ("inverse_time", {"decay": -1.0}, "decay must be >= 0 and finite, got -1.0"),
    ("inverse_time", {"power": 0.0}, "power must be > 0 and finite, got 0.0"),
    ("polynomial", {"power": 0.0}, "power must be > 0 and finite, got 0.0"),
    ("polynomial", {"final": 2.0}, r"final must be in \[0, 1\], got 2.0"),
    ("linear", {"final": 2.0}, r"final must be in \[0, 1\], got 2.0"),
    ("warm_restarts", {"cycles": 0}, "cycles must be >= 1, got 0"),
    ("warm_restarts", {"growth": 0.0}, "growth must be > 0 and finite, got 0.0"),
    ("warm_restarts", {"final": -1.0}, r"final must be in \[0, 1\], got -1.0"),
    ("one_cycle", {"rise": 1.0}, r"rise must be in \(0, 1\), got 1.0"),
    ("one_cycle", {"initial": 2.0}, r"initial must be in \[0, 1\], got 2.0"),
    ("one_cycle", {"final": 2.0}, r"final must be in \[0, 1\], got 2.0"),
    ("one_cycle", {"shape": "square"}, "shape must be one of cosine, linear, got 'square'"),
    ("triangular", {"cycles": 0}, "cycles must be >= 1, got 0"),
    ("triangular", {"low": 0.0}, r"low must be in \(0, 1\], got 0.0"),
    ("triangular", {"mode": "exp"}, "mode must be one of triangular, triangular2, got 'exp'"),
    ("warmup_stable_decay", {"shape": "log"}, "shape must be one of linear, 1-sqrt, cosine, got 'log'"),
    ("warmup_stable_decay", {"final": 2.0}, r"final must be in \[0, 1\], got 2.0"),
    ("warmup_stable_decay", {"cooldown": -1.0, "warmup": 0}, r"cooldown must be >= 0 \(.*\), got -1.0"),
    ("reduce_on_plateau", {"metric": "loss"}, "metric must be one of validation_loss, .*, got 'loss'"),
    ("reduce_on_plateau", {"gamma": 1.0}, r"gamma must be in \(0, 1\), got 1.0"),
    ("reduce_on_plateau", {"patience": -1}, "patience must be >= 0, got -1"),
    ("reduce_on_plateau", {"threshold": 1.0}, r"threshold must be in \[0, 1\), got 1.0"),
    ("reduce_on_plateau", {"cooldown": -1}, "cooldown must be >= 0, got -1"),
    ("reduce_on_plateau", {"final": 2.0}, r"final must be in \[0, 1\], got 2.0"),
    ("range_test", {"start": 0.0}, "start must be > 0 and finite, got 0.0"),
    ("range_test", {"start": 0.5, "end": 0.1}, "end must be >= start and finite, got 0.1"),
    ("step", {"every": 0}, "every must be a number of steps >= 1, or null, got 0"),
]


@pytest.mark.parametrize(("name", "config", "message"), OUT_OF_RANGE)
def test_settings_out_of_range_are_refused(name: str, config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^schedule '{name}': {message}$"):
        OFFERS[name](0, 10, **config)
