"""Ctrl-C and SIGTERM: training ends after its step, saved, and the exit code says which it was."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED, TERMINATED = 130, 143


class Stopped(KeyboardInterrupt):
    """The command was stopped by a signal.

    Attributes:
        exit_code: 130 for Ctrl-C, 143 for SIGTERM.
        detail: what the engine says about it, such as where the run was saved.
    """

    def __init__(self, exit_code: int, detail: str) -> None:
        super().__init__(detail)
        self.exit_code = exit_code
        self.detail = f": {detail}" if detail else ""


@contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Turns SIGTERM into Ctrl-C, and the KeyboardInterrupt that follows into `Stopped`."""
    terminated = False

    def on_sigterm(number: int, frame: FrameType | None) -> None:
        nonlocal terminated
        terminated = True
        if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, signal.SIG_DFL, None):
            raise KeyboardInterrupt
        signal.raise_signal(signal.SIGINT)

    in_main_thread = threading.current_thread() is threading.main_thread()
    if in_main_thread:
        previous = signal.signal(signal.SIGTERM, on_sigterm)
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise Stopped(TERMINATED if terminated else INTERRUPTED, str(interrupt)) from interrupt
    finally:
        if in_main_thread:
            signal.signal(signal.SIGTERM, previous)
