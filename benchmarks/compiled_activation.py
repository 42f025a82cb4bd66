"""Times a convolution with x + sin(x), as NumPy and as the C of docs/compiled_activations.md.

    python benchmarks/compiled_activation.py

64 filters 3x3 on 64 images of 32x32 with 64 channels, on 1 and 2 threads; medians of interleaved repeats.
Everything computed is checked against the NumPy methods when the layers are built.
"""

import argparse
import os
import re
import shlex
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import convlab
from convlab import kernels
from convlab.layers import Conv2D
from convlab.model import Model

PAGE = Path(__file__).parents[1] / "docs" / "compiled_activations.md"
SHAPE, FILTERS = (64, 32, 32, 64), 64
PASSES = ("inference", "forward", "backward")


def snake_of_the_page() -> Any:
    """The class that the page writes, with its C compiled by the page's command."""
    names: dict[str, Any] = {"__name__": "page"}
    source, command, code = (
        re.search(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
        for language in ("c", "sh", "python")
    )
    assert source
    assert command
    assert code
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            Path("snake.c").write_text(source[1])
            subprocess.run(shlex.split(command[1]), check=True)
            exec(compile(code[1], str(PAGE), "exec"), names)
        finally:
            os.chdir(here)
    return names["Snake"]


def model_with(activation: Any) -> Model:
    """The convolution, planned for the batch."""
    model = convlab.Model([Conv2D(FILTERS, 3, padding=1, activation=activation)], SHAPE[1:])
    model.plan(SHAPE[0])
    return model


def milliseconds(function: Callable[..., object], *arguments: Any, **options: Any) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    function(*arguments, **options)
    return (time.perf_counter() - started) * 1000


def times_of(models: dict[str, Model], repeats: int) -> dict[str, list[float]]:
    """Medians of every pass, by model."""
    rng = np.random.default_rng(0)
    x, kept = (rng.standard_normal(SHAPE).astype(np.float32) for _ in range(2))
    gradient = np.empty_like(kept)
    times: dict[str, list[list[float]]] = {name: [[] for _ in PASSES] for name in models}
    for repeat in range(repeats + 1):
        for name, model in models.items():
            inference = milliseconds(model.forward, x)
            forward = milliseconds(model.forward, x, training=True)
            np.copyto(gradient, kept)
            backward = milliseconds(model.backward, gradient)
            if repeat:  # the first warms up
                for found, value in zip(times[name], (inference, forward, backward), strict=True):
                    found.append(value)
    return {name: [statistics.median(found) for found in passes] for name, passes in times.items()}


def main() -> None:
    """Prints a row for each activation and number of threads."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    snake = snake_of_the_page()
    numpy_alone = snake()
    numpy_alone.compiled = None
    activations = {"none": None, "gelu": "gelu", "NumPy": numpy_alone, "C": snake()}
    models = {name: model_with(activation) for name, activation in activations.items()}
    print("| threads | activation | " + " | ".join(PASSES) + " |\n|---:|---|" + "---:|" * len(PASSES))
    for threads in (1, 2):
        with kernels.use_threads(threads):
            for name, row in times_of(models, repeats).items():
                print(f"| {threads} | {name} | " + " | ".join(f"{value:.1f}" for value in row) + " |")


if __name__ == "__main__":
    main()
