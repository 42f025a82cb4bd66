"""One measured comparison: our times beside PyTorch's."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from convlab.bench.timing import Times, relative_spread


@dataclass(frozen=True)
class Cell:
    """One operation or step, with one thread count, in one precision.

    Attributes:
        name: of the shape or network.
        task: ``"forward"``, ``"backward"`` or ``"step"``.
        threads: of both programs.
        precision: of ours.
        ours: our times.
        peers: PyTorch's, by variant (layout, or compiled); none where it was not measured.
        work: floating-point operations, 0 where they are not counted.
    """

    name: str
    task: str
    threads: int
    precision: str
    ours: Times
    peers: Mapping[str, Times]
    work: float = 0.0

    @property
    def best_peer(self) -> str | None:
        """The fastest variant of PyTorch."""
        return min(self.peers, key=lambda name: self.peers[name].median, default=None)

    @property
    def ratio(self) -> float:
        """PyTorch's best median divided by ours: above 1 we are faster; NaN without PyTorch."""
        best = self.best_peer
        return self.peers[best].median / self.ours.median if best else math.nan

    @property
    def ratio_spread(self) -> float:
        """Interquartile range of the ratio over the rounds, divided by its median."""
        best = self.best_peer
        if best is None:
            return math.nan
        pairs = zip(self.peers[best].rounds, self.ours.rounds, strict=True)
        return relative_spread([theirs / ours for theirs, ours in pairs])

    def __str__(self) -> str:
        beside = f", {self.ratio:.2f} times as fast as {self.best_peer}" if self.peers else ""
        where = f"{self.name} {self.task}, threads {self.threads}, {self.precision}"
        return f"{where}: {self.ours.median * 1e3:.3f} ms{beside}"

    def to_mapping(self) -> dict[str, Any]:
        """As plain data: the seconds of every round, and what was made of them."""
        return {
            "name": self.name,
            "task": self.task,
            "threads": self.threads,
            "precision": self.precision,
            "work": self.work,
            "convlab": _times(self.ours),
            "torch": {name: _times(times) for name, times in self.peers.items()},
            "best": self.best_peer,
            "ratio": self.ratio if self.peers else None,
            "spread": self.ratio_spread if self.peers else None,
        }


def _times(times: Times) -> dict[str, Any]:
    return {"median": times.median, "spread": times.spread, "rounds": list(times.rounds)}


def total_ratio(forward: Cell, backward: Cell) -> float:
    """Both passes together: PyTorch's time divided by ours, each pass in its better layout."""
    theirs = sum(cell.ratio * cell.ours.median for cell in (forward, backward))
    return theirs / (forward.ours.median + backward.ours.median)
