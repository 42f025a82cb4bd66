"""Convolution against its reference, on integers exactly and on reals within bounds."""

import numpy as np
import pytest
import scipy.ndimage

from convlab import kernels
from convlab.kernels.arguments import conv_geometry, padding_sides

ISAS = kernels.isas()[1:]
CASES, SEEDS = 550, (0, 1, 2, 3)
UNIT_ROUNDOFF = 2.0**-24

# Shapes that reach what small ones do not: many strips and chunks, pieces of rows, several blocks of terms,
# splits by channels.
LARGE = {
    "strips of rows": ((2, 40, 50, 16), (33, 3, 3, 16), {"padding": 1}),
    "pieces of a row": ((1, 3, 2500, 3), (17, 3, 5, 3), {"padding": ((1, 1), (3, 0))}),
    "several images a strip": ((37, 5, 6, 40), (9, 3, 3, 40), {"padding": "same"}),
    "blocks of terms": ((2, 9, 9, 300), (40, 3, 3, 300), {"padding": 1}),
    "blocks of terms in segments": ((2, 12, 12, 150), (20, 3, 3, 150), {"dilation": 2, "padding": 2}),
    "groups with blocks of terms": ((2, 10, 10, 280), (34, 3, 3, 140), {"padding": 1, "groups": 2}),
    "pointwise row": ((7, 13, 11, 45), (70, 1, 1, 45), {}),
    "pointwise with stride": ((5, 15, 15, 21), (35, 1, 1, 21), {"stride": 2}),
    "dense": ((130, 1, 1, 523), (100, 1, 1, 523), {}),
    "one output": ((100, 5, 5, 20), (33, 5, 5, 20), {}),
    "stride beyond the kernel": ((3, 30, 31, 10), (18, 2, 2, 10), {"stride": 5, "padding": 1}),
    "stride and dilation": ((3, 30, 31, 10), (18, 3, 4, 10), {"stride": (4, 6), "dilation": (6, 4)}),
    "padding beyond the kernel": ((2, 12, 12, 17), (18, 3, 3, 17), {"padding": ((7, 5), (4, 9))}),
    "depthwise": ((9, 30, 30, 45), (45, 3, 3, 1), {"padding": 1, "groups": 45}),
    "depthwise with stride": ((9, 30, 30, 64), (64, 5, 7, 1), {"padding": 2, "stride": 2, "groups": 64}),
    "depthwise, many taps": ((1, 20, 20, 9), (9, 17, 18, 1), {"padding": 3, "groups": 9}),
    "one channel": ((60, 28, 28, 1), (6, 5, 5, 1), {"padding": 2}),
}


def inner(a: np.ndarray, b: np.ndarray) -> int:
    """<a, b> of arrays that hold integers, exactly."""
    return int((a.astype(np.int64) * b.astype(np.int64)).sum())


