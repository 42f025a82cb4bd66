"""docs/compiled_activations.md: its C compiles, its Python runs, and what it hands in is used."""

import re
import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest

from convlab.layers import Dense
from convlab.model import Model
from convlab.plugin import Activation, Array, CompiledActivation

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


def test_its_function_of_numba_is_fused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page gives the value; the slope is written here in the same way."""
    numba = pytest.importorskip("numba", reason="needs numba, the extra 'golden'")
    (block,) = re.findall(r"```text\n(pointer = numba.*?)```", PAGE.read_text(), re.DOTALL)
    names = {"numba": numba, "np": np}
    exec(compile(block, str(PAGE), "exec"), names)
    given, pointer = names["value"], names["pointer"]

    @numba.cfunc(numba.types.void(pointer, pointer, numba.types.int64, pointer))
    def slope(x, y, n, parameters):  # type: ignore[no-untyped-def]
        for i in range(n):
            y[i] = 1 + parameters[0] * np.cos(parameters[0] * x[i])

    class Snake(Activation):
        compiled = CompiledActivation(given, slope, parameters=(0.5,))

        def value(self, x: Array, out: Array) -> None:
            np.add(x, np.sin(0.5 * x), out=out)

        def derivative(self, x: Array, out: Array) -> None:
            np.add(1, 0.5 * np.cos(0.5 * x), out=out)

    snake = Snake()
    model = Model([Dense(70, activation=snake)], (3,))
    monkeypatch.setattr(snake, "value", None)
    monkeypatch.setattr(snake, "derivative", None)
    x = np.random.default_rng(0).standard_normal((9, 3)).astype(np.float32)
    before = np.einsum("ni,ki->nk", x, model.layers[0].weight)  # type: ignore[attr-defined]
    found = model.forward(x, training=True)
    np.testing.assert_allclose(found, before + np.sin(0.5 * before), rtol=1e-5, atol=1e-6)
    gradient = model.gradient_buffer(9)
    gradient[...] = 1
    model.backward(gradient)
    expected = np.einsum("nk,ni->ki", 1 + 0.5 * np.cos(0.5 * before), x)
    (weight,) = (item for item in model.parameters if item.role == "dense_weight")
    np.testing.assert_allclose(weight.gradient, expected, rtol=1e-4, atol=1e-5)
