"""AMX's convolution, on emulated tiles where AMX is missing: terms of bfloat16 as exact as float32."""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import KernelError
from convlab.kernels import runtime

OPERATIONS = ("forward", "backward_input", "backward_weight")
# Largest relative errors, and the algorithm that must have made them.
PRECISIONS = {"float32": (3e-7, "bf16x6"), "fast": (5e-6, "bf16x3")}

# Kernels that Winograd's algorithm does not do, so that it cannot be the faster one.
CASES: dict[str, tuple[Any, ...]] = {
    "whole tiles": ((2, 16, 16, 64), (64, 3, 5, 64), {"padding": (1, 2)}),
    "tails": ((4, 9, 10, 69), (77, 4, 3, 69), {"padding": ((1, 2), (1, 1))}),
    "one vector": ((2, 14, 14, 96), (16, 5, 7, 96), {"padding": (2, 3)}),
    "stride": ((3, 25, 22, 160), (131, 3, 3, 160), {"padding": 1, "stride": 2}),
    "dilation": ((2, 12, 17, 64), (80, 5, 5, 64), {"padding": 4, "dilation": 2}),
    "asymmetric": ((2, 9, 11, 66), (50, 4, 5, 66), {"padding": ((0, 3), (4, 1))}),
    "groups": ((2, 10, 10, 195), (198, 3, 3, 65), {"padding": 1, "groups": 3}),
    "dense": ((37, 1, 1, 400), (450, 1, 1, 400), {}),
    "several strips": ((1, 40, 41, 64), (64, 3, 4, 64), {"padding": 1}),
    "a long sum": ((1, 14, 14, 512), (64, 3, 4, 512), {"padding": 1}),
}


@pytest.fixture(autouse=True)
def tiles() -> Iterator[None]:
    """AMX, emulated if it must be."""
    name = "amx" if "amx" in kernels.isas() else "amx_emulated"
    try:
        choice = kernels.use_isa(name)
    except KernelError:
        pytest.skip("needs AVX-512, on which AMX is emulated")
    with choice:
        yield


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", CASES)
def test_errors_are_within_the_bounds_of_the_precision(precision, name, conv_case, relative_error):
    case = conv_case(*CASES[name])
    arrays = case.arrays(np.random.default_rng(0), integers=False)
    bound, algorithm = PRECISIONS[precision]
    with kernels.use_precision(precision):
        assert [case.takes(operation) for operation in OPERATIONS] == [algorithm] * 3
        result = case.run(arrays)
    exact = case.exact(arrays)
    for key in ("y", "dx", "dw"):
        assert relative_error(result[key], exact[key]) <= bound, key
        # two terms leave more over than float32 does: this really was another algorithm
        assert precision == "float32" or relative_error(result[key], exact[key]) > 1e-6, key


@pytest.mark.parametrize("name", CASES)
def test_integers_are_exact_up_to_24_bits(name, conv_case, equal):
    """Sums up to 2^24 of integers up to 2^17: two and three terms each."""
    case = conv_case(*CASES[name])
    rng = np.random.default_rng(1)
    arrays = case.arrays(rng, integers=True)
    for key in ("x", "grad"):
        large = rng.integers(0, arrays[key].shape[-1] * 16, arrays[key].shape) == 0
        arrays[key][large] = rng.integers(-(2**17), 2**17, int(large.sum()))
        arrays[key][~large] = rng.integers(-300, 300, int((~large).sum()))
    exact = case.exact(arrays)
    assert max(float(np.abs(exact[key]).max()) for key in ("y", "dx")) < 2**24
    result = case.run(arrays)
    for key in ("y", "dx"):
        np.testing.assert_array_equal(result[key], exact[key].astype(np.float32))
    small = case.arrays(rng, integers=True)
    equal(case.run(small), {k: v.astype(np.float32) for k, v in case.exact(small).items()}, name)


def test_integers_of_random_geometries_are_exact(conv_case, equal, zero_fraction):
    rng = np.random.default_rng(7)
    taken = dict.fromkeys(OPERATIONS, 0)
    for _ in range(40):
        n, groups, height, width = (int(rng.integers(*ends)) for ends in ((1, 4), (1, 3), (4, 20), (4, 20)))
        c, k = (int(rng.integers(60, 130)) for _ in range(2))
        options = {
            "stride": tuple(rng.choice([1, 1, 2, 3], 2).tolist()),
            "dilation": tuple(rng.choice([1, 1, 2], 2).tolist()),
            "padding": tuple(tuple(rng.integers(1, 5, 2).tolist()) for _ in range(2)),
            "groups": groups,
        }
        taps = tuple(rng.integers(2, 4, 2).tolist())
        case = conv_case((n, height, width, c * groups), (k * groups, *taps, c), options)
        for operation in OPERATIONS:
            taken[operation] += case.takes(operation) == "bf16x6"
        arrays = case.arrays(rng, integers=True)
        result = case.run(arrays)
        equal(result, {key: v.astype(np.float32) for key, v in case.exact(arrays).items()}, case)
        zero_fraction.add(result)
    zero_fraction.check()
    assert min(taken.values()) > 10, taken


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", ["tails", "stride", "groups", "dense", "several strips"])
def test_the_bits_do_not_depend_on_the_threads(precision, name, conv_case, equal):
    case = conv_case(*CASES[name])
    arrays = case.arrays(np.random.default_rng(2), integers=False)
    with kernels.use_precision(precision), kernels.use_threads(1):
        expected = case.run(arrays)
    for threads in (2, 3, 8):
        with kernels.use_precision(precision), kernels.use_threads(threads):
            equal(case.run(arrays), expected, (threads, name))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, np.float32(3.4028e38), np.float32(1e-36)])
