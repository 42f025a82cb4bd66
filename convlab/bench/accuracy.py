"""How far single convolutions are from the same in float64."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from convlab import kernels
from convlab.bench import peer
from convlab.bench.checking import relative_error
from convlab.bench.convolutions import OURS, Convolution, PeerConvolution, Results
from convlab.bench.operations import chosen_shapes
from convlab.bench.options import Options
from convlab.bench.shapes import Operands, Shape, operands
from convlab.bench.tables import Table

ARRAYS = ("y", "dx", "dw", "db")
LEGEND = (
    "Relative errors, |found - exact| / |exact| in the L2 norm, against our reference in float64 on the "
    "whole batch: y the output, dx, dw and db the gradients to images, kernels and bias."
)


@dataclass(frozen=True)
class Errors:
    """The relative errors of one program on one shape.

    Attributes:
        name: of the shape.
        program: our precision, or PyTorch's layout.
        y: of the output; dx, dw and db of the gradients.
    """

    name: str
    program: str
    y: float
    dx: float
    dw: float
    db: float

    def __str__(self) -> str:
        found = ", ".join(f"{array} {getattr(self, array):.1e}" for array in ARRAYS)
        return f"{self.name}, {self.program}: {found}"

    def to_mapping(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def measure_accuracy(options: Options, remark: Callable[[str], None]) -> Iterator[Errors]:
    """Compares every shape and program with the reference.

    Args:
        options: which shapes and precisions, of how many images; the threads do not matter.
        remark: is not used: all of this can be measured.

    Yields:
        The errors of one program on one shape.

    Raises:
        ConfigError: if a shape is unknown.
    """
    with kernels.use_threads(max(options.threads)):
        peer.set_threads(max(options.threads), options)
        for shape in chosen_shapes(options):
            given = operands(shape)
            double = Operands(*(array.astype(np.float64) for array in given))
            exact = _results(OURS["planned"](shape, double, "float32"))
            for name, program in _programs(shape, given, options).items():
                found = _results(program)
                errors = {array: relative_error(found[array], exact[array]) for array in ARRAYS}
                yield Errors(shape.name, name, **errors)


def _programs(shape: Shape, given: Operands, options: Options) -> dict[str, Convolution]:
    make: Callable[..., Convolution] = OURS["planned"]
    programs = {f"convlab {precision}": make(shape, given, precision) for precision in options.precisions}
    if peer.takes_part(options):
        programs |= {f"PyTorch {name}": PeerConvolution(shape, given, name) for name in peer.LAYOUTS}
    return programs


def _results(program: Convolution) -> Results:
    return {**program.results("forward"), **program.results("backward")}


def error_tables(found: Sequence[Errors]) -> list[Table]:
    """A summary, and a row for every shape."""
    programs = list(dict.fromkeys(errors.program for errors in found))
    rows = []
    for program in programs:
        own = [errors for errors in found if errors.program == program]
        rows.append((program, *(text for array in ARRAYS for text in _median_and_worst(own, array))))
    headings = ("", *(text for array in ARRAYS for text in (f"{array}: median", "worst")))
    return [
        Table("Relative errors over all shapes", headings, tuple(rows)),
        Table(
            f"Relative errors of {', '.join(ARRAYS)}",
            ("", *programs),
            tuple(_shape_row(name, found) for name in dict.fromkeys(errors.name for errors in found)),
        ),
    ]


def _median_and_worst(found: Sequence[Errors], array: str) -> tuple[str, str]:
    values = [getattr(errors, array) for errors in found]
    worst = max(found, key=lambda errors: float(getattr(errors, array)))
    return f"{statistics.median(values):.1e}", f"{max(values):.1e} {worst.name}"


def _shape_row(name: str, found: Sequence[Errors]) -> tuple[str, ...]:
    own = [errors for errors in found if errors.name == name]
    return name, *(", ".join(f"{getattr(errors, array):.1e}" for array in ARRAYS) for errors in own)
