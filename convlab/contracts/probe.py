"""What a probe is to the engine."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

from convlab.contracts.parameter import Array

if TYPE_CHECKING:
    from convlab.model import Model


class Probe(ABC):
    """Looks at the model as training goes on and gives arrays to keep.

    The engine calls `observe` before the first step (epoch 0) and after every epoch, and stores what it
    returns as ``probes/<probe>/epoch-<epoch>.npz`` in the run's directory.
    """

    @abstractmethod
    def observe(self, model: "Model", epoch: int, last: bool) -> Mapping[str, Array]:
        """Looks at the model.

        Args:
            model: the network, not to be changed.
            epoch: epochs done so far.
            last: True after the last epoch.

        Returns:
            Arrays by name; empty where there is nothing to keep at this epoch.
        """
