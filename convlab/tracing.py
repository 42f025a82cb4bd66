"""A trace of what plugins are asked and what they answer, on stderr."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import pluggy

VARIABLE = "CONVLAB_TRACE_PLUGINS"


def trace_hooks(manager: pluggy.PluginManager, plugin: str) -> None:
    """Prints a line for every hook that a plugin implements, if ``CONVLAB_TRACE_PLUGINS`` is set and not 0.

    Args:
        manager: holds the plugin alone.
        plugin: its name and distribution, for the line.

    Example:
        >>> trace_hooks(pluggy.PluginManager("convlab"), "plugin 'mine' of my_package 1.0")
    """
    if os.environ.get(VARIABLE, "0") in ("", "0"):
        return

    def before(hook: str, implementations: Sequence[Any], arguments: Mapping[str, Any]) -> None:
        """Nothing has happened yet."""

    def after(
        outcome: pluggy.Result[Any], hook: str, implementations: Sequence[Any], arguments: Mapping[str, Any]
    ) -> None:
        if not implementations:
            return
        error = outcome.exception
        if error is not None:
            answer = f"raised {type(error).__name__}: {error}"
        else:
            answer = ", ".join(str(name) for offers in outcome.get_result() for name in offers)
        print(f"convlab: trace: {plugin}: {hook}() -> {answer}", file=sys.stderr)

    manager.add_hookcall_monitoring(before, after)
