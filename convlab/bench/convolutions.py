"""One convolution in our core and in PyTorch: each pass as a call that can be timed, with its results."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from convlab import kernels
from convlab.bench import peer
from convlab.bench.shapes import Operands, Shape
from convlab.kernels.arguments import FloatArray

Results = dict[str, FloatArray]


class Convolution(Protocol):
    """Forward is y; backward is dx, dw and db, the gradients to images, kernels and bias."""

    def forward(self) -> object:
        """Computes y."""

    def backward(self) -> object:
        """Computes dx, dw and db."""

    def results(self, task: str) -> Results:
        """Runs a pass and gives its arrays by name, images and kernels with their channels last."""

    def context(self) -> AbstractContextManager[object]:
        """What is in force while a pass runs."""


class PlannedConvolution:
    """Ours as a training step runs it: planned once, into arrays that are there."""

    def __init__(self, shape: Shape, given: Operands, precision: str) -> None:
        self._given, self._precision = given, precision
        with self.context():
            self._plan = shape.plan()
        self._y = kernels.empty_aligned(given.grad.shape, given.grad.dtype)
        self._dx, self._dw, self._db = (
            kernels.empty_aligned(array.shape, array.dtype) for array in (given.x, given.w, given.bias)
        )

    def forward(self) -> None:
        self._plan.forward(self._given.x, self._given.w, self._given.bias, self._y)

    def backward(self) -> None:
        self._plan.backward_input(self._given.grad, self._given.w, self._dx)
        self._plan.backward_weight(self._given.x, self._given.grad, self._dw, self._db)

    def results(self, task: str) -> Results:
        with self.context():
            getattr(self, task)()
        return {"y": self._y} if task == "forward" else {"dx": self._dx, "dw": self._dw, "db": self._db}

    def context(self) -> AbstractContextManager[object]:
        return kernels.use_precision(self._precision)


class CalledConvolution:
    """Ours as a user calls it: arguments checked and results allocated with every call."""

    def __init__(self, shape: Shape, given: Operands, precision: str) -> None:
        self._given, self._precision = given, precision
        self._stride, self._padding, self._groups = shape.stride, shape.padding, shape.groups

    def forward(self) -> FloatArray:
        x, w, bias, _ = self._given
        return kernels.conv2d(x, w, bias, stride=self._stride, padding=self._padding, groups=self._groups)

    def backward(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        x, w, _, grad = self._given
        dx = kernels.conv2d_backward_input(
            grad, w, x.shape, stride=self._stride, padding=self._padding, groups=self._groups
        )
        dw, db = kernels.conv2d_backward_weight(
            x, grad, w.shape, stride=self._stride, padding=self._padding, groups=self._groups
        )
        return dx, dw, db

    def results(self, task: str) -> Results:
        with self.context():
            if task == "forward":
                return {"y": self.forward()}
            return dict(zip(("dx", "dw", "db"), self.backward(), strict=True))

    def context(self) -> AbstractContextManager[object]:
        return kernels.use_precision(self._precision)


OURS: dict[str, Callable[[Shape, Operands, str], Convolution]] = {
    "planned": PlannedConvolution,
    "new": CalledConvolution,
}


class PeerConvolution:
    """PyTorch's, in one of its layouts: its operators called directly, without autograd."""

    def __init__(self, shape: Shape, given: Operands, layout: str) -> None:
        self._torch = torch = peer.torch()
        self._x, self._w, self._grad = (
            peer.from_images(array, layout) for array in (given.x, given.w, given.grad)
        )
        self._bias = torch.from_numpy(given.bias)
        self._options = [shape.stride] * 2, [shape.padding] * 2, [1, 1]
        self._groups = shape.groups

    def forward(self) -> object:
        stride, padding, dilation = self._options
        return self._torch.conv2d(self._x, self._w, self._bias, stride, padding, dilation, self._groups)

    def backward(self) -> object:
        return self._torch.ops.aten.convolution_backward(
            self._grad,
            self._x,
            self._w,
            [len(self._bias)],
            *self._options,
            False,
            [0, 0],
            self._groups,
            [True, True, True],
        )

    def results(self, task: str) -> Results:
        with self.context():
            if task == "forward":
                return {"y": peer.to_images(self.forward())}
            return dict(zip(("dx", "dw", "db"), map(peer.to_images, self.backward()), strict=True))  # type: ignore[call-overload]

    def context(self) -> AbstractContextManager[object]:
        inference: AbstractContextManager[object] = self._torch.inference_mode()
        return inference
