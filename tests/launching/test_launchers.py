"""Launchers are chosen by name, and their fields are checked."""

from pathlib import Path
from typing import Any

import pytest

from convlab.cli.launcher_overrides import split_launcher
from convlab.errors import ConfigError
from convlab.launching import LAUNCHERS, make_launcher, sweep
from convlab.launching.inline import InlineLauncher
from convlab.launching.launchers import launcher_fields
from convlab.launching.local import LocalLauncher


def test_the_default_is_local_processes() -> None:
    assert make_launcher() == LocalLauncher()


@pytest.mark.parametrize(
    ("name", "config", "message"),
    [
        ("convlab_lokal", {}, "no launcher named 'convlab_lokal'; did you mean 'convlab_local'? installed: "),
        (
            "",
            {"worker": 2},
            "launcher 'convlab_local' has no field 'worker'; did you mean 'workers'? fields: ",
        ),
        ("", {"workers": "two"}, "launcher 'convlab_local': workers must be .*, got 'two'"),
    ],
)
def test_mistakes_are_named(name: str, config: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        make_launcher(name, **config)


def test_overrides_of_the_launcher_are_taken_out() -> None:
    words = [
        "hydra/launcher=convlab_local",
        "seed=0,1",
        "hydra.launcher.timeout=2.5",
        "hydra.launcher.workers=null",
    ]
    assert split_launcher(words) == ({"name": "convlab_local", "timeout": 2.5, "workers": None}, ["seed=0,1"])


def test_a_sweep_from_overrides(take_notes: Any, tmp_path: Path) -> None:
    notes = take_notes()
    outcomes = sweep(
        ["data=synthetic", "epochs=1", "seed=0,1", f"runs_dir={tmp_path}"],
        launcher=InlineLauncher(),
        watcher=notes,
    )
    assert [item.status for item in outcomes] == ["finished", "finished"]
    assert len(notes.of("ended")) == 2


def test_nothing_starts_if_one_experiment_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="batch_size must be >= 1"):
        sweep([{"runs_dir": str(tmp_path)}, {"runs_dir": str(tmp_path), "batch_size": 0}])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [name for name in LAUNCHERS if launcher_fields(name)])
@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"workers": 0}, "workers must be >= 1, got 0"),
        ({"threads": 0}, "threads must be >= 1, got 0"),
        ({"attempts": -1}, "attempts must be >= 1, got -1"),
        ({"timeout": 0.0}, "timeout must be > 0 seconds, got 0.0"),
    ],
)
def test_values_out_of_range(name: str, config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_launcher(name, **config)
