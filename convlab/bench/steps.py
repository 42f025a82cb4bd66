"""Whole training steps beside PyTorch's."""

import warnings
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from convlab import kernels
from convlab.bench import peer
from convlab.bench.cells import Cell
from convlab.bench.networks import Network, batch_of, chosen_networks
from convlab.bench.options import Options
from convlab.bench.timing import Program, take_turns
from convlab.bench.training_steps import OurStep, PeerStep, TrainingStep
from convlab.errors import BenchmarkError

# The loss of every step depends on the gradients of the steps before it.
CHECKED_STEPS = 3
LOSS_TOLERANCE = 1e-3
CHECKED_RATE = 0.01
# Weights that stay about where they are: the last step timed costs what the first one did.
TIMED_RATE = 1e-6
COMPILED, COMPILED_LAYOUT = "compiled", "channels_last"

Remark = Callable[[str], None]


def measure_steps(options: Options, remark: Remark) -> Iterator[Cell]:
    """Times every network, thread count and precision.

    Args:
        options: what to measure.
        remark: is told what could not be measured, and why.

    Yields:
        One cell a precision, as soon as it is measured.

    Raises:
        ConfigError: if a network is unknown.
        BenchmarkError: if two programs do not reach the same losses.
    """
    networks = chosen_networks(options)
    seconds = options.seconds / (len(networks) * len(options.threads))
    for network in networks:
        for threads in options.threads:
            with kernels.use_threads(threads):
                peer.set_threads(threads, options)
                programs = _checked(network, _programs(network, options, by_chance=False), remark)
                if network.without_chance:
                    again = _programs(network, options, by_chance=True)
                    programs = {name: again[name] for name in programs}
                    for program in programs.values():
                        _losses(program)
                yield from _timed(network, threads, programs, options, seconds)


def _programs(network: Network, options: Options, *, by_chance: bool) -> dict[str, TrainingStep]:
    """Ours by precision, PyTorch's by layout and compiled; all begin with the same weights."""
    batch = batch_of(network)
    programs: dict[str, TrainingStep] = {}
    for precision in options.precisions:
        programs[precision] = OurStep(network.built(by_chance=by_chance), batch, CHECKED_RATE, precision)
    if peer.takes_part(options):
        model = network.built(by_chance=by_chance)
        for layout in peer.LAYOUTS:
            programs[layout] = PeerStep(model, batch, CHECKED_RATE, layout)
        if options.compile:
            programs[COMPILED] = PeerStep(model, batch, CHECKED_RATE, COMPILED_LAYOUT, compiled=True)
    return programs


def _checked(
    network: Network, programs: Mapping[str, TrainingStep], remark: Remark
) -> dict[str, TrainingStep]:
    """The programs that run here; refuses those whose losses part."""
    losses: dict[str, list[float]] = {}
    for name, program in programs.items():
        try:
            losses[name] = _losses(program)
        except Exception as error:  # whatever torch.compile, or the compiler behind it, raises
            if name != COMPILED:
                raise
            remark(f"{network.name}: torch.compile does not work here: {error}")
    first, expected = next(iter(losses.items()))
    for name, found in losses.items():
        if not np.allclose(found, expected, rtol=LOSS_TOLERANCE, atol=0):
            raise BenchmarkError(
                f"bench: {network.name}: the losses of the first {CHECKED_STEPS} steps are "
                f"{_text(expected)} in {first} and {_text(found)} in {name}, "
                f"more than {LOSS_TOLERANCE:g} apart: not timed"
            )
    return {name: programs[name] for name in losses}


def _losses(program: TrainingStep) -> list[float]:
    with program.context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's compiler raises deprecations of its own
        return [program() for _ in range(CHECKED_STEPS)]


def _text(losses: list[float]) -> str:
    return ", ".join(f"{loss:.5f}" for loss in losses)


def _timed(
    network: Network, threads: int, programs: Mapping[str, TrainingStep], options: Options, seconds: float
) -> Iterator[Cell]:
    for program in programs.values():
        program.set_rate(TIMED_RATE)
    turns = [Program(name, program, program.context) for name, program in programs.items()]
    times = take_turns(turns, rounds=options.rounds, seconds=seconds)
    peers = {name: found for name, found in times.items() if name not in options.precisions}
    for precision in options.precisions:
        yield Cell(network.name, "step", threads, precision, times[precision], peers)
