from typing import Any

import numpy as np
import numpy.typing as npt

def workspace_doubles(m: int, c: int) -> int: ...
def forward(
    x: npt.NDArray[Any],
    scale: npt.NDArray[Any],
    shift: npt.NDArray[Any],
    epsilon: float,
    y: npt.NDArray[Any],
    mean: npt.NDArray[Any],
    inverse_std: npt.NDArray[Any],
    workspace: npt.NDArray[np.float64],
    isa: int,
    threads: int,
) -> None: ...
def inference(
    x: npt.NDArray[Any],
    scale: npt.NDArray[Any],
    shift: npt.NDArray[Any],
    mean: npt.NDArray[Any],
    inverse_std: npt.NDArray[Any],
    y: npt.NDArray[Any],
    workspace: npt.NDArray[np.float64],
    isa: int,
    threads: int,
) -> None: ...
def backward(
    x: npt.NDArray[Any],
    grad: npt.NDArray[Any],
    scale: npt.NDArray[Any],
    mean: npt.NDArray[Any],
    inverse_std: npt.NDArray[Any],
    dx: npt.NDArray[Any],
    dscale: npt.NDArray[Any],
    dshift: npt.NDArray[Any],
    workspace: npt.NDArray[np.float64],
    isa: int,
    threads: int,
) -> None: ...
