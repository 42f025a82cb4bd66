"""A row of a comparison: what one configuration reached."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from convlab.compare.arms import Arm
from convlab.compare.estimate import Estimate
from convlab.compare.metric import Metric
from convlab.compare.statistic import Statistic

# summarized for every row, whatever the metric
RESULTS = ("validation_accuracy", "best_validation_accuracy", "test_accuracy", "seconds", "epochs")


@dataclass(frozen=True)
class Row:
    """All runs of one configuration.

    Attributes:
        label: what tells this configuration from the others, such as ``"he_normal, optimizer.lr=0.1"``.
        settings: value by column; a column that this configuration lacks is missing.
        runs: folders of the finished runs, one for each seed.
        unfinished: number of the other runs by status.
        validation_accuracy: after the last epoch, over the finished runs; None where there is none.
        best_validation_accuracy: of the best epoch.
        test_accuracy: after the last epoch.
        seconds: of training.
        epochs: that were trained.
        scores: value of the metric by seed, as far as there is one.
        estimate: of the metric over the seeds; None without a score.
    """

    label: str
    settings: dict[str, Any]
    runs: tuple[Path, ...]
    unfinished: dict[str, int]
    validation_accuracy: Statistic | None
    best_validation_accuracy: Statistic | None
    test_accuracy: Statistic | None
    seconds: Statistic | None
    epochs: Statistic | None
    scores: dict[str, float]
    estimate: Estimate | None

    @classmethod
    def of(cls, arm: Arm, metric: Metric, resolution: float) -> Self:
        """Summarizes an arm.

        Args:
            arm: its runs.
            metric: what is compared.
            resolution: step between the values of the metric that can occur.

        Returns:
            The row.
        """
        scores = arm.scores(metric.name)
        return cls(
            label=arm.label,
            settings=arm.settings,
            runs=tuple(run.path for run in arm.finished.values()),
            unfinished=arm.unfinished,
            **{name: arm.statistic(name) for name in RESULTS},
            scores=scores,
            estimate=Estimate.of(list(scores.values()), resolution) if scores else None,
        )

    def to_mapping(self) -> dict[str, Any]:
        """The row's numbers as plain data: counts, means and deviations, and the estimate's intervals."""
        plain: dict[str, Any] = {"runs": len(self.runs), "unfinished": dict(self.unfinished)}
        for name in RESULTS:
            found: Statistic | None = getattr(self, name)
            plain[f"{name}_mean"] = found.mean if found else None
            plain[f"{name}_deviation"] = found.deviation if found else None
        estimate = self.estimate
        for name, interval in (
            ("mean", estimate and estimate.interval),
            ("iqm", estimate and estimate.iqm_interval),
        ):
            plain[name] = getattr(estimate, name, None)
            plain[f"{name}_low"] = interval.low if interval else None
            plain[f"{name}_high"] = interval.high if interval else None
        return plain
