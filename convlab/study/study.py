"""A study from protocol to runs: pilot, tuning on validation, then fresh paired seeds and the test set once.

Everything is derived from finished runs on disk, so a study that is started again does nothing twice.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from convlab.errors import ConfigError, LaunchError
from convlab.launching.job import Job, Outcome
from convlab.launching.launcher import Launcher, Policy, Watcher
from convlab.records.atomic import make_folder, write_atomically
from convlab.records.documents import to_json
from convlab.records.run_directory import RunDirectory
from convlab.settings import Settings
from convlab.study.arms import Arm, override
from convlab.study.ledger import Entry, Trial, shrinkage
from convlab.study.protocol import Protocol
from convlab.study.trials import make_search

FIRST_TUNING_SEED = 1_000_000  # no final seed is ever one that values were selected with
TUNING_FOLDER = "tuning"


@dataclass(frozen=True)
class StudyOutcome:
    """What a study left behind.

    Attributes:
        directory: of the final runs; ``study.json`` and ``tuning.json`` lie there as well.
        outcomes: of the final runs, with their jobs.
        entries: the ledger, one entry for each arm.
        shrinkage: of every arm that was tuned, by label.
    """

    directory: Path
    outcomes: list[tuple[Job, Outcome]]
    entries: list[Entry]
    shrinkage: dict[str, dict[str, float]]


class Study:
    """One study, ready to run: all arms are composed and checked.

    Args:
        protocol: what it fixes.
        arms: what it compares.
        compose: from overrides to settings; the study's own overrides are in it.

    Raises:
        ConvlabError: if an arm cannot be composed, or tuning has no validation images.
    """

    def __init__(
        self, protocol: Protocol, arms: Sequence[Arm], compose: Callable[[Sequence[str]], Settings]
    ) -> None:
        self.protocol, self.arms, self._compose = protocol, list(arms), compose
        self._settings = {arm.label: compose(arm.overrides) for arm in self.arms}
        if len(self._settings) < len(self.arms):
            raise ConfigError("study.axes: a value is there twice")
        first = self._settings[self.arms[0].label]
        self.directory = Path(first.runs_dir) / first.study
        if protocol.tuning is not None:
            self._check_tuning()

    def run(self, launcher: Launcher, watch: Callable[[str], Watcher], policy: Policy) -> StudyOutcome:
        """Runs all of it.

        Args:
            launcher: where runs happen.
            watch: makes a watcher for each phase, from its title.
            policy: what is done about runs that are on disk already.

        Returns:
            The outcome; it is on disk as well.

        Raises:
            LaunchError: if no trial of an arm finished, so that nothing can be selected.
            KeyboardInterrupt: on Ctrl-C.
        """
        self._launcher, self._watch, self._policy = launcher, watch, policy
        make_folder(self.directory)
        self._write("study.json", self._described())
        entries = self._measure_epochs()
        if self.protocol.tuning is not None:
            self._tune(entries)
        jobs = self._final_jobs(entries)
        outcomes = self._launch("comparison", jobs)
        found = self._shrinkage(entries, outcomes)
        self._write("study.json", self._described() | {"shrinkage": found})
        return StudyOutcome(self.directory, list(zip(jobs, outcomes, strict=True)), entries, found)

    def _check_tuning(self) -> None:
        for arm in self.arms:
            if self._settings[arm.label].validation_fraction == 0:
                raise ConfigError(
                    "study.tuning selects by validation accuracy: set validation_fraction above 0"
                )
            for values in make_search(self.protocol.tuning).ask()[:1] if self.protocol.tuning else ():
                self._compose([*arm.overrides, *_overrides(values)])

    def _described(self) -> dict[str, object]:
        """study.json: the protocol, and what `convlab compare` takes from it."""
        described = {name: value for name, value in asdict(self.protocol).items() if value not in (None, "")}
        return described | {"arms": {arm.label: list(arm.overrides) for arm in self.arms}}

    def _measure_epochs(self) -> list[Entry]:
        """Gives every arm its number of epochs; where seconds are the budget, a pilot run tells."""
        if self.protocol.seconds is None:
            return [Entry(arm, self._settings[arm.label].epochs) for arm in self.arms]
        jobs = [
            self._search_job(number, arm, [], FIRST_TUNING_SEED, epochs=2)
            for number, arm in enumerate(self.arms)
        ]
        entries = []
        for arm, outcome in zip(self.arms, self._launch("pilot runs", jobs), strict=True):
            seconds = _seconds_of_second_epoch(outcome)
            if math.isnan(seconds):
                raise LaunchError(f"the pilot run of {arm.label} {outcome.status}: {outcome.message}")
            entries.append(Entry(arm, max(1, round(self.protocol.seconds / seconds)), seconds))
        return entries

    def _tune(self, entries: Sequence[Entry]) -> None:
        """Lets every arm try its values; the arms go side by side, round by round."""
        tuning = self.protocol.tuning
        assert tuning is not None
        searches = [make_search(tuning) for _ in entries]
        asked = [search.ask() for search in searches]
        while any(asked):
            trials = [[Trial(values) for values in proposed] for proposed in asked]
            self._run_trials(entries, trials, tuning.seeds, tuning.epochs)
            for entry, search, tried in zip(entries, searches, trials, strict=True):
                entry.trials += tried
                search.tell([trial.score for trial in tried])
            asked = [search.ask() for search in searches]
        self._write("tuning.json", {"arms": {entry.arm.label: entry.to_mapping() for entry in entries}})
        for entry in entries:
            if entry.selected is None:
                raise LaunchError(f"no trial of {entry.arm.label} finished, so no values can be selected")

    def _run_trials(
        self, entries: Sequence[Entry], trials: list[list[Trial]], seeds: int, epochs: int | None
    ) -> None:
        places = [
            (entry, trial, FIRST_TUNING_SEED + seed)
            for entry, tried in zip(entries, trials, strict=True)
            for trial in tried
            for seed in range(seeds)
        ]
        jobs = [
            self._search_job(number, entry.arm, _overrides(trial.values), seed, epochs=epochs or entry.epochs)
            for number, (entry, trial, seed) in enumerate(places)
        ]
        for (_, trial, _), outcome in zip(places, self._launch("tuning", jobs), strict=True):
            finished = outcome.status == "finished"
            trial.scores.append(outcome.validation_accuracy if finished else math.nan)
            trial.runs.append(f"{TUNING_FOLDER}/{Path(outcome.directory).name}" if outcome.directory else "")
            trial.epochs += _epochs(outcome)
            trial.seconds += 0.0 if math.isnan(outcome.seconds) else outcome.seconds

    def _search_job(self, number: int, arm: Arm, values: Sequence[str], seed: int, *, epochs: int) -> Job:
        """A run that selects: it never sees the test images."""
        settings = replace(
            self._compose([*arm.overrides, *values]),
            runs_dir=str(self.directory),
            study=TUNING_FOLDER,
            seed=seed,
            epochs=epochs,
            measure_test=False,
            probes=(),
        )
        return Job(number, " ".join([arm.label, *values, f"seed={seed}"]), settings)

    def _final_jobs(self, entries: Sequence[Entry]) -> list[Job]:
        jobs: list[Job] = []
        for entry in entries:
            chosen = _overrides(entry.selected.values) if entry.selected else []
            composed = self._compose([*entry.arm.overrides, *chosen])
            epochs = entry.epochs if self.protocol.seconds is not None else composed.epochs
            for seed in self.protocol.final_seeds:
                label = f"{entry.arm.label} seed={seed}".strip()
                jobs.append(Job(len(jobs), label, replace(composed, seed=seed, epochs=epochs)))
        return jobs

    def _shrinkage(
        self, entries: Sequence[Entry], outcomes: Sequence[Outcome]
    ) -> dict[str, dict[str, float]]:
        count = len(self.protocol.final_seeds)
        found = {}
        for number, entry in enumerate(entries):
            reached = [item.validation_accuracy for item in outcomes[number * count : (number + 1) * count]]
            told = shrinkage(entry, reached)
            if told is not None:
                found[entry.arm.label] = told
        return found

    def _launch(self, title: str, jobs: Sequence[Job]) -> list[Outcome]:
        return self._launcher.launch(jobs, self._watch(title), self._policy)

    def _write(self, name: str, document: dict[str, object]) -> None:
        write_atomically(self.directory / name, to_json(document))


def _overrides(values: dict[str, object]) -> list[str]:
    return [override(key, value) for key, value in values.items()]


def _epochs(outcome: Outcome) -> int:
    result = RunDirectory(outcome.directory).result if outcome.directory else None
    return int(result["epochs"]) if result else 0


def _seconds_of_second_epoch(outcome: Outcome) -> float:
    """Of a pilot run; the first epoch also pays for what is set up once."""
    if outcome.status != "finished":
        return math.nan
    seconds = [float(line["seconds"]) for line in RunDirectory(outcome.directory).metrics]
    return seconds[1] - seconds[0]
