"""The process in which a local sweep runs its jobs: jobs come and outcomes go through one socket.

It ends when the sweep's end of the socket is closed, so that no worker outlives its sweep.
"""

import os
import queue
import signal
import socket
import threading
import time
import warnings
from typing import Any

from convlab import kernels
from convlab.errors import ConvlabError
from convlab.launching.attempt import JobListener, attempt
from convlab.launching.channel import Channel
from convlab.launching.job import Job, Outcome
from convlab.launching.launcher import Policy

PROGRESS_SECONDS = 0.2


def main(descriptor: int, threads: int) -> None:
    """Runs jobs until there are no more.

    Args:
        descriptor: of the socket that the sweep has the other end of.
        threads: of the compiled core, for runs that do not say.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends Ctrl-C to all; the sweep decides
    os.dup2(2, 1)  # stdout is for the sweep's results
    channel = Channel(socket.socket(fileno=descriptor))
    inbox: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(channel, inbox), daemon=True).start()
    with kernels.use_threads(threads):
        channel.send({"event": "ready"})
        while True:
            message = inbox.get()
            _run(channel, message["job"], Policy(**message["policy"]))


def _receive(channel: Channel, inbox: "queue.SimpleQueue[dict[str, Any]]") -> None:
    try:
        while True:
            for message in channel.receive():
                if message["event"] == "stop":
                    os.kill(os.getpid(), signal.SIGINT)  # the run's own handler stops it after the step
                else:
                    inbox.put(message)
    except EOFError:
        os._exit(0)  # the sweep is gone; the run goes on from its checkpoint another time


def _run(channel: Channel, described: dict[str, Any], policy: Policy) -> None:
    reported = 0.0

    def on_step(epoch: int, step: int) -> None:
        nonlocal reported
        now = time.monotonic()
        if now - reported >= PROGRESS_SECONDS:
            reported = now
            channel.send({"event": "progress", "epoch": epoch, "step": step})

    def on_remark(text: str) -> None:
        channel.send({"event": "remark", "text": text})

    def on_start(epochs: int, steps: int) -> None:
        channel.send({"event": "start", "epochs": epochs, "steps": steps, "directory": listener.directory})

    listener = JobListener(on_start, on_step, on_remark)
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: on_remark(str(message))
        try:
            outcome = attempt(Job.from_mapping(described), listener, policy)
        except ConvlabError as error:  # the plugins of this process are not those of the sweep
            outcome = Outcome(described["number"], "failed", str(error))
    channel.send({"event": "end", "outcome": outcome.to_mapping()})
