"""Winograd's convolution: errors within the bound of precision=fast, the same bits for every thread count."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from convlab import kernels

ISAS = kernels.isas()[1:]
OPERATIONS = ("forward", "backward_input", "backward_weight")
LARGEST_ERROR = 5e-6

# (n, channels, height = width, kernels) of the study, with fewer images.
STUDY = {
    "digits8b": (64, 16, 8, 32),
    "mnist64": (4, 32, 28, 64),
    "res32": (8, 32, 16, 32),
    "res64": (24, 64, 8, 64),
    "vgg64": (3, 64, 32, 64),
    "vgg128": (6, 128, 16, 128),
    "vgg256": (16, 256, 8, 256),
}
# Tails of channels, single rows and columns, padding beyond the kernel, more tiles than a batch has.
ODD = {
    "tails": ((9, 15, 13, 35), (67, 3, 3, 35), {"padding": 1}),
    "one vector behind a block": ((5, 24, 24, 41), (52, 3, 3, 41), {"padding": "same"}),
    "no padding": ((40, 6, 10, 40), (40, 3, 3, 40), {}),
    "asymmetric": ((30, 10, 7, 48), (33, 3, 3, 48), {"padding": ((0, 3), (5, 1))}),
    "wide": ((1, 9, 300, 33), (47, 3, 3, 33), {"padding": ((1, 1), (2, 0))}),
    "several batches": ((2, 90, 91, 48), (40, 3, 3, 48), {"padding": 1}),
}


@pytest.fixture(autouse=True)
def fast() -> Iterator[None]:
    with kernels.use_precision("fast"):
        yield


def takes(case: Any, operation: str) -> str:
    """The algorithm that a case runs through."""
    plan = kernels.Conv2DPlan(case.x_shape, case.w_shape, **case.options)
    return next(name for name, reason in plan.explain(operation) if reason is None)


def study_case(conv_case: Any, name: str) -> Any:
    n, c, size, k = STUDY[name]
    return conv_case((n, size, size, c), (k, 3, 3, c), {"padding": 1})


def check_errors(case: Any, rng: np.random.Generator, isa: str) -> list[float]:
    """Relative errors of y, dx, dw, db, all within the bound."""
    arrays = case.arrays(rng, integers=False)
    exact = case.run({name: values.astype(np.float64) for name, values in arrays.items()})
    with kernels.use_isa(isa):
        result = case.run(arrays)
    errors = [
        float(np.linalg.norm(result[name] - exact[name]) / np.linalg.norm(exact[name])) for name in exact
    ]
    assert max(errors) <= LARGEST_ERROR, (isa, case, errors)
    return errors


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("name", STUDY)
def test_errors_on_the_shapes_of_the_study(isa, name, conv_case):
    case = study_case(conv_case, name)
    with kernels.use_isa(isa):
        assert takes(case, "forward") == takes(case, "backward_input") == "winograd4"
        assert takes(case, "backward_weight") == ("direct" if name == "digits8b" else "winograd")
    errors = check_errors(case, np.random.default_rng(0), isa)
    # float32's direct kernel would be more exact: this really was another algorithm
    assert errors[0] > 2e-7


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("name", ODD)
def test_errors_at_edges_and_tails(isa, name, conv_case):
    case = conv_case(*ODD[name])
    with kernels.use_isa(isa):
        assert [takes(case, operation) for operation in OPERATIONS] == ["winograd"] * 3
    check_errors(case, np.random.default_rng(1), isa)


@pytest.mark.parametrize("isa", ISAS)
def test_errors_of_random_geometries(isa, conv_case):
    rng = np.random.default_rng(2)
    taken = 0
    for _ in range(60):
        c, k, h, w = (int(rng.integers(low, high)) for low, high in ((16, 70), (16, 70), (1, 20), (1, 20)))
        padding = tuple((int(rng.integers(1, 4)), int(rng.integers(1, 4))) for _ in range(2))
        case = conv_case((int(rng.integers(1, 20)), h, w, c), (k, 3, 3, c), {"padding": padding})
        taken += takes(case, "forward") == "winograd4"
        check_errors(case, rng, isa)
    assert taken > 15


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("name", ["tails", "wide", "several batches"])
def test_the_bits_do_not_depend_on_the_threads(isa, name, conv_case, equal):
    case = conv_case(*ODD[name])
    arrays = case.arrays(np.random.default_rng(3), integers=False)
    with kernels.use_isa(isa), kernels.use_threads(1):
        expected = case.run(arrays)
    for threads in range(2, 9):
        with kernels.use_isa(isa), kernels.use_threads(threads):
            equal(case.run(arrays), expected, (isa, threads, name))


@pytest.mark.parametrize("isa", ISAS)
def test_bias_and_activation_are_fused(isa, conv_case):
    case = conv_case(*ODD["tails"])
    arrays = case.arrays(np.random.default_rng(4), integers=False)
    x, w, bias = arrays["x"], arrays["w"], arrays["bias"]
    with kernels.use_isa(isa):
        plain = kernels.conv2d(x, w, padding=1)
        y = kernels.conv2d(x, w, bias, padding=1, activation="relu")
    np.testing.assert_array_equal(y, np.maximum(plain + bias, 0))


@pytest.mark.parametrize("at", ["start", "end"])
@pytest.mark.parametrize("isa", ISAS)
def test_nothing_outside_the_arrays_is_touched(at, isa, guarded_array, conv_case, equal):
    for name in ("tails", "one vector behind a block", "no padding", "asymmetric"):
        case = conv_case(*ODD[name])
        arrays = case.arrays(np.random.default_rng(5), integers=False)
        fixed = {key: guarded_array(values, at=at, writable=False) for key, values in arrays.items()}
        with kernels.use_isa(isa), kernels.use_threads(2):
            expected = case.run(arrays)
            out = {key: guarded_array(np.zeros_like(values), at=at) for key, values in expected.items()}
            kernels.conv2d(fixed["x"], fixed["w"], fixed["bias"], out=out["y"], **case.options)
            kernels.conv2d_backward_input(
                fixed["grad"], fixed["w"], case.x_shape, out=out["dx"], **case.options
            )
            kernels.conv2d_backward_weight(
                fixed["x"], fixed["grad"], case.w_shape, out=out["dw"], out_bias=out["db"], **case.options
            )
        equal(out, expected, (isa, at, name))


@pytest.mark.parametrize("isa", ISAS)
def test_nan_stays_in_the_tiles_that_see_it(isa):
    x, w = np.ones((9, 24, 24, 32), np.float32), np.ones((40, 3, 3, 32), np.float32)
    x[4, 9, 10, 3] = np.nan
    with kernels.use_isa(isa):
        y = kernels.conv2d(x, w, padding=1)
    found = np.argwhere(np.isnan(y).any(axis=3))
    assert np.isnan(y[4, 8:11, 9:12]).all()
    # Rows 8 to 11 of outputs see rows 7 to 12 of inputs; columns 8 to 11 likewise.
    assert found.min(axis=0).tolist() == [4, 8, 8]
    assert found.max(axis=0).tolist() == [4, 11, 11]


@pytest.mark.parametrize("isa", ISAS)
def test_an_empty_batch_works(isa):
    x, w = np.empty((0, 32, 32, 64), np.float32), np.ones((64, 3, 3, 64), np.float32)
    plan = kernels.Conv2DPlan((8, 32, 32, 64), w.shape, padding=1)
    y, dw, db = np.empty((0, 32, 32, 64), np.float32), np.ones_like(w), np.ones(64, np.float32)
    with kernels.use_isa(isa):
        plan.forward(x, w, None, y)
        plan.backward_input(y, w, x)
        plan.backward_weight(x, y, dw, db)
    assert not dw.any()
    assert not db.any()


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "options", "reason"),
    [
        ((8, 32, 32, 64), (64, 5, 5, 64), {}, "not a 3x3 kernel in one group"),
        ((8, 32, 32, 64), (64, 3, 3, 32), {"groups": 2}, "not a 3x3 kernel in one group"),
        ((8, 32, 32, 64), (64, 3, 3, 64), {"stride": 2}, "stride and dilation must be 1"),
        ((8, 32, 32, 64), (64, 3, 3, 64), {"dilation": 2}, "stride and dilation must be 1"),
        ((8, 32, 32, 3), (64, 3, 3, 3), {}, "too few channels or pixels"),
        ((1, 8, 8, 64), (64, 3, 3, 64), {}, "too few channels or pixels"),
        ((8, 32, 32, 2048), (1024, 3, 3, 2048), {}, "too many channels"),
    ],
)
def test_it_refuses_with_a_reason(x_shape, w_shape, options, reason):
    plan = kernels.Conv2DPlan(x_shape, w_shape, padding=1, **options)
    with kernels.use_isa(ISAS[-1]):
        for operation in OPERATIONS:
            found = dict(plan.explain(operation))
            assert found["winograd"].startswith(reason)


def test_float32_does_not_take_it():
    plan = kernels.Conv2DPlan((8, 32, 32, 64), (64, 3, 3, 64), padding=1)
    with kernels.use_isa(ISAS[-1]):
        assert dict(plan.explain("forward"))["winograd"] is None
        with kernels.use_precision("float32"):
            reason = dict(plan.explain("forward"))["winograd"]
    assert reason == "precision is float32: Winograd's rounding errors need fast"
