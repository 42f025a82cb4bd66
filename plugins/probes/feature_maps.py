"""What the layers make of a few images."""

from collections.abc import Mapping

import numpy as np

from convlab.plugin import Array, Probe, ProbeContext
from convlab_plugins.probes.moments import Moments

KEPT_IMAGES, KEPT_MAPS = 4, 8


class FeatureMaps(Probe):
    """Feature maps: keeps what the layers give for four images, the first eight maps of each layer.

    Keeps ``images``, (4, H, W, C), uint8, as the dataset has them, and for every layer with weights or an
    activation whose output is an image ``<layer>``, (4, H, W, 8), float32: after the activation.

    Args:
        every: also keeps them after each `every`-th epoch, >= 1; None keeps only start and end.

    Raises:
        ConfigError: if `every` is less than 1.

    Example:
        >>> FeatureMaps(every=0)
        Traceback (most recent call last):
            ...
        convlab.errors.ConfigError: probe 'feature_maps': every must be >= 1 or null, got 0
    """

    def __init__(self, *, every: int | None = None) -> None:
        self.moments = Moments("feature_maps", every)

    def look(self, context: ProbeContext) -> Mapping[str, Array]:
        """Copies images and maps.

        Args:
            context: the moment; the sample is looked at.

        Returns:
            The arrays; empty at epochs that are not kept.
        """
        if not self.moments.include(context.epoch, context.last):
            return {}
        sample = context.sample
        return {"images": sample.images[:KEPT_IMAGES].copy()} | {
            name: activity.output[:KEPT_IMAGES, :, :, :KEPT_MAPS].astype(np.float32)
            for name, activity in sample.layers.items()
            if activity.output.ndim == 4 and ("weight" in activity.parameters or activity.activation)
        }
