from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.kernels._elementwise import ActivationPlan
from convlab.kernels.arguments import Activation

class BatchNormPlan:
    activation: ActivationPlan | None
    def __init__(
        self, channels: int, *, epsilon: float, momentum: float, activation: Activation | None = None
    ) -> None: ...
    def forward(
        self,
        x: npt.NDArray[Any],
        scale: npt.NDArray[Any],
        shift: npt.NDArray[Any],
        y: npt.NDArray[Any],
        running_mean: npt.NDArray[Any],
        running_variance: npt.NDArray[Any],
    ) -> None: ...
    def inference(
        self,
        x: npt.NDArray[Any],
        scale: npt.NDArray[Any],
        shift: npt.NDArray[Any],
        mean: npt.NDArray[Any],
        variance: npt.NDArray[Any],
        y: npt.NDArray[Any],
    ) -> None: ...
    def backward(
        self,
        x: npt.NDArray[Any],
        grad: npt.NDArray[Any],
        scale: npt.NDArray[Any],
        shift: npt.NDArray[Any],
        dscale: npt.NDArray[Any],
        dshift: npt.NDArray[Any],
        dx: npt.NDArray[Any],
    ) -> None: ...

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
