"""One run, on the command line."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def a_run(command: Command) -> str:
    data = ["data=synthetic", "data.train_size=64", "data.test_size=16", "threads=1"]
    code, out, err = command("run", *data, "optimizer=sgd", "initializers.conv1=sobel", "epochs=2")
    assert code == 0, err
    return next(line.split()[1] for line in out.splitlines() if line.startswith("run "))


def test_result_settings_and_curves_are_shown(command: Command, a_run: str) -> None:
    code, out, _ = command("show", a_run)
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == f"run                  {a_run}"
    assert lines[1] == "status               finished, 2 epochs recorded"
    assert lines[2].startswith("test accuracy        ")
    assert (
        "settings             data=synthetic data.train_size=64 data.test_size=16 optimizer=sgd "
        "initializers.conv1=sobel epochs=2 threads=1"
    ) in lines
    assert any(line.startswith("loss ") for line in lines)


def test_pictures_are_written_into_the_run(command: Command, a_run: str) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra plot")
    code, out, err = command("show", a_run)
    assert (code, err) == (0, "")
    for name in ("filters.png", "curves.png"):
        assert f"written {a_run}/{name}\n" in out
        assert Path(a_run, name).read_bytes().startswith(b"\x89PNG")


PROBES = "probes=[{name: filters, every: 1}, layer_health, feature_maps]"


def test_layer_health_and_feature_maps_are_shown_where_they_were_kept(command: Command) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra plot")
    data = ["data=synthetic", "data.train_size=64", "data.test_size=16"]
    assert command("run", *data, "epochs=2", PROBES)[0] == 0
    (folder,) = Path("runs/default").iterdir()
    code, out, err = command("show", str(folder))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    heading = next(number for number, line in enumerate(lines) if line.startswith("layer "))
    assert lines[heading + 1].split()[:2] == ["conv1", "0"]
    assert lines[heading + 2].split()[0] == "2"
    assert f"written {folder}/feature_maps.png\n" in out
    assert (folder / "feature_maps.png").exists()
    assert not (folder / "filters.gif").exists()


def test_a_film_is_written_when_asked(command: Command, a_run: str) -> None:
    code, out, _ = command("show", a_run, "--film")
    assert code == 0
    assert f"written {a_run}/filters.gif, 2 frames\n" in out
    assert Path(a_run, "filters.gif").read_bytes().startswith(b"GIF8")
    assert "layer " not in out


def test_without_matplotlib_it_says_how_to_get_it(
    command: Command, a_run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, out, err = command("show", a_run)
    assert code == 0
    assert "test accuracy" in out
    assert err.startswith("convlab: no pictures: ")
    assert "pip install" in err
    assert err.count("\n") == 1


def test_the_default_run_has_no_changed_settings(
    command: Command, instant_runs: None, seeds: dict[str, int]
) -> None:
    command("run", "--rerun")
    assert "settings             the defaults\n" in command("show", "runs")[1]
    command("run", f"seed={seeds['diverging']}")
    code, out, _ = command("show", "runs/default/seed-15")
    assert code == 0
    assert "status               diverged, 0 epochs recorded\n" in out
    assert "ended with           the loss is nan in epoch 2, step 3\n" in out
    assert "settings             seed=15\n" in out


def test_hostile_text_in_a_config_cannot_steer_the_terminal(command: Command) -> None:
    os.makedirs("run")
    Path("run", "config.yaml").write_text('study: "\\e[2J"\noptimizer: {name: gone, lr: 1}\n')
    code, out, _ = command("show", "run")
    assert code == 0
    assert "\x1b" not in out
    assert "settings             study=\\x1b[2J optimizer=gone optimizer.lr=1\n" in out


def test_a_folder_must_be_one_run(command: Command, tmp_path: Path) -> None:
    assert command("show", ".") == (
        1,
        "",
        "convlab: error: no run in .: a run is a folder with a config.yaml\n",
    )
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.yaml").write_text("seed: 1\n")
    assert command("show", ".") == (
        1,
        "",
        "convlab: error: . holds 2 runs: show one of them, such as a\n",
    )
