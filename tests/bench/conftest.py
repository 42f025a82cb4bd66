"""Measurements that take no time."""

from typing import Any

import pytest

from convlab.bench.options import Options


@pytest.fixture
def torch() -> Any:
    """PyTorch, on one thread: tests beside each other would wait for cores."""
    module = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")
    before = module.get_num_threads()
    module.set_num_threads(1)
    yield module
    module.set_num_threads(before)


def quick(**choices: Any) -> Options:
    """Two images, one thread, one round of one execution."""
    given = {"threads": (1,), "rounds": 1, "seconds": 0.0, "images": 2, "torch": False, "compile": False}
    return Options(**{**given, **choices})


@pytest.fixture(name="quick")
def _quick() -> Any:
    return quick
