"""``convlab compare DIR...``: the runs in folders as one table."""

from collections.abc import Sequence

from convlab import compare
from convlab.cli import console
from convlab.cli.arguments import Parser


def main(words: Sequence[str]) -> int:
    """Prints the comparison; see `convlab.cli.main`."""
    parser = Parser(
        "compare",
        "Compare the runs in folders: what differs between their configs, and what they reached.",
        "  convlab compare runs/default\n  convlab compare runs/initializers runs/optimizers",
    )
    parser.add_argument("folders", nargs="+", metavar="DIR", help="a run, or a folder that holds runs")
    options = parser.parse(words)
    compare.render(compare.compare(options.folders), console.output())
    return 0
