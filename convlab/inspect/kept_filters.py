"""The filters that a run kept, read and checked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from convlab.errors import RecordError
from convlab.inspect.mosaic import Array
from convlab.records.run_directory import RunDirectory
from convlab.records.text import printable

PROBE = "filters"


@dataclass(frozen=True)
class KeptFilters:
    """One convolution at the epochs that were read.

    Attributes:
        name: of the layer.
        weights: one array (K, R, S, C/groups) for each epoch.
    """

    name: str
    weights: list[Array]

    @property
    def limit(self) -> float:
        """Largest finite absolute value, which full color stands for."""
        weights = np.abs(np.concatenate([weight.ravel() for weight in self.weights]))
        largest = float(np.max(weights, where=np.isfinite(weights), initial=0.0))
        return largest or 1.0

    @property
    def is_color(self) -> bool:
        """Whether the filters look at red, green and blue."""
        return bool(self.weights[0].shape[3] == 3)


def read_filters(
    run: RunDirectory, choose: Callable[[Sequence[int]], Sequence[int]]
) -> tuple[list[int], list[KeptFilters]]:
    """Reads the filters of a run.

    Args:
        run: a run with the probe ``filters``; it need not have finished.
        choose: which of the kept epochs are wanted.

    Returns:
        Those epochs, and the convolutions at them.

    Raises:
        RecordError: if the run kept no filters, or what it kept cannot be used.
    """
    kept = list(run.probe_epochs(PROBE))
    if not kept:
        raise RecordError(f"{run.path} kept no filters: run it with probes=[filters]")
    epochs = list(choose(kept))
    files = [run.read_probe(PROBE, epoch) for epoch in epochs]
    layers = []
    for name, first in files[0].items():
        weights = [_checked(run, name, file.get(name), first.shape) for file in files]
        layers.append(KeptFilters(printable(name.removesuffix(".weight"), 40), weights))
    if not layers:
        raise RecordError(f"{run.path} kept no filters: its model has no convolutions")
    return epochs, layers


def _checked(run: RunDirectory, name: str, weight: Array | None, shape: tuple[int, ...]) -> Array:
    if weight is None or weight.shape != shape or weight.ndim != 4 or not weight.size:
        found = None if weight is None else weight.shape
        raise RecordError(
            f"{run.path}: filters '{printable(name)}' should have one shape (K, R, S, C) at all epochs, "
            f"got {shape} and {found}"
        )
    return weight.astype(np.float64)
