"""What to measure, and how long."""

from dataclasses import asdict, dataclass
from typing import Any

from convlab.errors import ConfigError

PASSES = ("forward", "backward")
BUFFERS = ("planned", "new")


@dataclass(frozen=True)
class Options:
    """Choices of a measurement.

    Attributes:
        threads: thread counts, each measured on its own.
        precisions: of our convolutions; all take turns with the same PyTorch.
        only: names of shapes or steps; none for all.
        passes: of operations, out of `PASSES`.
        rounds: turns of each program, >= 1.
        seconds: of timing in all, >= 0; every turn has at least one execution all the same.
        images: at most so many in a batch, >= 1; None for the batches of the tables.
        buffers: whether our operations write into ``"planned"`` arrays, as in a training step, or make
            ``"new"`` ones with every call, as PyTorch does.
        torch: whether PyTorch is measured, if it is installed.
        compile: whether PyTorch's training steps are measured compiled as well.

    Raises:
        ConfigError: if a choice is unknown or out of range.

    Example:
        >>> Options(passes=("sideways",))
        Traceback (most recent call last):
        convlab.errors.ConfigError: bench: passes: no 'sideways'; use forward, backward
    """

    threads: tuple[int, ...] = (1, 2)
    precisions: tuple[str, ...] = ("float32",)
    only: tuple[str, ...] = ()
    passes: tuple[str, ...] = PASSES
    rounds: int = 7
    seconds: float = 120.0
    images: int | None = None
    buffers: str = "planned"
    torch: bool = True
    compile: bool = True

    def __post_init__(self) -> None:
        for name, least in (("rounds", 1), ("images", 1), ("seconds", 0)):
            value = getattr(self, name)
            if value is not None and not value >= least:
                raise ConfigError(f"bench: {name} must be >= {least}, got {value}")
        for name, chosen, known in (("passes", self.passes, PASSES), ("buffers", (self.buffers,), BUFFERS)):
            for choice in chosen:
                if choice not in known:
                    raise ConfigError(f"bench: {name}: no '{choice}'; use {', '.join(known)}")

    def to_mapping(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)
