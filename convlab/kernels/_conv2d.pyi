from collections.abc import Sequence

import numpy.typing as npt

from convlab.kernels._elementwise import ActivationPlan
from convlab.kernels.arguments import Activation, ConvGeometry, FloatArray, Padding

OPERATIONS: tuple[str, ...]

class Conv2DPlan:
    geometry: ConvGeometry
    activation: ActivationPlan | None
    def __init__(
        self,
        input_shape: Sequence[int],
        kernel_shape: Sequence[int],
        *,
        stride: int | tuple[int, int] = 1,
        padding: Padding = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        activation: Activation | None = None,
    ) -> None: ...
    @property
    def input_shape(self) -> tuple[int, int, int, int]: ...
    @property
    def kernel_shape(self) -> tuple[int, int, int, int]: ...
    @property
    def output_shape(self) -> tuple[int, int, int, int]: ...
    def forward(self, x: FloatArray, w: FloatArray, bias: FloatArray | None, out: FloatArray) -> None: ...
    def backward_input(
        self, grad: FloatArray, w: FloatArray, out: FloatArray, bias: FloatArray | None = None
    ) -> None: ...
    def backward_weight(
        self, x: FloatArray, grad: FloatArray, out: FloatArray, out_bias: FloatArray | None
    ) -> None: ...
    def explain(self, operation: str, dtype: npt.DTypeLike = "float32") -> list[tuple[str, str | None]]: ...

def plan_of(
    geometry: ConvGeometry, activation: Activation | None = None, where: str = "conv2d"
) -> Conv2DPlan: ...
