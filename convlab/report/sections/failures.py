"""The runs that are not in the means, why, and how to get them."""

from convlab.errors import RecordError
from convlab.records.read_run import ReadRun
from convlab.records.run_directory import RunDirectory
from convlab.report.command import in_shell, run_command
from convlab.report.layout import code, grid, note, section
from convlab.report.markup import Markup
from convlab.report.material import Material


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
            "A resumed run gives, bit for bit, what it would have given without the interruption. "
            "A run that diverged does so again, unless a setting changes."
        ),
        grid(("status", "run", "message", "how to resume"), rows, keys=4),
    )


def _remedy(run: ReadRun) -> Markup:
    folder = in_shell(str(run.path))
    if run.status == "running":
        return Markup("wait for it")
    if run.status == "interrupted":
        return code(f"convlab resume {folder}")
    if run.status == "failed":
        return code(f"convlab resume --retry {folder}")
    try:
        config = RunDirectory(run.path).config
    except RecordError:
        return Markup("restore its files, or remove its folder and run it again")
    return code(run_command(config, runs_dir=str(run.path.parent.parent), options=["--rerun"]))
