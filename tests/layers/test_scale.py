"""Multiplication by a fixed number."""

import pytest

from convlab.errors import ConfigError
from convlab.layers import Scale
from convlab.model import Model


@pytest.mark.parametrize("factor", [0.0, float("nan"), float("inf")])
def test_a_factor_that_loses_everything_is_refused(factor: float) -> None:
    with pytest.raises(ConfigError, match="scale1: factor must be finite and not zero, got"):
        Model([Scale(factor)], (2,))
