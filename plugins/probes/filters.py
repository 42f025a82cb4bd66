"""The filters of the convolutions, kept as they were at the start, at the end, and on the way."""

from collections.abc import Mapping
from typing import Any

from convlab.plugin import Array, Probe
from convlab_plugins.probes.moments import Moments


class Filters(Probe):
    """Filters: keeps the weights of all convolutions before training and after every epoch, as a film needs.

    Args:
        every: keeps them at start and end, and after each `every`-th epoch between, >= 1; None keeps only
            start and end, as a run does that names no probes.

    Raises:
        ConfigError: if `every` is less than 1.

    Example:
        >>> Filters(every=0)
        Traceback (most recent call last):
            ...
        convlab.errors.ConfigError: probe 'filters': every must be >= 1 or null, got 0
    """

    def __init__(self, *, every: int | None = 1) -> None:
        self.moments = Moments("filters", every)

    def observe(self, model: Any, epoch: int, last: bool) -> Mapping[str, Array]:
        """Copies the weights of the convolutions.

        Args:
            model: the network; its `parameters` are looked at.
            epoch: epochs done.
            last: True after the last epoch.

        Returns:
            Arrays of shape (K, R, S, C/groups) by parameter name; empty at epochs that are not kept.
        """
        if not self.moments.include(epoch, last):
            return {}
        return {
            parameter.name: parameter.value.copy()
            for parameter in model.parameters
            if parameter.role == "conv_weight"
        }
