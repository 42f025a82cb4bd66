"""Choices of a measurement."""

from typing import Any

import pytest

from convlab import kernels
from convlab.bench.explain import explanation
from convlab.bench.options import Options
from convlab.errors import ConfigError


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"rounds": 0}, "bench: rounds must be >= 1, got 0"),
        ({"images": 0}, "bench: images must be >= 1, got 0"),
        ({"seconds": float("nan")}, "bench: seconds must be >= 0, got nan"),
        ({"passes": ("forwards",)}, "bench: passes: no 'forwards'; use forward, backward"),
        ({"buffers": "old"}, "bench: buffers: no 'old'; use planned, new"),
    ],
)
def test_a_choice_out_of_range_is_refused(choice: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Options(**choice)


def test_the_explanation_has_what_the_plan_says() -> None:
    (table,) = explanation(Options(only=("res16", "depthwise"), precisions=("fast",)))
    assert [row[:2] for row in table.rows] == [
        (name, operation)
        for name in ("res16", "depthwise")
        for operation in ("forward", "backward_input", "backward_weight")
    ]
    with kernels.use_isa("reference"):
        (table,) = explanation(Options(only=("res16",)))
    assert table.title == "reference, float32"
    assert {row[2:] for row in table.rows} == {("reference", "")}
