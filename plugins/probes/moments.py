"""At which epochs a probe looks."""

from convlab.errors import ConfigError


class Moments:
    """Start and end of training, and every n-th epoch between.

    Args:
        probe: name of the probe, for the message.
        every: n >= 1, or None for start and end only.

    Raises:
        ConfigError: if `every` is less than 1.

    Example:
        >>> moments = Moments("filters", 2)
        >>> [epoch for epoch in range(6) if moments.include(epoch, last=epoch == 5)]
        [0, 2, 4, 5]
    """

    def __init__(self, probe: str, every: int | None) -> None:
        if every is not None and every < 1:
            raise ConfigError(f"probe '{probe}': every must be >= 1 or null, got {every}")
        self.every = every

    def include(self, epoch: int, last: bool) -> bool:
        """Whether an epoch is one of them."""
        return epoch == 0 or last or (self.every is not None and epoch % self.every == 0)
