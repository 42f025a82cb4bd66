"""Times whole training steps of keras_mnist beside PyTorch: ``python benchmarks/training_step.py``.

Both train the same network on the same images with Adam, batch 128, and the same number of threads, taking
turns in one process so that drifts of the machine meet both. Before anything is timed, both have to compute
the same loss. For PyTorch's best, run under
``GLIBC_TUNABLES=glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=17179869184``.
"""

import argparse
import platform
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from convlab import kernels
from convlab.fitting import load_dataset
from convlab.layers import Conv2D, Dense, Dropout, Flatten, MaxPool2D
from convlab.losses import SoftmaxCrossEntropy
from convlab.model import Model
from convlab.preprocessing import Preprocessing
from convlab.registry import registry

BATCH = 128
STEPS_PER_EPOCH = 60_000 // BATCH + 1


def our_step(dropout: float) -> Callable[[], float]:
    """One training step of ours, images taken as uint8 as in a real run."""
    data = load_dataset({"name": "synthetic", "shape": [28, 28, 1], "train_size": 10 * BATCH})
    layers = [
        Conv2D(32, 3, activation="relu"),
        MaxPool2D(2),
        Conv2D(64, 3, activation="relu"),
        MaxPool2D(2),
        Flatten(),
        Dropout(dropout),
        Dense(10),
    ]
    model = Model(layers, (28, 28, 1))
    optimizer = registry().build("optimizer", "adam", model.parameters)
    loss, preprocessing = SoftmaxCrossEntropy(), Preprocessing.fitted(data.train.images, "unit")
    inputs = np.empty((BATCH, 28, 28, 1), np.float32)
    order = np.random.default_rng(0).permutation(len(data.train))
    count = 0

    def step() -> float:
        nonlocal count
        indices = order[(count % 10) * BATCH :][:BATCH]
        preprocessing.apply(data.train.images, indices, out=inputs)
        outputs = model.forward(inputs, training=True, step=count)
        gradient = model.gradient_buffer(BATCH)
        value = loss(outputs, data.train.labels[indices], gradient)
        model.backward(gradient)
        optimizer.step(optimizer.lr)
        count += 1
        return value

    step.weights = [parameter.value.copy() for parameter in model.parameters]  # type: ignore[attr-defined]
    return step


def torch_step(dropout: float, channels_last: bool, weights: list[np.ndarray]) -> Callable[[], float]:
    """The same step in PyTorch, images as float tensors that are there already."""
    nn = torch.nn
    data = load_dataset({"name": "synthetic", "shape": [28, 28, 1], "train_size": 10 * BATCH})
    network = nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(1600, 10),
    )
    with torch.no_grad():
        for target, value in zip(network.parameters(), weights, strict=True):
            if value.ndim == 4:
                value = value.transpose(0, 3, 1, 2)
            elif value.ndim == 2:
                value = value.reshape(10, 5, 5, 64).transpose(0, 3, 1, 2).reshape(10, 1600)
            target.copy_(torch.from_numpy(np.ascontiguousarray(value)))
    layout = torch.channels_last if channels_last else torch.contiguous_format
    network = network.to(memory_format=layout)
    optimizer = torch.optim.Adam(network.parameters())
    order = np.random.default_rng(0).permutation(len(data.train))
    batches = [
        (
            torch.from_numpy(
                (data.train.images[part] / 255).astype(np.float32).transpose(0, 3, 1, 2).copy()
            ).to(memory_format=layout),
            torch.from_numpy(data.train.labels[part]),
        )
        for part in (order[number * BATCH :][:BATCH] for number in range(10))
    ]
    count = 0

    def step() -> float:
        nonlocal count
        images, labels = batches[count % 10]
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(images), labels)
        loss.backward()
        optimizer.step()
        count += 1
        return loss.item()

    return step


def main() -> None:
    """Checks, times and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--steps", type=int, default=10)
    options = parser.parse_args()
    check_same_loss()
    print(f"{platform.processor() or platform.machine()}, {kernels.isa()}, torch {torch.__version__}")
    print(f"{'threads':>7} {'program':<22} {'ms/step':>8} {'s/epoch':>8} {'ratio':>6}")
    for threads in (1, 2):
        torch.set_num_threads(threads)
        with kernels.use_threads(threads):
            ours = our_step(0.5)
            steps = {
                "convlab": ours,
                "torch NCHW": torch_step(0.5, False, ours.weights),  # type: ignore[attr-defined]
                "torch channels_last": torch_step(0.5, True, ours.weights),  # type: ignore[attr-defined]
            }
            medians = interleaved_medians(steps, options.rounds, options.steps)
        for name, median in medians.items():
            ratio = median / medians["convlab"]
            print(f"{threads:>7} {name:<22} {median * 1e3:8.1f} {median * STEPS_PER_EPOCH:8.1f} {ratio:6.2f}")


def check_same_loss() -> None:
    """Refuses to time two programs that do not compute the same thing."""
    ours = our_step(0.0)
    theirs = [torch_step(0.0, layout, ours.weights) for layout in (False, True)]  # type: ignore[attr-defined]
    for _ in range(5):
        value = ours()
        for step in theirs:
            np.testing.assert_allclose(step(), value, rtol=1e-3)


def interleaved_medians(steps: dict[str, Callable[[], float]], rounds: int, repeats: int) -> dict[str, float]:
    """Median seconds a step, the programs taking turns."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    for round_number in range(rounds + 1):
        for name, step in steps.items():
            started = time.perf_counter()
            for _ in range(repeats):
                step()
            if round_number > 0:  # the first round warms caches and heaps
                times[name].append((time.perf_counter() - started) / repeats)
    return {name: statistics.median(found) for name, found in times.items()}


if __name__ == "__main__":
    main()
