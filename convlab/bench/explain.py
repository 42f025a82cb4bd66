"""Which algorithm a convolution takes, and why each other one refused."""

from convlab import kernels
from convlab.bench.operations import chosen_shapes
from convlab.bench.options import Options
from convlab.bench.tables import Table


def explanation(options: Options) -> list[Table]:
    """One table a precision: a row for every shape and operation, in the order of trial.

    Example:
        >>> table = explanation(Options(only=("lenet1",)))[0]
        >>> table.headings, table.rows[0][1]
        (('shape', 'operation', 'taken', 'refused'), 'forward')
    """
    tables = []
    for precision in options.precisions:
        with kernels.use_precision(precision):
            rows = [
                (str(shape.name), operation, *_choice(plan.explain(operation)))
                for shape in chosen_shapes(options)
                for plan in [shape.plan()]
                for operation in kernels.CONV2D_OPERATIONS
            ]
        headings = ("shape", "operation", "taken", "refused")
        tables.append(Table(f"{kernels.isa()}, {precision}", headings, tuple(rows)))
    return tables


def _choice(candidates: list[tuple[str, str | None]]) -> tuple[str, str]:
    """The first that does not refuse, and the reasons of those before it."""
    refused: list[str] = []
    for name, reason in candidates:
        if reason is None:
            return name, "; ".join(refused)
        refused.append(f"{name}: {reason}")
    return "none", "; ".join(refused)