def test_what_terms_cannot_hold_is_done_by_the_direct_kernel(precision, value, conv_case):
    case = conv_case(*CASES["stride"])
    for key in ("x", "w", "grad"):
        arrays = case.arrays(np.random.default_rng(3), integers=False)
        arrays[key][tuple(size // 2 for size in arrays[key].shape)] = value
        expected = case.run_with(arrays, "avx512")
        with kernels.use_precision(precision):
            result = case.run(arrays)
        for output in {"x": ("y", "dw"), "w": ("y", "dx"), "grad": ("dx", "dw")}[key]:
            np.testing.assert_array_equal(result[output], expected[output], err_msg=f"{key} -> {output}")


@pytest.mark.parametrize("scale", [1e-10, 1e-20, 1e-25, 1e-30, 1e-36])
def test_tiny_inputs_keep_the_accuracy_of_float32(scale, conv_case, relative_error):
    case = conv_case(*CASES["whole tiles"])
    arrays = case.arrays(np.random.default_rng(4), integers=False)
    for key in ("x", "grad"):
        arrays[key] *= np.float32(scale)
    arrays["bias"][:] = 0
    exact, result = case.exact(arrays), case.run(arrays)
    for key in ("y", "dx"):
        assert relative_error(result[key], exact[key]) < 3e-7, key


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_of_a_fork_has_tiles_too(conv_case, equal):
    case = conv_case(*CASES["tails"])
    arrays = case.arrays(np.random.default_rng(5), integers=False)
    with kernels.use_threads(2):
        expected = case.run(arrays)
        child = os.fork()
        if child == 0:
            try:
                equal(case.run(arrays), expected, "child")
            except BaseException:
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


@pytest.mark.skipif(
    "amx" not in kernels.isas(), reason="compares the emulation with the processor: needs AMX"
)
@pytest.mark.parametrize("precision", ["bfloat16", *PRECISIONS])
@pytest.mark.parametrize("name", CASES)
def test_the_emulation_gives_the_processors_bits(precision, name, conv_case, equal):
    case = conv_case(*CASES[name])
    arrays = case.arrays(np.random.default_rng(6), integers=False)
    with kernels.use_precision(precision):
        expected = case.run(arrays)
        with kernels.use_isa("amx_emulated"):
            equal(case.run(arrays), expected, name)


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "reason"),
    [
        ((2, 16, 16, 3), (64, 3, 3, 3), "fewer than 8 channels in or out of a group"),
        ((2, 16, 16, 16), (16, 1, 1, 16), "by estimate slower than float32: too few channels to pay"),
    ],
)
def test_it_refuses_what_does_not_pay(x_shape, w_shape, reason, conv_case):
    case = conv_case(x_shape, w_shape)
    for operation in OPERATIONS:
        assert case.reasons(operation)["bf16x6"].startswith(reason)


def test_two_terms_need_fast(conv_case):
    case = conv_case(*CASES["stride"])
    assert case.reasons("forward")["bf16x3"] == "precision is float32: two terms of bfloat16 need fast"


def test_the_choice_does_not_depend_on_the_batch(conv_case):
    for name, (x_shape, w_shape, options) in CASES.items():
        chosen = {conv_case((n, *x_shape[1:]), w_shape, options).takes("forward") for n in (1, 2, 64)}
        assert len(chosen) == 1, name


def test_the_emulation_is_never_offered_or_chosen():
    assert "amx_emulated" not in kernels.isas()
    assert "amx_emulated" not in kernels.build_info()["left_out"]
    with pytest.raises(KernelError, match="no instruction set 'amx_emulate'"):
        kernels.use_isa("amx_emulate")


def test_without_tiles_the_next_best_is_offered_and_the_reason_told(monkeypatch):
    reason = "the operating system refused the use of tiles (arch_prctl)"
    monkeypatch.setitem(runtime._MISSING, "amx", reason)
    monkeypatch.setattr(runtime, "_OFFERED", tuple(name for name in runtime._OFFERED if name != "amx"))
    assert kernels.build_info()["left_out"]["amx"] == reason
    with pytest.raises(KernelError) as caught:
        kernels.use_isa("amx")
    assert str(caught.value).startswith(
        f"use_isa: no instruction set 'amx': {reason}; offered: reference, baseline"
    )
