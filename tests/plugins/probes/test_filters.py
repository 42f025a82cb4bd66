"""The probe that keeps the filters of the convolutions."""

from typing import Any

import numpy as np
import pytest

from convlab.errors import ConfigError
from convlab.registry import registry
from convlab_plugins.probes.filters import Filters


def kept_epochs(probe: Filters, model: Any, epochs: int) -> list[int]:
    return [epoch for epoch in range(epochs + 1) if probe.observe(model, epoch, last=epoch == epochs)]


@pytest.mark.parametrize(
    ("every", "epochs", "kept"),
    [(None, 5, [0, 5]), (None, 0, [0]), (2, 5, [0, 2, 4, 5]), (1, 3, [0, 1, 2, 3]), (9, 3, [0, 3])],
)
def test_keeps_start_end_and_every_nth_epoch(
    model: Any, every: int | None, epochs: int, kept: list[int]
) -> None:
    assert kept_epochs(Filters(every=every), model, epochs) == kept


def test_keeps_the_weights_of_all_convolutions_and_nothing_else(model: Any) -> None:
    arrays = Filters().observe(model, 0, last=False)
    assert list(arrays) == ["conv1.weight", "frozen.weight"]
    for parameter in model.parameters:
        if parameter.name in arrays:
            np.testing.assert_array_equal(arrays[parameter.name], parameter.value)


def test_what_was_kept_does_not_change_with_the_model(model: Any) -> None:
    arrays = Filters().observe(model, 0, last=False)
    before = arrays["conv1.weight"].copy()
    model.parameters.values[...] = 0
    np.testing.assert_array_equal(arrays["conv1.weight"], before)


@pytest.mark.parametrize("every", [0, -1])
def test_every_must_be_positive(every: int) -> None:
    with pytest.raises(ConfigError, match=f"probe 'filters': every must be >= 1 or null, got {every}"):
        Filters(every=every)


def test_every_is_checked_by_the_registry() -> None:
    with pytest.raises(ConfigError, match="probe 'filters': every must be"):
        registry().bind("probe", {"name": "filters", "every": "often"})
