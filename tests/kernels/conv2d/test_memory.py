"""Kernels touch nothing outside their arrays: arrays lie flush against pages that cannot be touched."""

import subprocess
import sys

import numpy as np
import pytest

from convlab import kernels

SHAPES = [
    ((1, 1, 1, 1), (1, 1, 1, 1), {}),
    ((3, 7, 9, 5), (17, 3, 3, 5), {"padding": 1}),
    ((2, 9, 9, 33), (9, 2, 3, 33), {"stride": 2, "padding": ((0, 2), (1, 0))}),
    ((2, 9, 40, 3), (31, 1, 1, 3), {}),
    ((50, 1, 1, 67), (21, 1, 1, 67), {}),
    ((2, 8, 8, 6), (4, 3, 3, 3), {"groups": 2, "dilation": 2}),
    ((2, 11, 11, 13), (13, 3, 3, 1), {"groups": 13, "padding": 1}),
    ((2, 11, 11, 5), (5, 3, 5, 1), {"groups": 5}),
    ((2, 11, 11, 20), (20, 4, 3, 1), {"groups": 20, "stride": 3}),
    ((1, 40, 40, 40), (40, 3, 3, 40), {"padding": 1}),
]


@pytest.mark.parametrize("at", ["start", "end"])
@pytest.mark.parametrize("isa", kernels.isas())
def test_nothing_outside_the_arrays_is_touched(at, isa, guarded_array, conv_case, conv_cases, equal):
    rng = np.random.default_rng(0)
    cases = [*(conv_case(*shape) for shape in SHAPES), *conv_cases(11, 60)]
    for case in cases:
        arrays = case.arrays(rng, integers=True)
        fixed = {name: guarded_array(values, at=at, writable=False) for name, values in arrays.items()}
        with kernels.use_isa(isa), kernels.use_threads(2):
            expected = case.run(arrays)
            out = {name: guarded_array(np.zeros_like(values), at=at) for name, values in expected.items()}
            case.run_into(fixed, out)
        equal(out, expected, (isa, at, case))


def test_the_guard_catches_a_planted_overrun():
    program = """
import ctypes, mmap
page = mmap.PAGESIZE
region = mmap.mmap(-1, 2 * page)
start = ctypes.addressof(ctypes.c_char.from_buffer(region))
assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(start + page), page, 0) == 0
ctypes.string_at(start + page - 4, 4)
print("inside is fine", flush=True)
ctypes.string_at(start + page - 4, 5)
"""
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "inside is fine\n"
    assert done.returncode < 0
