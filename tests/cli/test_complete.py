"""Tab completion."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.cli import VERBS
from convlab.cli.complete import candidates
from convlab.registry import registry

Command = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("convlab ", sorted(f"{verb} " for verb in VERBS)),
        ("convlab  r", ["report ", "resume ", "run ", "runs "]),
        ("/usr/bin/convlab pl", ["plugins "]),
        ("convlab run --m", ["--multirun"]),
        ("convlab run epo", ["epochs="]),
        (
            "convlab run optimizer=ada",
            [f"optimizer={name}" for name in registry().offers("optimizer") if name.startswith("ada")],
        ),
        ("convlab run -m --rerun optimizer=adag", ["optimizer=adagrad"]),
        ("convlab run optimizer=sgd optimizer.", ["optimizer.lr=", "optimizer.weight_decay="]),
        ("convlab run initializers.conv1=gab", ["initializers.conv1=gabor"]),
        ("convlab run initializers.conv1=gabor epo", ["epochs="]),
        ("convlab run +experiment=keras", ["+experiment=keras_mnist"]),
        ("convlab run epochs=[1 opt", []),
        ("convlab run --nonsense opt", []),
        ("convlab bench me", ["memory "]),
        ("convlab plugins ", ["info ", "list "]),
        ("convlab plugins info nest", ["nesterov"]),
        ("convlab plugins list opt", ["optimizer"]),
        ("convlab show ru", []),
        ("convlab nonsense ", []),
    ],
)
def test_the_last_word_is_completed(line: str, expected: list[str]) -> None:
    assert candidates(line) == expected


def test_nothing_of_hydra_itself_is_offered() -> None:
    found = candidates("convlab run ")
    assert "optimizer=" in found
    assert not [item for item in found if "hydra" in item]


def test_the_users_own_yaml_is_offered(tmp_path: Path) -> None:
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text("# @package _global_\n")
    assert candidates(f"convlab run -cd {tmp_path} +experiment=m") == ["+experiment=mine"]


@pytest.mark.usefixtures("third_party_plugin")
def test_third_party_plugins_are_offered() -> None:
    assert candidates("convlab run initializer=spi") == ["initializer=spiral"]
    assert candidates("convlab run optimizer=walk optimizer.m") == ["optimizer.mode="]
    assert candidates("convlab plugins info spi") == ["spiral"]


@pytest.mark.parametrize("words", [[], ["install"], ["install=tcsh"], ["nonsense=bash"]])
def test_other_shells_are_refused(command: Command, words: list[str]) -> None:
    code, out, err = command("-sc", *words)
    assert (code, out) == (2, "")
    assert err == (
        f"convlab: error: shell completion knows bash only, got '{' '.join(words)}': "
        'write eval "$(convlab -sc install=bash)", or uninstall=bash\n'
    )


def test_the_query_reads_the_line_that_bash_gives(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_LINE", "convlab plugins info nest")
    assert command("-sc", "query=bash") == (0, "nesterov\n", "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(("breaks", "prefix"), [(" =:", ""), (" ", "optimizer=")])
def test_bash_takes_the_script(command: Command, tmp_path: Path, breaks: str, prefix: str) -> None:
    script = command("-sc", "install=bash")[1]
    answer = tmp_path / "convlab"
    answer.write_text(
        '#!/bin/sh\n[ "$COMP_LINE" = "convlab run optimizer=ad" ] || exit\n'
        "echo optimizer=adam; echo optimizer=adamw\n"
    )
    answer.chmod(0o755)
    ask = (
        f"COMP_WORDBREAKS='{breaks}'; COMP_LINE='convlab run optimizer=ad epochs=1'; COMP_POINT=24; "
        f"COMP_WORDS=({answer} run); _convlab_complete; echo ${{COMPREPLY[@]}}; complete -p convlab\n"
    )
    uninstall = command("-sc", "uninstall=bash")[1]
    done = subprocess.run(
        ["bash", "-c", script + ask + uninstall], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        f"{prefix}adam {prefix}adamw",
        "complete -o default -o nospace -F _convlab_complete convlab",
    ]
    assert done.stderr == ""


def test_every_offer_is_offered() -> None:
    names = [item.partition("=")[2] for item in candidates("convlab run model=")]
    assert names == list(registry().offers("model"))
