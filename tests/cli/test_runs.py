"""``convlab runs``, ``diff`` and ``resume``: what is on disk, in the terminal."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.records.run_directory import RunDirectory

Command = Callable[..., tuple[int, str, str]]
RUNS = Path("runs/default")


@pytest.fixture
def two_runs(command: Command, instant_runs: None, seeds: dict[str, int]) -> list[str]:
    command("run", "-m", f"seed=1,{seeds['diverging']}", "epochs=1")
    return sorted(str(path) for path in RUNS.iterdir())


@pytest.mark.usefixtures("two_runs")
class TestList:
    def test_every_run_has_a_line(self, command: Command) -> None:
        for _ in range(2):  # without an index, then with it
            code, out, _ = command("runs", "list")
            assert code == 0
            assert out.splitlines()[-1] == "2 runs"
            assert "runs/default/seed-1" in out
            assert "diverged" in out
        assert Path("runs/index.sqlite").exists()

    def test_runs_are_chosen_by_status(self, command: Command) -> None:
        _, out, _ = command("runs", "list", "--status", "finished")
        assert out.splitlines()[-1] == "1 run"

    def test_nothing_chosen_is_said(self, command: Command) -> None:
        assert command("runs", "list", "--study", "other") == (0, "no runs\n", "")

    def test_json_and_csv(self, command: Command) -> None:
        _, out, _ = command("runs", "list", "--format", "json")
        assert {run["config"]["seed"] for run in json.loads(out)} == {1, 15}
        _, out, _ = command("runs", "list", "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(out)))
        assert {row["status"] for row in rows} == {"finished", "diverged"}

    def test_hostile_text_is_harmless(self, command: Command) -> None:
        run = RunDirectory(RUNS / "evil")
        with run.claim():
            run.write_config({"study": "=cmd|' /C calc'!A0", "seed": 7})
            run.write_result({"status": "failed", "message": "\x1b[31m\n=1+1"})
        _, out, _ = command("runs", "list")
        assert "\x1b" not in out
        assert len(out.splitlines()) == 5
        _, out, _ = command("runs", "list", "--format", "csv")
        cells = [cell for row in csv.reader(io.StringIO(out)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


class TestRemove:
    def test_a_named_run_goes(self, command: Command, two_runs: list[str]) -> None:
        assert command("runs", "rm", two_runs[0]) == (0, f"removed {two_runs[0]}\n", "")
        assert not Path(two_runs[0]).exists()
        assert Path(two_runs[1]).exists()

    def test_several_need_a_yes(self, command: Command, two_runs: list[str]) -> None:
        code, _, err = command("runs", "rm", "runs", "--status", "diverged")
        assert code == 2
        assert "add --yes" in err
        code, out, _ = command("runs", "rm", "runs", "--status", "diverged", "--yes")
        assert (code, len(out.splitlines())) == (0, 1)
        assert len(list(RUNS.iterdir())) == 1

    def test_a_run_under_way_stays(self, command: Command, two_runs: list[str]) -> None:
        run = RunDirectory(two_runs[0])
        (run.path / "result.json").unlink()
        with run.claim():
            code, _, err = command("runs", "rm", two_runs[0])
        assert code == 1
        assert "is being written" in err
        assert run.path.exists()

    def test_what_to_remove_must_be_said(self, command: Command) -> None:
        assert command("runs", "rm")[0] == 2


def test_verify_tells_what_is_wrong_and_where(command: Command, tmp_path: Path) -> None:
    command("run", "data=synthetic", "epochs=1")
    assert command("runs", "verify") == (0, "1 run, 0 problems\n", "")
    [run] = RUNS.iterdir()
    with (run / "metrics.jsonl").open("a") as file:
        file.write("{}\n")
    code, out, _ = command("runs", "verify")
    assert code == 1
    assert f"{run}/metrics.jsonl: 1 lines are torn or altered" in out


def test_diff_shows_only_what_differs(command: Command, two_runs: list[str]) -> None:
    code, out, _ = command("diff", *two_runs)
    assert code == 0
    assert "seed" in out
    assert "optimizer" not in out
    found = json.loads(command("diff", *two_runs, "--format", "json")[1])
    assert {"part": "settings", "name": "seed", "left": 1, "right": 15} in found
    assert command("diff", two_runs[0], two_runs[0])[1] == "seed-1 and seed-1 do not differ\n"


class TestResume:
    def test_interrupted_runs_go_on(self, command: Command) -> None:
        command("run", "data=synthetic", "epochs=2")
        [run] = RUNS.iterdir()
        (run / "result.json").unlink()
        code, out, _ = command("resume", "runs")
        assert code == 0
        assert out.startswith(f"{run}  test ")
        assert RunDirectory(run).status == "finished"

    def test_failed_ones_when_asked(self, command: Command) -> None:
        command("run", "data=synthetic", "epochs=1")
        run = RunDirectory(next(RUNS.iterdir()))
        run.write_result({**(run.result or {}), "status": "failed"})
        _, out, _ = command("resume", "runs")
        assert out == "nothing to resume: none of 1 runs is interrupted\n"
        assert command("resume", "runs", "--retry")[0] == 0
        assert run.status == "finished"

    def test_one_that_cannot_go_on_is_told(self, command: Command) -> None:
        command("run", "data=synthetic", "epochs=1")
        run = RunDirectory(next(RUNS.iterdir()))
        (run.path / "result.json").unlink()
        run.write_record(run.record | {"data_fingerprint": "0"})
        code, _, err = command("resume", "runs")
        assert code == 1
        assert "have changed since the run was begun" in err
