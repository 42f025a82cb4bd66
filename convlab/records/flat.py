"""A config laid out flat, so that it can be listed and compared."""

from collections.abc import Mapping
from typing import Any

Flat = dict[str, Any]


def flatten(config: Mapping[str, Any]) -> Flat:
    """Lays a config out flat, with dotted names.

    A choice of a plugin, ``{name: ..., field: ...}``, gives its name under its own key and its fields below.

    Args:
        config: plain data.

    Returns:
        Values by dotted name; the only containers left are empty ones and lists of plain values.

    Example:
        >>> flatten({"seed": 0, "optimizer": {"name": "adam", "lr": 0.1}})
        {'seed': 0, 'optimizer': 'adam', 'optimizer.lr': 0.1}
    """
    flat: Flat = {}
    for key, value in config.items():
        _flatten_into(flat, str(key), value)
    return flat


def _flatten_into(flat: Flat, prefix: str, value: Any) -> None:
    if isinstance(value, Mapping) and value:
        if isinstance(value.get("name"), str):
            flat[prefix] = value["name"]
            value = {key: item for key, item in value.items() if key != "name"}
        for key, item in value.items():
            _flatten_into(flat, f"{prefix}.{key}", item)
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for index, item in enumerate(value):
            _flatten_into(flat, f"{prefix}.{index}", item)
    elif not (isinstance(value, Mapping | list) and not value):
        flat[prefix] = value
