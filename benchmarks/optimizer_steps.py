"""What a step of every optimizer costs beside PyTorch's, for the parameters of a ResNet-20.

    python benchmarks/optimizer_steps.py

Both update the same 272,474 values in float32 along the same gradients, PyTorch as its users get it, with the
defaults of `foreach` and `fused`. First the values after ten steps are compared, then the two take turns; a
time is the median over the rounds. A ratio above 1 says that convlab is faster.
"""

import argparse
import math
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from convlab import kernels
from convlab.bench import peer
from convlab.bench.machine import WARM_HEAP, describe, header
from convlab.bench.networks import NETWORKS
from convlab.bench.options import Options
from convlab.bench.timing import Program, take_turns
from convlab.plugin import Array, Optimizer, Parameter, ParameterBuffers
from convlab.registry import registry

STEPS, TOLERANCE = 10, 2e-6  # relative to the largest value
RATE = 1e-3


@dataclass(frozen=True)
class Case:
    """An optimizer and its counterpart.

    Attributes:
        name: ours.
        theirs: name in torch.optim.
        settings: of theirs.
        own_settings: of ours.
        matrices: whether both see convolutions as matrices of output channels, where PyTorch would else
            compute something else.
    """

    name: str
    theirs: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    own_settings: Mapping[str, Any] = field(default_factory=dict)
    matrices: bool = False


CASES = (
    Case("sgd", "SGD"),
    Case("momentum", "SGD", {"momentum": 0.9}),
    Case("nesterov", "SGD", {"momentum": 0.9, "nesterov": True}),
    Case("asgd", "ASGD", {"lambd": 0.0}, {"shrinkage": 0.0}),
    Case("rprop", "Rprop"),
    Case("adagrad", "Adagrad"),
    Case("adadelta", "Adadelta"),
    Case("rmsprop", "RMSprop", {"alpha": 0.9}),
    Case("adam", "Adam"),
    Case("adamw", "AdamW", {"weight_decay": 0.0}, {"weight_decay": 0.0}),
    Case("adamax", "Adamax"),
    Case("amsgrad", "Adam", {"amsgrad": True}),
    Case("nadam", "NAdam"),
    Case("radam", "RAdam"),
    Case("adafactor", "Adafactor", {"eps": (1e-30, 1e-3)}, matrices=True),
)


def buffers() -> ParameterBuffers:
    """The parameters, with random values and gradients."""
    network = next(network for network in NETWORKS if network.name == "resnet20")
    parameters = network.built().parameters
    generator = np.random.default_rng(0)
    parameters.values[...] = generator.normal(0, 0.1, parameters.values.size)
    parameters.gradients[...] = generator.normal(0, 0.01, parameters.values.size)
    return parameters


def in_their_layout(array: Array, *, matrices: bool) -> Array:
    """(K, R, S, C) as (K, C, R, S), or as (K, R S C)."""
    if array.ndim != 4:
        return array.copy()
    return array.reshape(len(array), -1).copy() if matrices else array.transpose(0, 3, 1, 2).copy()


def in_our_layout(array: Array, parameter: Parameter) -> Array:
    """The inverse."""
    return array.transpose(0, 2, 3, 1) if array.ndim == 4 else array.reshape(parameter.shape)


def built(case: Case, parameters: ParameterBuffers) -> tuple[Optimizer, Any, list[Any]]:
    """Our optimizer, theirs, and its tensors."""
    torch, tensors = peer.torch(), []
    for parameter in parameters.trained:
        tensors.append(torch.tensor(in_their_layout(parameter.value, matrices=case.matrices)))
        tensors[-1].grad = torch.tensor(in_their_layout(parameter.gradient, matrices=case.matrices))
    choice = {"name": case.name, "lr": RATE, **case.own_settings}
    ours: Optimizer = registry().build("optimizer", choice, parameters)
    return ours, getattr(torch.optim, case.theirs)(tensors, lr=RATE, **case.settings), tensors


def deviation(case: Case) -> float:
    """Largest difference of the values after some steps, relative to the largest value."""
    parameters = buffers()
    ours, theirs, tensors = built(case, parameters)
    for _ in range(STEPS):
        ours.step(RATE)
        theirs.step()
    worst = max(
        float(np.abs(parameter.value - in_our_layout(tensor.numpy(), parameter)).max())
        for parameter, tensor in zip(parameters.trained, tensors, strict=True)
    )
    return worst / float(np.abs(parameters.values).max())


def microseconds(case: Case, rounds: int, seconds: float) -> tuple[float, float]:
    """Medians of a step, ours and theirs."""
    ours, theirs, _ = built(case, buffers())
    programs = [Program("ours", lambda: ours.step(RATE)), Program("theirs", theirs.step)]
    for program in programs:
        program.run()
    times = take_turns(programs, rounds=rounds, seconds=seconds)
    return 1e6 * times["ours"].median, 1e6 * times["theirs"].median


def rows(rounds: int, seconds: float) -> Iterator[tuple[str, float, float]]:
    """Name and medians of every case whose results agree.

    Raises:
        SystemExit: if one's do not.
    """
    for case in CASES:
        found = deviation(case)
        if not found < TOLERANCE:
            raise SystemExit(f"{case.name}: values differ from PyTorch's by {found:.1e} after {STEPS} steps")
        yield case.name, *microseconds(case, rounds, seconds)


def main() -> None:
    """Prints a table for every number of threads."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=1.5, help="for each optimizer and number of threads")
    options = parser.parse_args()
    if "GLIBC_TUNABLES" not in os.environ:  # glibc reads it when a program starts
        os.environ["GLIBC_TUNABLES"] = WARM_HEAP
        os.execv(sys.executable, [sys.executable, *sys.argv])
    with_threads = Options(threads=tuple(options.threads))
    print(header(describe(with_threads, timed=True), with_threads))
    for threads in options.threads:
        peer.set_threads(threads, with_threads)
        print(f"\n| optimizer, threads {threads} | convlab µs | PyTorch µs | ratio |\n|---|---:|---:|---:|")
        ratios = []
        with kernels.use_threads(threads):
            for name, ours, theirs in rows(options.rounds, options.seconds):
                ratios.append(theirs / ours)
                print(f"| {name} | {ours:.0f} | {theirs:.0f} | {ratios[-1]:.2f} |", flush=True)
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"| geometric mean, least | | | {mean:.2f}, {min(ratios):.2f} |")


if __name__ == "__main__":
    main()
