"""What a probe is to the engine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from convlab.contracts.parameter import Array
from convlab.contracts.sample import Sample

if TYPE_CHECKING:
    from convlab.model import Model


@dataclass(frozen=True)
class ProbeContext:
    """A moment of training, between two epochs.

    Attributes:
        model: the network, not to be changed.
        epoch: epochs done so far.
        last: True after the last epoch.
        take_sample: makes `sample`.
    """

    model: "Model"
    epoch: int
    last: bool
    take_sample: Callable[[], Sample]

    @cached_property
    def sample(self) -> Sample:
        """The network at work on images that are the same at every epoch; computed when first asked for.

        A copy of the network computes it, so training goes on as if nobody had looked. The images come from
        the validation split, or from the training images where there is none. Batch normalization uses the
        sample's statistics, as it does in training; dropout is off.
        """
        return self.take_sample()


class Probe:
    """Looks at the model as training goes on and gives arrays to keep.

    The engine calls `look` before the first step (epoch 0) and after every epoch, and stores what it
    returns as ``probes/<probe>/epoch-<epoch>.npz`` in the run's directory. A probe defines `observe` if
    the model is all it needs, and `look` if it wants to see the network at work.

    Example:
        >>> class Losses(Probe):
        ...     def look(self, context):
        ...         return {"loss": np.array(context.sample.loss)}
        >>> import numpy as np
        >>> sample = Sample(*[np.zeros(1)] * 4, loss=0.5, layers={})
        >>> Losses().look(ProbeContext(None, epoch=0, last=False, take_sample=lambda: sample))
        {'loss': array(0.5)}
    """

    def look(self, context: ProbeContext) -> Mapping[str, Array]:
        """Looks at the model and, through ``context.sample``, at what passes through its layers.

        Args:
            context: the moment.

        Returns:
            Arrays by name, which share no memory with the model; empty where there is nothing to keep.
        """
        return self.observe(context.model, context.epoch, context.last)

    def observe(self, model: "Model", epoch: int, last: bool) -> Mapping[str, Array]:
        """Looks at the model alone.

        Args:
            model: the network, not to be changed.
            epoch: epochs done so far.
            last: True after the last epoch.

        Returns:
            Arrays by name, which share no memory with the model; empty where there is nothing to keep.
        """
        return {}
