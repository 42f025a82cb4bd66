"""Every error that convlab raises on purpose.

A message says what is wrong, where, which value was found and what to do about it. The command line prints
it as one line; anything that is not a `ConvlabError` is a fault of ours and keeps its traceback.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class ConvlabError(Exception):
    """The root of all errors that convlab raises on purpose."""


class ShapeError(ConvlabError, ValueError):
    """Arrays, kernels or layers whose shapes, dtypes or geometry do not fit each other."""


class KernelError(ConvlabError, RuntimeError):
    """The compiled core cannot do what was asked on this machine."""


class PluginError(ConvlabError):
    """A plugin cannot be loaded, or does not keep its contract."""


class UnknownPluginError(PluginError, LookupError):
    """No installed plugin offers the name that was asked for."""


class ConfigError(ConvlabError, ValueError):
    """A setting that is unknown, missing, of the wrong type or out of range."""


class DataError(ConvlabError):
    """A dataset that cannot be found, fetched or read."""


class RecordError(ConvlabError):
    """A run on disk that cannot be written, read or trusted."""


class LaunchError(ConvlabError):
    """The processes or machines that should run a sweep's jobs cannot be had."""


class MissingExtraError(ConvlabError, ImportError):
    """An optional dependency is needed and not installed; the message says how to install it."""


class BenchmarkError(ConvlabError):
    """Programs that are to be timed against each other do not compute the same."""


class DivergenceError(ConvlabError):
    """The loss became NaN or infinite during training."""


def suggest(name: str, available: Iterable[str]) -> str:
    """Names the nearest of the available names and lists them all.

    Args:
        name: what was asked for.
        available: what there is.

    Returns:
        The second half of an error message, such as ``"; did you mean 'adam'? installed: adam, sgd"``.

    Example:
        >>> "no optimizer named 'addam'" + suggest("addam", ["sgd", "adam"])
        "no optimizer named 'addam'; did you mean 'adam'? installed: adam, sgd"
    """
    names = sorted(available)
    nearest = get_close_matches(name, names, n=1, cutoff=0.5)
    question = f"did you mean '{nearest[0]}'? " if nearest else ""
    return f"; {question}installed: {', '.join(names) or 'none'}"
