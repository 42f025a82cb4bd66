"""Ctrl-C as a request: what is under way ends in good order, and a second Ctrl-C ends it at once."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stop_requests() -> Iterator[Callable[[], bool]]:
    """Makes the first Ctrl-C a request to stop; a second one does what Ctrl-C did before.

    Outside the main thread, where Python allows no signal handlers, Ctrl-C is left as it is.

    Returns:
        A context manager; it gives a function that tells whether a stop was requested.

    Example:
        >>> with stop_requests() as requested:
        ...     signal.raise_signal(signal.SIGINT)
        ...     requested()
        True
    """
    requested = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield requested.is_set
        return
    previous = signal.getsignal(signal.SIGINT)

    def request(number: int, frame: FrameType | None) -> None:
        requested.set()
        signal.signal(signal.SIGINT, previous)

    signal.signal(signal.SIGINT, request)
    try:
        yield requested.is_set
    finally:
        signal.signal(signal.SIGINT, previous)
