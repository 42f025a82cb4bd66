"""The range check that the plugins share."""

from convlab.errors import ConfigError


def require(holds: bool, plugin: str, field: str, value: object, expected: str) -> None:
    """Raises unless a setting is in its range.

    Args:
        holds: whether the value is in range; a comparison with NaN is False, so NaN never passes.
        plugin: kind and name, such as ``"optimizer 'adam'"``.
        field: the setting.
        value: what was given.
        expected: the range in words, such as ``"> 0 and finite"``.

    Raises:
        ConfigError: naming plugin, field, range and value.

    Example:
        >>> require(-1.0 > 0, "optimizer 'adam'", "lr", -1.0, "> 0 and finite")
        Traceback (most recent call last):
        convlab.errors.ConfigError: optimizer 'adam': lr must be > 0 and finite, got -1.0
    """
    if not holds:
        raise ConfigError(f"{plugin}: {field} must be {expected}, got {value!r}")
