"""Messages between a sweep and its workers: one JSON object a line, so that nothing received can run code."""

import json
import socket
from collections.abc import Mapping
from typing import Any

_BLOCK = 2**16


class Channel:
    """One end of a connected pair of sockets.

    Args:
        end: a connected stream socket; the channel closes it.

    Example:
        >>> here, there = map(Channel, socket.socketpair())
        >>> here.send({"event": "stop"})
        >>> there.receive()
        [{'event': 'stop'}]
        >>> here.close(), there.close()
        (None, None)
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._rest = b""

    def fileno(self) -> int:
        """The descriptor, for selectors."""
        return self._end.fileno()

    def send(self, message: Mapping[str, Any]) -> None:
        """Sends a message.

        Raises:
            OSError: if nobody is at the other end any more.
        """
        self._end.sendall(json.dumps(message).encode() + b"\n")

    def receive(self) -> list[dict[str, Any]]:
        """Waits for the next piece of data; returns the messages that it completes, perhaps none.

        Raises:
            EOFError: if the other end is closed or its process has died.
        """
        try:
            data = self._end.recv(_BLOCK)
        except OSError as error:
            raise EOFError from error
        if not data:
            raise EOFError
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        """Closes this end; the other one then receives no more."""
        self._end.close()
