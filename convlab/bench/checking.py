"""Nothing is timed before its result has been compared."""

from collections.abc import Mapping

import numpy as np

from convlab.errors import BenchmarkError
from convlab.kernels.arguments import FloatArray

# Largest relative error (L2) between two programs that compute the same: PyTorch's own gradient to weights
# is up to 6e-6 off, and sums of a channel cancel.
TOLERANCES = {"float32": 5e-5, "fast": 5e-5, "bfloat16": 2e-2}


def relative_error(found: FloatArray, expected: FloatArray) -> float:
    """``|found - expected| / |expected|`` in the L2 norm.

    Example:
        >>> relative_error(np.array([3.0, 4.5]), np.array([3.0, 4.0]))
        0.1
    """
    difference = np.subtract(found, expected, dtype=np.float64)
    scale = float(np.linalg.norm(np.asarray(expected, np.float64).ravel()))
    error = float(np.linalg.norm(difference.ravel()))
    return error / scale if scale > 0 else error


def require_same_results(
    what: str,
    found: Mapping[str, FloatArray],
    expected: Mapping[str, FloatArray],
    *,
    peer: str,
    precision: str,
) -> None:
    """Refuses to go on with a program whose result is wrong.

    Args:
        what: the operation and where it runs, for the message.
        found: our arrays by name.
        expected: the peer's.
        peer: whose they are.
        precision: how exact ours have to be.

    Raises:
        BenchmarkError: if an array is further off than `TOLERANCES` allow.
    """
    tolerance = TOLERANCES[precision]
    for name, array in expected.items():
        error = relative_error(found[name], array)
        if not error <= tolerance:
            raise BenchmarkError(
                f"bench: {what}: {name} is {error:.1e} away from {peer} (relative L2, at most {tolerance:g} "
                f"in {precision}): a wrong result is not timed; 'convlab bench accuracy' shows whose it is"
            )
