"""The peak memory of one program's training step: a process of its own, which prints a number of bytes.

Linux keeps the peak of a process in VmHWM, and forgets it on demand; ``ru_maxrss`` would count what the
parent process had before it became this one.
"""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from convlab import kernels
from convlab.bench import peer
from convlab.bench.networks import NETWORKS, Network, batch_of, chosen_networks
from convlab.bench.options import Options
from convlab.bench.training_steps import OurStep, PeerStep, TrainingStep
from convlab.registry import KINDS, registry

STEPS = 3
_RATE = 1e-6


class Memory(NamedTuple):
    """Bytes that training steps need at their peak, and that the program's code took before."""

    step: int
    code: int


def peak_memory(network: Network, program: str, threads: int) -> Memory:
    """Trains a network for `STEPS` steps, after as many of the smallest one that load the code.

    Args:
        network: what is trained.
        program: one of our precisions, or one of PyTorch's layouts.
        threads: of the program.
    """
    for kind in KINDS:
        registry().offers(kind)
    if program in peer.LAYOUTS:
        peer.torch().set_num_threads(threads)
    imported = _status("VmRSS")
    with kernels.use_threads(threads):
        _train(_step(NETWORKS[0].limited(2), program))
        loaded = _status("VmRSS")
        step = _step(network, program)
        _forget_peak()
        _train(step)
    return Memory(_status("VmHWM") - loaded, loaded - imported)


def _train(step: TrainingStep) -> None:
    with step.context():
        for _ in range(STEPS):
            step()


def _step(network: Network, program: str) -> TrainingStep:
    batch, model = batch_of(network), network.built()
    if program in peer.LAYOUTS:
        return PeerStep(model, batch, _RATE, program)
    return OurStep(model, batch, _RATE, program)


def _status(name: str) -> int:
    """A size in bytes from the kernel's account of this process."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def main(words: Sequence[str]) -> None:
    """Prints the peak of ``NETWORK PROGRAM THREADS IMAGES``; 0 images for the network's own batch."""
    name, program, threads, images = words
    (network,) = chosen_networks(Options(only=(name,), images=int(images) or None))
    print(json.dumps(peak_memory(network, program, int(threads))))


if __name__ == "__main__":
    main(sys.argv[1:])
