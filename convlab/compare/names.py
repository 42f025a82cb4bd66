"""Configurations by the names that a user types."""

from collections.abc import Sequence

from convlab.compare.wording import listed
from convlab.errors import ConfigError, suggest


def position_of(name: str, labels: Sequence[str]) -> int:
    """Finds a configuration by its label, or by a part of it that no other one has.

    Args:
        name: what the user wrote; upper and lower case are alike, as is space around commas.
        labels: of all configurations.

    Returns:
        Its position.

    Raises:
        ConfigError: if there is none, naming the nearest, or if there are several.

    Example:
        >>> labels = ["zeros, gelu", "he_normal, gelu"]
        >>> position_of("HE_normal,gelu", labels), position_of("zeros", labels)
        (1, 0)
    """
    wanted = simplified(name)
    for position, label in enumerate(labels):
        if simplified(label) == wanted:
            return position
    parts = set(wanted.split(","))
    partly = [place for place, label in enumerate(labels) if parts <= set(simplified(label).split(","))]
    if len(partly) > 1:
        raise ConfigError(
            f"'{name}' stands for {listed([labels[place] for place in partly])}: name one of them"
        )
    if partly:
        return partly[0]
    raise unknown_configuration(name, labels)


def simplified(name: str) -> str:
    """A name as it is compared: without regard to case and to space around commas."""
    return ",".join(part.strip() for part in name.casefold().split(","))


def unknown_configuration(name: str, known: Sequence[str]) -> ConfigError:
    """The error that names what there is instead."""
    hint = suggest(name, known).replace("installed:", "configurations:")
    return ConfigError(f"no configuration '{name}'{hint}")
