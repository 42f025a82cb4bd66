"""How often the intervals of `convlab compare` cover, and how often it finds what is not there.

    python benchmarks/verdict_coverage.py

prints the tables of docs/verdict.md. Accuracies are simulated: each seed has a true accuracy, and counts are
drawn from it on a number of images. Takes about a minute.
"""

import sys
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from convlab.compare.interval import Interval, interval_of_mean, resolution_of
from convlab.compare.iqm import interquartile_mean, interval_of_iqm
from convlab.compare.pairs import pair_up

Floats = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]

SEEDS = (3, 4, 5, 7, 10, 20)
SAMPLES, STUDIES = 4000, 4000


def on_images(images: int, mean: float, deviation: float) -> Draw:
    """Accuracies on so many images, of seeds whose true accuracy varies."""

    def draw(generator: np.random.Generator, shape: tuple[int, int]) -> Floats:
        true = np.clip(generator.normal(mean, deviation, shape), 0, 1)
        return generator.binomial(images, true) / images

    return draw


DISTRIBUTIONS: dict[str, Draw] = {
    "normal": lambda generator, shape: generator.normal(0.95, 0.01, shape),
    "t, 5 degrees of freedom": lambda generator, shape: 0.95 + 0.01 * generator.standard_t(5, shape),
    "beta(60, 3), skewed": lambda generator, shape: generator.beta(60, 3, shape),
    "on 143 images": on_images(143, 0.95, 0.012),
    "on 10,000 images": on_images(10_000, 0.95, 0.004),
}


def main() -> int:
    """Prints both tables."""
    heading = f"| {' | '.join(map(str, SEEDS))} |"
    rule = "|---|" + "---:|" * len(SEEDS)
    for name, statistic, interval in (
        ("mean", lambda values: values.mean(axis=-1), interval_of_mean),
        ("IQM", interquartile_mean, interval_of_iqm),
    ):
        print(f"\nCoverage of the 95% interval of the {name}, in %\n\n| seeds {heading}\n{rule}")
        for title, draw in DISTRIBUTIONS.items():
            true = float(statistic(draw(np.random.default_rng(0), (1, 2_000_000)))[0])
            cells = [coverage(draw, n, true, interval) for n in SEEDS]
            print(f"| {title} | {' | '.join(cells)} |", flush=True)
    print(f"\nStudies of identical arms in which any difference is found, in %\n\n| seeds {heading}\n{rule}")
    for arms in (2, 3, 5, 10):
        for title in ("normal", "on 143 images"):
            cells = [f"{100 * false_findings(DISTRIBUTIONS[title], arms, n):.1f}" for n in SEEDS]
            print(f"| {arms} arms, {title} | {' | '.join(cells)} |", flush=True)
    return 0


def coverage(draw: Draw, n: int, true: float, interval: Callable[..., Interval | None]) -> str:
    """Share of the intervals that hold the true value, in percent."""
    samples = draw(np.random.default_rng(n), (SAMPLES, n))
    resolution = resolution_of(samples[:20].ravel().tolist())
    found = [interval(values, resolution) for values in samples.tolist()]
    if None in found:
        return "–"
    return f"{100 * np.mean([item.low <= true <= item.high for item in found if item]):.1f}"


def false_findings(draw: Draw, arms: int, n: int) -> float:
    """Share of the studies in which one arm is said to be better than another one."""
    generator = np.random.default_rng(1000 * arms + n)
    labels = [str(arm) for arm in range(arms)]
    findings = 0
    for _ in range(STUDIES):
        rows = draw(generator, (arms, n)).tolist()
        resolution = resolution_of(value for row in rows for value in row)
        scores = [{str(seed): value for seed, value in enumerate(row)} for row in rows]
        findings += bool((pair_up(labels, scores, resolution=resolution).p_adjusted < 0.05).any())
    return findings / STUDIES


if __name__ == "__main__":
    sys.exit(main())
