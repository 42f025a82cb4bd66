"""The convolutions that are measured: layers of well-known networks, and the corners of the design."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from convlab import kernels
from convlab.kernels.arguments import FloatArray
from convlab.kernels.conv2d import Conv2DPlan


@dataclass(frozen=True)
class Shape:
    """A convolution of square images with square kernels, as many zeros on every side.

    Attributes:
        name: what options and tables call it.
        batch: images N.
        channels: C.
        size: height and width of the images.
        filters: K.
        kernel: height and width of the kernels.
        stride: step between windows.
        padding: zeros on every side.
        groups: divides channels and filters.
    """

    name: str
    batch: int
    channels: int
    size: int
    filters: int
    kernel: int
    stride: int = 1
    padding: int = 0
    groups: int = 1

    @property
    def output_size(self) -> int:
        """Height and width of the output."""
        return (self.size + 2 * self.padding - self.kernel) // self.stride + 1

    @property
    def forward_work(self) -> float:
        """Floating-point operations of one forward pass; backward has twice as many."""
        taps = self.kernel**2 * self.channels // self.groups
        return 2.0 * self.batch * self.output_size**2 * self.filters * taps

    def plan(self) -> Conv2DPlan:
        """Our plan of the convolution."""
        images, kernels = (self.batch, self.size, self.size, self.channels), self.kernel_shape
        return Conv2DPlan(images, kernels, stride=self.stride, padding=self.padding, groups=self.groups)

    @property
    def kernel_shape(self) -> tuple[int, int, int, int]:
        """(K, R, S, C / groups)"""
        return self.filters, self.kernel, self.kernel, self.channels // self.groups

    def limited(self, images: int | None) -> "Shape":
        """The same convolution of at most so many images."""
        return self if images is None else replace(self, batch=min(self.batch, images))

    def __str__(self) -> str:
        groups = f", {self.groups} groups" if self.groups > 1 else ""
        stride = f", stride {self.stride}" if self.stride > 1 else ""
        return (
            f"{self.batch}x{self.size}x{self.size}x{self.channels}, "
            f"{self.kernel}x{self.kernel}-{self.filters}{stride}{groups}"
        )


SHAPES = (
    Shape("lenet1", 128, 1, 28, 6, 5, padding=2),
    Shape("lenet2", 128, 6, 14, 16, 5),
    Shape("digits8", 128, 1, 8, 16, 3, padding=1),
    Shape("digits8b", 128, 16, 8, 32, 3, padding=1),
    Shape("mnist32", 128, 1, 28, 32, 3, padding=1),
    Shape("mnist64", 128, 32, 28, 64, 3, padding=1),
    Shape("cifar_in", 128, 3, 32, 64, 3, padding=1),
    Shape("res16", 128, 16, 32, 16, 3, padding=1),
    Shape("res32", 128, 32, 16, 32, 3, padding=1),
    Shape("res64", 128, 64, 8, 64, 3, padding=1),
    Shape("res_down", 128, 16, 32, 32, 3, stride=2, padding=1),
    Shape("vgg64", 64, 64, 32, 64, 3, padding=1),
    Shape("vgg128", 64, 128, 16, 128, 3, padding=1),
    Shape("vgg256", 64, 256, 8, 256, 3, padding=1),
    Shape("pw", 64, 64, 32, 128, 1),
    Shape("pw256", 64, 256, 14, 256, 1),
    Shape("7x7s2", 16, 3, 112, 64, 7, stride=2, padding=3),
    Shape("res50", 16, 64, 56, 64, 3, padding=1),
    Shape("c512", 16, 512, 14, 512, 3, padding=1),
    Shape("depthwise", 64, 64, 32, 64, 3, padding=1, groups=64),
    Shape("grouped", 64, 128, 16, 128, 3, padding=1, groups=32),
)


class Operands(NamedTuple):
    """What a convolution and its gradients are computed from; float32, NHWC."""

    x: FloatArray
    w: FloatArray
    bias: FloatArray
    grad: FloatArray


def operands(shape: Shape) -> Operands:
    """Random images, kernels scaled so that outputs vary as much as inputs, bias, and output gradient.

    Example:
        >>> operands(SHAPES[0].limited(2)).grad.shape
        (2, 28, 28, 6)
    """
    rng = np.random.default_rng(0)

    def draw(*dimensions: int) -> FloatArray:
        return rng.standard_normal(dimensions, np.float32, out=kernels.empty_aligned(dimensions))

    w = draw(*shape.kernel_shape)
    w *= np.float32((w.size / shape.filters) ** -0.5)
    return Operands(
        draw(shape.batch, shape.size, shape.size, shape.channels),
        w,
        draw(shape.filters),
        draw(shape.batch, shape.output_size, shape.output_size, shape.filters),
    )
