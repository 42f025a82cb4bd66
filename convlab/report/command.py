"""The command that repeats a run."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from convlab.registry import registry
from convlab.settings import GROUPS, LISTS, Settings
from convlab.study.arms import override

_PATH = re.compile(r"[\w./\-]*/[\w./\-]*", re.ASCII)
_ACTIVE_IN_DOUBLE_QUOTES = frozenset('"$`\\!')
_IN_LISTS = {name: name.removesuffix("s") for name in LISTS}
_BY_LAYER = {"initializers": "initializer", "activations": "activation"}


def run_command(config: Mapping[str, Any], *, runs_dir: str, options: Sequence[str] = ()) -> str:
    """The command that runs a configuration, for a shell.

    Args:
        config: as in a run's config.yaml, which may come from anywhere.
        runs_dir: where the run goes.
        options: of ``convlab run``, such as ``["--rerun"]``.

    Returns:
        ``convlab run`` with every setting that differs from the default experiment.

    Example:
        >>> config = Settings().completed().to_mapping() | {"seed": 3}
        >>> run_command(config, runs_dir="again")
        'convlab run seed=3 runs_dir=again'
    """
    default = Settings().completed().to_mapping()
    words = [
        word for key, value in config.items() if key != "runs_dir" for word in _words(key, value, default)
    ]
    return " ".join(map(in_shell, ["convlab", "run", *options, *words, _override("runs_dir", runs_dir)]))


def _words(key: str, value: Any, default: Mapping[str, Any]) -> Iterator[str]:
    if key in default and value == default[key]:
        return
    if key in GROUPS and _is_choice(value):
        changed = _changed(GROUPS[key], value)
        yield _override(key, changed.pop("name"))
        yield from (_override(f"{key}.{field}", item) for field, item in changed.items())
    elif key in _BY_LAYER and isinstance(value, Mapping):
        for layer, choice in value.items():
            yield _override(f"{key}.{layer}", _shortest(_BY_LAYER[key], choice))
    elif key in _IN_LISTS and isinstance(value, list):
        yield _override(key, [_shortest(_IN_LISTS[key], choice) for choice in value])
    elif key in GROUPS or not isinstance(value, Mapping):
        yield _override(key, value)
    else:
        yield from (_override(f"{key}.{layer}", item) for layer, item in value.items())


def _is_choice(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("name"), str)


def _shortest(kind: str, choice: Any) -> Any:
    """A choice by its name alone, where all its fields are its defaults."""
    if not _is_choice(choice):
        return choice
    changed = _changed(kind, choice)
    return changed["name"] if len(changed) == 1 else changed


def _changed(kind: str, choice: Mapping[str, Any]) -> dict[str, Any]:
    """A choice with its name, and those of its fields that differ from its own defaults."""
    offer = registry().offers(kind).get(choice["name"])
    fields = offer.fields if offer else {}
    return {
        name: value
        for name, value in choice.items()
        if name == "name" or name not in fields or value != _plain(fields[name].default)
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _override(key: str, value: Any) -> str:
    """A setting as Hydra reads it; paths need no quotes."""
    return f"{key}={value}" if isinstance(value, str) and _PATH.fullmatch(value) else override(key, value)


def in_shell(word: str) -> str:
    """A word as a shell reads it, in double quotes where single ones stand in it.

    Example:
        >>> print(in_shell("seed=1"), in_shell("study='a b'"))
        seed=1 "study='a b'"
    """
    return f'"{word}"' if "'" in word and not _ACTIVE_IN_DOUBLE_QUOTES & set(word) else shlex.quote(word)
