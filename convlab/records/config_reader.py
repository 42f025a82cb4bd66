"""Reads config.yaml fast where thousands of runs share most of their settings."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from convlab.records.documents import DOCUMENT_LIMIT, read_limited, read_yaml
from convlab.records.plain_loader import PlainLoader

# Top-level entries as `to_yaml` writes them: a name at the margin, below it only indented lines and items.
_ENTRY = re.compile(rb"[A-Za-z_][^\n]*\n(?:(?: |- )[^\n]*\n)*")
_CACHED_ENTRY_LIMIT = 10_000
_CACHED_ENTRIES = 20_000


def read_config(path: Path) -> dict[str, Any]:
    """Reads a run's config.

    The configs of a study repeat each other but for a few entries, so each distinct top-level entry is
    parsed once. A file that does not look as convlab writes it takes the slow way, with the same outcome.

    Args:
        path: the file, from anybody.

    Returns:
        The config; runs may share its inner values, which are not to be changed.

    Raises:
        RecordError: if it cannot be read, is not YAML or not a mapping.
    """
    content = read_limited(path, DOCUMENT_LIMIT)
    entries = _ENTRY.findall(content)
    if sum(map(len, entries)) != len(content) or max(map(len, entries), default=0) > _CACHED_ENTRY_LIMIT:
        return read_yaml(path)
    config: dict[str, Any] = {}
    for entry in entries:
        pair = _parse_entry(entry)
        if pair is None:
            return read_yaml(path)
        config[pair[0]] = pair[1]
    return config


@lru_cache(_CACHED_ENTRIES)
def _parse_entry(entry: bytes) -> tuple[str, Any] | None:
    """Name and value, or None for what is better read as a part of its document."""
    try:
        document = yaml.load(entry, Loader=PlainLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or len(document) != 1:
        return None
    ((name, value),) = document.items()
    return (name, value) if isinstance(name, str) else None
