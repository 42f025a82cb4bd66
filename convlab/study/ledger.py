"""What tuning spent and found, for every arm: ``tuning.json`` of a study."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from convlab.study.arms import Arm
from convlab.study.trials import Values


@dataclass
class Trial:
    """Values that an arm tried.

    Attributes:
        values: by setting.
        scores: validation accuracy of each run; NaN where the run did not finish.
        runs: their folders.
        epochs: that they trained together.
        seconds: that they trained together.
    """

    values: Values
    scores: list[float] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    epochs: int = 0
    seconds: float = 0.0

    @property
    def score(self) -> float:
        """Mean validation accuracy; NaN if one of the runs did not finish."""
        return fmean(self.scores) if self.scores else math.nan


@dataclass
class Entry:
    """One arm in the ledger.

    Attributes:
        arm: of the study.
        epochs: of its final runs.
        seconds_per_epoch: what the pilot run measured, or None.
        trials: all that it tried, in order.
    """

    arm: Arm
    epochs: int
    seconds_per_epoch: float | None = None
    trials: list[Trial] = field(default_factory=list)

    @property
    def selected(self) -> Trial | None:
        """The trial with the best score, the first of equals; None if none has one."""
        scored = [trial for trial in self.trials if not math.isnan(trial.score)]
        return max(scored, key=lambda trial: trial.score, default=None)

    def to_mapping(self) -> dict[str, Any]:
        """The entry as plain data."""
        chosen = self.selected
        return {
            "overrides": list(self.arm.overrides),
            "epochs": self.epochs,
            "seconds_per_epoch": self.seconds_per_epoch,
            "trials": [
                {
                    "values": trial.values,
                    "score": trial.score,
                    "scores": trial.scores,
                    "epochs": trial.epochs,
                    "seconds": trial.seconds,
                    "runs": trial.runs,
                }
                for trial in self.trials
            ],
            "spent": {
                "trials": len(self.trials),
                "runs": sum(len(trial.runs) for trial in self.trials),
                "epochs": sum(trial.epochs for trial in self.trials),
                "seconds": sum(trial.seconds for trial in self.trials),
            },
            "selected": chosen.values if chosen else None,
            "selected_score": chosen.score if chosen else None,
        }


def shrinkage(entry: Entry, rerun: Sequence[float]) -> dict[str, float] | None:
    """How much of the score for which values were selected is left in fresh runs.

    The best of many noisy scores is too good on average; what fresh seeds reach is what it was worth.

    Args:
        entry: of an arm that was tuned.
        rerun: validation accuracies of its final runs.

    Returns:
        ``selected``, ``rerun`` (mean) and their difference ``shrinkage``; None without either.

    Example:
        >>> entry = Entry(Arm("he_normal", ()), 5, trials=[Trial({"optimizer.lr": 0.1}, [0.75])])
        >>> shrinkage(entry, [0.5, 0.75])
        {'selected': 0.75, 'rerun': 0.625, 'shrinkage': 0.125}
    """
    chosen, finite = entry.selected, [score for score in rerun if not math.isnan(score)]
    if chosen is None or not finite:
        return None
    mean = fmean(finite)
    return {"selected": chosen.score, "rerun": mean, "shrinkage": chosen.score - mean}
