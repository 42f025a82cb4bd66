"""The name of a cell: a short hash of everything that determines a run's result."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from convlab.records.documents import plain


def cell_name(determining: Mapping[str, Any]) -> str:
    """Names the cell of a run.

    Args:
        determining: all that determines the result, as plain data: settings, fingerprint of the data,
            versions of the plugins.

    Returns:
        12 hexadecimal digits.

    Raises:
        RecordError: if a value is not plain data.

    Example:
        >>> cell_name({"lr": 1.0, "seed": 0}) == cell_name({"seed": 0, "lr": 1})
        True
    """
    return sha256(canonical(determining).encode()).hexdigest()[:12]


def canonical(value: Any) -> str:
    """Writes plain data so that equal data give equal text.

    Keys are sorted, and a float that is whole is written as the integer, since ``lr=1`` and ``lr=1.0`` are
    the same setting.

    Raises:
        RecordError: if a value is not plain data.
    """
    return json.dumps(_whole_numbers(plain(value)), sort_keys=True, separators=(",", ":"))


def _whole_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
