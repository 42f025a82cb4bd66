"""The page: one file, no request, nothing in it that runs but our own script."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from convlab.compare import Question
from convlab.records.atomic import write_atomically
from convlab.report.markup import Markup, element, joined
from convlab.report.material import Material
from convlab.report.sections import (
    configurations,
    curves,
    effects,
    failures,
    feature_maps,
    filters,
    health,
    leaderboard,
    protocol,
    repeat,
    training,
    verdict,
)

# name, what the navigation calls it, and what writes it: in the order in which a reader asks; a section that
# has nothing to say gives None
SECTIONS: tuple[tuple[str, str, Callable[[str, Material], Markup | None]], ...] = (
    ("verdict", "Verdict", verdict.section_of),
    ("leaderboard", "Leaderboard", leaderboard.section_of),
    ("curves", "Curves", curves.section_of),
    ("effects", "Effects", effects.section_of),
    ("protocol", "Protocol", protocol.section_of),
    ("health", "Layers", health.section_of),
    ("training", "Over epochs", training.section_of),
    ("filters", "Filters", filters.section_of),
    ("maps", "Feature maps", feature_maps.section_of),
    ("configurations", "Settings", configurations.section_of),
    ("failures", "Failures", failures.section_of),
    ("repeat", "Repeat", repeat.section_of),
)


def write_report(folders: Sequence[Path | str], path: Path, question: Question | None = None) -> None:
    """Writes the report of the runs in some folders.

    Args:
        folders: searched for runs.
        path: the HTML file; it is written atomically.
        question: metric, margin and baseline; what it leaves open is taken from ``study.json``.

    Raises:
        RecordError: if a folder holds no runs, or `path` cannot be written.
        ConfigError: if the question does not fit the runs.
    """
    write_atomically(path, report_page(folders, question).encode())


def report_page(folders: Sequence[Path | str], question: Question | None = None) -> str:
    """The report of the runs in some folders as HTML; see `write_report`."""
    material = Material.read([Path(folder) for folder in folders], question)
    written = [(name, short, write(name, material)) for name, short, write in SECTIONS]
    shown = [(name, short, content) for name, short, content in written if content is not None]
    title = " and ".join(path.resolve().name for path in material.folders[:3])
    body = joined(
        element(
            "header",
            element("div", element("strong", "convlab"), " report", class_="brand"),
            element("nav", *(element("a", short, href=f"#{name}") for name, short, _ in shown)),
            element(
                "button", "◐", type="button", id="theme", title="light or dark", aria_label="light or dark"
            ),
        ),
        element(
            "main",
            element("h1", title),
            element("p", _summary(material), class_="summary"),
            *(content for _, _, content in shown),
        ),
        element("footer", f"Written by convlab {version('convlab')}. The page holds all it needs."),
    )
    return _document(title, body)


def _summary(material: Material) -> str:
    runs, rows = material.runs, material.comparison.rows
    finished = sum(run.status == "finished" for run in runs.values())
    seeds = max((len(row.runs) for row in rows), default=0)
    others = f", {len(runs) - finished} not finished" if finished < len(runs) else ""
    return (
        f"{len(rows)} configuration{'' if len(rows) == 1 else 's'}, up to {seeds} "
        f"seed{'' if seeds == 1 else 's'} of each, {finished} finished runs{others}"
    )


def _document(title: str, body: Markup) -> str:
    style, script = _asset("report.css"), _asset("report.js")
    policy = (
        f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    head = joined(
        element("meta", charset="utf-8"),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}"/>'),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name_="color-scheme", content="light dark"),
        element("title", f"{title}: convlab report"),
        Markup('<link rel="icon" href="data:,"/>'),
        element("style", style),
    )
    page = element("html", element("head", head), element("body", body, element("script", script)), lang="en")
    return f"<!DOCTYPE html>\n{page}\n"


def _asset(name: str) -> Markup:
    return Markup(files("convlab.report").joinpath("assets", name).read_text("utf-8"))


def _digest(text: str) -> str:
    """The source expression of a content security policy that allows this very text."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
