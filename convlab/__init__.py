"""convlab: experiments on convolutional networks, with a compiled core.

Example:
    >>> import convlab
    >>> from convlab.layers import Conv2D, Dense, Flatten
    >>> model = convlab.Model([Conv2D(8, 3, activation="relu"), Flatten(), Dense(10)], input_shape=(8, 8, 1))
    >>> model.layers[0].weight.shape
    (8, 3, 3, 1)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convlab import kernels, layers
    from convlab.compare import compare_runs
    from convlab.errors import ConvlabError
    from convlab.experiment import resume, run
    from convlab.fitting import fit, load_dataset
    from convlab.launching import sweep
    from convlab.loading import load_runs, run_records
    from convlab.model import Model
    from convlab.preprocessing import Preprocessing
    from convlab.registry import registry
    from convlab.results import Listener, Result
    from convlab.settings import Settings
    from convlab.trained import load_model

# Public name -> module that defines it; loaded at first use, so that the import is light.
_HOMES = {
    "ConvlabError": "convlab.errors",
    "Listener": "convlab.results",
    "Model": "convlab.model",
    "Preprocessing": "convlab.preprocessing",
    "Result": "convlab.results",
    "Settings": "convlab.settings",
    "compare_runs": "convlab.compare",
    "fit": "convlab.fitting",
    "load_dataset": "convlab.fitting",
    "load_model": "convlab.trained",
    "load_runs": "convlab.loading",
    "registry": "convlab.registry",
    "resume": "convlab.experiment",
    "run": "convlab.experiment",
    "run_records": "convlab.loading",
    "sweep": "convlab.launching",
}
_SUBPACKAGES = ("kernels", "layers")

__all__ = [
    "ConvlabError",
    "Listener",
    "Model",
    "Preprocessing",
    "Result",
    "Settings",
    "compare_runs",
    "fit",
    "kernels",
    "layers",
    "load_dataset",
    "load_model",
    "load_runs",
    "registry",
    "resume",
    "run",
    "run_records",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name in _SUBPACKAGES:
        return import_module(f"convlab.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'convlab' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
