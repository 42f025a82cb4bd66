"""A claim on the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.records.run_directory import RunDirectory

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Three seeds of adam, which is ahead, and of sgd."""
    for name, ahead in (("adam", 0.05), ("sgd", 0.0)):
        for seed in range(3):
            run = RunDirectory(tmp_path / "runs" / f"{name}-{seed}")
            with run.claim():
                run.write_config({"optimizer": {"name": name}, "seed": seed})
                accuracy = 0.9 + ahead * (1 + seed / 10)
                run.write_result({"status": "finished", "validation_accuracy": accuracy, "seconds": 1.0})
    return tmp_path / "runs"


@pytest.mark.parametrize(
    ("claim", "code", "start"),
    [
        (
            "adam > sgd by 1",
            0,
            "supported: adam beats sgd by more than 1 points; difference 5.50 points (95% ",
        ),
        ("sgd > adam", 3, "refuted: sgd beats adam; difference -5.50 points"),
        ("adam > sgd by 5.4", 4, "undecided: adam beats sgd by more than 5.4 points; "),
    ],
)
def test_the_exit_code_is_the_answer(
    command: Command, study: Path, claim: str, code: int, start: str
) -> None:
    found, out, err = command("claim", claim, str(study))
    assert (found, err) == (code, "")
    assert out.startswith(start)
    assert out.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["adm > sgd", "runs"], 2, "no configuration 'adm'; did you mean 'adam'? configurations: adam, sgd"),
        (["adam", "runs"], 2, "cannot read the claim 'adam'"),
        (["adam > sgd", "nowhere"], 1, "no folder nowhere"),
        (["adam > sgd"], 2, "the following arguments are required: DIR"),
        (["adam > sgd", "runs", "--metric", "tset"], 2, "no finished run has a metric 'tset'"),
    ],
)
@pytest.mark.usefixtures("study")
def test_mistakes(command: Command, words: list[str], code: int, message: str) -> None:
    found, out, err = command("claim", *words)
    assert (found, out) == (code, "")
    assert message in err


def test_the_exit_codes_are_in_the_help(command: Command) -> None:
    code, out, _ = command("claim", "--help")
    assert code == 0
    assert "0 supported, 3 refuted, 4 undecided" in out
