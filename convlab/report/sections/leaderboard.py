"""The configurations, best first, with their intervals drawn."""

from convlab.compare import Row
from convlab.compare.interval import Interval
from convlab.compare.tables import leaderboard
from convlab.report.layout import grid, note, section
from convlab.report.markup import Markup, element
from convlab.report.material import Material

_WIDTH, _HEIGHT, _ROOM = 120, 18, 6


def section_of(name: str, material: Material) -> Markup:
    """A row for each configuration; a heading sorts by its column."""
    comparison = material.comparison
    table = leaderboard(comparison)
    scale = _scale(comparison.rows)
    rows = [
        [*cells[: table.keys], _bar(row, scale), *cells[table.keys :]]
        for cells, row in zip(table.rows, comparison.rows, strict=True)
    ]
    headings = [*table.headings[: table.keys], comparison.metric.title, *table.headings[table.keys :]]
    remark = f"{table.remark[:1].upper()}{table.remark[1:]}; bars are 95% intervals of the mean."
    return section(name, "Leaderboard", grid(headings, rows, keys=table.keys + 1), note(remark))


def _ends(row: Row) -> Interval | None:
    found = row.estimate
    return None if found is None else found.interval or Interval(found.mean, found.mean)


def _scale(rows: tuple[Row, ...]) -> tuple[float, float]:
    """The range of the bars: of the means, and of the intervals as far as they are not much wider."""
    means = [row.estimate.mean for row in rows if row.estimate]
    ends = [end for row in rows if (found := _ends(row)) for end in (found.low, found.high)]
    if not means:
        return 0.0, 1.0
    room = max(max(means) - min(means), 1e-9)
    return max(min(ends), min(means) - room), min(max(ends), max(means) + room)


def _bar(row: Row, scale: tuple[float, float]) -> Markup:
    ends, found = _ends(row), row.estimate
    if ends is None or found is None:
        return Markup("–")
    low, mean, high = (_place(value, scale) for value in (ends.low, found.mean, ends.high))
    middle = _HEIGHT / 2
    text = f"{found.mean:.4f}" + (f", 95% {ends.low:.4f} to {ends.high:.4f}" if found.interval else "")
    drawing = (
        f'<line x1="0" y1="{middle}" x2="{_WIDTH}" y2="{middle}" class="rail"/>'
        f'<line x1="{low:.1f}" y1="{middle}" x2="{high:.1f}" y2="{middle}" class="interval"/>'
        f'<circle cx="{mean:.1f}" cy="{middle}" r="4.5" class="mean"/>'
    )
    bar = element(
        "svg",
        element("title", text),
        Markup(drawing),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        width=_WIDTH,
        height=_HEIGHT,
        role="img",
    )
    return element("span", element("b", f"{found.mean:.3f}"), bar, class_="score")


def _place(value: float, scale: tuple[float, float]) -> float:
    low, high = scale
    share = (value - low) / (high - low) if high > low else 0.5
    return _ROOM + (_WIDTH - 2 * _ROOM) * min(max(share, 0.0), 1.0)
