"""The outcome in a sentence."""

import pytest

from convlab.compare.headline import headline
from convlab.compare.statistic import Statistic

BEST = ("he_normal", Statistic(2, 0.982, 0.004))


@pytest.mark.parametrize(
    ("ranked", "sentence"),
    [
        ([], "no run has finished"),
        ([("adam", None)], "no run has finished"),
        ([BEST], "he_normal: validation accuracy 0.982 ± 0.004 over 2 seeds"),
        (
            [BEST, ("zeros", Statistic(2, 0.979, 0.006)), ("ones", None)],
            "he_normal is best: validation accuracy 0.982 ± 0.004 over 2 seeds; "
            "next zeros 0.979 ± 0.006 (difference within one standard deviation)",
        ),
        (
            [BEST, ("zeros", Statistic(3, 0.9, 0.006))],
            "he_normal is best: validation accuracy 0.982 ± 0.004 over 2 seeds; "
            "next zeros 0.900 ± 0.006 (difference beyond one standard deviation)",
        ),
        (
            [("adam", Statistic(1, 0.9, None)), ("sgd", Statistic(1, 0.875, None))],
            "adam is best: validation accuracy 0.900 over 1 seed; "
            "next sgd 0.875 (difference 0.025; one seed says nothing about the spread)",
        ),
        (
            [("adam", Statistic(1, 0.9, None)), ("sgd", Statistic(1, 0.9, None))],
            "adam and sgd are level: validation accuracy 0.900 and 0.900",
        ),
    ],
)
def test_it_says_what_was_found_and_no_more(
    ranked: list[tuple[str, Statistic | None]], sentence: str
) -> None:
    assert headline(ranked, "validation_accuracy") == sentence
