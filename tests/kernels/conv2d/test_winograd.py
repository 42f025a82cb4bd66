"""Winograd's convolution in all its forms; what is not finite stays in place."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from convlab import kernels

# Other instruction sets extend the last of these.
ISAS = [isa for isa in kernels.isas() if isa in ("baseline", "avx2", "avx512")]
OPERATIONS = ("forward", "backward_input", "backward_weight")
LARGEST = float(np.finfo(np.float32).max)

Cases = dict[str, tuple[Any, ...]]

# Tails of channels, padding beyond the kernel, tiles that lack outputs, more tiles than are done at once.
OVER_3X3: Cases = {
    "tails": ((3, 15, 13, 35), (67, 3, 3, 35), {"padding": 1}),
    "one vector behind a block": ((2, 24, 24, 41), (52, 3, 3, 41), {"padding": "same"}),
    "no padding": ((5, 18, 22, 40), (40, 3, 3, 40), {}),
    "asymmetric": ((4, 10, 8, 48), (41, 3, 3, 48), {"padding": ((0, 3), (2, 1))}),
    "wide": ((1, 9, 150, 33), (47, 3, 3, 33), {"padding": ((1, 1), (2, 0))}),
    "several batches": ((1, 61, 60, 48), (40, 3, 3, 48), {"padding": 1}),
}

# Sizes that tiles of 4x4 overshoot.
SMALL: Cases = {
    "tails": ((7, 5, 6, 35), (67, 3, 3, 35), {"padding": 1}),
    "one vector behind a block": ((2, 6, 6, 41), (52, 3, 3, 41), {"padding": "same"}),
    "no padding": ((5, 2, 2, 40), (40, 3, 3, 40), {"padding": 1}),
    "asymmetric": ((4, 6, 5, 48), (41, 3, 3, 48), {"padding": ((0, 1), (2, 1))}),
    "wide": ((1, 2, 150, 33), (47, 3, 3, 33), {"padding": ((1, 1), (2, 0))}),
    "several batches": ((90, 6, 6, 48), (40, 3, 3, 48), {"padding": 1}),
}

# Several chains of terms, too.
OVER_5X5: Cases = {
    "tails": ((3, 15, 13, 35), (67, 5, 5, 35), {"padding": 2}),
    "one vector behind a block": ((2, 18, 23, 41), (52, 5, 5, 41), {"padding": "same"}),
    "no padding": ((2, 18, 23, 40), (52, 5, 5, 40), {}),
    "asymmetric": ((4, 10, 9, 130), (41, 5, 5, 130), {"padding": ((0, 5), (4, 1))}),
    "wide": ((1, 9, 80, 33), (47, 5, 5, 33), {"padding": ((2, 2), (4, 0))}),
    "several batches": ((1, 50, 48, 33), (48, 5, 5, 33), {"padding": "same"}),
}


class Kind(NamedTuple):
    """One form, the precision that takes it, its bound for relative errors, and geometries that it does."""

    precision: str
    algorithm: str
    taps: int
    largest_error: float
    cases: Cases
    largest_image: int = 13

    @property
    def padding(self) -> int:
        return self.taps // 2


KINDS = (
    Kind("float32", "winograd2", 3, 1e-6, SMALL, 4),
    Kind("float32", "winograd4_complex", 3, 1e-6, OVER_3X3),
    Kind("float32", "winograd4_complex_5", 5, 1e-6, OVER_5X5),
    Kind("fast", "winograd4", 3, 5e-6, OVER_3X3),
    Kind("fast", "winograd4_5", 5, 5e-6, OVER_5X5),
)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.algorithm)
def kind(request):
    """Every form, each in its precision."""
    with kernels.use_precision(request.param.precision):
        yield request.param


@pytest.fixture(params=ISAS)
def isa(request):
    """Every instruction set with kernels of its own."""
    with kernels.use_isa(request.param):
        yield request.param


def check_takes(case: Any, algorithm: str) -> None:
    assert [case.takes(operation) for operation in OPERATIONS] == [algorithm] * 3, case


@pytest.mark.parametrize("name", OVER_3X3)
def test_errors_at_edges_and_tails(isa, kind, name, conv_case, relative_error):
    case = conv_case(*kind.cases[name])
    check_takes(case, kind.algorithm)
    arrays = case.arrays(np.random.default_rng(1), integers=False)
    result, exact = case.run(arrays), case.exact(arrays)
    for key, values in result.items():
        assert relative_error(values, exact[key]) <= kind.largest_error, (key, case)


def test_errors_of_random_geometries(isa, kind, conv_case, relative_error):
    rng = np.random.default_rng(2)
    ranges = ((16, 50), (16, 50), (1, kind.largest_image + 1), (1, kind.largest_image + 1))
    taken = 0
    for _ in range(40):
        c, k, h, w = (int(rng.integers(low, high)) for low, high in ranges)
        low, high = kind.padding, kind.padding + 3
        padding = tuple((int(rng.integers(low, high)), int(rng.integers(low, high))) for _ in range(2))
        case = conv_case(
            (int(rng.integers(1, 5)), h, w, c), (k, kind.taps, kind.taps, c), {"padding": padding}
        )
        taken += case.takes("forward") == kind.algorithm
        arrays = case.arrays(rng, integers=False)
        result, exact = case.run(arrays), case.exact(arrays)
        for key, values in result.items():
            assert relative_error(values, exact[key]) <= kind.largest_error, (key, case)
    assert taken > 10


@pytest.mark.parametrize("name", OVER_3X3)
def test_float32_is_exact_on_whole_numbers(isa, kind, name, conv_case, equal, zero_fraction):
    if kind.precision != "float32":
        pytest.skip("the points of fast are no powers of two")
    case = conv_case(*kind.cases[name])
    check_takes(case, kind.algorithm)
    arrays = case.arrays(np.random.default_rng(3), integers=True)
    result = case.run(arrays)
    equal(result, {key: v.astype(np.float32) for key, v in case.exact(arrays).items()}, case)
    zero_fraction.add(result)
    zero_fraction.check()


@pytest.mark.parametrize("name", ["tails", "wide", "several batches"])
def test_the_bits_do_not_depend_on_the_threads(isa, kind, name, conv_case, equal):
    case = conv_case(*kind.cases[name])
    arrays = case.arrays(np.random.default_rng(4), integers=False)
    with kernels.use_threads(1):
        expected = case.run(arrays)
    for threads in range(2, 9):
        with kernels.use_threads(threads):
            equal(case.run(arrays), expected, (threads, name))


def test_neither_choice_nor_bits_depend_on_the_batch(isa, kind, conv_case):
    for x_shape, w_shape, options in kind.cases.values():
        for n in (1, 2, 64):
            check_takes(conv_case((n, *x_shape[1:]), w_shape, options), kind.algorithm)
    case = conv_case(*kind.cases["tails"])
    arrays = case.arrays(np.random.default_rng(5), integers=False)
    x, w, grad = arrays["x"], arrays["w"], arrays["grad"]
    alone = kernels.conv2d(x[1:2], w, padding=kind.padding)
    np.testing.assert_array_equal(alone, kernels.conv2d(x, w, padding=kind.padding)[1:2])
    alone = kernels.conv2d_backward_input(grad[2:3], w, (1, *x.shape[1:]), padding=kind.padding)
    np.testing.assert_array_equal(
        alone, kernels.conv2d_backward_input(grad, w, x.shape, padding=kind.padding)[2:3]
    )


@pytest.mark.parametrize("activation", ["relu", "gelu", ("leaky_relu", {"negative_slope": 0.25})])
@pytest.mark.parametrize("name", ["tails", "one vector behind a block"])
def test_bias_and_activation_are_fused(isa, kind, name, activation, conv_case):
    case = conv_case(*kind.cases[name])
    arrays = case.arrays(np.random.default_rng(6), integers=False)
    x, w, bias = arrays["x"], arrays["w"], arrays["bias"]
    function, parameters = (activation, {}) if isinstance(activation, str) else activation
    y = kernels.conv2d(x, w, bias, activation=activation, **case.options)
    plain = kernels.conv2d(x, w, **case.options) + bias
    np.testing.assert_array_equal(y, kernels.activation_forward(plain, function, **parameters))


@pytest.mark.parametrize("at", ["start", "end"])
def test_nothing_outside_the_arrays_is_touched(at, isa, kind, guarded_array, conv_case, equal):
    for name in ("tails", "one vector behind a block", "no padding", "asymmetric"):
        case = conv_case(*kind.cases[name])
        arrays = case.arrays(np.random.default_rng(7), integers=False)
        fixed = {key: guarded_array(values, at=at, writable=False) for key, values in arrays.items()}
        with kernels.use_threads(2):
            expected = case.run(arrays)
            out = {key: guarded_array(np.zeros_like(values), at=at) for key, values in expected.items()}
            case.run_into(fixed, out)
        equal(out, expected, (at, name))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", [0, 0.5, 1])
def test_what_is_not_finite_stays_in_the_windows_that_see_it(
    isa, kind, value, where, conv_case, padded_by_hand
):
    case = conv_case(*kind.cases["tails"])
    check_takes(case, kind.algorithm)
    for key, readers in (("x", ("y", "dw")), ("w", ("y", "dx")), ("grad", ("dx", "dw", "db"))):
        arrays = case.arrays(np.random.default_rng(8), integers=True)
        arrays[key].flat[int(where * (arrays[key].size - 1))] = value
        expected, result = padded_by_hand(arrays, kind.padding), case.run(arrays)
        for name in readers:
            assert 0 < np.count_nonzero(~np.isfinite(result[name])) < result[name].size
            np.testing.assert_array_equal(result[name], expected[name], err_msg=f"{key} -> {name}")


def test_a_relu_hides_no_infinity_from_the_check(isa, kind, conv_case):
    case = conv_case(*kind.cases["tails"])
    arrays = case.arrays(np.random.default_rng(9), integers=True)
    arrays["x"][1, 4, 3, 20] = -np.inf
    x, w, bias = arrays["x"], arrays["w"], arrays["bias"]
    y = kernels.conv2d(x, w, bias, activation="relu", **case.options)
    plain = kernels.conv2d(x, w, bias, **case.options)
    np.testing.assert_array_equal(y, kernels.activation_forward(plain, "relu"))
    assert np.isinf(y).any()
    assert np.isfinite(y).mean() > 0.8


def test_an_overflow_of_the_transforms_alone_does_no_harm(isa, kind):
    """Two neighbours of one sign: a transform adds them, no window does."""
    rng, side, at = np.random.default_rng(10), min(12, kind.largest_image + 2), 3
    x, grad = (
        rng.choice([-0.9 * LARGEST, 0.9 * LARGEST], (2, side, side, 32)).astype(np.float32) for _ in range(2)
    )
    taps, middle = kind.taps, kind.padding
    w = np.zeros((32, taps, taps, 32), np.float32)
    w[:, middle, middle] = np.eye(32)
    y = kernels.conv2d(x, w, padding=middle)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(kernels.conv2d_backward_input(grad, w, x.shape, padding=middle), grad)
    x *= (np.indices(x.shape)[1:3] == at).all(axis=0) * (np.arange(2) == 0)[:, None, None, None]
    small = np.sign(grad) * np.float32(0.5)
    dw, _ = kernels.conv2d_backward_weight(x, small, w.shape, padding=middle)
    seen = slice(at - middle, at + middle + 1)
    expected = np.einsum("ijk,c->kijc", small[0, seen, seen][::-1, ::-1], x[0, at, at])
    np.testing.assert_array_equal(dw, expected)


def test_an_empty_batch_works(isa, kind):
    x, w = np.empty((0, 32, 32, 64), np.float32), np.ones((64, kind.taps, kind.taps, 64), np.float32)
    plan = kernels.Conv2DPlan((8, 32, 32, 64), w.shape, padding=kind.padding)
    y, dw, db = np.empty((0, 32, 32, 64), np.float32), np.ones_like(w), np.ones(64, np.float32)
    plan.forward(x, w, None, y)
    plan.backward_input(y, w, x)
    plan.backward_weight(x, y, dw, db)
    assert not dw.any()
    assert not db.any()


def reasons(taps: int) -> list[tuple[Any, ...]]:
    kernel = f"not a {taps}x{taps} kernel in one group"
    channels, few = (64, taps, taps, 64), "too few channels or pixels"
    return [
        ((8, 32, 32, 64), (64, 8 - taps, 8 - taps, 64), {}, kernel),
        ((8, 32, 32, 64), (64, taps, taps, 32), {"groups": 2}, kernel),
        ((8, 32, 32, 64), channels, {"stride": 2}, "stride and dilation must be 1"),
        ((8, 32, 32, 64), channels, {"dilation": 2}, "stride and dilation must be 1"),
        ((8, 32, 32, 1), (64, taps, taps, 1), {}, few),
        ((8, 1, 1, 64), channels, {}, few if taps == 3 else "images smaller than the kernel"),
        ((8, 32, 32, 2048), (1024, taps, taps, 2048), {}, "too many channels"),
    ]


@pytest.mark.parametrize("case", range(7))
def test_it_refuses_with_a_reason(isa, kind, case, conv_case):
    x_shape, w_shape, options, reason = reasons(kind.taps)[case]
    convolution = conv_case(x_shape, w_shape, {"padding": kind.padding, **options})
    for operation in OPERATIONS:
        assert convolution.reasons(operation)[kind.algorithm].startswith(reason)


@pytest.mark.parametrize(
    ("taps", "refused", "taken"),
    [(3, "winograd4", "winograd4_complex"), (5, "winograd4_5", "winograd4_complex_5")],
)
def test_float32_refuses_real_points_for_tiles_of_4x4(isa, taps, refused, taken, conv_case):
    case = conv_case((8, 32, 32, 64), (64, taps, taps, 64), {"padding": taps // 2})
    for operation in OPERATIONS:
        reason = case.reasons(operation)[refused]
        assert reason == "precision is float32: the rounding errors of its points need fast"
        assert case.takes(operation) == taken


def test_few_channels_of_5x5_are_worth_it_on_real_points_only(isa, conv_case):
    case = conv_case((8, 20, 20, 12), (15, 5, 5, 12), {})
    for operation in OPERATIONS:
        assert case.reasons(operation)["winograd4_complex_5"].startswith("too few channels or pixels")
    with kernels.use_precision("fast"):
        check_takes(case, "winograd4_5")


def test_channels_behind_whole_vectors_cost_the_direct_kernels_a_vector_too(isa, conv_case):
    check_takes(conv_case((8, 28, 28, 20), (17, 3, 3, 20), {"padding": 1}), "winograd4_complex")


def test_where_tiles_of_4x4_overshoot_those_of_2x2_are_taken(isa, conv_case):
    case = conv_case((8, 6, 6, 64), (64, 3, 3, 64), {"padding": 1})
    for operation in OPERATIONS:
        assert case.reasons(operation)["winograd4_complex"].startswith("by estimate slower than 2x2 tiles")
        assert case.takes(operation) == "winograd2"