def oracle(x: np.ndarray, w: np.ndarray, case) -> np.ndarray:
    """Convolution by windows and einsum, in float64: independent of our C code."""
    options = case.options
    g = conv_geometry(
        "oracle", x.shape, w.shape, *(options[o] for o in ("stride", "padding", "dilation", "groups"))
    )
    padded = np.pad(
        x.astype(np.float64), ((0, 0), (g.pad_top, g.pad_bottom), (g.pad_left, g.pad_right), (0, 0))
    )
    extent = g.dilation[0] * (g.r - 1) + 1, g.dilation[1] * (g.s - 1) + 1
    windows = np.lib.stride_tricks.sliding_window_view(padded, extent, (1, 2))
    windows = windows[:, :: g.stride[0], :: g.stride[1], :, :: g.dilation[0], :: g.dilation[1]]
    windows = windows.reshape(*windows.shape[:3], g.groups, g.c // g.groups, g.r, g.s)
    kernel = w.astype(np.float64).reshape(g.groups, g.k // g.groups, g.r, g.s, g.c // g.groups)
    return np.einsum("nopgcij,gkijc->nopgk", windows, kernel, optimize=True).reshape(g.output_shape)


def test_reference_equals_an_independent_oracle(conv_cases):
    with kernels.use_isa("reference"):
        for case in conv_cases(5, 150):
            arrays = case.arrays(np.random.default_rng(1), integers=True)
            y = kernels.conv2d(arrays["x"], arrays["w"], **case.options)
            np.testing.assert_array_equal(y, oracle(arrays["x"], arrays["w"], case), err_msg=str(case))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_isa_equals_the_reference_on_integers(seed, conv_cases, equal, zero_fraction):
    rng = np.random.default_rng(seed)
    done = 0
    for case in conv_cases(seed, CASES):
        arrays = case.arrays(rng, integers=True)
        with kernels.use_isa("reference"):
            expected = case.run(arrays)
        zero_fraction.add(expected)
        y = expected["y"] - arrays["bias"]
        # <conv(x, w), g> = <x, dx> = <w, dw>
        assert (
            inner(y, arrays["grad"])
            == inner(arrays["x"], expected["dx"])
            == inner(arrays["w"], expected["dw"])
        )
        for isa in ISAS:
            with kernels.use_isa(isa), kernels.use_threads(int(rng.integers(1, 4))):
                equal(case.run(arrays), expected, (isa, case))
        done += 1
    assert done == CASES
    zero_fraction.check()


def test_there_are_at_least_2000_random_geometries():
    assert CASES * len(SEEDS) >= 2000


@pytest.mark.parametrize("name", LARGE)
def test_large_shapes_equal_the_reference_on_integers(name, conv_case, equal, zero_fraction):
    case = conv_case(*LARGE[name])
    arrays = case.arrays(np.random.default_rng(0), integers=True)
    with kernels.use_isa("reference"):
        expected = case.run(arrays)
    # dx is left out: with a stride, most of it may be zero.
    zero_fraction.add({name: expected[name] for name in ("y", "dw", "db")})
    zero_fraction.check()
    for isa in ISAS:
        for threads in (1, 3):
            with kernels.use_isa(isa), kernels.use_threads(threads):
                equal(case.run(arrays), expected, (isa, threads, name))


@pytest.mark.parametrize("width", range(1, 30))
def test_every_width_of_a_tile(width, conv_case, equal):
    rng = np.random.default_rng(width)
    for channels in (width, 40 - width):
        case = conv_case((2, 3, width, channels), (channels, 2, 2, channels), {"padding": ((1, 0), (0, 1))})
        arrays = case.arrays(rng, integers=True)
        with kernels.use_isa("reference"):
            expected = case.run(arrays)
        for isa in ISAS:
            with kernels.use_isa(isa):
                equal(case.run(arrays), expected, (isa, case))


def sizes_of_errors(case, sizes):
    """The sums of absolute products that bound errors: those of Winograd reach as far as a tile."""
    tile = {
        ("y", "forward"): (1, 7, 7, 1),
        ("dx", "backward_input"): (1, 7, 7, 1),
        ("dw", "backward_weight"): (1, 5, 5, 1),
    }
    for (name, operation), reach in tile.items():
        if case.takes(operation).startswith("winograd"):
            sizes[name] = scipy.ndimage.maximum_filter(sizes[name], reach, mode="constant")
    return sizes


@pytest.mark.parametrize("isa", kernels.isas())
def test_rounding_errors_are_within_bounds(isa, conv_cases, conv_case):
    cases = [*conv_cases(9, 60), *(conv_case(*LARGE[name]) for name in LARGE)]
    rng = np.random.default_rng(2)
    relative = []
    for case in cases:
        arrays = case.arrays(rng, integers=False)
        exact = case.run({name: values.astype(np.float64) for name, values in arrays.items()})
        sizes = case.run({name: abs(values).astype(np.float64) for name, values in arrays.items()})
        with kernels.use_isa(isa):
            result = case.run(arrays)
            sizes = sizes_of_errors(case, sizes)
        for name, values in result.items():
            error = values - exact[name]
            if np.any(exact[name]):
                relative.append(np.linalg.norm(error) / np.linalg.norm(exact[name]))
            assert np.all(abs(error) <= 4 * UNIT_ROUNDOFF * sizes[name]), (isa, name, case)
    assert len(relative) > 200
    assert np.median(relative) <= 2e-7
    assert max(relative) <= 1e-6


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("name", LARGE)
def test_the_bits_do_not_depend_on_the_threads(isa, name, conv_case, equal):
    case = conv_case(*LARGE[name])
    arrays = case.arrays(np.random.default_rng(4), integers=False)
    with kernels.use_isa(isa), kernels.use_threads(1):
        expected = case.run(arrays)
    for threads in (2, 3, 4):
        with kernels.use_isa(isa), kernels.use_threads(threads):
            equal(case.run(arrays), expected, (isa, threads, name))


@pytest.mark.parametrize("isa", ISAS)
def test_the_bits_of_an_image_do_not_depend_on_the_batch(isa, conv_case):
    case = conv_case((37, 5, 6, 40), (9, 3, 3, 40), {"padding": 1})
    arrays = case.arrays(np.random.default_rng(4), integers=False)
    with kernels.use_isa(isa):
        y = kernels.conv2d(arrays["x"], arrays["w"], padding=1)
        alone = kernels.conv2d(arrays["x"][30:31], arrays["w"], padding=1)
    np.testing.assert_array_equal(alone, y[30:31])


def test_a_planted_error_is_found(conv_case, equal, zero_fraction):
    case = conv_case((2, 6, 6, 3), (4, 3, 3, 3), {"padding": 1})
    arrays = case.arrays(np.random.default_rng(0), integers=True)
    expected = case.run(arrays)
    for name in expected:
        wrong = {key: values.copy() for key, values in expected.items()}
        wrong[name].flat[-1] += 1
        with pytest.raises(AssertionError, match=f"{name} differs"):
            equal(wrong, expected, case)
    zero_fraction.add({"y": np.zeros(10)})
    with pytest.raises(AssertionError, match="10 of 10 outputs are zero"):
        zero_fraction.check()


@pytest.mark.parametrize("isa", kernels.isas())
def test_nan_stays_in_its_window(isa):
    x = np.zeros((3, 9, 9, 5), np.float32)
    w = np.ones((20, 3, 3, 5), np.float32)
    x[1, 4, 4, 2] = np.nan
    grad = np.zeros((3, 9, 9, 20), np.float32)
    grad[2, 0, 8, 19] = np.nan
    with kernels.use_isa(isa):
        y = kernels.conv2d(x, w, padding=1)
        dx = kernels.conv2d_backward_input(grad, w, x.shape, padding=1)
        dw, db = kernels.conv2d_backward_weight(np.ones_like(x), grad, w.shape, padding=1)
    expected = np.zeros(y.shape, bool)
    expected[1, 3:6, 3:6] = True
    np.testing.assert_array_equal(np.isnan(y), expected)
    expected = np.zeros(dx.shape, bool)
    expected[2, 0:2, 7:9] = True
    np.testing.assert_array_equal(np.isnan(dx), expected)
    assert np.flatnonzero(np.isnan(db)).tolist() == [19]
    assert np.isnan(dw[19, 1, 1]).all()
    assert not np.isnan(dw[:19]).any()


@pytest.mark.parametrize("isa", kernels.isas())
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_empty_batch_works(isa, dtype):
    x, w = np.empty((0, 5, 5, 3), dtype), np.ones((4, 3, 3, 3), dtype)
    with kernels.use_isa(isa):
        y = kernels.conv2d(x, w, np.ones(4, dtype), activation="relu")
        dx = kernels.conv2d_backward_input(y, w, x.shape)
        dw, db = kernels.conv2d_backward_weight(x, y, w.shape)
    assert y.shape == (0, 3, 3, 4)
    assert dx.shape == x.shape
    assert not dw.any()
    assert not db.any()


@pytest.mark.parametrize("isa", kernels.isas())
def test_float64_is_exact_to_float64(isa, conv_case):
    case = conv_case((2, 7, 8, 6), (9, 3, 2, 6), {"padding": 1, "stride": 2, "dilation": 1, "groups": 1})
    arrays = case.arrays(np.random.default_rng(3), integers=False)
    x, w = arrays["x"] + np.float64(1e-9), arrays["w"].astype(np.float64)
    with kernels.use_isa(isa):
        y = kernels.conv2d(x, w, **case.options)
    assert y.dtype == np.float64
    np.testing.assert_allclose(y, oracle(x, w, case), rtol=1e-13, atol=1e-14)


def test_same_padding_is_that_of_tensorflow():
    assert padding_sides("f", "same", (28, 28), (5, 5), (1, 1)) == ((2, 2), (2, 2))
    assert padding_sides("f", "same", (32, 33), (3, 3), (2, 2)) == ((0, 1), (1, 1))
    assert padding_sides("f", "same", (5, 5), (1, 1), (3, 3)) == ((0, 0), (0, 0))
    assert padding_sides("f", "valid", (5, 5), (3, 3), (1, 1)) == ((0, 0), (0, 0))
    x, w = np.ones((1, 11, 10, 1), np.float32), np.ones((1, 4, 3, 1), np.float32)
    assert kernels.conv2d(x, w, stride=(2, 3), padding="same").shape == (1, 6, 4, 1)


@pytest.mark.parametrize("isa", kernels.isas())
@pytest.mark.parametrize("activation", ["relu", "gelu", ("leaky_relu", {"negative_slope": 0.25}), "linear"])
def test_a_fused_activation_equals_a_separate_one(isa, activation, conv_case):
    name, parameters = (activation, {}) if isinstance(activation, str) else activation
    for shape in ("strips of rows", "dense", "depthwise", "one channel", "blocks of terms"):
        case = conv_case(*LARGE[shape])
        arrays = case.arrays(np.random.default_rng(7), integers=False)
        x, w, bias = arrays["x"][:3], arrays["w"], arrays["bias"]
        with kernels.use_isa(isa):
            y = kernels.conv2d(x, w, bias, activation=activation, **case.options)
            separate = kernels.activation_forward(
                kernels.conv2d(x, w, bias, **case.options), name, **parameters
            )
        np.testing.assert_array_equal(y, separate)


def test_tiny_numbers_are_not_flushed_to_zero():
    x, w = np.full((1, 2, 2, 1), 1e-40, np.float32), np.ones((1, 1, 1, 1), np.float32)
    for isa in kernels.isas():
        with kernels.use_isa(isa):
            np.testing.assert_array_equal(kernels.conv2d(x, w), x)
