import math

import numpy as np
import pytest

from convlab import kernels
from convlab.batch_closure import sampled_labels
from convlab.contracts.dataset import Dataset, Split
from convlab.contracts.optimizer import Optimizer
from convlab.errors import ConfigError, DivergenceError
from convlab.fitting import load_dataset
from convlab.layers import BatchNorm, Conv2D, Dense, Dropout, Flatten
from convlab.losses import SoftmaxCrossEntropy
from convlab.model import Model
from convlab.preprocessing import Preprocessing
from convlab.registry import registry
from convlab.training import (
    Interrupted,
    Position,
    Trainer,
    split_validation,
)
from convlab.training_state import checkpoint_arrays, load_checkpoint_arrays

EPOCHS = 3


@pytest.fixture(scope="module")
def data() -> Dataset:
    return load_dataset({"name": "synthetic", "shape": [8, 8, 1], "train_size": 150, "test_size": 40})


def make_trainer(data: Dataset, *, lr: float = 0.01, seed: int = 0, epochs: int = EPOCHS) -> Trainer:
    layers = [Conv2D(4, 3, activation="relu"), BatchNorm(), Flatten(), Dropout(0.2), Dense(len(data.classes))]
    model = Model(layers, data.image_shape, seed=seed)
    train, validation = split_validation(data.train, 0.2, len(data.classes))
    return Trainer(
        model,
        registry().build("optimizer", {"name": "adam", "lr": lr}, model.parameters),
        lambda step, total: 1.0 - step / total,
        SoftmaxCrossEntropy(),
        train,
        validation,
        Preprocessing.fitted(train.images),
        epochs=epochs,
        batch_size=32,
        seed=seed,
    )


class Averaging(Optimizer):
    """Plain descent that evaluates halfway to zero."""

    def update(self, rate: float) -> None:
        self.parameters.values -= rate * self.parameters.gradients

    def evaluation_values(self) -> np.ndarray:
        return 0.5 * self.parameters.values


class Looking(Optimizer):
    """Computes the loss again, and keeps what it saw."""

    needs_closure = True

    def update(self, rate: float) -> None:
        assert self.closure is not None
        first = self.parameters.gradients.copy()
        self.losses = [self.closure(), self.closure()]
        self.repeated = np.array_equal(first, self.parameters.gradients)
        self.closure.with_sampled_labels()
        self.sampled = self.parameters.gradients.copy()


def with_optimizer(trainer: Trainer, kind: type[Optimizer]) -> Trainer:
    trainer.optimizer = kind(trainer.model.parameters, 0.05)
    return trainer


def test_what_an_optimizer_averages_is_evaluated_and_kept_but_not_trained_from(data: Dataset) -> None:
    trainer = with_optimizer(make_trainer(data), Averaging)
    trainer.run_epoch(ignore)
    trained = trainer.model.parameters.values.copy()
    evaluated = trainer.evaluate(data.test)
    assert np.array_equal(trainer.model.parameters.values, trained)
    arrays = checkpoint_arrays(trainer.model, trainer.optimizer)

    other = with_optimizer(make_trainer(data), Averaging)
    load_checkpoint_arrays(other.model, other.optimizer, arrays, trainer.optimizer.steps)
    assert np.array_equal(other.model.parameters.values, trained)
    other.model.load_state(
        {name: array for name, array in arrays.items() if not name.startswith("optimizer.")}
    )
    assert np.array_equal(other.model.parameters.values, 0.5 * trained)
    outputs = other.model.predict(data.test.images)
    assert evaluated.accuracy == np.mean(outputs.argmax(axis=1) == data.test.labels)


def test_a_closure_computes_the_same_step_again(data: Dataset) -> None:
    """With dropout and batch normalization, whose running statistics do not move any further."""
    plain, looking = make_trainer(data), with_optimizer(make_trainer(data), Looking)
    plain.optimizer.update = lambda rate: None  # type: ignore[method-assign]
    for trainer in (plain, looking):
        with pytest.raises(Interrupted):
            trainer.run_epoch(ignore, lambda: True)
    seen = looking.optimizer
    assert isinstance(seen, Looking)
    assert seen.repeated
    assert seen.losses[0] == seen.losses[1] == plain.position.loss_sum / 32
    state, expected = looking.model.state(), plain.model.state()
    assert all(np.array_equal(state[name], array) for name, array in expected.items())
    again = with_optimizer(make_trainer(data), Looking)
    with pytest.raises(Interrupted):
        again.run_epoch(ignore, lambda: True)
    assert np.array_equal(seen.sampled, again.optimizer.sampled)  # type: ignore[attr-defined]


def test_sampled_labels_follow_the_softmax_of_the_outputs() -> None:
    outputs = np.tile(np.log(np.array([0.1, 0.6, 0.3], np.float32)), (20_000, 1))
    shares = np.bincount(sampled_labels(outputs, np.random.default_rng(0)), minlength=3) / len(outputs)
    assert np.abs(shares - [0.1, 0.6, 0.3]).max() < 5 * 0.5 / len(outputs) ** 0.5


