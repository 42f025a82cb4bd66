"""When a target was reached."""

from collections.abc import Callable
from pathlib import Path

from convlab.compare import Question, compare
from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]


def make(make_run: MakeRun, name: str, seed: int, accuracies: list[float]) -> None:
    run = make_run(name, seed=seed, epochs=0, validation=accuracies[-1])
    with run.metrics_file as metrics:
        for epoch, accuracy in enumerate(accuracies, start=1):
            metrics.append({"epoch": epoch, "validation_accuracy": accuracy, "seconds": 0.5 * epoch})


def test_the_first_epoch_counts_and_the_median_over_seeds(runs: Path, make_run: MakeRun) -> None:
    make(make_run, "adam", 0, [0.5, 0.95, 0.9, 0.99])
    make(make_run, "adam", 1, [0.5, 0.6, 0.9, 0.95])
    make(make_run, "adam", 2, [0.95, 0.96])
    (found,) = compare(runs, Question(target=0.95)).targets
    assert (found.label, found.runs, found.reached, found.epochs, found.seconds) == ("all runs", 3, 3, 2, 1.0)


def test_runs_that_never_reach_it_are_infinitely_late(runs: Path, make_run: MakeRun) -> None:
    make(make_run, "adam", 0, [0.95])
    make(make_run, "adam", 1, [0.5, float("nan")])
    make(make_run, "adam", 2, [0.1, 0.2, 0.95])
    make(make_run, "sgd", 0, [0.95])
    make(make_run, "sgd", 1, [0.5])
    by_label = {item.label: item for item in compare(runs, Question(target=0.95)).targets}
    assert (by_label["adam"].reached, by_label["adam"].epochs) == (2, 3)
    assert (by_label["sgd"].reached, by_label["sgd"].epochs, by_label["sgd"].seconds) == (1, None, None)


def test_no_target_reads_no_metrics(runs: Path, make_run: MakeRun) -> None:
    make(make_run, "adam", 0, [0.95])
    assert compare(runs).targets == ()
