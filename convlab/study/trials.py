"""Which values an arm tries while it is tuned: as many for every arm, and the same whenever it runs."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from convlab.errors import MissingExtraError
from convlab.seeding import generator
from convlab.study.protocol import Tuning

Values = dict[str, Any]
_ROUND = 4  # trials that optuna proposes before it hears of their scores


class Search(Protocol):
    """Proposes values to try, and hears what they reached."""

    def ask(self) -> list[Values]:
        """The next values; none when the budget is used up."""
        ...

    def tell(self, scores: Sequence[float]) -> None:
        """The scores of the values last asked for, in their order; NaN where there is none."""
        ...


def make_search(tuning: Tuning) -> Search:
    """Makes the search of one arm.

    Raises:
        MissingExtraError: if it needs optuna, which is not installed.

    Example:
        >>> make_search(Tuning({"optimizer.lr": [0.1, 0.2], "epochs": [1, 2]})).ask()[1]
        {'optimizer.lr': 0.1, 'epochs': 2}
    """
    if tuning.method == "optuna":
        return _OptunaSearch(tuning)
    return _FixedSearch(_grid(tuning.space) if tuning.method == "grid" else _random(tuning))


class _FixedSearch:
    """All values at once."""

    def __init__(self, trials: list[Values]) -> None:
        self._trials = trials

    def ask(self) -> list[Values]:
        trials, self._trials = self._trials, []
        return trials

    def tell(self, scores: Sequence[float]) -> None:
        """Scores change nothing."""


class _OptunaSearch:
    """Optuna's TPE; a few trials at a time, so that the order in which they end changes nothing."""

    def __init__(self, tuning: Tuning) -> None:
        try:
            import optuna
        except ImportError as error:
            raise MissingExtraError(
                "study.tuning.method=optuna needs optuna: pip install 'convlab[optuna]'"
            ) from error
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        sampler = optuna.samplers.TPESampler(seed=0, constant_liar=True)
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._failed = optuna.trial.TrialState.FAIL
        self._space, self._left = tuning.space, tuning.trials or 0
        self._asked: list[Any] = []

    def ask(self) -> list[Values]:
        self._asked = [self._study.ask() for _ in range(min(_ROUND, self._left))]
        self._left -= len(self._asked)
        return [{key: _suggest(trial, key, self._space[key]) for key in self._space} for trial in self._asked]

    def tell(self, scores: Sequence[float]) -> None:
        for trial, score in zip(self._asked, scores, strict=True):
            if math.isnan(score):
                self._study.tell(trial, state=self._failed)
            else:
                self._study.tell(trial, score)


def _suggest(trial: Any, key: str, values: Any) -> Any:
    if isinstance(values, list):
        return values[trial.suggest_int(key, 0, len(values) - 1)]
    low, high, log = values["low"], values["high"], bool(values.get("log"))
    if isinstance(low, int) and isinstance(high, int):
        return trial.suggest_int(key, low, high, log=log)
    return trial.suggest_float(key, low, high, log=log)


def _grid(space: Mapping[str, Any]) -> list[Values]:
    return [dict(zip(space, chosen, strict=True)) for chosen in itertools.product(*space.values())]


def _random(tuning: Tuning) -> list[Values]:
    return [
        {key: _drawn(generator(0, "tuning", number, key), tuning.space[key]) for key in tuning.space}
        for number in range(tuning.trials or 0)
    ]


def _drawn(chance: Any, values: Any) -> Any:
    if isinstance(values, list):
        return values[int(chance.integers(len(values)))]
    low, high = values["low"], values["high"]
    if isinstance(low, int) and isinstance(high, int) and not values.get("log"):
        return int(chance.integers(low, high + 1))
    if values.get("log"):
        found = math.exp(chance.uniform(math.log(low), math.log(high)))
    else:
        found = chance.uniform(low, high)
    number = float(f"{found:.4g}")  # what a person would write, and the same on every machine
    return round(number) if isinstance(low, int) and isinstance(high, int) else number
