"""Launchers for many machines, on what one machine can offer of them."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convlab.errors import MissingExtraError
from convlab.launching import Job, make_launcher
from convlab.launching.launcher import Policy
from convlab.records.run_directory import RunDirectory, find_runs

Maker = Callable[..., list[Job]]
ALL_AT_SITES = {"convlab_ray": {"workers": 2}, "convlab_submitit": {"cluster": "local", "workers": 2}}
PACKAGES = {"convlab_ray": "ray", "convlab_submitit": "submitit"}


@pytest.fixture(params=ALL_AT_SITES)
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A launcher, with the folder that it may litter."""
    package = PACKAGES[request.param]
    pytest.importorskip(package, reason=f"needs {package}: pip install 'convlab[{package}]'")
    monkeypatch.chdir(tmp_path)
    return make_launcher(request.param, **ALL_AT_SITES[request.param])


# both packages leave files and processes to the garbage collector
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
class TestSites:
    def test_jobs_are_run_and_failures_told(self, site: Any, take_notes: Any, make_jobs: Maker) -> None:
        jobs = make_jobs({"seed": 0}, {"data": {"name": "mnist", "root": "/nowhere"}}, {"seed": 2})
        notes = take_notes()
        outcomes = site.launch(jobs, notes, Policy())
        assert [item.status for item in outcomes] == ["finished", "failed", "finished"]
        assert "/nowhere" in outcomes[1].message
        assert notes.heard[-1] == ("finish",)

    def test_a_killed_process_costs_nothing(
        self, site: Any, take_notes: Any, make_jobs: Maker, tmp_path: Path
    ) -> None:
        jobs = make_jobs(*({"seed": seed, "epochs": 60} for seed in range(6)))
        killed: list[int] = []
        killer = threading.Thread(target=kill_the_first_that_runs, args=(tmp_path / "runs", killed))
        killer.start()
        outcomes = site.launch(jobs, take_notes(), Policy())
        killer.join()
        assert killed
        assert [item.status for item in outcomes] == ["finished"] * 6
        assert {RunDirectory(item.directory).status for item in outcomes} == {"finished"}


def kill_the_first_that_runs(folder: Path, killed: list[int]) -> None:
    """Waits for a run under way and kills its process."""
    until = time.monotonic() + 60
    while not killed and time.monotonic() < until:
        time.sleep(0.02)
        for run in find_runs(folder) if folder.exists() else ():
            if run.status == "running":
                killed.append(int((run.path / "lock").read_text().split()[1]))
                os.kill(killed[0], signal.SIGKILL)
                return


@pytest.mark.parametrize("name", PACKAGES)
def test_a_missing_package_is_named_with_its_extra(
    name: str, take_notes: Any, make_jobs: Maker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, PACKAGES[name], None)
    with pytest.raises(MissingExtraError, match=rf"pip install 'convlab\[{PACKAGES[name]}\]'"):
        make_launcher(name).launch(make_jobs({"seed": 0}), take_notes(), Policy())
