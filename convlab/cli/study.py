"""``convlab run +study=NAME``: a study on the command line, and what it found."""

from collections.abc import Sequence
from dataclasses import replace

from convlab.cli import console
from convlab.cli.sweep_progress import SweepProgress, told
from convlab.cli.text import one_line
from convlab.compare import compare, render
from convlab.config import Composer
from convlab.errors import ConfigError
from convlab.launching import Launcher
from convlab.launching.launcher import Policy, Watcher
from convlab.settings import Settings
from convlab.study import Protocol, Study, StudyOutcome
from convlab.study.arms import make_arms


def plan_study(composer: Composer, overrides: Sequence[str], protocol: Protocol) -> Study:
    """Composes all arms of a study.

    Raises:
        ConfigError: if an arm cannot be composed, or seeds are set beside those of the study.
    """
    if any(word.partition("=")[0] == "seed" for word in overrides):
        raise ConfigError("a study chooses the seeds: set +study.seeds=5 or +study.seeds=[0,1,2], not seed")
    arms = make_arms(protocol.axes, composer.expand)
    fallback = "-".join(["study", *protocol.axes]).replace(".", "_")

    def compose(more: Sequence[str]) -> Settings:
        settings = composer.compose([*overrides, *more])
        return replace(settings, study=fallback) if settings.study == Settings().study else settings

    return Study(protocol, arms, compose)


def run_study(study: Study, launcher: Launcher, policy: Policy) -> int:
    """Runs a study and prints its verdict, also when some of its runs failed.

    Returns:
        Exit code: 1 if a final run failed.
    """
    err, out = console.progress(), console.output()
    if study.protocol.question:
        err.print(one_line(study.protocol.question))

    def watch(title: str) -> Watcher:
        err.print(f"{title}:")
        return SweepProgress(err)

    try:
        outcome = study.run(launcher, watch, policy)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("what was computed is saved; the same command goes on from there") from None
    render(compare(study.directory), out)
    for line in shrinkage_lines(outcome):
        out.print(line)
    failures = [
        f"{job.label}: {told(found)}" for job, found in outcome.outcomes if found.status != "finished"
    ]
    for text in failures:
        err.print(f"convlab: error: {text}", style="red")
    return 1 if failures else 0


def shrinkage_lines(outcome: StudyOutcome) -> list[str]:
    """What tuning chose for each arm, what it scored then, and what fresh seeds reached."""
    lines = []
    for entry in outcome.entries:
        found, chosen = outcome.shrinkage.get(entry.arm.label), entry.selected
        if found is None or chosen is None:
            continue
        values = ", ".join(f"{key}={value}" for key, value in chosen.values.items())
        lines.append(
            one_line(
                f"{entry.arm.label or 'all'}: {values} of {len(entry.trials)} trials, selected at validation "
                f"{found['selected']:.4f}, fresh seeds reach {found['rerun']:.4f} "
                f"(shrinkage {100 * found['shrinkage']:+.2f} points)"
            )
        )
    return lines
