"""What a study compares: one arm for each combination of the values on its axes."""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")
_CONSTANTS = ("null", "true", "false", "nan", "inf")


@dataclass(frozen=True)
class Arm:
    """One of the things compared.

    Attributes:
        label: what tells it from the others, such as ``"he_normal, gelu"``.
        overrides: that make it, such as ``("initializer=he_normal", "activation=gelu")``.
    """

    label: str
    overrides: tuple[str, ...]


def make_arms(axes: Mapping[str, Any], expand: Callable[[Sequence[str]], list[list[str]]]) -> list[Arm]:
    """Makes the arms of a study.

    Args:
        axes: values by setting, each a list, or text as in a sweep.
        expand: from an override with a sweep to the overrides it stands for.

    Returns:
        All combinations, the last axis changing fastest; one arm without overrides if there are no axes.

    Example:
        >>> [arm.label for arm in make_arms({"initializer": ["ones", "zeros"], "bias": [True]}, list)]
        ['ones, bias=true', 'zeros, bias=true']
    """
    choices = []
    for key, values in axes.items():
        if isinstance(values, str):
            choices.append([job[0] for job in expand([f"{key}={values}"])])
        else:
            choices.append([override(key, value) for value in values])
    return [Arm(", ".join(map(_label, chosen)), chosen) for chosen in itertools.product(*choices)]


def override(key: str, value: Any) -> str:
    """Writes a setting as Hydra reads it.

    Example:
        >>> override("initializers.conv1", {"name": "gabor", "orientations": 4})
        'initializers.conv1={name:gabor,orientations:4}'
        >>> override("study", "it's")
        "study='it\\\\'s'"
    """
    return f"{key}={_written(value)}"


def _written(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_written, value))}]"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str) and (value.lower() in _CONSTANTS or not _PLAIN.fullmatch(value)):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    return str(value)


def _label(text: str) -> str:
    """A choice by its name alone, other settings with theirs."""
    key, _, value = text.partition("=")
    is_choice = "." not in key and _PLAIN.fullmatch(value) and value.lower() not in _CONSTANTS
    return value if is_choice else text
