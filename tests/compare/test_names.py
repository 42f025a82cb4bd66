"""Configurations by the names that a user types."""

import pytest

from convlab.compare.names import position_of
from convlab.errors import ConfigError

LABELS = ["zeros, gelu", "he_normal, gelu", "he_normal, relu, optimizer.lr=0.1"]


@pytest.mark.parametrize(
    ("name", "position"),
    [("he_normal, gelu", 1), ("HE_NORMAL,GELU", 1), ("zeros", 0), ("relu", 2), ("relu, optimizer.lr=0.1", 2)],
)
def test_a_label_or_a_part_that_is_its_own(name: str, position: int) -> None:
    assert position_of(name, LABELS) == position


def test_a_part_of_several_is_not_guessed() -> None:
    with pytest.raises(
        ConfigError, match="'gelu' stands for 'zeros, gelu' and 'he_normal, gelu': name one of them"
    ):
        position_of("gelu", LABELS)


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="no configuration 'zeros, glu'; did you mean 'zeros, gelu'\\?"):
        position_of("zeros, glu", LABELS)
