"""``convlab compare DIR...``: who beats whom, by how much and how sure, over the runs in folders."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from convlab import compare
from convlab.cli import console
from convlab.cli.arguments import Parser
from convlab.compare.formats import FORMATS
from convlab.records.atomic import write_atomically


def main(words: Sequence[str]) -> int:
    """Prints the comparison, or writes it to a file; see `convlab.cli.main`."""
    parser = Parser(
        "compare",
        "Compare the runs in folders: what differs, what they reached, who beats whom and how sure that is.",
        "  convlab compare runs/start\n"
        "  convlab compare runs/start --metric test_accuracy --baseline glorot_uniform --margin 0.5\n"
        "  convlab compare runs/start --target 0.95 --format markdown --output start.md",
    )
    parser.add_argument("folders", nargs="+", metavar="DIR", help="a run, or a folder that holds runs")
    add_question_options(parser)
    parser.add_argument(
        "--target", type=float, metavar="ACC", help="tell when validation accuracy reached it"
    )
    parser.add_argument("--baseline", metavar="LABEL", help="compare all others with this configuration")
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="default: %(default)s")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write there instead of to the terminal")
    options = parser.parse(words)
    question = compare.Question(options.metric, options.margin, options.target, options.baseline)
    comparison = compare.compare(options.folders, question)
    if options.output:
        write_atomically(options.output, FORMATS[options.format](comparison).encode())
    elif options.format == "text":
        compare.render(comparison, console.output(), details=True)
    else:
        encoding = sys.stdout.encoding or "utf-8"
        text = FORMATS[options.format](comparison)
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    return 0


def add_question_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say by what, and how closely, runs are compared."""
    parser.add_argument(
        "--metric",
        metavar="NAME",
        help="a number of result.json; default: validation_accuracy where there is one",
    )
    parser.add_argument(
        "--margin",
        type=float,
        metavar="POINTS",
        help="differences within it are ties; default for accuracies: 0.1",
    )
