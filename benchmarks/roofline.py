"""How much faster a training step could be at most: its multiplications at this processor's highest rate.

    python benchmarks/roofline.py

For every network of ``convlab bench steps``, on one thread: the floating-point operations of all convolutions
and dense layers, the time they take at the highest rate that was measured here, the same with the fewest
multiplications that are exact on whole numbers (Winograd's algorithm on the fourth roots of unity for every
3x3 and 5x5 with stride 1), our time and PyTorch's, their ratio, and the one of a program without any
other cost.
"""

import argparse
import math
import time

import numpy as np

from convlab import kernels
from convlab.bench import peer
from convlab.bench.networks import NETWORKS, batch_of
from convlab.bench.options import Options
from convlab.bench.peer import LAYOUTS
from convlab.bench.training_steps import OurStep, PeerStep
from convlab.layers import Conv2D, Dense
from convlab.model import Model

EXACT_SAVING = {(3, 3): 9 * 16 / 46, (5, 5): 25 * 16 / 118}
RATE = 1e-4


def multiply_adds(model: Model, batch: int, *, fewest: bool) -> float:
    """Of one training step: forward, both gradients, none to the network's input."""
    total, first = 0.0, True
    for layer in model.walk():
        if isinstance(layer, Conv2D | Dense):
            weights = layer.weight.size
            pixels = math.prod(layer.output_shape[:-1])
            saving = 1.0
            if fewest and isinstance(layer, Conv2D) and layer.geometry["stride"] in (1, (1, 1)):
                saving = EXACT_SAVING.get(layer.kernel_size, 1.0)
            total += (2 if first else 3) * batch * pixels * weights / saving
            first = False
    return total


def highest_rate() -> float:
    """Multiply-adds a second on one thread: the most that products which suit the processor reach."""
    generator = np.random.default_rng(0)
    x = generator.random((16, 28, 28, 256), np.float32)
    best = 0.0
    for size in (1, 3):
        w = generator.random((256, size, size, 256), np.float32)
        count = 16 * 28 * 28 * w.size
        out = kernels.conv2d(x, w, padding=size // 2)
        for _ in range(10):
            started = time.perf_counter()
            kernels.conv2d_backward_weight(x, out, w.shape, padding=size // 2)
            kernels.conv2d(x, w, padding=size // 2, stride=1, dilation=1, out=out)
            best = max(
                best, 2 * count / (time.perf_counter() - started) / EXACT_SAVING.get((size, size), 1.0)
            )
    return best


def milliseconds(program: OurStep | PeerStep, seconds: float) -> float:
    """Median of a step."""
    times = []
    with program.context():
        program()
        until = time.perf_counter() + seconds
        while time.perf_counter() < until or len(times) < 5:
            started = time.perf_counter()
            program()
            times.append(time.perf_counter() - started)
    return 1e3 * float(np.median(times))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=3.0, help="for each time")
    options = parser.parse_args()
    with_torch = peer.installed()
    with kernels.use_threads(1):
        if with_torch:
            peer.set_threads(1, Options())
        rate = highest_rate()
        print(f"highest rate of one thread: {2e-9 * rate:.1f} GFLOP/s ({kernels.isa()})\n")
        print(
            "| step | MFLOP | at that rate ms | fewest, exact ms | convlab ms | PyTorch ms | ratio | bound |"
        )
        print("|---|---:|---:|---:|---:|---:|---:|---:|")
        for network in NETWORKS:
            model, batch = network.built(by_chance=False), batch_of(network)
            direct = multiply_adds(model, network.batch, fewest=False)
            bound = 1e3 * multiply_adds(model, network.batch, fewest=True) / rate
            cells = [network.name, f"{2e-6 * direct:,.0f}", f"{1e3 * direct / rate:.2f}", f"{bound:.2f}"]
            ours = milliseconds(OurStep(model, batch, RATE, "float32"), options.seconds)
            cells.append(f"{ours:.2f}")
            if with_torch:
                programs = [PeerStep(network.built(by_chance=False), batch, RATE, key) for key in LAYOUTS]
                theirs = min(milliseconds(program, options.seconds) for program in programs)
                cells += [f"{theirs:.2f}", f"{theirs / ours:.2f}", f"{theirs / bound:.2f}"]
            else:
                cells += ["–"] * 3
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
