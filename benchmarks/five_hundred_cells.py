"""Times a study of 500 small runs, and the same in PyTorch, written plainly and run in two processes.

    python benchmarks/five_hundred_cells.py

5 initializers x 4 activations x 5 optimizers x 5 seeds on the digits, 3 epochs each. convlab also writes
the record, metrics, checkpoints and result of every run to disk; the PyTorch program keeps two numbers of
each. Its workers compute on one thread, and import PyTorch and load the data once. What is neither training
nor evaluation, such as composing, starting workers and writing, is what a cell costs beside its work.
"""

import argparse
import itertools
import multiprocessing
import os
import platform
import tempfile
import time
from typing import Any
from unittest import mock

import convlab
from convlab.fitting import load_dataset
from convlab.launching import make_launcher, sweep
from convlab.records.run_directory import find_runs
from convlab.training import Trainer, split_validation

INITIALIZERS = ("he_normal", "glorot_uniform", "orthogonal", "normal", "uniform")
ACTIVATIONS = ("relu", "gelu", "tanh", "silu")
OPTIMIZERS = ("sgd", "momentum", "nesterov", "adam", "adamw")
EPOCHS, BATCH = 3, 64

_data: Any = None


def of_convlab(seeds: int, workers: int) -> tuple[float, float]:
    """Seconds of all cells with convlab, and of training alone in one of them."""
    with tempfile.TemporaryDirectory() as folder:
        words = [
            f"initializer={','.join(INITIALIZERS)}",
            f"activation={','.join(ACTIVATIONS)}",
            f"optimizer={','.join(OPTIMIZERS)}",
            f"seed=range({seeds})",
            f"epochs={EPOCHS}",
            f"batch_size={BATCH}",
            f"runs_dir={folder}",
        ]
        started = time.perf_counter()
        outcomes = sweep(words, launcher=make_launcher(workers=workers))
        seconds = time.perf_counter() - started
        assert all(item.status in ("finished", "diverged") for item in outcomes)
        assert len(find_runs(folder)) == len(outcomes)
        return seconds, sum(item.seconds for item in outcomes) / len(outcomes)


def evaluation_seconds() -> float:
    """Seconds that a cell evaluates, on validation images after every epoch and on test images at its end."""
    spent: list[float] = []
    evaluate = Trainer.evaluate

    def timed(*arguments: Any) -> Any:
        started = time.perf_counter()
        found = evaluate(*arguments)
        spent.append(time.perf_counter() - started)
        return found

    with mock.patch.object(Trainer, "evaluate", timed), tempfile.TemporaryDirectory() as folder:
        for activation in ACTIVATIONS:
            settings = {"activation": activation, "epochs": EPOCHS, "batch_size": BATCH, "threads": 1}
            convlab.run({**settings, "runs_dir": folder})
    return sum(spent) / len(ACTIVATIONS)


def of_torch(seeds: int, workers: int) -> float:
    """Seconds of all cells with PyTorch."""
    cells = list(itertools.product(INITIALIZERS, ACTIVATIONS, OPTIMIZERS, range(seeds)))
    started = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(workers, _prepare_torch) as pool:
        results = pool.map(_train_with_torch, cells, chunksize=4)
    seconds = time.perf_counter() - started
    assert len(results) == len(cells)
    return seconds


def _prepare_torch() -> None:
    global _data
    import torch

    torch.set_num_threads(1)
    dataset = load_dataset("digits")
    train, validation = split_validation(dataset.train, 0.1, 10)
    mean, deviation = train.images.mean() / 255, train.images.std() / 255
    _data = [
        (
            ((torch.from_numpy(split.images.astype("float32")) / 255 - mean) / deviation)
            .permute(0, 3, 1, 2)
            .contiguous(),
            torch.from_numpy(split.labels),
        )
        for split in (train, validation, dataset.test)
    ]


def _train_with_torch(cell: tuple[str, str, str, int]) -> tuple[float, float]:
    import torch
    from torch import nn

    initializer, activation, optimizer, seed = cell
    torch.manual_seed(seed)
    act = {"relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh, "silu": nn.SiLU}[activation]
    network = nn.Sequential(
        *(nn.Conv2d(1, 32, 3, padding=1), act(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), act(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(256, 10)),
    )
    fill = {
        "he_normal": nn.init.kaiming_normal_,
        "glorot_uniform": nn.init.xavier_uniform_,
        "orthogonal": nn.init.orthogonal_,
        "normal": lambda w: nn.init.normal_(w, std=0.05),
        "uniform": lambda w: nn.init.uniform_(w, -0.05, 0.05),
    }[initializer]
    for parameter in network.parameters():
        with torch.no_grad():
            fill(parameter) if parameter.dim() > 1 else parameter.zero_()
    make = {
        "sgd": lambda p: torch.optim.SGD(p, 0.01),
        "momentum": lambda p: torch.optim.SGD(p, 0.01, momentum=0.9),
        "nesterov": lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, nesterov=True),
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
    }[optimizer]
    steps = make(network.parameters())
    loss_of = nn.CrossEntropyLoss()
    (images, labels), validation, test = _data
    score = 0.0
    for _ in range(EPOCHS):
        order = torch.randperm(len(labels))
        for start in range(0, len(labels), BATCH):
            chosen = order[start : start + BATCH]
            steps.zero_grad(set_to_none=True)
            loss_of(network(images[chosen]), labels[chosen]).backward()
            steps.step()
        score = _accuracy(network, *validation)
    return score, _accuracy(network, *test)


def _accuracy(network: Any, images: Any, labels: Any) -> float:
    import torch

    with torch.inference_mode():
        return float((network(images).argmax(1) == labels).float().mean())


def main() -> None:
    """Prints wall times, the overhead of a cell, and the ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--no-torch", action="store_true")
    options = parser.parse_args()
    cells = len(INITIALIZERS) * len(ACTIVATIONS) * len(OPTIMIZERS) * options.seeds
    seconds, training = of_convlab(options.seeds, options.workers)
    evaluation = evaluation_seconds()
    overhead = seconds * options.workers / cells - training - evaluation
    print(f"{cells} cells, {options.workers} workers, {platform.processor() or platform.machine()}")
    print(
        f"convlab {seconds:.1f} s; a cell trains {1e3 * training:.1f} ms, "
        f"evaluates {1e3 * evaluation:.1f} ms, all else {1e3 * overhead:.1f} ms"
    )
    if not options.no_torch:
        peer = of_torch(options.seeds, options.workers)
        print(f"PyTorch {peer:.1f} s; ratio {peer / seconds:.2f}")


if __name__ == "__main__":
    main()
