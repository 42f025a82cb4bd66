from typing import Any

import numpy.typing as npt

class PoolPlan:
    def __init__(
        self,
        image: tuple[int, int, int],
        window: tuple[int, int],
        stride: tuple[int, int],
        padding: tuple[int, int],
        output: tuple[int, int],
        index_bytes: int,
        count_include_pad: bool,
    ) -> None: ...
    def max_forward(
        self, x: npt.NDArray[Any], y: npt.NDArray[Any], indices: npt.NDArray[Any] | None
    ) -> None: ...
    def max_backward(
        self, grad: npt.NDArray[Any], indices: npt.NDArray[Any], dx: npt.NDArray[Any]
    ) -> None: ...
    def avg_forward(self, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> None: ...
    def avg_backward(self, grad: npt.NDArray[Any], dx: npt.NDArray[Any]) -> None: ...
    def global_forward(self, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> None: ...
    def global_backward(self, grad: npt.NDArray[Any], dx: npt.NDArray[Any]) -> None: ...
