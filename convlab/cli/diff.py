"""``convlab diff A B``: in what two runs differ."""

import json
from collections.abc import Sequence
from pathlib import Path

from convlab.cli import console
from convlab.cli.arguments import Parser
from convlab.cli.text import one_line, value_text
from convlab.records.difference import differences
from convlab.records.documents import plain
from convlab.records.run_directory import RunDirectory


def main(words: Sequence[str]) -> int:
    """Prints what differs, and nothing else; see `convlab.cli.main`."""
    parser = Parser(
        "diff",
        "Show in what two runs differ: settings, versions and machine, results.",
        "  convlab diff runs/default/0123456789ab runs/default/ba9876543210\n"
        "  convlab diff A B --format json",
    )
    parser.add_argument("left", metavar="A", help="folder of a run")
    parser.add_argument("right", metavar="B", help="folder of another run")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse(words)
    found = differences(RunDirectory(options.left), RunDirectory(options.right))
    out = console.output()
    if options.format == "json":
        out.print(json.dumps([plain(vars(item)) for item in found], indent=2))
        return 0
    if not found:
        out.print(f"{Path(options.left).name} and {Path(options.right).name} do not differ")
        return 0
    rows = [(item.part, item.name, _text(item.left), _text(item.right)) for item in found]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    part = ""
    for row in rows:
        if row[0] != part:
            part = row[0]
            out.print(f"{part}:", style="bold")
        out.print(f"  {row[1]:<{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]}")
    return 0


def _text(value: object) -> str:
    return "–" if value is None else one_line(value_text(value))
