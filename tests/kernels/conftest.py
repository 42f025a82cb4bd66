"""What the tests of all kernels share: memory that is guarded at its ends, and every instruction set."""

import ctypes
import mmap
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from convlab import kernels

GuardedArray = Callable[..., npt.NDArray[Any]]

_PROT_NONE, _PROT_READ = 0, mmap.PROT_READ
_libc = ctypes.CDLL(None, use_errno=True)
_libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


def _protect(address: int, size: int, access: int) -> None:
    if size and _libc.mprotect(address, size, access) != 0:
        raise OSError(ctypes.get_errno(), "mprotect")


@pytest.fixture
def guarded_array() -> Iterator[GuardedArray]:
    """Makes copies of arrays that end (or begin) at a page which cannot be touched.

    ``guarded_array(source, at="end", writable=True)``: a kernel that reads or writes beyond the copy, or
    writes where it may only read, dies of SIGSEGV.
    """
    regions: list[tuple[mmap.mmap, int, int]] = []

    def make(source: npt.ArrayLike, *, at: str = "end", writable: bool = True) -> npt.NDArray[Any]:
        original = np.ascontiguousarray(source)
        page = mmap.PAGESIZE
        inside = max(1, -(-original.nbytes // page)) * page
        region = mmap.mmap(-1, inside + 2 * page)
        start = ctypes.addressof(ctypes.c_char.from_buffer(region))
        offset = page + (inside - original.nbytes if at == "end" else 0)
        copy = np.frombuffer(region, original.dtype, original.size, offset).reshape(original.shape)
        copy[...] = original
        _protect(start, page, _PROT_NONE)
        _protect(start + page + inside, page, _PROT_NONE)
        if not writable:
            _protect(start + page, inside, _PROT_READ)
            copy.flags.writeable = False
        regions.append((region, start, inside + 2 * page))
        return copy

    yield make
    for _, start, size in regions:
        _protect(start, size, mmap.PROT_READ | mmap.PROT_WRITE)


@pytest.fixture(params=kernels.isas())
def each_isa(request: pytest.FixtureRequest) -> Iterator[str]:
    """Runs the test once with every instruction set of this CPU and build."""
    with kernels.use_isa(request.param):
        yield request.param
