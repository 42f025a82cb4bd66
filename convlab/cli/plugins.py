"""``convlab plugins``: what is installed, and what a plugin does and takes."""

import inspect
from collections.abc import Sequence
from importlib import import_module

from rich.table import Table
from rich.text import Text

from convlab.cli import console
from convlab.cli.arguments import Parser
from convlab.cli.text import one_line, value_text
from convlab.errors import ConfigError, UnknownPluginError, suggest
from convlab.registry import KINDS, Offer, registry, type_name
from convlab.settings import GROUPS

ACTIONS = ("list", "info")
# verbs of their own, with the module of each
VERBS = {"check": "convlab.cli.plugin_check", "new": "convlab.cli.plugin_new"}


def main(words: Sequence[str]) -> int:
    """Lists plugins, or describes one; see `convlab.cli.main`."""
    if words and words[0] in VERBS:
        code: int = import_module(VERBS[words[0]]).main(words[1:])
        return code
    parser = Parser(
        "plugins",
        "What is installed: 'list', of one kind or of all; 'info NAME', what a plugin does and takes; "
        "'check PACKAGE', whether a package keeps its contracts; 'new NAME', a plugin to begin with.",
        "  convlab plugins list\n  convlab plugins list optimizer\n  convlab plugins info adam\n"
        "  convlab plugins check my_package\n  convlab plugins new swoosh --kind activation",
    )
    parser.add_argument("action", nargs="?", default="list", metavar="list|info|check|new")
    parser.add_argument("name", nargs="?", metavar="KIND|NAME")
    options = parser.parse(words)
    if options.action not in ACTIONS:
        known = suggest(options.action, (*ACTIONS, *VERBS)).replace("installed:", "actions:")
        raise ConfigError(f"plugins has no action '{options.action}'{known}")
    if options.action == "list":
        return _list(options.name)
    if options.name is None:
        raise ConfigError("plugins info needs a name, such as 'convlab plugins info adam'")
    return _info(options.name)


def _list(kind: str | None) -> int:
    table = Table(box=None, pad_edge=False)
    for heading in ("kind", "name", "distribution", "version", "summary"):
        table.add_column(heading, no_wrap=heading != "summary")
    for each in [kind] if kind else KINDS:
        for offer in registry().offers(each).values():
            cells = (offer.kind, offer.name, offer.distribution, offer.version, offer.summary)
            table.add_row(*(Text(one_line(cell)) for cell in cells))
    console.output().print(table)
    _print_problems()
    return 0


def _info(name: str) -> int:
    found = [offers[name] for kind in KINDS if name in (offers := registry().offers(kind))]
    if not found:
        names = {name for kind in KINDS for name in registry().offers(kind)}
        _print_problems()
        raise UnknownPluginError(f"no plugin named '{name}'{suggest(name, names)}")
    out = console.output()
    out.print("\n\n\n".join("\n".join(_description(offer)) for offer in found))
    return 0


def _description(offer: Offer) -> list[str]:
    lines = [f"{offer.kind} {offer.name}", f"from {offer.distribution} {offer.version}", ""]
    lines += [*(inspect.getdoc(offer.factory) or "no description").splitlines(), ""]
    groups = [group for group, kind in GROUPS.items() if kind == offer.kind]
    group = groups[0] if groups else f"{offer.kind}s"
    lines.append(f"fields ({group}.FIELD=VALUE):" if offer.fields and groups else "fields:")
    for name, field in offer.fields.items():
        default = "required" if field.default is field.empty else f"default {value_text(field.default)}"
        lines.append(f"  {name}: {type_name(field.annotation)}, {default}")
    if not offer.fields:
        lines.append("  none")
    lines += [
        "",
        f"use: convlab run {group}={offer.name}" if groups else f"use: convlab run {group}=[{offer.name}]",
    ]
    return lines


def _print_problems() -> None:
    err = console.progress()
    for problem in registry().problems:
        err.print(f"convlab: warning: {one_line(str(problem))}", style="yellow")
