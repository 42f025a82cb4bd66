"""How a study was set up before it saw a number, what tuning spent, and what was left of its score."""

from collections.abc import Mapping
from typing import Any

from convlab.compare.statistic import is_finite_number
from convlab.report.layout import grid, note, section
from convlab.report.markup import Markup, element, joined
from convlab.report.material import Material, Study

_SHOWN = ("axes", "seeds", "seconds", "metric", "margin", "target", "baseline", "tuning")


def section_of(name: str, material: Material) -> Markup | None:
    """The protocol of each study."""
    if not material.studies:
        return None
    return section(name, "Protocol", *map(_study, material.studies))


def _study(study: Study) -> Markup:
    fixed = [(key, _written(study.protocol[key])) for key in _SHOWN if study.protocol.get(key) is not None]
    return joined(
        element("h3", study.folder.resolve().name),
        grid(("fixed beforehand", "value"), fixed, keys=2),
        _ledger(study),
        _shrinkage(study),
    )


def _ledger(study: Study) -> Markup | None:
    arms = study.ledger.get("arms")
    if not isinstance(arms, Mapping):
        return None
    rows = [_spent(label, entry) for label, entry in arms.items() if isinstance(entry, Mapping)]
    return joined(
        element("h3", "Tuning ledger"),
        grid(("arm", "selected", "trials", "runs", "epochs", "seconds", "selected score"), rows, keys=2),
        note(
            "Every arm had the same budget, and chose by validation accuracy; the test set was not touched."
        ),
    )


def _spent(label: str, entry: Mapping[str, Any]) -> list[str]:
    spent = entry.get("spent")
    counts = spent if isinstance(spent, Mapping) else {}
    return [
        label,
        _written(entry.get("selected")),
        *(_number(counts.get(name)) for name in ("trials", "runs", "epochs", "seconds")),
        _number(entry.get("selected_score")),
    ]


def _shrinkage(study: Study) -> Markup | None:
    found = study.protocol.get("shrinkage")
    if not isinstance(found, Mapping) or not found:
        return None
    rows = [
        [label, *(_number(told.get(key)) for key in ("selected", "rerun", "shrinkage"))]
        for label, told in found.items()
        if isinstance(told, Mapping)
    ]
    return joined(
        element("h3", "Shrinkage"),
        grid(("arm", "selected at", "fresh seeds reach", "shrinkage"), rows),
        note("The best of many noisy scores is too good on average; fresh seeds tell what it was worth."),
    )


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_written(item)}" for key, item in value.items() if item is not None)
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return "–" if value is None else str(value)


def _number(value: Any) -> str:
    if not is_finite_number(value):
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.4g}"
