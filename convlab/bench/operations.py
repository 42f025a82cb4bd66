"""Single convolutions, forward and backward, beside PyTorch's."""

from collections.abc import Callable, Iterator, Mapping

from convlab import kernels
from convlab.bench import peer
from convlab.bench.cells import Cell
from convlab.bench.checking import require_same_results
from convlab.bench.convolutions import OURS, Convolution, PeerConvolution
from convlab.bench.options import Options
from convlab.bench.shapes import SHAPES, Shape, operands
from convlab.bench.timing import Program, take_turns
from convlab.errors import ConfigError, suggest

# images that a result is checked with where there is nothing faster than the reference
_REFERENCE_IMAGES = 2


def chosen_shapes(options: Options) -> list[Shape]:
    """The shapes that the options name, in the order of the table, with their batches limited.

    Raises:
        ConfigError: if there is no such shape.
    """
    names = [shape.name for shape in SHAPES]
    for name in options.only:
        if name not in names:
            raise ConfigError(
                f"bench: no shape '{name}'{suggest(name, names).replace('installed', 'shapes')}"
            )
    wanted = options.only or names
    return [shape.limited(options.images) for shape in SHAPES if shape.name in wanted]


def measure_operations(options: Options, remark: Callable[[str], None]) -> Iterator[Cell]:
    """Times every shape, pass, thread count and precision.

    Args:
        options: what to measure.
        remark: is not used: all of this can be measured.

    Yields:
        One cell a precision, as soon as it is measured.

    Raises:
        ConfigError: if a shape is unknown.
        BenchmarkError: if two programs do not compute the same.
    """
    shapes = chosen_shapes(options)
    seconds = options.seconds / (len(shapes) * len(options.passes) * len(options.threads))
    for shape in shapes:
        ours, peers = _convolutions(shape, options)
        for threads in options.threads:
            with kernels.use_threads(threads):
                peer.set_threads(threads, options)
                for task in options.passes:
                    _check(shape, task, ours, peers)
                    yield from _timed(shape, task, threads, ours, peers, options.rounds, seconds)


def _convolutions(shape: Shape, options: Options) -> tuple[dict[str, Convolution], dict[str, Convolution]]:
    """Ours by precision, PyTorch's by layout."""
    given = operands(shape)
    make: Callable[..., Convolution] = OURS[options.buffers]
    ours = {precision: make(shape, given, precision) for precision in options.precisions}
    layouts = peer.LAYOUTS if peer.takes_part(options) else ()
    return ours, {layout: PeerConvolution(shape, given, layout) for layout in layouts}


def _check(
    shape: Shape, task: str, ours: Mapping[str, Convolution], peers: Mapping[str, Convolution]
) -> None:
    expected = {f"PyTorch {layout}": program.results(task) for layout, program in peers.items()}
    if not peers:
        few = shape.limited(_REFERENCE_IMAGES)
        ours = {precision: OURS["planned"](few, operands(few), precision) for precision in ours}
        with kernels.use_isa("reference"):
            expected["the reference"] = OURS["planned"](few, operands(few), "float32").results(task)
    for precision, program in ours.items():
        found = program.results(task)
        for name, arrays in expected.items():
            require_same_results(f"{shape.name} {task}", found, arrays, peer=name, precision=precision)


def _timed(
    shape: Shape,
    task: str,
    threads: int,
    ours: Mapping[str, Convolution],
    peers: Mapping[str, Convolution],
    rounds: int,
    seconds: float,
) -> Iterator[Cell]:
    programs = [
        Program(name, getattr(program, task), program.context) for name, program in {**ours, **peers}.items()
    ]
    times = take_turns(programs, rounds=rounds, seconds=seconds)
    work = shape.forward_work * (1 if task == "forward" else 2)
    for precision in ours:
        yield Cell(
            shape.name,
            task,
            threads,
            precision,
            times[precision],
            {name: times[name] for name in peers},
            work,
        )
