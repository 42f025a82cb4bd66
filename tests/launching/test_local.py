"""Worker processes: all jobs get done, and one that dies, hangs or fails costs itself only."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convlab.errors import LaunchError
from convlab.launching import Job, Outcome
from convlab.launching.inline import InlineLauncher
from convlab.launching.launcher import Policy
from convlab.launching.local import LocalLauncher
from convlab.records.checkpoint import latest_checkpoint
from convlab.records.run_directory import RunDirectory

Maker = Callable[..., list[Job]]


def weights(outcome: Outcome) -> dict[str, bytes]:
    assert outcome.path is not None
    checkpoint = latest_checkpoint(outcome.path / "checkpoints")
    assert checkpoint is not None
    return {name: array.tobytes() for name, array in checkpoint.arrays.items()}


def test_every_job_is_run_and_told_of(take_notes: Any, make_jobs: Maker) -> None:
    jobs = make_jobs(*({"seed": seed} for seed in range(5)))
    notes = take_notes()
    outcomes = LocalLauncher(workers=2).launch(jobs, notes, Policy())
    assert [(item.number, item.status) for item in outcomes] == [(n, "finished") for n in range(5)]
    assert notes.heard[0] == ("begin", 5, 2)
    assert notes.heard[-1] == ("finish",)
    assert sorted(notes.of("ended")) == [(number, "finished") for number in range(5)]
    assert {epochs for _, epochs, _ in notes.of("started")} == {1}


def test_results_are_those_of_this_process_bit_for_bit(
    take_notes: Any, make_jobs: Maker, tmp_path: Path
) -> None:
    [there] = LocalLauncher().launch(make_jobs({"seed": 3}), take_notes(), Policy())
    [here] = InlineLauncher().launch(
        make_jobs({"seed": 3, "runs_dir": str(tmp_path / "here")}), take_notes(), Policy()
    )
    assert weights(there) == weights(here)
    assert there.test_accuracy == here.test_accuracy


def test_workers_compute_on_one_thread_unless_told(take_notes: Any, make_jobs: Maker) -> None:
    jobs = make_jobs({"seed": 0}, {"seed": 1, "threads": 2})
    outcomes = LocalLauncher(workers=1).launch(jobs, take_notes(), Policy())
    assert [RunDirectory(item.directory).record["threads"] for item in outcomes] == [1, 2]


def test_a_job_that_fails_stops_no_other(take_notes: Any, make_jobs: Maker) -> None:
    jobs = make_jobs(
        {"data": {"name": "mnist", "root": "/nowhere"}},
        {"seed": 1},
        {"optimizer": {"name": "sgd", "lr": 1e30}},
    )
    outcomes = LocalLauncher(workers=1).launch(jobs, take_notes(), Policy())
    assert [item.status for item in outcomes] == ["failed", "finished", "diverged"]
    assert "/nowhere" in outcomes[0].message


def test_a_job_whose_process_is_killed_is_tried_again_alone(
    take_notes: Any, make_jobs: Maker, killing: Callable[[Path], None]
) -> None:
    jobs = make_jobs(*({"seed": seed, "epochs": 30} for seed in range(3)))
    killed: list[int] = []

    def kill_the_first_once(job: Job) -> None:
        if job.number == 0 and not killed:
            killed.append(0)
            killing(only_run_of(job))

    notes = take_notes(kill_the_first_once)
    outcomes = LocalLauncher(workers=1).launch(jobs, notes, Policy())
    assert [item.status for item in outcomes] == ["finished"] * 3
    assert [number for number, *_ in notes.of("started")] == [0, 0, 1, 2]
    assert notes.of("remarked") == [
        (0, "its process was killed by SIGKILL (out of memory?); trying again from its last checkpoint")
    ]


def test_a_job_that_kills_every_process_is_given_up(
    take_notes: Any, make_jobs: Maker, killing: Callable[[Path], None]
) -> None:
    jobs = make_jobs({"seed": 0, "epochs": 30}, {"seed": 1})
    notes = take_notes(lambda job: killing(only_run_of(job)) if job.number == 0 else None)
    outcomes = LocalLauncher(workers=1, attempts=3).launch(jobs, notes, Policy())
    assert [item.status for item in outcomes] == ["killed", "finished"]
    assert outcomes[0].message == "killed by SIGKILL (out of memory?)"
    assert [number for number, *_ in notes.of("started")] == [0, 0, 0, 1]


def test_a_job_that_takes_too_long_is_ended_and_can_go_on(take_notes: Any, make_jobs: Maker) -> None:
    jobs = make_jobs({"seed": 0, "epochs": 100_000}, {"seed": 1})
    outcomes = LocalLauncher(workers=1, timeout=1.0).launch(jobs, take_notes(), Policy())
    assert [item.status for item in outcomes] == ["timed out", "finished"]
    assert RunDirectory(outcomes[0].directory).status == "interrupted"
    assert latest_checkpoint(Path(outcomes[0].directory) / "checkpoints") is not None


def test_ctrl_c_saves_the_runs_under_way(take_notes: Any, make_jobs: Maker) -> None:
    jobs = make_jobs(*({"seed": seed, "epochs": 100_000} for seed in range(3)))
    begun: list[Job] = []

    def interrupt_when_both_run(job: Job) -> None:
        begun.append(job)
        if len(begun) == 2:
            os.kill(os.getpid(), signal.SIGINT)

    notes = take_notes(interrupt_when_both_run)
    with pytest.raises(KeyboardInterrupt, match="are saved"):
        LocalLauncher(workers=2).launch(jobs, notes, Policy())
    assert [status for _, status in notes.of("ended")] == ["interrupted", "interrupted"]
    for job in begun:
        run = only_run_of(job)
        assert RunDirectory(run).status == "interrupted"
        assert latest_checkpoint(run / "checkpoints") is not None


def test_no_worker_outlives_its_sweep(take_notes: Any, make_jobs: Maker) -> None:
    jobs = make_jobs({"seed": 0, "epochs": 100_000})
    pids: list[int] = []

    def abandon(job: Job) -> None:
        pids.append(int((only_run_of(job) / "lock").read_text().split()[1]))
        raise RuntimeError("the sweep has a fault")

    with pytest.raises(RuntimeError, match="a fault"):
        LocalLauncher(workers=1).launch(jobs, take_notes(abandon), Policy())
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_a_second_sweep_takes_what_the_first_had_done(take_notes: Any, make_jobs: Maker) -> None:
    jobs = make_jobs({"seed": 0}, {"seed": 1})
    LocalLauncher(workers=1).launch(jobs[:1], take_notes(), Policy())
    outcomes = LocalLauncher(workers=1).launch(jobs, take_notes(), Policy())
    assert [item.reused for item in outcomes] == [True, False]
    again = LocalLauncher(workers=1).launch(jobs, take_notes(), Policy(rerun=True))
    assert [item.reused for item in again] == [False, False]


def test_failures_are_tried_again_when_asked(take_notes: Any, make_jobs: Maker) -> None:
    [job] = make_jobs({"seed": 0})
    [first] = LocalLauncher().launch([job], take_notes(), Policy())
    run = RunDirectory(first.directory)
    with run.claim():
        run.write_result({**(run.result or {}), "status": "failed", "message": "disk full"})
    [kept] = LocalLauncher().launch([job], take_notes(), Policy())
    assert (kept.status, kept.message) == ("failed", "disk full (before; --retry runs it again)")
    [retried] = LocalLauncher().launch([job], take_notes(), Policy(retry=True))
    assert retried.status == "finished"


def test_workers_that_cannot_start_are_one_error(
    take_notes: Any, make_jobs: Maker, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("convlab.launching.process._PROGRAM", "raise SystemExit(7)")
    with pytest.raises(LaunchError, match="cannot start: the last one ended with exit code 7"):
        LocalLauncher().launch(make_jobs({"seed": 0}), take_notes(), Policy())


def test_it_works_outside_the_main_thread(take_notes: Any, make_jobs: Maker) -> None:
    found: list[list[Outcome]] = []
    thread = threading.Thread(
        target=lambda: found.append(LocalLauncher().launch(make_jobs({"seed": 0}), take_notes(), Policy()))
    )
    thread.start()
    thread.join(60)
    assert [item.status for item in found[0]] == ["finished"]


def only_run_of(job: Job) -> Path:
    """The folder of a job's run, found by its seed; it may be a moment before its config is there."""
    for _ in range(100):
        for run in Path(job.settings.runs_dir).glob("*/*/config.yaml"):
            if RunDirectory(run.parent).config["seed"] == job.settings.seed:
                return run.parent
        time.sleep(0.01)
    raise AssertionError(f"no run of {job}")
