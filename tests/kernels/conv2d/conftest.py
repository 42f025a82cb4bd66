"""What tests of convolution share: random geometries, and comparison that cannot pass by accident."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import ShapeError
from convlab.kernels.arguments import conv_geometry

Arrays = dict[str, np.ndarray]

CHANNELS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 17, 24, 31, 32, 33)
DEPTHWISE_CHANNELS = (2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 40)


@dataclass
class ConvCase:
    """One convolution: the shapes of x and w, and the options."""

    x_shape: tuple[int, ...]
    w_shape: tuple[int, ...]
    options: dict[str, Any] = field(default_factory=dict)

    def arrays(self, rng: np.random.Generator, *, integers: bool) -> Arrays:
        """x, w, bias and grad: small integers, exact in float32, or random reals."""
        options = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, **self.options}
        geometry = conv_geometry("case", self.x_shape, self.w_shape, **options)
        shapes = {"x": self.x_shape, "w": self.w_shape, "bias": (geometry.k,), "grad": geometry.output_shape}

        def draw(shape: tuple[int, ...]) -> np.ndarray:
            return rng.integers(-4, 5, shape) if integers else rng.standard_normal(shape)

        return {name: draw(shape).astype(np.float32) for name, shape in shapes.items()}

    def run(self, arrays: Arrays) -> Arrays:
        """All three directions."""
        x, w, grad = arrays["x"], arrays["w"], arrays["grad"]
        dw, db = kernels.conv2d_backward_weight(x, grad, self.w_shape, **self.options)
        return {
            "y": kernels.conv2d(x, w, arrays["bias"], **self.options),
            "dx": kernels.conv2d_backward_input(grad, w, self.x_shape, **self.options),
            "dw": dw,
            "db": db,
        }

    def run_into(self, arrays: Arrays, out: Arrays) -> None:
        """All three directions into given arrays."""
        x, w, grad, options = arrays["x"], arrays["w"], arrays["grad"], self.options
        kernels.conv2d(x, w, arrays["bias"], out=out["y"], **options)
        kernels.conv2d_backward_input(grad, w, self.x_shape, out=out["dx"], **options)
        kernels.conv2d_backward_weight(x, grad, self.w_shape, out=out["dw"], out_bias=out["db"], **options)

    def run_with(self, arrays: Arrays, isa: str, precision: str = "float32") -> Arrays:
        """All three directions with an instruction set and a precision."""
        with kernels.use_isa(isa), kernels.use_precision(precision):
            return self.run(arrays)

    def exact(self, arrays: Arrays) -> Arrays:
        """All three directions in float64."""
        return self.run({name: values.astype(np.float64) for name, values in arrays.items()})

    def reasons(self, operation: str) -> dict[str, str | None]:
        """Why each algorithm refuses, or None."""
        return dict(kernels.Conv2DPlan(self.x_shape, self.w_shape, **self.options).explain(operation))

    def takes(self, operation: str) -> str:
        """The algorithm that does an operation."""
        return next(name for name, reason in self.reasons(operation).items() if reason is None)


def _options(rng: np.random.Generator) -> dict[str, Any]:
    def two(values: list[int]) -> tuple[int, int]:
        return int(rng.choice(values)), int(rng.choice(values))

    padding: Any = (two([0, 1, 2, 3, 4]), two([0, 1, 2, 3, 4]))
    if rng.random() < 0.4:
        padding = [0, 1, "same", "valid"][rng.integers(4)]
    return {"stride": two([1, 1, 1, 2, 3, 4]), "dilation": two([1, 1, 1, 2, 3]), "padding": padding}


def random_conv_cases(seed: int, count: int) -> Iterator[ConvCase]:
    """Valid random geometries: dense, grouped and depthwise, from one pixel and one channel upwards."""
    rng = np.random.default_rng(seed)
    made = 0
    while made < count:
        groups, c_group, k_group = 1, int(rng.choice(CHANNELS)), int(rng.choice(CHANNELS))
        match rng.integers(4):
            case 2:
                groups = int(rng.integers(2, 4))
            case 3:
                groups, c_group, k_group = int(rng.choice(DEPTHWISE_CHANNELS)), 1, 1
        n, h, w, r, s = (int(rng.integers(1, most)) for most in (5, 16, 24, 6, 6))
        case = ConvCase(
            (n, h, w, c_group * groups),
            (k_group * groups, r, s, c_group),
            {**_options(rng), "groups": groups},
        )
        try:
            case.arrays(rng, integers=True)
        except ShapeError:
            continue  # the kernel is larger than the padded input
        made += 1
        yield case


def check_equal(actual: Arrays, expected: Arrays, about: object) -> None:
    """Both must have the same arrays, with the same shape, dtype and values."""
    assert actual.keys() == expected.keys()
    for name, values in expected.items():
        assert actual[name].shape == values.shape, (name, about)
        assert actual[name].dtype == values.dtype, (name, about)
        different = np.flatnonzero(actual[name] != values)
        assert different.size == 0, f"{name} differs at {different[:5]} of {values.shape}: {about}"


def pad_by_hand(arrays: Arrays, padding: int) -> Arrays:
    """All by the reference, the padding as zeros to multiply with: times infinity they are NaN."""
    sides = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    x, w, grad = np.pad(arrays["x"], sides), arrays["w"], arrays["grad"]
    with kernels.use_isa("reference"):
        dw, db = kernels.conv2d_backward_weight(x, grad, w.shape)
        y = kernels.conv2d(x, w, arrays["bias"])
        dx = kernels.conv2d(np.pad(grad, sides), w[:, ::-1, ::-1].transpose(3, 1, 2, 0))
    return {"y": y, "dx": dx, "dw": dw, "db": db}


class ZeroFraction:
    """Counts zeros in outputs: a kernel that writes nothing but zeros would pass many a comparison."""

    def __init__(self) -> None:
        self.zeros = 0
        self.elements = 0

    def add(self, arrays: Arrays) -> None:
        for values in arrays.values():
            self.zeros += int(np.count_nonzero(values == 0))
            self.elements += values.size

    def check(self) -> None:
        assert self.elements > 0
        assert self.zeros < 0.3 * self.elements, f"{self.zeros} of {self.elements} outputs are zero"


@pytest.fixture
def relative_error() -> Callable[[np.ndarray, np.ndarray], float]:
    """The distance of two arrays beside the size of the second."""
    return lambda actual, exact: float(np.linalg.norm(actual - exact) / np.linalg.norm(exact))


@pytest.fixture
def conv_case() -> type[ConvCase]:
    """The class of single convolutions to test."""
    return ConvCase


@pytest.fixture
def conv_cases() -> Callable[[int, int], Iterator[ConvCase]]:
    """(seed, count) -> that many random convolutions."""
    return random_conv_cases


@pytest.fixture
def equal() -> Callable[[Arrays, Arrays, object], None]:
    """Fails unless two sets of arrays are equal."""
    return check_equal


@pytest.fixture
def padded_by_hand() -> Callable[[Arrays, int], Arrays]:
    """(arrays, padding) -> all directions of a convolution that keeps the size, by `pad_by_hand`."""
    return pad_by_hand


@pytest.fixture
def zero_fraction() -> ZeroFraction:
    """Collects the share of zeros among outputs."""
    return ZeroFraction()
