"""Whether a training run fits into memory, asked before it begins."""

import math
from pathlib import Path

from convlab.errors import ConfigError
from convlab.model import Model

_BYTES = 4  # of a float32
_OPTIMIZER_ARRAYS = 2  # of the size of the parameters, as Adam keeps them
_MEMINFO = Path("/proc/meminfo")


def estimated_bytes(model: Model, batch_size: int) -> int:
    """About how much memory training takes beside the data set.

    Every layer keeps its output and, for a while, the gradient of it; parameters come with their gradients
    and what the optimizer keeps of them.

    Args:
        model: the network.
        batch_size: images a step, >= 1.

    Returns:
        Bytes.

    Example:
        >>> from convlab.layers import Dense, Flatten
        >>> model = Model([Flatten(), Dense(10)], (4, 4, 1))
        >>> estimated_bytes(model, 2) == 4 * (2 * 2 * (16 + 16 + 10) + 4 * 170)
        True
    """
    values = sum(math.prod(layer.output_shape) for layer in model.walk()) + math.prod(model.input_shape)
    arrays = 2 + _OPTIMIZER_ARRAYS
    return _BYTES * (2 * batch_size * values + arrays * model.parameter_count)


def check_memory(model: Model, batch_size: int) -> None:
    """Refuses a run that cannot fit into the memory that is free now.

    Args:
        model: the network.
        batch_size: images a step, >= 1.

    Raises:
        ConfigError: if it needs more; where the free memory cannot be known, nothing is refused.
    """
    needed, free = estimated_bytes(model, batch_size), available_bytes()
    if free is not None and needed > free:
        raise ConfigError(
            f"training needs about {needed / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free: "
            f"lower batch_size (now {batch_size}) or take a smaller model"
        )


def available_bytes() -> int | None:
    """Memory that new programs may take without swapping; None where the system does not tell."""
    try:
        lines = _MEMINFO.read_text().splitlines()
    except OSError:
        return None
    told = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(told[0]) * 1024 if told and told[0].isdigit() else None
