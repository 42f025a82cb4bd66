"""Sweeps on the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.usefixtures("instant_runs")


def test_every_job_has_a_line_and_the_comparison_follows(command: Command) -> None:
    code, out, err = command("run", "-m", "seed=range(2)", "epochs=1")
    assert code == 0
    assert err.splitlines() == [
        "[1/2] seed=0  test 0.9700  validation 0.9600  1.2 s",
        "[2/2] seed=1  test 0.9700  validation 0.9600  1.2 s",
    ]
    assert "validation" in out
    assert "0.960 ± 0.000" in out


def test_jobs_that_fail_stop_no_other_and_are_named_at_the_end(
    command: Command, seeds: dict[str, int]
) -> None:
    broken, faulty, diverging = seeds["broken"], seeds["faulty"], seeds["diverging"]
    code, out, err = command("run", "-m", f"seed={broken},{faulty},{diverging},1", "epochs=1")
    lines = err.splitlines()
    assert code == 1
    assert lines[0] == f"[1/4] seed={broken}  failed: the file is broken"
    assert "Traceback (most recent call last):" in lines
    assert f"[2/4] seed={faulty}  failed: RuntimeError: a fault of the engine" in lines
    assert lines[-5:] == [
        f"[3/4] seed={diverging}  diverged: the loss is nan in epoch 2, step 3",
        "[4/4] seed=1  test 0.9700  validation 0.9600  1.2 s",
        f"convlab: error: seed={broken}: failed: the file is broken",
        f"convlab: error: seed={faulty}: failed: RuntimeError: a fault of the engine",
        f"convlab: error: seed={diverging}: diverged: the loss is nan in epoch 2, step 3",
    ]
    assert "0.960" in out


def test_no_job_starts_before_all_are_valid(command: Command, tmp_path: Path) -> None:
    code, out, err = command("run", "-m", "batch_size=8,0")
    assert (code, out) == (2, "")
    assert err == "convlab: error: batch_size=0: batch_size must be >= 1, got 0\n"
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_ends_the_sweep_with_what_there_is(command: Command, seeds: dict[str, int]) -> None:
    code, out, err = command("run", "-m", f"seed=1,{seeds['stopped']},2", "epochs=1")
    assert code == 130
    assert "0.960" in out
    assert [line.partition("  ")[0] for line in err.splitlines()] == [
        "[1/3] seed=1",
        "[2/3] seed=16",
        "convlab: stopped: 1 epoch done, saved in runs/default/seed-16; the same command goes on from there",
    ]


def test_a_second_sweep_reuses_the_first(command: Command) -> None:
    command("run", "-m", "seed=0,1", "epochs=1")
    _, out, err = command("run", "-m", "seed=0,1,2", "epochs=1")
    assert [line.rpartition("  ")[2] for line in err.splitlines()] == [
        "finished before",
        "finished before",
        "1.2 s",
    ]
    assert "over 3 seeds" in out


def test_a_sweep_writes_nothing_but_its_runs(command: Command, tmp_path: Path) -> None:
    command("run", "-m", "seed=0,1", "epochs=1")
    assert sorted(str(item.relative_to(tmp_path)) for item in tmp_path.glob("**/*")) == [
        "runs",
        "runs/default",
        *(
            f"runs/default/seed-{seed}{file}"
            for seed in (0, 1)
            for file in ("", "/config.yaml", "/result.json")
        ),
    ]


@pytest.mark.usefixtures("third_party_plugin")
def test_third_party_plugins_are_swept_over(command: Command) -> None:
    _, _, err = command("run", "-m", "initializer=glob(s*)", "epochs=1")
    assert "initializer=spiral" in err
    assert "initializer=sobel" in err
