"""The search for a learning rate."""

from convlab.plugin import claims
from convlab_plugins.checks import require

_PLUGIN = "schedule 'range_test'"


@claims(start=1e-5, end=1.0, monotone="rising")
def range_test(step: int, total: int, *, start: float = 1e-5, end: float = 1.0) -> float:
    """Climbs exponentially through the rates that might be right, to see which ones are.

    factor(t) = start (end/start)^(t/(T - 1))

    Set the base learning rate to the largest worth trying, such as 10 for SGD or 1 for Adam, and take as many
    epochs as there should be points: `convlab run schedule=range_test optimizer.lr=10 epochs=30
    validation_fraction=0`. For each epoch the run prints, and its metrics.jsonl keeps, the rate of the last
    step beside the loss; `convlab show` draws the losses. Take a rate shortly before train_loss stops
    falling, a third to a tenth of where it turns; for cyclical schedules the rate where it begins to fall is
    the lower bound. A run that ends as diverged has gone far enough.

    Args:
        step: t, steps taken before this one, 0 to total - 1.
        total: T, steps of the whole training, >= 1.
        start: factor of the first step, > 0.
        end: factor of the last step, >= start.

    Returns:
        The factor of the base learning rate, from start to end.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> [round(range_test(step, 5, start=1e-4), 6) for step in range(5)]
        [0.0001, 0.001, 0.01, 0.1, 1.0]

    References:
        Smith: Cyclical learning rates for training neural networks, 2017, section 3.3, where the rate climbs
        linearly; the exponential climb is that of Gugger: How do you find a good learning rate, 2018, and of
        fastai's lr_find, which gives every power of ten as many steps.
    """
    require(0 < start < float("inf"), _PLUGIN, "start", start, "> 0 and finite")
    require(start <= end < float("inf"), _PLUGIN, "end", end, ">= start and finite")
    return float(start * (end / start) ** (min(step, total - 1) / max(total - 1, 1)))
