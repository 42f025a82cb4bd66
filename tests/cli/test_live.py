"""The layers in the terminal as they train."""

from collections.abc import Callable
from pathlib import Path

from convlab.cli.live import looking_every_epoch
from convlab.records.run_directory import RunDirectory
from convlab.settings import Settings

Command = Callable[..., tuple[int, str, str]]
DATA = ["data=synthetic", "data.train_size=64", "data.test_size=16", "epochs=2"]


def test_every_epoch_shows_health_and_filters(command: Command) -> None:
    code, out, err = command("run", "--live", *DATA)
    assert code == 0
    lines = err.splitlines()
    epochs = [number for number, line in enumerate(lines) if line.startswith("epoch ")]
    assert len(epochs) == 2
    for start in epochs:
        assert lines[start + 1].startswith("  conv1 z ")
        assert " dense1 z " in lines[start + 1]
        drawn = lines[start + 2 : start + 5]
        assert len({len(line) for line in drawn}) == 1
        assert set("".join(drawn)) <= set("=-.+# ")
    assert "conv1 z" not in out


def test_it_is_the_same_experiment_as_without(command: Command) -> None:
    command("run", "--live", *DATA)
    assert "finished before" in command("run", *DATA)[1]
    (folder,) = Path("runs/default").iterdir()
    assert list(RunDirectory(folder).probe_epochs("layer_health")) == [0, 1, 2]


def test_a_network_without_convolutions_shows_its_health(command: Command) -> None:
    code, _, err = command("run", "--live", *DATA, "model=mlp")
    assert code == 0
    assert "  dense1 z " in err
    assert "##" not in err


def test_other_probes_stay() -> None:
    settings = Settings(probes=("spectra", {"name": "filters", "every": 7}))
    assert looking_every_epoch(settings).probes == (
        "spectra",
        {"name": "filters", "every": 1},
        {"name": "layer_health", "every": 1},
    )


def test_a_sweep_has_no_live_view(command: Command) -> None:
    code, _, err = command("run", "--live", "-m", "seed=0,1")
    assert code == 2
    assert "--live shows one experiment as it trains: leave out --multirun" in err
