"""Choices of plugins as people write them: the name, and the fields that differ from the defaults."""

from collections.abc import Mapping
from typing import Any

from convlab.cli.text import same, value_text
from convlab.registry import registry


def choice_overrides(key: str, kind: str, choice: Any) -> list[str]:
    """A choice as overrides, such as ``["optimizer=sgd", "optimizer.lr=0.2"]``.

    Args:
        key: what is chosen, such as ``"optimizer"`` or ``"initializers.conv1"``.
        kind: of plugin.
        choice: as in a run's config, which may come from anywhere.
    """
    if not isinstance(choice, Mapping) or not isinstance(choice.get("name"), str):
        return [f"{key}={value_text(choice)}"]
    return [f"{key}={choice['name']}", *(f"{key}.{field}" for field in changed_fields(kind, choice))]


def changed_fields(kind: str, choice: Mapping[str, Any]) -> list[str]:
    """The fields that differ from the defaults, such as ``["lr=0.2"]``; all if there is no such plugin."""
    offer = registry().offers(kind).get(choice["name"])
    fields = offer.fields if offer else {}
    return [
        f"{name}={value_text(value)}"
        for name, value in choice.items()
        if name != "name" and (name not in fields or not same(value, fields[name].default))
    ]
