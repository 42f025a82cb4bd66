"""One experiment on the command line."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from convlab.cli import HELP
from convlab.cli.launcher_overrides import split_launcher
from convlab.cli.run_options import USAGE, parser
from convlab.config import Composer
from convlab.launching import make_launcher
from convlab.registry import registry
from convlab.settings import GROUPS, Settings

Command = Callable[..., tuple[int, str, str]]

REACHED = """\
test accuracy        0.9700
validation accuracy  0.9600 (best 0.9650)
time                 1.2 s for 2 epochs
run                  runs/default/seed-0
more                 convlab show runs/default/seed-0
"""


@pytest.mark.usefixtures("instant_runs")
class TestInstantRuns:
    """What is said about a run, whatever the engine does."""

    def test_results_go_to_stdout_and_progress_to_stderr(self, command: Command) -> None:
        code, out, err = command("run", "epochs=2", "optimizer=sgd", "optimizer.lr=0.5", "batch_size=16")
        assert (code, out) == (0, REACHED)
        first, second, *epochs = err.splitlines()
        assert first == (
            "digits (1,293 training, 144 validation, 360 test images), small_convnet (1,234 parameters)"
        )
        assert second.startswith("he_normal, relu, sgd lr=0.5, batch 16, 2 epochs, ")
        assert epochs == [
            "epoch 1/2  loss 1.0000  accuracy 0.9000  validation 0.9500  rate 0.001  12,345 images/s",
            "epoch 2/2  loss 0.5000  accuracy 0.9000  validation 0.9500  rate 0.001  12,345 images/s",
        ]

    def test_a_finished_experiment_is_not_repeated_unless_asked(self, command: Command) -> None:
        command("run", "epochs=2")
        remark = "this experiment was finished before: nothing was trained; --rerun repeats it\n"
        assert command("run", "epochs=2") == (0, remark + REACHED, "")
        code, out, err = command("run", "--rerun", "epochs=2")
        assert (code, out) == (0, REACHED)
        assert "epoch 2/2" in err

    def test_divergence_is_a_failure_in_one_line(self, command: Command, seeds: dict[str, int]) -> None:
        code, out, err = command("run", f"seed={seeds['diverging']}")
        assert (code, out) == (1, "")
        assert err.splitlines()[-1] == (
            "convlab: error: training diverged: the loss is nan in epoch 2, step 3 (runs/default/seed-15)"
        )

    def test_an_interrupted_run_says_how_to_go_on(self, command: Command, seeds: dict[str, int]) -> None:
        code, out, err = command("run", f"seed={seeds['stopped']}", "epochs=1")
        assert (code, out) == (130, "")
        assert err.splitlines()[-1] == (
            "convlab: stopped: 1 epoch done, saved in runs/default/seed-16; "
            "the same command goes on from there"
        )

    def test_stopping_before_the_start_has_nothing_to_add(
        self, command: Command, seeds: dict[str, int]
    ) -> None:
        assert command("run", f"seed={seeds['stopped_early']}") == (130, "", "convlab: stopped\n")

    def test_a_terminal_gets_a_bar_and_a_dumb_one_does_not(
        self, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm")
        assert "\x1b[" in command("run", "epochs=1")[2]
        monkeypatch.setenv("TERM", "dumb")
        monkeypatch.setenv("NO_COLOR", "1")
        assert "\x1b[" not in command("run", "epochs=1", "--rerun")[2]


def test_an_experiment_really_runs(command: Command, tmp_path: Path) -> None:
    words = [
        "data=synthetic",
        "data.train_size=64",
        "data.test_size=16",
        "model=mlp",
        "epochs=1",
        "threads=1",
    ]
    code, out, err = command("run", *words, "runs_dir=here", "study=there")
    assert code == 0, err
    run = next(line.split()[1] for line in out.splitlines() if line.startswith("run "))
    assert Path(run).parts[:2] == ("here", "there")
    assert [item.name for item in tmp_path.iterdir()] == ["here"]
    assert yaml.safe_load(Path(run, "config.yaml").read_text())["data"]["train_size"] == 64


def test_the_config_can_be_looked_at_without_running(command: Command, tmp_path: Path) -> None:
    code, out, err = command("run", "--cfg", "job", "optimizer=sgd", "study=no")
    assert (code, err, list(tmp_path.iterdir())) == (0, "", [])
    expected = Settings.from_mapping({"optimizer": "sgd", "study": "no"}).to_mapping()
    assert yaml.safe_load(out) == expected


def test_the_config_of_a_sweep_is_refused(command: Command) -> None:
    message = "convlab: error: --cfg shows the config of one experiment: leave out --multirun\n"
    assert command("run", "-m", "--cfg", "job") == (2, "", message)


def test_overrides_and_options_mix(command: Command, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    code, out, _ = command("run", "epochs=3", "--cfg", "job", "seed=4", "-cd", "conf", "batch_size=5")
    config = yaml.safe_load(out)
    assert (code, config["epochs"], config["seed"], config["batch_size"]) == (0, 3, 4, 5)


@pytest.mark.usefixtures("third_party_plugin")
def test_help_lists_every_option_of_every_group(command: Command) -> None:
    code, out, err = command("run", "--help")
    assert (code, err) == (0, "")
    words = out.replace(",", " ").split()
    for kind in {*GROUPS.values(), "augmentation", "tracker", "probe"}:
        assert set(registry().offers(kind)) <= set(words)
    assert {"spiral", "walk", "keras_mnist"} <= set(words)
    for name in Settings.__dataclass_fields__:
        assert name in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["epochs=many"], "epochs must be int, got 'many' (str)"),
        (["epochs"], "'epochs' is not an override: write key=value, such as epochs=3 or optimizer=sgd"),
        (["-cd", "nowhere"], "--config-dir nowhere is not a directory; give one that holds YAML"),
        (["seed=0,1"], "'seed=0,1' holds several values: use -m to run them all, or quote the value"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(command: Command, words: list[str], message: str) -> None:
    assert command("run", *words) == (2, "", f"convlab: error: {message}\n")


def test_missing_data_is_one_line_and_exit_code_1(command: Command) -> None:
    code, out, err = command("run", "data=mnist", "data.root=nowhere")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("convlab: error: ")
    assert "nowhere" in err


def examples() -> list[str]:
    lines = [line.strip() for line in (HELP + USAGE).splitlines()]
    return [line for line in lines if f"{line} ".startswith("convlab run ")]


@pytest.mark.parametrize("example", examples())
def test_every_example_of_the_help_is_valid(example: str) -> None:
    words = shlex.split(example.partition("   ")[0])[2:]
    options = parser().parse(words)
    chosen, overrides = split_launcher(options.overrides)
    make_launcher(**chosen)
    with Composer() as composer:
        jobs = composer.expand(overrides)
        assert (len(jobs) > 1) == options.multirun
        composer.compose(jobs[0])
        composer.compose(jobs[-1])
