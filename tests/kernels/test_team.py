"""The team of threads that shares out the work of kernels."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from convlab import kernels

IN_A_FORKED_CHILD = """
import os, warnings
import numpy as np
from convlab import kernels

warnings.simplefilter("ignore", DeprecationWarning)  # that forking beside threads is delicate is the point
generator = np.random.default_rng(0)
x, w = generator.random((8, 16, 16, 8), np.float32), generator.random((32, 3, 3, 8), np.float32)
with kernels.use_threads(3):
    expected = kernels.conv2d(x, w)
    child = os.fork()
    if child == 0:
        os._exit(0 if np.array_equal(kernels.conv2d(x, w), expected) else 3)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def arrays() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    return generator.random((8, 16, 16, 8), np.float32), generator.random((32, 3, 3, 8), np.float32)


def test_teams_of_changing_size_compute_the_same():
    x, w = arrays()
    with kernels.use_threads(1):
        expected = kernels.conv2d(x, w)
    for threads in (2, 8, 3, 1, 2, 16, 5):
        with kernels.use_threads(threads):
            np.testing.assert_array_equal(kernels.conv2d(x, w), expected)


def test_callers_on_several_threads_do_not_disturb_each_other():
    x, w = arrays()
    expected = kernels.conv2d(x, w)
    wrong = []

    def call() -> None:
        with kernels.use_threads(3):
            wrong.extend(n for n in range(50) if not np.array_equal(kernels.conv2d(x, w), expected))

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert wrong == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork processes")
def test_a_forked_child_has_a_team_of_its_own():
    done = subprocess.run(
        [sys.executable, "-P", "-c", IN_A_FORKED_CHILD],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout.strip(), done.stderr) == ("0", "")
