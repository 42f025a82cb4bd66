"""``convlab report DIR...``: a study as one page that works from disk."""

from collections.abc import Sequence
from pathlib import Path

from convlab.cli import console
from convlab.cli.arguments import Parser
from convlab.cli.compare import add_question_options
from convlab.cli.text import one_line
from convlab.compare import Question
from convlab.report import write_report


def main(words: Sequence[str]) -> int:
    """Writes the report and prints where it is; see `convlab.cli.main`."""
    parser = Parser(
        "report",
        "Write one HTML file on the runs in folders: verdict, curves, filters, failures, how to repeat it.",
        "  convlab report runs/start\n"
        "  convlab report runs/start runs/more --metric test_accuracy --output both.html",
    )
    parser.add_argument(
        "folders", nargs="+", type=Path, metavar="DIR", help="a run, or a folder that holds runs"
    )
    add_question_options(parser)
    parser.add_argument(
        "--target", type=float, metavar="ACC", help="tell when validation accuracy reached it"
    )
    parser.add_argument("--baseline", metavar="LABEL", help="compare all others with this configuration")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="default: report.html in the first folder"
    )
    options = parser.parse(words)
    path = options.output or options.folders[0] / "report.html"
    question = Question(options.metric, options.margin, options.target, options.baseline)
    write_report(options.folders, path, question)
    console.output().print(one_line(str(path)), soft_wrap=True, markup=False, highlight=False)
    return 0
