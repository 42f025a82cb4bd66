"""The command that repeats a run: short, exact, and safe to paste."""

import shlex
from pathlib import Path

import pytest

from convlab.config import compose
from convlab.report.command import run_command
from convlab.settings import Settings


@pytest.mark.parametrize(
    "overrides",
    [
        [],
        ["optimizer=sgd", "optimizer.lr=0.2", "seed=7"],
        ["initializers.conv1={name: gabor, orientations: 4}", "biases.conv1=false"],
        ["probes=[filters,layer_health]", "study='it is a \"study\"'", "bias=true"],
        ["optimizer=adam", "optimizer.betas=[0.8,0.99]", "data=synthetic", "model=lenet5"],
        ["activation=leaky_relu", "activations.conv1=gelu", "threads=2"],
    ],
)
def test_it_gives_the_same_settings(overrides: list[str]) -> None:
    settings = compose(overrides)
    command = run_command(settings.to_mapping(), runs_dir=settings.runs_dir)
    words = shlex.split(command)
    assert words[:2] == ["convlab", "run"]
    assert compose(words[2:]).to_mapping() == settings.to_mapping()


def test_only_what_differs_from_the_defaults_is_in_it() -> None:
    config = Settings().completed().to_mapping() | {"seed": 3}
    assert run_command(config, runs_dir="again") == "convlab run seed=3 runs_dir=again"


def test_probes_are_told_by_their_names() -> None:
    config = compose(["probes=[filters,{name: layer_health, every: 2}]"]).to_mapping()
    probes = "probes=[filters,{name:layer_health,every:2}]"
    assert run_command(config, runs_dir="again") == f"convlab run '{probes}' runs_dir=again"


def test_paths_are_plain_and_odd_ones_quoted(tmp_path: Path) -> None:
    assert run_command({}, runs_dir="/a/b-c.d") == "convlab run runs_dir=/a/b-c.d"
    assert run_command({}, runs_dir="a b") == "convlab run \"runs_dir='a b'\""


@pytest.mark.parametrize("value", ["$(touch x)", "`x`", "a'; touch x; '", 'a"; touch x; "', "!x", "\\"])
def test_a_shell_runs_nothing_of_it(value: str) -> None:
    command = run_command({value: value, "optimizer": {"name": value, value: value}}, runs_dir=value)
    assert shlex.split(command)[:2] == ["convlab", "run"]
    assert all("=" in word for word in shlex.split(command)[2:])
    outside = shlex.shlex(command, posix=True, punctuation_chars=True)
    outside.whitespace_split = True
    assert not {";", "&", "|", "("} & set(outside)
    assert not [part for part in command.split('"')[1::2] if "'" not in value and set(part) & set("$`\\!")]
