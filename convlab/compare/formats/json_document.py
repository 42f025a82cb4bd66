"""A comparison as JSON: everything that was computed, in full."""

import json
import math
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from convlab.compare.comparison import Comparison


def to_json(comparison: Comparison) -> str:
    """Writes the comparison as one object.

    Args:
        comparison: of the runs.

    Returns:
        ASCII; a number that is not finite is null.
    """
    document = {
        "sentences": comparison.sentences,
        "metric": comparison.metric.name,
        "unit_of_differences": comparison.metric.unit,
        "question": comparison.question,
        "resolution": comparison.resolution,
        "columns": comparison.columns,
        "rows": [
            {"label": row.label, "scores": row.scores, "runs_in": row.runs, **plain}
            for row, plain in zip(comparison.rows, comparison.to_table(), strict=True)
        ],
        "family": comparison.pairs.family,
        "differences": comparison.differences,
        "factorial": comparison.factorial,
        "targets": comparison.targets,
        "sensitivities": comparison.sensitivities,
        "ranking": comparison.ranking,
        "profiles": comparison.profiles,
        "notes": comparison.notes,
    }
    return json.dumps(_plain(document), indent=2, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value
