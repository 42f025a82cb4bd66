"""In what the configurations differ, and what all of them share."""

from convlab.records.columns import differing_columns
from convlab.report.layout import folded, grid, note, section
from convlab.report.markup import Markup
from convlab.report.material import Material

# where and how runs happened: told with how to repeat them
_NOT_SHARED = ("seed", "study", "runs_dir", "threads", "trackers", "probes")


def section_of(name: str, material: Material) -> Markup:
    """A row for each configuration with the settings that differ; the shared ones folded below."""
    comparison = material.comparison
    rows = [
        [row.label, *(row.settings.get(column, "–") for column in comparison.columns)]
        for row in comparison.rows
    ]
    configs = [run.config for run in material.runs.values() if run.config]
    differing = set(differing_columns(configs))
    shared = [
        (key, value)
        for key, value in (configs[0] if configs else {}).items()
        if key not in differing and key.partition(".")[0] not in _NOT_SHARED
    ]
    count = len(comparison.columns)
    sentence = f"{count or 'No'} setting{'' if count == 1 else 's'} differ{'s' if count == 1 else ''}."
    table = grid(("configuration", *comparison.columns), rows, keys=count + 1) if count else None
    return section(
        name,
        "Settings",
        note(sentence),
        table,
        folded(f"{len(shared)} settings that all runs share", grid(("setting", "value"), shared, keys=2)),
    )
