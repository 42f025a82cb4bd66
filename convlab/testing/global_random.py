"""The random states that belong to the whole process, which no plugin may touch."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

# a seed that no plugin would set
_UNLIKELY = 271_828_183


@contextmanager
def stirred_random_states(seed: int) -> Iterator[None]:
    """Seeds NumPy's and Python's random states for a while, so that whoever draws from them is found out.

    Args:
        seed: for both.

    Example:
        >>> before = random.getstate()
        >>> with stirred_random_states(1):
        ...     _ = random.random()
        >>> random.getstate() == before
        True
    """
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002  # the global states are meant
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


def touches_random_states(action: Callable[[], Any]) -> bool:
    """Whether an action draws from the global random states or seeds them; they are put back afterwards.

    Example:
        >>> touches_random_states(random.random), touches_random_states(dict)
        (True, False)
    """
    with stirred_random_states(_UNLIKELY):
        before = _states()
        action()
        return before != _states()


def _states() -> tuple[Any, ...]:
    name, keys, *rest = np.random.get_state()  # noqa: NPY002
    return random.getstate(), name, np.asarray(keys).tobytes(), tuple(rest)
