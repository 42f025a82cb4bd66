from typing import Any

import numpy as np
import numpy.typing as npt

ACTIVATIONS: dict[str, str]

def capsule_address(given: object) -> int | None: ...

class ActivationPlan:
    name: str
    saves: str
    arguments: npt.NDArray[Any]
    def __init__(self, activation: int, parameter: float, name: str, saves: str) -> None: ...
    def spans(self, isa: int) -> tuple[object, object]: ...
    def forward(self, x: npt.NDArray[Any], out: npt.NDArray[Any]) -> None: ...
    def sum_forward(self, a: npt.NDArray[Any], b: npt.NDArray[Any], out: npt.NDArray[Any]) -> None: ...
    def backward(self, saved: npt.NDArray[Any], grad: npt.NDArray[Any], out: npt.NDArray[Any]) -> None: ...
    def sum_backward(
        self, saved: npt.NDArray[Any], a: npt.NDArray[Any], b: npt.NDArray[Any], out: npt.NDArray[Any]
    ) -> None: ...
    def sloped_forward(self, x: npt.NDArray[Any], out: npt.NDArray[Any], slope: npt.NDArray[Any]) -> None: ...
    def sloped_backward(
        self, slope: npt.NDArray[Any], grad: npt.NDArray[Any], out: npt.NDArray[Any]
    ) -> None: ...

class CompiledActivationPlan(ActivationPlan):
    def __init__(
        self,
        value: int,
        derivative: int,
        parameters: npt.NDArray[np.float32],
        name: str,
        saves: str,
        owners: object,
    ) -> None: ...

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
def dropout(x: npt.NDArray[Any], key: int, threshold: int, scale: float, out: npt.NDArray[Any]) -> None: ...
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
