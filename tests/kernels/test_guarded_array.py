"""The guard pages that other tests rely on do guard: the kernel refuses to touch them."""

import ctypes
import errno
import os

import numpy as np
import pytest

_libc = ctypes.CDLL(None, use_errno=True)
for function in (_libc.write, _libc.read):
    function.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
    function.restype = ctypes.c_ssize_t


def touch(function, descriptor, address):
    """None if the byte can be touched, else the error; a bad address is no crash for a system call."""
    return None if function(descriptor, address, 1) == 1 else ctypes.get_errno()


@pytest.mark.parametrize("at", ["start", "end"])
@pytest.mark.parametrize("size", [1, 1000, 1024, 3000])
def test_neighbours_cannot_be_touched(size, at, guarded_array):
    array = guarded_array(np.arange(size, dtype=np.float32), at=at)
    np.testing.assert_array_equal(array, np.arange(size))
    reading, writing = os.pipe()
    try:
        first, beyond = array.ctypes.data, array.ctypes.data + array.nbytes
        assert touch(_libc.write, writing, first) is None
        assert touch(_libc.write, writing, beyond - 1) is None
        outside = first - 1 if at == "start" else beyond
        assert touch(_libc.write, writing, outside) == errno.EFAULT
        assert touch(_libc.read, reading, outside) == errno.EFAULT
        assert touch(_libc.read, reading, first) is None
        constant = guarded_array(array, at=at, writable=False)
        assert touch(_libc.write, writing, constant.ctypes.data) is None
        assert touch(_libc.read, reading, constant.ctypes.data) == errno.EFAULT
    finally:
        os.close(reading)
        os.close(writing)
