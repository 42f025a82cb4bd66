"""Runs side by side, on the command line."""

from collections.abc import Callable

import pytest

Command = Callable[..., tuple[int, str, str]]


@pytest.mark.usefixtures("instant_runs")
def test_runs_are_compared(command: Command) -> None:
    command("run", "-m", "seed=0,1", "epochs=1")
    code, out, err = command("compare", "runs/default")
    assert (code, err) == (0, "")
    assert "0.960 ± 0.000" in out
    assert "over 2 seeds" in out


def test_a_folder_that_is_not_there_is_named(command: Command) -> None:
    code, out, err = command("compare", "nowhere")
    assert (code, out) == (1, "")
    assert err.startswith("convlab: error: no folder nowhere")
