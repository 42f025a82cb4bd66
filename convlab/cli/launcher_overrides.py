"""Which launcher a command line chooses, in the words that Hydra's users know."""

from collections.abc import Sequence
from typing import Any

import yaml  # type: ignore[import-untyped]

from convlab.errors import ConfigError

CHOICE = "hydra/launcher"
FIELD = "hydra.launcher."


def split_launcher(overrides: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Takes the launcher's overrides out of a command line.

    Args:
        overrides: such as ``["hydra/launcher=convlab_local", "hydra.launcher.workers=2", "seed=0,1"]``.

    Returns:
        Name and fields of the launcher, as `convlab.launching.make_launcher` takes them (empty if it is not
        mentioned), and the other overrides.

    Raises:
        ConfigError: if a field's value cannot be read.

    Example:
        >>> split_launcher(["seed=0,1", "hydra.launcher.workers=2"])
        ({'workers': 2}, ['seed=0,1'])
    """
    chosen: dict[str, Any] = {}
    others = []
    for override in overrides:
        key, _, value = override.partition("=")
        if key == CHOICE:
            chosen["name"] = value
        elif key.startswith(FIELD):
            chosen[key.removeprefix(FIELD)] = _value(override, value)
        else:
            others.append(override)
    return chosen, others


def _value(override: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise ConfigError(f"cannot read the override '{override}'") from None
