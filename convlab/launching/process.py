"""A worker process as its sweep sees it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from convlab.launching.channel import Channel
from convlab.launching.job import Job
from convlab.launching.launcher import Policy

# numpy's libraries read these when they are loaded
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from convlab.launching.worker import main; main(int(sys.argv[2]), int(sys.argv[3]))"
)


class WorkerProcess:
    """One worker, started afresh and not forked, so that it shares no thread and no lock with the sweep.

    Args:
        threads: of the compiled core and of numpy, >= 1.
    """

    def __init__(self, threads: int) -> None:
        here, there = socket.socketpair()
        self.channel = Channel(here)
        # the worker imports what this process would, wherever it was started
        words = [sys.executable, "-c", _PROGRAM, json.dumps(sys.path), str(there.fileno()), str(threads)]
        environment = os.environ | dict.fromkeys(_THREAD_VARIABLES, str(threads))
        with there:
            self._process = subprocess.Popen(
                words, pass_fds=[there.fileno()], env=environment, stdin=subprocess.DEVNULL
            )

    @property
    def pid(self) -> int:
        """The operating system's number of the process."""
        return self._process.pid

    def submit(self, job: Job, policy: Policy) -> None:
        """Gives the worker its next job."""
        self._send(
            {
                "event": "job",
                "job": job.to_mapping(),
                "policy": {"rerun": policy.rerun, "retry": policy.retry},
            }
        )

    def stop(self) -> None:
        """Asks the worker to save the run under way and to leave it."""
        self._send({"event": "stop"})

    def kill(self) -> None:
        """Ends the process at once; what its run had saved stays."""
        self._process.kill()

    def end(self) -> str:
        """Closes the connection, waits for the process to end, and says how it did."""
        self.channel.close()
        return death(self._process.wait())

    def _send(self, message: Mapping[str, Any]) -> None:
        try:
            self.channel.send(message)
        except OSError:
            return  # it has just died, which the next look at its channel tells


def death(code: int) -> str:
    """How a process ended, in words.

    Args:
        code: exit code, or the negative number of a signal.

    Example:
        >>> death(-9), death(3)
        ('killed by SIGKILL (out of memory?)', 'ended with exit code 3')
    """
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"killed by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")
