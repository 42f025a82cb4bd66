"""docs/compiled_activations.md: its C compiles, its Python runs, and what it hands in is used."""

import re
import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest

from convlab.layers import Dense
from convlab.model import Model

PAGE = Path(__file__).parents[1] / "docs" / "compiled_activations.md"


def test_the_page_runs_in_its_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    for language, block in re.findall(r"```(c|sh|python)\n(.*?)```", PAGE.read_text(), re.DOTALL):
        if language == "c":
            (tmp_path / "snake.c").write_text(block)
        elif language == "sh":
            subprocess.run(shlex.split(block), check=True)
        else:
            exec(compile(block, str(PAGE), "exec"), names)
    snake = names["Snake"](a=0.5)  # type: ignore[operator]
    model = Model([Dense(4, activation=snake)], (3,))
    monkeypatch.setattr(snake, "value", None)
    x = np.array([[1, 2, 3]], np.float32)
    before = x @ model.layers[0].weight.T  # type: ignore[attr-defined]
    np.testing.assert_allclose(model.predict(x), before + np.sin(0.5 * before), rtol=1e-5)