def test_an_optimizer_that_needs_a_closure_says_so(data: Dataset) -> None:
    trainer = with_optimizer(make_trainer(data), Looking)
    with pytest.raises(ConfigError, match=r"Looking computes the loss again .* call step\(rate, closure\)"):
        trainer.optimizer.step(0.1)


def ignore(epoch: int, step: int) -> None:
    pass


def test_training_lowers_the_loss_and_measures_what_the_records_need(data: Dataset) -> None:
    trainer = make_trainer(data)
    history = [trainer.run_epoch(ignore) for _ in range(EPOCHS)]
    assert history[-1]["train_loss"] < history[0]["train_loss"]
    assert set(history[0]) == {
        "epoch",
        "train_loss",
        "train_accuracy",
        "validation_loss",
        "validation_accuracy",
        "learning_rate",
        "gradient_norm",
        "images_per_second",
        "seconds",
    }
    assert [metrics["epoch"] for metrics in history] == [1, 2, 3]
    steps = math.ceil(120 / 32)
    assert history[-1]["learning_rate"] == pytest.approx(0.01 / (EPOCHS * steps))


@pytest.mark.parametrize("threads", [2, 3, 4])
def test_the_number_of_threads_changes_no_bit(data: Dataset, threads: int) -> None:
    def trained(count: int) -> np.ndarray:
        with kernels.use_threads(count):
            trainer = make_trainer(data)
            trainer.run_epoch(ignore)
            return trainer.model.parameters.values.copy()

    assert np.array_equal(trained(1), trained(threads))


@pytest.mark.parametrize("stop_at", [1, 3, 4, 6])
def test_resuming_after_any_step_changes_no_bit(data: Dataset, stop_at: int) -> None:
    undisturbed = make_trainer(data)
    expected = [undisturbed.run_epoch(ignore) for _ in range(EPOCHS)]

    first, done = make_trainer(data), []

    def count(epoch: int, step: int) -> None:
        done.append(step)

    found = []
    try:
        for _ in range(EPOCHS):
            found.append(first.run_epoch(count, lambda: len(done) == stop_at))
    except Interrupted:
        pass
    meta = first.position.to_strings()
    arrays = {name: array.copy() for name, array in checkpoint_arrays(first.model, first.optimizer).items()}

    second = make_trainer(data, seed=0)
    load_checkpoint_arrays(second.model, second.optimizer, arrays, first.optimizer.steps)
    second.position = Position.from_strings(meta)
    found = found[: second.position.epoch]
    found += [second.run_epoch(ignore) for _ in range(EPOCHS - second.position.epoch)]

    assert np.array_equal(second.model.parameters.values, undisturbed.model.parameters.values)
    compared = ("train_loss", "train_accuracy", "validation_loss", "gradient_norm", "learning_rate")
    assert [[item[name] for name in compared] for item in found] == [
        [item[name] for name in compared] for item in expected
    ]


def test_a_loss_that_is_not_finite_stops_training_before_the_step(data: Dataset) -> None:
    trainer = make_trainer(data)
    trainer.model.parameters.values[0] = np.inf
    before = trainer.model.parameters.values.copy()
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(DivergenceError, match=r"the loss became nan in epoch 1, step 1; lower optimizer\.lr"),
    ):
        trainer.run_epoch(ignore)
    assert np.array_equal(trainer.model.parameters.values, before)


def test_an_empty_training_split_is_refused(data: Dataset) -> None:
    empty = Split(data.train.images[:0], data.train.labels[:0])
    with pytest.raises(ConfigError, match="no images to train on"):
        make_trainer(Dataset("empty", empty, data.test, data.classes))


def test_validation_takes_the_same_share_of_every_class_whatever_the_seed() -> None:
    labels = np.repeat(np.arange(3), [100, 50, 10])
    split = Split(np.arange(160, dtype=np.uint8).reshape(160, 1, 1, 1), labels)
    left, held_back = split_validation(split, 0.1, 3)
    assert np.bincount(held_back.labels).tolist() == [10, 5, 1]
    assert sorted([*left.images.ravel(), *held_back.images.ravel()]) == list(range(160))


def test_the_split_remembered_is_that_of_the_same_labels_share_and_classes() -> None:
    few, many = (Split(np.zeros((n, 1, 1, 1), np.uint8), np.arange(n) % 2) for n in (20, 40))
    asked = [(few, 0.2, 2), (many, 0.2, 2), (many, 0.1, 2), (many, 0.1, 1), (few, 0.2, 2)]
    assert [len(split_validation(*question)[1]) for question in asked] == [4, 8, 4, 2, 4]


def test_batches_larger_than_the_data_are_cut(data: Dataset) -> None:
    trainer = make_trainer(data)
    assert trainer.steps_per_epoch == 4
    assert trainer.evaluate(data.test).accuracy == pytest.approx(
        np.mean(trainer.model.predict(data.test.images).argmax(axis=1) == data.test.labels)
    )
