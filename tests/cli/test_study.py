"""Studies on the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., tuple[int, str, str]]
SMALL = ("data=synthetic", "epochs=1", "+study.seeds=2", "hydra/launcher=convlab_inline")


def test_axes_on_the_command_line(command: Command, tmp_path: Path) -> None:
    code, out, err = command("run", "+study.axes.initializer=[he_normal,ones]", *SMALL)
    assert code == 0, err
    assert "comparison:" in err
    assert "he_normal" in out
    assert (tmp_path / "runs" / "study-initializer" / "study.json").exists()


def test_an_axis_may_be_a_sweep(command: Command) -> None:
    code, out, err = command("run", "+study.axes.initializer=glob(he*)", *SMALL)
    assert code == 0, err
    assert "he_uniform" in out


def test_tuning_tells_what_it_chose_and_what_that_was_worth(command: Command) -> None:
    code, out, err = command(
        "run", "+study.axes.activation=[relu,tanh]", "+study.tuning.space.optimizer.lr=[0.01,0.001]", *SMALL
    )
    assert code == 0, err
    assert err.count("test nan") == 0
    assert "relu: optimizer.lr=0.0" in out
    assert "shrinkage" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["+study=initialisers"], "no study named 'initialisers'; did you mean 'initializers'?"),
        (["+study=initializers", "seed=3"], "a study chooses the seeds"),
        (["+study.axis.x=[1]"], "study has no field 'axis'"),
        (["+study.axes.epochs=[1,1]"], "a value is there twice"),
    ],
)
def test_mistakes(command: Command, words: list[str], message: str) -> None:
    code, out, err = command("run", *words)
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1
