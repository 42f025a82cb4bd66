from typing import Any

import numpy as np
import numpy.typing as npt

ACTIVATIONS: dict[str, str]

def span_capsule(activation: int, isa: int) -> object: ...
def activation_forward(
    activation: int, x: npt.NDArray[Any], out: npt.NDArray[Any], parameter: float, isa: int, threads: int
) -> None: ...
def activation_backward(
    activation: int,
    saved: npt.NDArray[Any],
    grad: npt.NDArray[Any],
    out: npt.NDArray[Any],
    parameter: float,
    isa: int,
    threads: int,
) -> None: ...
def first_outside(values: npt.NDArray[np.int64], limit: int) -> int: ...
def normalize_images(
    images: npt.NDArray[np.uint8],
    indices: npt.NDArray[np.int64],
    size: int,
    scale: npt.NDArray[np.float32],
    shift: npt.NDArray[np.float32],
    out: npt.NDArray[np.float32],
    isa: int,
    threads: int,
) -> None: ...
