"""Measurements by name, and what one of them found."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from convlab.bench import accuracy, machine, memory
from convlab.bench.accuracy import error_tables, measure_accuracy
from convlab.bench.memory import measure_memory, memory_tables
from convlab.bench.networks import chosen_networks
from convlab.bench.operations import chosen_shapes, measure_operations
from convlab.bench.options import Options
from convlab.bench.steps import measure_steps
from convlab.bench.tables import LEGEND, Table, time_tables

Remark = Callable[[str], None]


class Finding(Protocol):
    """What a measurement yields: one cell of its tables, which reads as a line of progress."""

    def to_mapping(self) -> dict[str, Any]:
        """As plain data."""


@dataclass(frozen=True)
class Measurement:
    """One kind of measurement.

    Attributes:
        summary: what it finds, in a few words.
        measure: yields what it finds; tells the second argument what could not be measured.
        choose: what of it the options name; raises ConfigError where that is not there.
        tables: what was found, for people.
        rounds: turns of each program that it takes unless told otherwise.
        seconds: of timing in all.
        legend: how to read its tables.
    """

    summary: str
    measure: Callable[[Options, Remark], Iterator[Finding]]
    choose: Callable[[Options], Sequence[object]]
    tables: Callable[[Sequence[Any]], list[Table]]
    rounds: int = 1
    seconds: float = 0.0
    legend: str = LEGEND

    @property
    def timed(self) -> bool:
        """Whether time is what it measures."""
        return self.seconds > 0


MEASUREMENTS = {
    "operations": Measurement(
        "single convolutions", measure_operations, chosen_shapes, time_tables, 9, 100.0
    ),
    "steps": Measurement("whole training steps", measure_steps, chosen_networks, time_tables, 5, 60.0),
    "accuracy": Measurement(
        "errors of convolutions", measure_accuracy, chosen_shapes, error_tables, legend=accuracy.LEGEND
    ),
    "memory": Measurement(
        "peak memory of steps", measure_memory, chosen_networks, memory_tables, legend=memory.LEGEND
    ),
}


@dataclass
class Report:
    """What one measurement found.

    Attributes:
        name: of the measurement.
        options: how it was measured.
        machine: what it ran on.
        findings: the cells of its tables.
        remarks: what could not be measured, and why.
    """

    name: str
    options: Options
    machine: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def header(self) -> str:
        """The machine, the versions and the options in one line."""
        return machine.header(self.machine, self.options)

    def tables(self) -> list[Table]:
        """The findings as tables."""
        return MEASUREMENTS[self.name].tables(self.findings)

    def to_mapping(self) -> dict[str, Any]:
        """As plain data, with all that was measured."""
        return {
            "measurement": self.name,
            "machine": self.machine,
            "options": self.options.to_mapping(),
            "remarks": self.remarks,
            "findings": [finding.to_mapping() for finding in self.findings],
        }

    def to_markdown(self) -> str:
        """Header, tables, legend and remarks."""
        blocks = [f"Measured on {self.header}.", *(table.to_markdown() for table in self.tables())]
        blocks += [MEASUREMENTS[self.name].legend, *self.remarks]
        return "\n\n".join(blocks) + "\n"


def measure(name: str, options: Options, progress: Callable[[str], None]) -> Report:
    """Measures.

    Args:
        name: one of `MEASUREMENTS`.
        options: what, and how long.
        progress: is told every finding in one line.

    Returns:
        The report.

    Raises:
        ConfigError: if the options name something that is not there.
        BenchmarkError: if two programs do not compute the same.
    """
    measurement = MEASUREMENTS[name]
    report = Report(name, options, machine.describe(options, timed=measurement.timed))
    progress(report.header)
    for finding in measurement.measure(options, report.remarks.append):
        report.findings.append(finding)
        progress(str(finding))
    return report
