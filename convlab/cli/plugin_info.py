"""``convlab plugins info``: what a plugin does, what it takes, and what it looks like."""

import inspect
from collections.abc import Sequence
from math import sqrt
from pathlib import Path

import numpy as np
from rich.text import Text

from convlab.cli import console
from convlab.cli.arguments import Parser
from convlab.cli.problems import print_problems
from convlab.cli.text import one_line, value_text
from convlab.contracts.initializer import InitializerSpec
from convlab.errors import ConfigError, UnknownPluginError, suggest
from convlab.inspect import (
    Portrait,
    activation_portrait,
    draw_portrait,
    initializer_portrait,
    portrait_lines,
    schedule_portrait,
)
from convlab.registry import KINDS, Offer, registry, type_name
from convlab.settings import GROUPS
from convlab.testing import Subject

_WIDTH, _STEPS = 72, 200
_FILTERS = InitializerSpec((10, 5, 5, 1), "conv_weight", "conv1", gain=sqrt(2))
_LAYER = InitializerSpec((32, 3, 3, 32), "conv_weight", "conv2", layer_index=1, depth=3, gain=sqrt(2))


def main(words: Sequence[str]) -> int:
    """Describes every plugin of a name.

    Args:
        words: as after ``convlab plugins info``.

    Returns:
        0.

    Raises:
        UnknownPluginError: if no plugin has the name.
        ConfigError: if there is nothing to draw for ``--png``.
        MissingExtraError: if ``--png`` is given and matplotlib is not installed.
    """
    parser = Parser(
        "plugins info",
        "What a plugin does and takes; activations, initializers and schedules are drawn too.",
        "  convlab plugins info adam\n  convlab plugins info constant --kind schedule\n"
        "  convlab plugins info gelu --png gelu.png",
    )
    parser.add_argument("name", nargs="?", metavar="NAME")
    parser.add_argument("--kind", metavar="KIND", help=f"one of {', '.join(KINDS)}; all by default")
    parser.add_argument("--png", metavar="FILE", type=Path, help="also writes the drawing as a picture")
    options = parser.parse(words)
    if options.name is None:
        raise ConfigError("plugins info needs a name, such as 'convlab plugins info adam'")
    found = _offers(options.name, options.kind)
    out = console.output()
    for number, offer in enumerate(found):
        if number:
            out.print("\n")
        for line in _description(offer):
            out.print(line)
    if options.png is not None:
        _draw(found, options.png)
        out.print(f"written {one_line(str(options.png))}")
    return 0


def _offers(name: str, kind: str | None) -> list[Offer]:
    kinds = [kind] if kind is not None else list(KINDS)
    found = [offers[name] for each in kinds if name in (offers := registry().offers(each))]
    if not found:
        names = {name for each in kinds for name in registry().offers(each)}
        print_problems()
        raise UnknownPluginError(f"no {kind or 'plugin'} named '{name}'{suggest(name, names)}")
    return found


def _description(offer: Offer) -> list[Text]:
    lines = [
        f"{offer.kind} {offer.name}",
        f"from {offer.distribution} {offer.version}",
        _signature(offer),
        "",
    ]
    lines += [*(inspect.getdoc(offer.factory) or "no description").splitlines(), ""]
    drawing = _drawing(offer)
    groups = [group for group, kind in GROUPS.items() if kind == offer.kind]
    group = groups[0] if groups else f"{offer.kind}s"
    fields = [f"fields ({group}.FIELD=VALUE):" if offer.fields and groups else "fields:"]
    for name, field in offer.fields.items():
        default = "required" if field.default is field.empty else f"default {value_text(field.default)}"
        fields.append(f"  {name}: {type_name(field.annotation)}, {default}")
    if not offer.fields:
        fields.append("  none")
    fields += ["", f"use: convlab run {group}={offer.name if groups else f'[{offer.name}]'}"]
    return [*map(Text, lines), *drawing, *map(Text, fields)]


def _signature(offer: Offer) -> str:
    """The call as Python has it: what the engine gives, and the settings with types and defaults."""
    given = [item for item in inspect.signature(offer.factory).parameters if item not in offer.fields]
    settings = [
        f"{name}: {inspect.formatannotation(field.annotation)}"
        + ("" if field.default is field.empty else f" = {field.default!r}")
        for name, field in offer.fields.items()
    ]
    return f"{offer.name}({', '.join([*given, *(['*'] if settings else []), *settings])})"


def _drawing(offer: Offer) -> list[Text]:
    try:
        portrait = _portrait(offer)
    except Exception as reason:  # a plugin that cannot be drawn is described all the same
        return [Text(f"not drawn: {one_line(str(reason))}"), Text()]
    if portrait is None:
        return []
    out = console.output()
    width = min(out.width, _WIDTH) if out.is_terminal else _WIDTH
    colors = out.is_terminal and out.color_system is not None
    return [*portrait_lines(portrait, width, colors=colors, encoding=out.encoding), Text()]


def _portrait(offer: Offer) -> Portrait | None:
    """What there is to draw at the defaults; None for kinds that look like nothing."""
    subject = Subject(offer)
    if offer.kind == "activation":
        return activation_portrait(subject.build())
    if offer.kind == "schedule":
        return schedule_portrait([subject.build(step, _STEPS) for step in range(_STEPS)])
    if offer.kind == "initializer":
        filters, weight = (
            np.asarray(subject.build(spec, np.random.default_rng(0))) for spec in (_FILTERS, _LAYER)
        )
        return initializer_portrait(filters, weight)
    return None


def _draw(offers: Sequence[Offer], path: Path) -> None:
    for offer in offers:
        portrait = _portrait(offer)
        if portrait is not None:
            draw_portrait(portrait, f"{offer.kind} {offer.name} ({offer.distribution})", path)
            return
    kinds = ", ".join(sorted({offer.kind for offer in offers}))
    raise ConfigError(
        f"--png: {kinds} '{offers[0].name}' has nothing to draw; activations, initializers and schedules have"
    )
