"""``convlab plugins new``: a distribution to begin a plugin with."""

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from convlab.cli import console
from convlab.cli.arguments import Parser
from convlab.registry import KINDS
from convlab.scaffold import write_distribution


def main(words: Sequence[str]) -> int:
    """Writes a distribution and says what to do with it.

    Args:
        words: as after ``convlab plugins new``.

    Returns:
        0.

    Raises:
        ConfigError: if the name or kind does not fit, or the folder is there already.
    """
    parser = Parser(
        "plugins new",
        "Writes an installable distribution with one plugin that passes 'convlab plugins check' at once.",
        "  convlab plugins new swoosh --kind activation\n"
        "  convlab plugins new zigzag --kind schedule --directory ~/plugins",
    )
    parser.add_argument("name", metavar="NAME", help="what users will write, such as 'swoosh'")
    parser.add_argument("--kind", required=True, metavar="KIND", help=f"one of {', '.join(KINDS)}")
    parser.add_argument(
        "--directory", type=Path, default=Path(), metavar="DIR", help="where; here by default"
    )
    options = parser.parse(words)
    folder = write_distribution(options.name, options.kind, options.directory)
    out = console.output()
    for line in (
        f"wrote {folder}",
        "next:",
        f"  pip install -e {folder}",
        f"  convlab plugins check {folder.name}",
        f"  edit {folder / 'src' / folder.name.replace('-', '_') / '__init__.py'}",
    ):
        out.print(Text(line))
    return 0
