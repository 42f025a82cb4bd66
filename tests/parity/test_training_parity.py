"""LeNet-5 trained beside PyTorch: same weights, same order, same settings, same loss at every step."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from convlab.fitting import load_dataset
from convlab.losses import SoftmaxCrossEntropy
from convlab.model import Model
from convlab.registry import registry
from convlab.seeding import generator

torch = pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")

torch.set_num_threads(1)  # waits for cores that other tests keep busy cost minutes otherwise

STEPS = 50
BATCH = 32
RELATIVE = 1e-4

Make = Callable[[Any], Any]
# our choice, and PyTorch's optimizer with the same settings
OPTIMIZERS: dict[str, tuple[Mapping[str, Any], Make]] = {
    "sgd": ({"lr": 0.05}, lambda p: torch.optim.SGD(p, lr=0.05)),
    "momentum": ({"lr": 0.01, "momentum": 0.9}, lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9)),
    "nesterov": (
        {"lr": 0.01, "momentum": 0.9},
        lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True),
    ),
    "adam": ({"lr": 0.001}, lambda p: torch.optim.Adam(p, lr=0.001)),
    "adamw": (
        {"lr": 0.001, "weight_decay": 0.01},
        lambda p: torch.optim.AdamW(
            [
                {"params": [item for item in p if item.ndim > 1], "weight_decay": 0.01},
                {"params": [item for item in p if item.ndim == 1], "weight_decay": 0.0},
            ],
            lr=0.001,
        ),
    ),
    "rmsprop": ({"lr": 0.0005, "decay": 0.99}, lambda p: torch.optim.RMSprop(p, lr=0.0005, alpha=0.99)),
    # At lr=0.01 the first steps, which follow signs, make rounding decide: PyTorch's own float32 and float64
    # part by 1e-4 and more.
    "adagrad": ({"lr": 0.005}, lambda p: torch.optim.Adagrad(p, lr=0.005)),
}


def torch_lenet5() -> Any:
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


def copy_weights(model: Model, network: Any) -> None:
    """Gives PyTorch's network our weights: (K, R, S, C) to (K, C, R, S), flattened pixels reordered."""
    values = [parameter.value for parameter in model.parameters]
    with torch.no_grad():
        for target, value in zip(network.parameters(), values, strict=True):
            if value.ndim == 4:
                value = value.transpose(0, 3, 1, 2)
            elif value.shape == (120, 400):
                value = value.reshape(120, 5, 5, 16).transpose(0, 3, 1, 2).reshape(120, 400)
            target.copy_(torch.from_numpy(np.ascontiguousarray(value)))


def our_losses(model: Model, optimizer: Any, images: np.ndarray, labels: np.ndarray) -> list[float]:
    loss, found = SoftmaxCrossEntropy(), []
    for step in range(STEPS):
        part = slice(step * BATCH, (step + 1) * BATCH)
        outputs = model.forward(images[part], training=True, step=step)
        gradient = model.gradient_buffer(BATCH)
        found.append(loss(outputs, labels[part], gradient))
        model.backward(gradient)
        optimizer.step(optimizer.lr)
    return found


def torch_losses(network: Any, optimizer: Any, images: np.ndarray, labels: np.ndarray) -> list[float]:
    found = []
    for step in range(STEPS):
        part = slice(step * BATCH, (step + 1) * BATCH)
        optimizer.zero_grad()
        outputs = network(torch.from_numpy(images[part].transpose(0, 3, 1, 2).copy()))
        loss = torch.nn.functional.cross_entropy(outputs, torch.from_numpy(labels[part]))
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_lenet5_trains_as_in_pytorch(name: str, deviation: Any) -> None:
    config, make = OPTIMIZERS[name]
    data = load_dataset({"name": "synthetic", "shape": [28, 28, 1], "train_size": STEPS * BATCH})
    order = generator(0, "order", 0).permutation(len(data.train))
    images = (data.train.images[order] / 255).astype(np.float32)
    labels = data.train.labels[order]
    model = Model(
        registry().build("model", "lenet5", data.image_shape, 10),
        data.image_shape,
        initializer="torch_default",
    )
    network = torch_lenet5()
    copy_weights(model, network)
    expected = torch_losses(network, make(list(network.parameters())), images, labels)
    optimizer = registry().build("optimizer", {"name": name, **config}, model.parameters)
    found = our_losses(model, optimizer, images, labels)
    assert expected[-1] < 0.9 * expected[0], "PyTorch itself has to learn, or the comparison says little"
    deviation("torch", f"losses of LeNet-5, {name}", np.array(found), np.array(expected))
    np.testing.assert_allclose(found, expected, rtol=RELATIVE)
