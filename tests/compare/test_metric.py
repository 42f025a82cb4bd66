"""Metrics: units, directions, and which one is taken."""

import pytest

from convlab.compare.metric import Metric, choose_metric
from convlab.errors import ConfigError


@pytest.mark.parametrize(
    ("name", "direction", "scale", "text"),
    [
        ("validation_accuracy", 1, 100, "-1.50 points"),
        ("best_validation_accuracy", 1, 100, "-1.50 points"),
        ("test_loss", -1, 1, "-1.5"),
        ("seconds", -1, 1, "-1.5 s"),
    ],
)
def test_units(name: str, direction: int, scale: int, text: str) -> None:
    metric = Metric(name)
    assert (metric.direction, metric.scale, metric.difference_text(-1.5)) == (direction, scale, text)


def test_no_minus_before_zero() -> None:
    assert Metric("test_accuracy").number(-0.001) == "0.00"
    assert Metric("seconds").number(-0.0) == "0"


def test_validation_comes_before_test() -> None:
    assert choose_metric(None, {"test_accuracy", "validation_accuracy"}).name == "validation_accuracy"
    assert choose_metric(None, set()).name == "test_accuracy"
    assert choose_metric("seconds", {"test_accuracy", "seconds"}).name == "seconds"


def test_an_unknown_one_is_told_with_the_nearest() -> None:
    with pytest.raises(
        ConfigError,
        match="no finished run has a metric 'test_acuracy'; did you mean 'test_accuracy'\\? "
        "metrics: seconds, test_accuracy",
    ):
        choose_metric("test_acuracy", {"test_accuracy", "seconds"})
