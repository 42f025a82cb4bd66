"""``convlab plugins check``: the conformance kit over an installed package."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from convlab.cli import console
from convlab.cli.arguments import Parser
from convlab.cli.text import one_line
from convlab.records.atomic import write_atomically
from convlab.testing import Subject, certify, find_package


def main(words: Sequence[str]) -> int:
    """Checks a package and prints its certificate.

    Args:
        words: as after ``convlab plugins check``.

    Returns:
        0 if the package is certified, 1 if not.

    Raises:
        UnknownPluginError: if nothing of the name is installed.
        RecordError: if the JSON file cannot be written.
    """
    parser = Parser(
        "plugins check",
        "Runs the conformance kit over everything that an installed package offers.",
        "  convlab plugins check my_package\n  convlab plugins check my_package --json certificate.json",
    )
    parser.add_argument("package", metavar="PACKAGE", help="a distribution, importable package or plugin")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also writes the certificate as JSON")
    options = parser.parse(words)
    certificate = certify(find_package(options.package), _tell)
    out = console.output()
    for line in certificate.lines():
        out.print(Text(line, "bold red" if line.lstrip().startswith(("FAILED", "NOT")) else ""))
    if options.json is not None:
        content = json.dumps(certificate.to_mapping(), indent=2, ensure_ascii=False)
        write_atomically(options.json, f"{content}\n".encode())
    return 0 if certificate.certified else 1


def _tell(subject: Subject) -> None:
    progress = console.progress()
    if console.shows_bars(progress):
        progress.print(one_line(f"checking {subject}"), style="dim")
