"""The critical-difference diagram of average ranks."""

from collections.abc import Iterator

from convlab.compare.charts.svg import document, line, text
from convlab.compare.ranking import Ranking

_WIDTH, _MARGIN, _STEP = 720, 210, 20


def rank_diagram(ranking: Ranking) -> str:
    """Draws average ranks on a line, with a bar over every group that is not told apart.

    Args:
        ranking: from `Comparison.ranking`.

    Returns:
        An SVG element; names are escaped.

    Example:
        >>> from convlab.compare.ranking import rank_blocks
        >>> rank_diagram(rank_blocks(["a", "<b>"], [[2, 1], [2, 1]])).count("&lt;b&gt;")
        1

    References:
        J. Demsar, Statistical comparisons of classifiers over multiple data sets, 2006, figure 1.
    """
    bars_height = 10 * len(ranking.groups)
    axis = 56
    rows = -(-len(ranking.labels) // 2)
    height = axis + bars_height + 24 + _STEP * rows
    title = f"average ranks, critical difference {ranking.critical_difference:.2f}"
    parts = [*_axis(ranking, axis), *_bars(ranking, axis), *_names(ranking, axis, bars_height)]
    return document(_WIDTH, height, title, parts)


def _x(rank: float, count: int) -> float:
    return _MARGIN + (_WIDTH - 2 * _MARGIN) * (rank - 1) / max(count - 1, 1)


def _axis(ranking: Ranking, y: float) -> Iterator[str]:
    count = len(ranking.labels)
    yield line([(_x(1, count), y), (_x(count, count), y)])
    step = max(count // 10, 1)
    for rank in range(1, count + 1, step):
        x = _x(rank, count)
        yield line([(x, y - 5), (x, y)])
        yield text(x, y - 9, str(rank), "middle")
    end = _x(1 + ranking.critical_difference, count)
    label = f"critical difference {ranking.critical_difference:.2f}"
    if end <= _WIDTH - _MARGIN:
        yield line([(_x(1, count), 16), (_x(1, count), 24), (end, 24), (end, 16)], width=2)
        yield text(_x(1, count), 12, label)
    else:
        yield text(_x(1, count), 20, f"{label}: more than the axis")


def _bars(ranking: Ranking, axis: float) -> Iterator[str]:
    count = len(ranking.labels)
    for number, (first, last) in enumerate(ranking.groups):
        y = axis + 10 * (number + 1)
        ends = [(_x(ranking.ranks[place], count) + side, y) for place, side in ((first, -4), (last, 4))]
        yield line(ends, width=4)


def _names(ranking: Ranking, axis: float, bars_height: float) -> Iterator[str]:
    count = len(ranking.labels)
    half = -(-count // 2)
    for place, (label, rank) in enumerate(zip(ranking.labels, ranking.ranks, strict=True)):
        left = place < half
        row = place if left else count - 1 - place
        x, y = _x(rank, count), axis + bars_height + 24 + _STEP * row
        edge = _MARGIN - 8 if left else _WIDTH - _MARGIN + 8
        yield line([(x, axis), (x, y), (edge, y)])
        yield text(edge - 4 if left else edge + 4, y + 4, f"{rank:.2f} {label}", "end" if left else "start")
