"""A run with a compiled activation: the same for any number of threads, and its record names the plugin."""

import ctypes
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import convlab
from convlab.plugin import Activation, Array, CompiledActivation
from convlab.records.safetensors_file import read_safetensors

SOURCE = """
#include <stdint.h>
void value(const float *x, float *y, int64_t n, const float *p) {
    for (int64_t i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : x[i] == x[i] ? p[0] * x[i] : x[i];
}
void slope(const float *x, float *y, int64_t n, const float *p) {
    for (int64_t i = 0; i < n; i++) y[i] = x[i] > 0 ? 1 : p[0];
}
"""


@pytest.fixture
def _plugin(offer: Callable[..., None], compile_c: Callable[[str], ctypes.CDLL]) -> None:
    library = compile_c(SOURCE)

    class Leaky(Activation):
        """Leaky: f(x) = max(x, slope x)."""

        def __init__(self, *, slope: float = 0.1) -> None:
            self.slope = slope
            self.compiled = CompiledActivation(library.value, library.slope, (slope,), saves="output")

        def value(self, x: Array, out: Array) -> None:
            np.maximum(x, self.slope * x, out=out)

        def derivative(self, x: Array, out: Array) -> None:
            out[...] = np.where(x > 0, 1, self.slope)

    offer(activations={"leaky": Leaky})


@pytest.mark.usefixtures("_plugin")
def test_runs_repeat_and_records_hold_a_name(tmp_path: Path) -> None:
    states, records = set(), []
    for threads in (1, 3):
        words = ["data=synthetic", "activation=leaky", "activation.slope=0.25", "epochs=1"]
        result = convlab.run([*words, f"threads={threads}", f"runs_dir={tmp_path / str(threads)}"])
        arrays, _ = read_safetensors(sorted(result.directory.rglob("*.safetensors"))[-1])
        states.add(b"".join(arrays[name].tobytes() for name in sorted(arrays)))
        records.append(result.directory.joinpath("config.yaml").read_text())
    assert len(states) == 1
    for record in records:
        assert "name: leaky" in record
        assert "slope: 0.25" in record
        assert "compiled" not in record
