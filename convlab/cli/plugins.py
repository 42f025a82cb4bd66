"""``convlab plugins``: what is installed; and the verbs for a single plugin or package."""

from collections.abc import Sequence
from importlib import import_module

from rich.table import Table
from rich.text import Text

from convlab.cli import console
from convlab.cli.arguments import Parser
from convlab.cli.plugin_table import markdown_table
from convlab.cli.problems import print_problems
from convlab.cli.text import one_line
from convlab.errors import ConfigError, suggest
from convlab.registry import KINDS, Offer, registry

LIST = "list"
# verbs of their own, with the module of each
VERBS = {
    "check": "convlab.cli.plugin_check",
    "info": "convlab.cli.plugin_info",
    "new": "convlab.cli.plugin_new",
}


def main(words: Sequence[str]) -> int:
    """Lists plugins, or hands on to a verb of `VERBS`; see `convlab.cli.main`."""
    if words and words[0] in VERBS:
        code: int = import_module(VERBS[words[0]]).main(words[1:])
        return code
    parser = Parser(
        "plugins",
        "What is installed: 'list', of one kind or of all; 'info NAME', what a plugin does, takes and looks "
        "like; 'check PACKAGE', whether a package keeps its contracts; 'new NAME', a plugin to begin with.",
        "  convlab plugins list\n  convlab plugins list optimizer\n  convlab plugins info adam\n"
        "  convlab plugins check my_package\n  convlab plugins new swoosh --kind activation",
    )
    parser.add_argument("action", nargs="?", default=LIST, metavar="list|info|check|new")
    parser.add_argument("kind", nargs="?", metavar="KIND|NAME|PACKAGE")
    parser.add_argument(
        "--markdown", action="store_true", help="of 'list': with settings and sources, as Markdown"
    )
    options = parser.parse(words)
    if options.action != LIST:
        known = suggest(options.action, (LIST, *VERBS)).replace("installed:", "actions:")
        raise ConfigError(f"plugins has no action '{options.action}'{known}")
    kinds = [options.kind] if options.kind else list(KINDS)
    offers = [offer for kind in kinds for offer in registry().offers(kind).values()]
    if options.markdown:
        for line in markdown_table(offers):
            print(line)
    else:
        console.output().print(_table(offers))
    print_problems()
    return 0


def _table(offers: Sequence[Offer]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("kind", "name", "distribution", "version", "summary"):
        table.add_column(heading, no_wrap=heading != "summary")
    for offer in offers:
        cells = (offer.kind, offer.name, offer.distribution, offer.version, offer.summary)
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    return table
