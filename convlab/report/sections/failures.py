"""The runs that are not in the means, why, and how to get them."""

from convlab.errors import RecordError
from convlab.records.read_run import ReadRun
from convlab.records.run_directory import RunDirectory
from convlab.report.command import run_command
from convlab.report.layout import code, grid, note, section
from convlab.report.markup import Markup
from convlab.report.material import Material

_RESUMED = ("interrupted", "running")


def section_of(name: str, material: Material) -> Markup:
    """A row for each run that did not finish."""
    failed = [run for run in material.runs.values() if run.status != "finished"]
    if not failed:
        return section(name, "Failures", note("Every run finished."))
    rows = [(run.status, run.path, run.problem, _remedy(run)) for run in failed]
    return section(
        name,
        "Failures",
        note(
            "An interrupted run goes on from its last epoch when its command is given again; a sweep or "
            "study given again does so for all of them, and with --retry trains anew what failed."
        ),
        grid(("status", "run", "message", "how to resume"), rows, keys=4),
    )


def _remedy(run: ReadRun) -> Markup:
    if run.status == "unreadable":
        return Markup("restore its files, or remove its folder and run it again")
    try:
        config = RunDirectory(run.path).config
    except RecordError as error:
        return code(str(error))
    again = [] if run.status in _RESUMED else ["--rerun"]
    return code(run_command(config, runs_dir=str(run.path.parent.parent), options=again))
