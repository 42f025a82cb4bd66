"""How exact all convolutions of the study are, with fewer images, and which of them take Winograd."""

import statistics

import numpy as np
import pytest

from convlab import kernels
from convlab.bench.shapes import SHAPES, Shape, operands

ISAS = [isa for isa in kernels.isas() if isa in ("baseline", "avx2", "avx512")]
OPERATIONS = ("forward", "backward_input", "backward_weight")
FEWER = 16
# SSE2 rounds products before it adds them.
MEDIAN_OF_FLOAT32 = {"baseline": 2.5e-7, "avx2": 2e-7, "avx512": 2e-7}
WORST = {
    "float32": {"y": 1.2e-6, "dx": 1.2e-6, "dw": 1.5e-6},
    "fast": {"y": 5e-6, "dx": 5e-6, "dw": 5e-6},
}

Arrays = dict[str, np.ndarray]


def fewer_images(shape: Shape) -> Shape:
    return shape.limited(max(1, shape.batch // FEWER))


def exact(shape: Shape) -> Arrays:
    """y, dx, dw in float64, tap by tap with numpy's matrix products: independent of our C code."""
    x, w, _, grad = (values.astype(np.float64) for values in operands(shape))
    sides, per_group, groups = shape.padding, shape.channels // shape.groups, shape.groups
    padded = np.pad(x, ((0, 0), (sides, sides), (sides, sides), (0, 0)))
    y, dx, dw = np.zeros_like(grad), np.zeros_like(padded), np.zeros_like(w)
    reach = shape.stride * (shape.output_size - 1) + 1
    for i, j, group in np.ndindex(shape.kernel, shape.kernel, groups):
        inputs = slice(group * per_group, (group + 1) * per_group)
        outputs = slice(group * shape.filters // groups, (group + 1) * shape.filters // groups)
        seen = np.s_[:, i : i + reach : shape.stride, j : j + reach : shape.stride, inputs]
        y[..., outputs] += padded[seen] @ w[outputs, i, j].T
        dx[seen] += grad[..., outputs] @ w[outputs, i, j]
        dw[outputs, i, j] = np.tensordot(grad[..., outputs], padded[seen], ((0, 1, 2), (0, 1, 2)))
    inside = slice(sides, sides + shape.size)
    return {"y": y, "dx": dx[:, inside, inside], "dw": dw}


def ours(shape: Shape) -> Arrays:
    x, w, _, grad = operands(shape)
    options = {"stride": shape.stride, "padding": shape.padding, "groups": shape.groups}
    return {
        "y": kernels.conv2d(x, w, **options),
        "dx": kernels.conv2d_backward_input(grad, w, x.shape, **options),
        "dw": kernels.conv2d_backward_weight(x, grad, w.shape, **options)[0],
    }


@pytest.fixture(scope="module")
def exact_results() -> dict[str, Arrays]:
    return {shape.name: exact(fewer_images(shape)) for shape in SHAPES}


@pytest.mark.parametrize("precision", WORST)
@pytest.mark.parametrize("isa", ISAS)
def test_errors_are_within_the_bounds_of_the_precision(isa, precision, exact_results, relative_error):
    found: dict[str, list[float]] = {"y": [], "dx": [], "dw": []}
    for shape in SHAPES:
        with kernels.use_isa(isa), kernels.use_precision(precision):
            results = ours(fewer_images(shape))
        for name, values in results.items():
            error = relative_error(values, exact_results[shape.name][name])
            assert error <= WORST[precision][name], (shape.name, name)
            found[name].append(error)
    if precision == "float32":
        for name, errors in found.items():
            assert statistics.median(errors) <= MEDIAN_OF_FLOAT32[isa], (name, errors)


@pytest.mark.parametrize(
    ("precision", "algorithm"), [("float32", "winograd4_complex"), ("fast", "winograd4")]
)
@pytest.mark.parametrize("isa", [isa for isa in kernels.isas() if not isa.startswith(("reference", "amx"))])
def test_3x3_kernels_over_many_channels_take_winograd(isa, precision, algorithm):
    for shape in SHAPES:
        fits = (shape.kernel, shape.stride, shape.groups) == (3, 1, 1)
        for operation in OPERATIONS:
            with kernels.use_isa(isa), kernels.use_precision(precision):
                reasons = shape.plan().explain(operation)
            taken = next(name for name, reason in reasons if reason is None)
            if not fits:
                allowed = ("winograd4_5",) if shape.kernel == 5 and precision == "fast" else ()
                assert taken in allowed or not taken.startswith("winograd"), (shape.name, operation, reasons)
            elif shape.channels >= 16:
                assert taken == algorithm, (shape.name, operation, reasons)
