# What plans ask of arrays: a few comparisons with every call, and nothing converted.
# Included by the modules of kernels after `cimport numpy as cnp`.

from convlab.errors import ShapeError


cdef void *exact(object array, str plan, str name, int kind, int64_t size, bint output) except? NULL:
    """The data of an array of `size` values of a type: contiguous, and writable where it is an output."""
    cdef cnp.ndarray values
    if not isinstance(array, cnp.ndarray):
        raise ShapeError(f"{plan}: {name} must be an array, not {type(array).__name__}")
    values = <cnp.ndarray> array
    if cnp.PyArray_SIZE(values) != size:
        raise ShapeError(f"{plan}: {name} must have {size} values, got {name}.shape={array.shape}")
    if cnp.PyArray_TYPE(values) != kind or not cnp.PyArray_ISNOTSWAPPED(values):
        raise ShapeError(
            f"{plan}: {name} must be {cnp.PyArray_DescrFromType(kind)} like the other arrays, "
            f"got {array.dtype}; convert it with astype")
    if not cnp.PyArray_CHKFLAGS(values, cnp.NPY_ARRAY_CARRAY if output else cnp.NPY_ARRAY_CARRAY_RO):
        raise ShapeError(
            f"{plan}: {name} must be C-contiguous and aligned{' and writable' if output else ''}; "
            "give an array of np.empty")
    return cnp.PyArray_DATA(values)


cdef int float_kind(object array, str plan, str name) except -1:
    """The type number of a float32 or float64 array."""
    cdef int kind = cnp.PyArray_TYPE(<cnp.ndarray> array) if isinstance(array, cnp.ndarray) else -1
    if kind != cnp.NPY_FLOAT and kind != cnp.NPY_DOUBLE:
        given = getattr(array, "dtype", type(array).__name__)
        raise ShapeError(f"{plan}: {name} must be a float32 or float64 array, not {given}")
    return kind
