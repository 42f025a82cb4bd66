"""The outcome of a comparison in one sentence, which claims no more than means and spreads show."""

from collections.abc import Sequence

from convlab.compare.statistic import Statistic


def headline(ranked: Sequence[tuple[str, Statistic | None]], ranked_by: str) -> str:
    """Says which configuration is best, and how far the next one is.

    Args:
        ranked: label and statistic of each row, best first, those without a statistic last.
        ranked_by: what the statistic is of, such as ``"validation_accuracy"``.

    Returns:
        One sentence, without a claim of significance.

    Example:
        >>> first, second = Statistic(2, 0.982, 0.004), Statistic(2, 0.979, 0.006)
        >>> told = headline([("he_normal", first), ("zeros", second)], "validation_accuracy")
        >>> for part in told.split("; "):
        ...     print(part)
        he_normal is best: validation accuracy 0.982 ± 0.004 over 2 seeds
        next zeros 0.979 ± 0.006 (difference within one standard deviation)
    """
    quantity = ranked_by.replace("_", " ")
    scored = [(label, statistic) for label, statistic in ranked if statistic is not None]
    if not scored:
        return "no run has finished"
    label, best = scored[0]
    seeds = f"{best.n} seed{'s' if best.n > 1 else ''}"
    if len(scored) == 1:
        return f"{label}: {quantity} {best.format()} over {seeds}"
    next_label, following = scored[1]
    if best.mean == following.mean:
        return f"{label} and {next_label} are level: {quantity} {best.format()} and {following.format()}"
    return (
        f"{label} is best: {quantity} {best.format()} over {seeds}; "
        f"next {next_label} {following.format()} ({_distance(best, following)})"
    )


def _distance(best: Statistic, following: Statistic) -> str:
    difference = best.mean - following.mean
    spreads = [item.deviation for item in (best, following) if item.deviation is not None]
    if len(spreads) < 2:
        return f"difference {difference:.3f}; one seed says nothing about the spread"
    within = "within" if difference <= max(spreads) else "beyond"
    return f"difference {within} one standard deviation"
