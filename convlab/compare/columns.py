"""In what the configs of runs differ, as columns."""

from collections.abc import Sequence

from convlab.records.cell import canonical
from convlab.records.flat import Flat


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
    choices = [other for other in names if name.startswith(f"{other}.")]
    seen: dict[tuple[str, ...], str] = {}
    for config in configs:
        same_choices = tuple(_comparable(config, choice) for choice in choices)
        value = _comparable(config, name)
        if seen.setdefault(same_choices, value) != value:
            return True
    return False


def _comparable(config: Flat, name: str) -> str:
    return canonical(config[name]) if name in config else ""
