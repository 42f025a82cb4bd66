"""``convlab runs list|rm|verify``: what there is on disk."""

import csv
import io
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convlab.cli import console
from convlab.cli.arguments import Parser
from convlab.cli.text import one_line, value_text
from convlab.errors import ConfigError, RecordError
from convlab.records.columns import differing_columns
from convlab.records.index import INDEX_FILE, drop_missing, find_index, indexed_runs
from convlab.records.read_run import ReadRun
from convlab.records.run_directory import RunDirectory, find_runs
from convlab.settings import WITHOUT_EFFECT_ON_RESULT

_EXAMPLES = """\
  convlab runs list
  convlab runs list runs/initializers --status failed
  convlab runs list --format csv
  convlab runs verify runs
  convlab runs rm runs/default --status failed --yes"""
_STATUSES = ("finished", "interrupted", "running", "failed", "diverged", "unreadable")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TEXT_LIMIT = 60


def main(words: Sequence[str]) -> int:
    """Lists, removes or verifies runs; see `convlab.cli.main`."""
    parser = Parser("runs", "List the runs on disk, remove some, or verify that they are whole.", _EXAMPLES)
    parser.add_argument("action", choices=["list", "rm", "verify"])
    parser.add_argument("folders", nargs="*", metavar="DIR", help="a run or a folder of runs; default runs")
    parser.add_argument("--status", choices=_STATUSES, help="only runs that stand so")
    parser.add_argument("--study", help="only runs of this study")
    parser.add_argument("--format", choices=["text", "json", "csv"], default="text", help="of the list")
    parser.add_argument("--yes", action="store_true", help="remove several runs without being asked again")
    options = parser.parse(words)
    if options.action == "rm" and not options.folders:
        raise ConfigError("convlab runs rm: name the runs to remove, or a folder and a --status")
    folders = options.folders or ["runs"]
    if options.action == "list":
        return _list(_chosen(folders, options.status, options.study, index=True), options.format)
    runs = _chosen(folders, options.status, options.study, index=False)
    if options.action == "verify":
        return _verify(runs)
    return _remove(runs, folders, yes=options.yes)


def _chosen(folders: Sequence[str], status: str | None, study: str | None, *, index: bool) -> list[ReadRun]:
    """The runs that the options name; a list of one folder makes or mends that folder's index."""
    found = find_runs(folders)
    file = find_index(folders[0]) if len(folders) == 1 else None
    if index and len(folders) == 1 and file is None and found:
        file = Path(folders[0]) / INDEX_FILE
    runs = indexed_runs(found, file)
    if index and file is not None and file.parent.absolute() == Path(folders[0]).absolute():
        drop_missing(found, file)
    return [
        run
        for run in runs
        if status in (None, run.status) and study in (None, str(run.config.get("study", "")))
    ]


def _list(runs: Sequence[ReadRun], form: str) -> int:
    columns = [name for name in differing_columns([run.config for run in runs]) if _is_compared(name)]
    rows = [_row(run, columns) for run in runs]
    if form == "json":
        text = json.dumps([_plain(run) for run in runs], indent=2)
    elif form == "csv":
        text = _csv(rows)
    elif not rows:
        text = "no runs"
    else:
        text = _aligned(rows)
    sys.stdout.write(text.rstrip("\n") + "\n")
    return 0


def _is_compared(name: str) -> bool:
    return name.partition(".")[0] not in WITHOUT_EFFECT_ON_RESULT


def _row(run: ReadRun, columns: Sequence[str]) -> dict[str, str]:
    config = run.config
    settings = [f"{name}={value_text(config[name])}" for name in columns if name in config]
    return {
        "run": one_line(str(run.path)),
        "status": run.status,
        "test": _number(run.result.get("test_accuracy"), 4),
        "validation": _number(run.result.get("validation_accuracy"), 4),
        "seconds": _number(run.result.get("seconds"), 1),
        "settings": one_line(" ".join(settings)),
        "problem": one_line(run.problem)[:_TEXT_LIMIT],
    }


def _number(value: Any, digits: int) -> str:
    if not isinstance(value, int | float) or isinstance(value, bool) or math.isnan(value):
        return ""
    return f"{value:.{digits}f}"


def _aligned(rows: Sequence[dict[str, str]]) -> str:
    names = [name for name in rows[0] if any(row[name] for row in rows)]
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in names}
    head = {name: name for name in names}
    lines = ["  ".join(line[name].ljust(widths[name]) for name in names).rstrip() for line in (head, *rows)]
    return "\n".join([*lines, f"{len(rows)} run{'' if len(rows) == 1 else 's'}"])


def _csv(rows: Sequence[dict[str, str]]) -> str:
    """A table that no spreadsheet takes for formulas."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0] if rows else ["run"])
    for row in rows:
        writer.writerow(f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in row.values())
    return text.getvalue()


def _plain(run: ReadRun) -> dict[str, Any]:
    return {
        "run": str(run.path),
        "status": run.status,
        "config": run.config,
        "result": run.result,
        "problem": run.problem,
    }


def _verify(runs: Sequence[ReadRun]) -> int:
    from convlab.verification import verify_run  # reads checkpoints, for which numpy is loaded

    out, problems = console.output(), 0
    for run in runs:
        for problem in verify_run(RunDirectory(run.path)):
            out.print(one_line(problem))
            problems += 1
    count = f"{len(runs)} run{'' if len(runs) == 1 else 's'}"
    out.print(f"{count}, {problems} problem{'' if problems == 1 else 's'}")
    return 1 if problems else 0


def _remove(runs: Sequence[ReadRun], folders: Sequence[str], *, yes: bool) -> int:
    """Removes runs; a folder of several needs ``--yes``, and one that is being written stays."""
    out = console.output()
    named = {Path(folder).absolute() for folder in folders}
    if not yes and any(run.path.absolute() not in named for run in runs):
        raise ConfigError(
            f"convlab runs rm: this would remove {len(runs)} runs in {', '.join(folders)}; "
            "add --yes, or name each run"
        )
    for run in runs:
        if run.status == "running":
            raise RecordError(f"{run.path} is being written; stop it first (nothing was removed)")
    for run in runs:
        RunDirectory(run.path).remove()
        out.print(f"removed {one_line(str(run.path))}")
    if not runs:
        out.print("nothing to remove")
    return 0
