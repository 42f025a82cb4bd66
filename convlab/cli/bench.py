"""``convlab bench``: how fast, how exact and how small, beside PyTorch where it is installed."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table as TerminalTable
from rich.text import Text

from convlab import bench, kernels
from convlab.bench.document import measure_document
from convlab.bench.explain import explanation
from convlab.bench.machine import missing_environment
from convlab.bench.options import BUFFERS, PASSES
from convlab.bench.tables import Table
from convlab.cli import console
from convlab.cli.arguments import Parser
from convlab.cli.text import one_line
from convlab.errors import ConfigError, suggest
from convlab.records.atomic import write_atomically
from convlab.records.documents import to_json

DOCUMENT = "document"
MEASUREMENTS = (*bench.MEASUREMENTS, DOCUMENT)
EXAMPLES = """\
  convlab bench operations --precision float32,fast
  convlab bench operations --only lenet1,res16 --passes forward --threads 1 --seconds 5
  convlab bench operations --isa avx2 --json avx2.json
  convlab bench steps --markdown steps.md
  convlab bench accuracy --only lenet1 --images 8
  convlab bench --explain
  convlab bench document docs/performance.md"""


def main(words: Sequence[str]) -> int:
    """Measures, and prints tables; see `convlab.cli.main`."""
    chosen = _parser().parse(words)
    if chosen.measurement == DOCUMENT:
        return _measure_document(chosen)
    if chosen.measurement not in bench.MEASUREMENTS:
        known = suggest(chosen.measurement, MEASUREMENTS).replace("installed", "known")
        raise ConfigError(f"bench: nothing named '{chosen.measurement}' to measure{known}")
    options = _options(chosen)
    with kernels.use_isa(chosen.isa or kernels.isa()):
        if chosen.explain:
            _print(explanation(options))
            return 0
        measurement = bench.MEASUREMENTS[chosen.measurement]
        measurement.choose(options)
        if missing := missing_environment(options, chosen.isa, timed=measurement.timed):
            _start_again(words, missing)
        report = bench.measure(chosen.measurement, options, _progress)
    if chosen.json:
        write_atomically(Path(chosen.json), to_json(report.to_mapping()))
    if chosen.markdown:
        write_atomically(Path(chosen.markdown), report.to_markdown().encode())
    console.output().print(one_line(report.header))
    _print(report.tables())
    for remark in [measurement.legend, *report.remarks]:
        console.output().print(one_line(remark))
    return 0


def _measure_document(chosen: argparse.Namespace) -> int:
    if chosen.file is None:
        raise ConfigError("bench document needs a file, such as 'convlab bench document docs/performance.md'")
    measure_document(Path(chosen.file), chosen.only, _progress)
    console.output().print(f"written {one_line(chosen.file)}")
    return 0


def _progress(line: str) -> None:
    console.progress().print(one_line(line))


def _parser() -> Parser:
    parser = Parser(
        "bench",
        "Measure convlab beside PyTorch, where that is installed: "
        + "; ".join(f"'{name}', {item.summary}" for name, item in bench.MEASUREMENTS.items())
        + ". Nothing is timed before its result has been checked.",
        EXAMPLES,
    )
    add = parser.add_argument
    add("measurement", nargs="?", default="operations", metavar="|".join(MEASUREMENTS))
    add("file", nargs="?", metavar="FILE", help="of 'document': its tables are measured anew")
    add("--only", type=_names, default=(), metavar="NAME,...", help="shapes, steps or sections")
    add("--passes", type=_names, default=PASSES, metavar="PASS,...", help=" and/or ".join(PASSES))
    add("--threads", type=_numbers, default=(1, 2), metavar="N,...", help="default 1,2")
    add("--precision", type=_names, default=("float32",), metavar="NAME,...", help="default float32")
    add("--isa", metavar="NAME", help="force an instruction set, on PyTorch too")
    add("--rounds", type=int, metavar="N", help="turns of each program")
    add("--seconds", type=float, metavar="S", help="of timing in all")
    add("--images", type=int, metavar="N", help="at most so many images in a batch")
    add("--buffers", default=BUFFERS[0], metavar="|".join(BUFFERS), help="of our operations' results")
    add("--no-torch", action="store_true", help="leave PyTorch out")
    add("--no-compile", action="store_true", help="leave torch.compile out")
    add("--explain", action="store_true", help="show which algorithm each operation takes, and why")
    add("--json", metavar="FILE", help="write all that was measured")
    add("--markdown", metavar="FILE", help="write the tables")
    return parser


def _options(chosen: argparse.Namespace) -> bench.Options:
    measurement = bench.MEASUREMENTS[chosen.measurement]
    return bench.Options(
        threads=chosen.threads,
        precisions=chosen.precision,
        only=chosen.only,
        passes=chosen.passes,
        rounds=measurement.rounds if chosen.rounds is None else chosen.rounds,
        seconds=measurement.seconds if chosen.seconds is None else chosen.seconds,
        images=chosen.images,
        buffers=chosen.buffers,
        torch=not chosen.no_torch,
        compile=not chosen.no_compile,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(map(int, _names(text)))
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected whole numbers such as 1,2, got '{text}'") from None


def _start_again(words: Sequence[str], missing: dict[str, str]) -> None:
    """Runs the same command with variables that have to be there when a process starts; does not return."""
    settings = " ".join(f"{name}={value}" for name, value in missing.items())
    console.progress().print(f"starting again with {settings}, for PyTorch at its best and on equal terms")
    sys.stdout.flush()
    command = [sys.executable, "-P", "-m", "convlab", "bench", *words]
    os.execve(sys.executable, command, {**os.environ, **missing})


def _print(tables: Sequence[Table]) -> None:
    out = console.output()
    for table in tables:
        shown = TerminalTable(box=None, pad_edge=False, title=table.title, title_justify="left")
        for number, heading in enumerate(table.headings):
            shown.add_column(heading, no_wrap=True, justify="right" if number else "left")
        for row in table.rows:
            shown.add_row(*(Text(one_line(text)) for text in row))
        out.print(shown)
        out.print()
