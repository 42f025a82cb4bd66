"""How to repeat every number: commands, seeds, versions and machines."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from convlab.errors import RecordError
from convlab.records.run_directory import RunDirectory
from convlab.report.command import run_command
from convlab.report.layout import ROW_LIMIT, code, folded, grid, note, section
from convlab.report.markup import Markup
from convlab.report.material import Material

_MACHINE = ("convlab", "revision", "python", "numpy", "cpu", "cores", "isa", "threads", "platform", "plugins")
_TARGET = "repeated"


def section_of(name: str, material: Material) -> Markup:
    """The environments that the runs had, and a command for each finished run."""
    metric = material.comparison.metric
    finished = [run for run in material.runs.values() if run.status == "finished"]
    rows = [
        (
            material.label_of(run.path),
            run.config.get("seed", "–"),
            _score(run.result.get(metric.name)),
            _command(run.path),
        )
        for run in finished[:ROW_LIMIT]
    ]
    more = f" The first {ROW_LIMIT} of {len(finished)} runs are shown." if len(finished) > ROW_LIMIT else ""
    return section(
        name,
        "Repeat every number",
        note(
            f"Equal seeds, versions and CPU give equal numbers, bit for bit. The commands write to "
            f"{_TARGET}/, beside nothing that is there.{more}"
        ),
        *_environments(list(material.runs)),
        folded(
            f"{len(rows)} commands", grid(("configuration", "seed", metric.title, "command"), rows, keys=2)
        ),
    )


def _score(value: Any) -> str:
    return repr(value) if isinstance(value, int | float) else "–"


def _command(path: Path) -> Markup:
    try:
        return code(run_command(RunDirectory(path).config, runs_dir=_TARGET))
    except RecordError as error:
        return code(str(error))


def _environments(paths: list[Path]) -> Iterator[Markup]:
    """One table with a column for each different environment."""
    found: dict[str, tuple[dict[str, Any], int]] = {}
    for path in paths:
        try:
            record = RunDirectory(path).record
        except RecordError:
            continue
        known = {key: record.get(key) for key in _MACHINE}
        key = json.dumps(known, sort_keys=True)
        found[key] = (known, found.get(key, (known, 0))[1] + 1)
    if found:
        several = list(found.values())[:6]
        headings = ("environment", *(f"{count} run{'' if count == 1 else 's'}" for _, count in several))
        yield grid(
            headings,
            [(key, *(_written(known[key]) for known, _ in several)) for key in _MACHINE],
            keys=len(headings),
        )


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return "–" if value is None else str(value)
