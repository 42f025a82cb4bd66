"""In what the configs of runs differ, as columns."""

from collections.abc import Sequence

from convlab.records.cell import canonical
from convlab.records.flat import Flat

_PLAIN = (bool, int, type(None))


def differing_columns(configs: Sequence[Flat]) -> list[str]:
    """Names the columns that tell configs apart.

    The field of a choice counts only among configs that made the same choice: comparing adam with sgd gives
    one column, and not one for each field that the other lacks.

    Args:
        configs: as `flatten` gives them.

    Returns:
        Dotted names, in the order of the configs' own keys.

    Example:
        >>> adam, sgd = {"optimizer": "adam", "optimizer.beta": 0.9}, {"optimizer": "sgd"}
        >>> differing_columns([adam, sgd])
        ['optimizer']
        >>> differing_columns([adam, {"optimizer": "adam", "optimizer.beta": 0.8}])
        ['optimizer.beta']
    """
    names = list(dict.fromkeys(name for config in configs for name in config))
    return [name for name in names if _differs(name, names, configs)]


def _differs(name: str, names: Sequence[str], configs: Sequence[Flat]) -> bool:
    if _constant(name, configs):
        return False
    choices = [other for other in names if name.startswith(f"{other}.")]
    seen: dict[tuple[str, ...], str] = {}
    for config in configs:
        same_choices = tuple(_comparable(config, choice) for choice in choices)
        value = _comparable(config, name)
        if seen.setdefault(same_choices, value) != value:
            return True
    return False


def _constant(name: str, configs: Sequence[Flat]) -> bool:
    """Whether all have the same value, told the quick way: most settings are alike in all runs."""
    values = [config.get(name) for config in configs]
    return values.count(values[0]) == len(values) == list(map(type, values)).count(type(values[0]))


def _comparable(config: Flat, name: str) -> str:
    """Text that is the same for equal values; what JSON makes of plain ones is known without asking it."""
    if name not in config:
        return ""
    value = config[name]
    if type(value) is str:
        return f"'{value}"
    if type(value) is float:
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value) if type(value) in _PLAIN else canonical(value)
