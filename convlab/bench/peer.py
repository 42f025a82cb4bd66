"""PyTorch, the program that convlab is measured beside; loaded when it is first needed."""

import importlib.util
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from convlab.bench.options import Options
from convlab.kernels.arguments import FloatArray

# our names of PyTorch's memory formats -> its own
LAYOUTS: Mapping[str, str] = {"NCHW": "contiguous_format", "channels_last": "channels_last"}


def installed() -> bool:
    """Whether PyTorch can be imported; does not import it."""
    return importlib.util.find_spec("torch") is not None


def takes_part(options: Options) -> bool:
    """Whether PyTorch is measured."""
    return options.torch and installed()


def set_threads(count: int, options: Options) -> None:
    """Tells PyTorch, where it takes part, how many threads to use."""
    if takes_part(options):
        torch().set_num_threads(count)


def torch() -> Any:
    """The module."""
    return import_module("torch")


def from_images(array: FloatArray, layout: str) -> Any:
    """A tensor (n, c, h, w) in a layout with the values of an array (n, h, w, c); also for kernels.

    Args:
        array: (n, h, w, c), float32.
        layout: one of `LAYOUTS`.
    """
    tensor = torch().from_numpy(np.ascontiguousarray(array).transpose(0, 3, 1, 2))
    return tensor.clone(memory_format=getattr(torch(), LAYOUTS[layout]))


def to_images(tensor: Any) -> FloatArray:
    """The inverse: an array (n, h, w, c) with the values of a tensor; others are taken as they are."""
    array: FloatArray = tensor.numpy()
    return array.transpose(0, 2, 3, 1) if array.ndim == 4 else array
