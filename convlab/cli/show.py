"""``convlab show RUN``: what one run was, how it went, and pictures of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from convlab.cli import console
from convlab.cli.arguments import Parser
from convlab.cli.choices import choice_overrides
from convlab.cli.text import counted, one_line, result_lines, value_text
from convlab.errors import MissingExtraError, RecordError
from convlab.inspect import (
    draw_curves,
    draw_feature_maps,
    draw_film,
    draw_filters,
    health_table,
    terminal_curves,
)
from convlab.inspect.feature_maps import PROBE as FEATURE_MAPS
from convlab.inspect.health import PROBE as HEALTH
from convlab.records.run_directory import RunDirectory, find_runs
from convlab.records.text import printable
from convlab.settings import GROUPS, Settings

CURVE_HEIGHT = 10
PIPED_WIDTH = 100
LINE_LIMIT = 2000


def main(words: Sequence[str]) -> int:
    """Shows one run; see `convlab.cli.main`."""
    parser = Parser(
        "show",
        "Show one run: result, settings, curves, health of the layers; write pictures into its folder.",
        "  convlab show runs/default/0123456789ab\n  convlab show runs/default/0123456789ab --film",
    )
    parser.add_argument("run", metavar="RUN", help="folder of the run")
    parser.add_argument("--film", action="store_true", help="also write filters.gif: how the filters changed")
    options = parser.parse(words)
    run = the_run(Path(options.run))
    out = console.output()
    metrics = run.metrics
    lines = [
        f"run                  {run.path}",
        f"status               {run.status}, {counted(len(metrics), 'epoch')} recorded",
        *result_lines(run.result or {}),
        f"settings             {_changes(run.config)}",
    ]
    for line in lines:
        out.print(printable(line, LINE_LIMIT))
    width = out.width if out.is_terminal else PIPED_WIDTH
    out.print()
    out.print(terminal_curves(metrics, width, CURVE_HEIGHT, encoding=out.encoding))
    out.print()
    if run.probe_epochs(HEALTH):
        for line in health_table(run):
            out.print(line)
        out.print()
    _draw(run, out)
    if options.film:
        film = run.path / "filters.gif"
        out.print(f"written {one_line(str(film))}, {counted(draw_film(run, film), 'frame')}")
    return 0


def the_run(path: Path) -> RunDirectory:
    """The run in a folder.

    Raises:
        RecordError: if there is none, or more than one.
    """
    runs = find_runs(path)
    if not runs:
        raise RecordError(f"no run in {path}: a run is a folder with a config.yaml")
    if len(runs) > 1:
        raise RecordError(f"{path} holds {len(runs)} runs: show one of them, such as {runs[0].path}")
    return runs[0]


def _changes(config: Mapping[str, Any]) -> str:
    """The settings that differ from the default experiment, as overrides."""
    default = set(_overrides(Settings().completed().to_mapping()))
    return " ".join(text for text in _overrides(config) if text not in default) or "the defaults"


def _overrides(config: Mapping[str, Any]) -> list[str]:
    texts = []
    for key, value in config.items():
        if key in GROUPS:
            texts += choice_overrides(key, GROUPS[key], value)
        elif key in ("initializers", "activations") and isinstance(value, Mapping):
            for layer, choice in value.items():
                texts += choice_overrides(f"{key}.{layer}", key.removesuffix("s"), choice)
        else:
            texts.append(f"{key}={value_text(value)}")
    return texts


def _draw(run: RunDirectory, out: Console) -> None:
    err = console.progress()
    pictures = [(draw_filters, "filters.png"), (draw_curves, "curves.png")]
    if run.probe_epochs(FEATURE_MAPS):
        pictures.append((draw_feature_maps, "feature_maps.png"))
    for draw, name in pictures:
        try:
            draw(run, run.path / name)
        except MissingExtraError as missing:
            err.print(f"convlab: no pictures: {one_line(str(missing))}")
            return
        except RecordError as problem:
            err.print(f"convlab: no {name}: {one_line(str(problem))}")
        else:
            out.print(f"written {one_line(str(run.path / name))}")
