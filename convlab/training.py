"""The training loop: epochs, batches, steps, and what is measured on the way.

Nothing in the loop depends on hidden state. The order of an epoch comes from the seed and the epoch's
number, dropout and augmentation from the seed and the step's, the learning rate from the step's. So
`Position` and the arrays of model and optimizer are all that a resumed run needs to continue bit for bit.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from convlab import kernels
from convlab.batch_closure import BatchClosure
from convlab.contracts.augmentation import Augmentation
from convlab.contracts.dataset import Split
from convlab.contracts.optimizer import Optimizer
from convlab.contracts.parameter import Array
from convlab.contracts.schedule import Schedule
from convlab.errors import ConfigError, DivergenceError, RecordError
from convlab.losses import Loss
from convlab.model import Model
from convlab.pipeline import Pipeline
from convlab.preprocessing import Preprocessing
from convlab.seeding import generator
from convlab.training_state import evaluation_weights

EpochMetrics = dict[str, float | int]


class Interrupted(KeyboardInterrupt):
    """Training was asked to stop, and did so after a whole step."""


@dataclass
class Position:
    """Where training stands, between two steps.

    Attributes:
        epoch: whole epochs done.
        step: steps done within the epoch that is under way.
        images: images seen in that epoch; the sums below run over them.
        loss_sum: sum of their losses.
        correct: how many were classified right.
        gradient_norm_sum: sum over that epoch's steps of the gradient's norm.
        seconds: time spent in all training steps so far.
        epoch_seconds: the part of it spent in the epoch under way.
    """

    epoch: int = 0
    step: int = 0
    images: int = 0
    loss_sum: float = 0.0
    correct: int = 0
    gradient_norm_sum: float = 0.0
    seconds: float = 0.0
    epoch_seconds: float = 0.0

    def to_strings(self) -> dict[str, str]:
        """As text, exactly, for the metadata of a checkpoint."""
        return {name: repr(value) for name, value in asdict(self).items()}

    @classmethod
    def from_strings(cls, texts: dict[str, str]) -> "Position":
        """The inverse of `to_strings`; other keys are left alone.

        Raises:
            RecordError: if a value is missing or no number.
        """
        try:
            return cls(**{item.name: type(getattr(cls, item.name))(texts[item.name]) for item in fields(cls)})
        except (KeyError, ValueError) as error:
            raise RecordError(f"checkpoint: its position in training cannot be read: {error}") from None

    def begin_next_epoch(self) -> None:
        """Counts the epoch under way as done and clears its sums."""
        self.epoch += 1
        self.step = self.images = self.correct = 0
        self.loss_sum = self.gradient_norm_sum = self.epoch_seconds = 0.0


@dataclass(frozen=True)
class Evaluation:
    """Mean loss and share of right answers over a split."""

    loss: float
    accuracy: float


class Trainer:
    """Trains a model on one split.

    Args:
        model: the network; its preprocessing is set from this trainer's.
        optimizer: over the model's parameters.
        schedule: factor of the optimizer's base rate by step.
        loss: what is minimized.
        train: images to learn from, not empty.
        validation: images held back; may be empty.
        preprocessing: from uint8 to the network's input.
        augmentations: by name, what changes the training images at random, in this order.
        epochs: passes in all; the schedule runs over all their steps.
        batch_size: images a step.
        seed: of the data order.

    Raises:
        ConfigError: if there is no image to train on, or the network's outputs are not one for each class.
    """

    def __init__(
        self,
        model: Model,
        optimizer: Optimizer,
        schedule: Schedule,
        loss: Loss,
        train: Split,
        validation: Split,
        preprocessing: Preprocessing,
        *,
        augmentations: Mapping[str, Augmentation] | None = None,
        epochs: int,
        batch_size: int,
        seed: int,
    ) -> None:
        if len(train) == 0:
            raise ConfigError("training: no images to train on; lower validation_fraction or take more data")
        self.model, self.optimizer, self.schedule, self.loss = model, optimizer, schedule, loss
        self.train, self.validation, self.preprocessing = train, validation, preprocessing
        self.epochs, self.batch_size, self.seed = epochs, min(batch_size, len(train)), seed
        self.steps_per_epoch = math.ceil(len(train) / self.batch_size)
        self.position = Position()
        self._pipeline = Pipeline(train.images, preprocessing, augmentations or {}, seed)
        model.preprocessing = preprocessing
        model.plan(self.batch_size)
        self._inputs = kernels.empty_aligned((self.batch_size, *model.input_shape))

    def run_epoch(
        self, on_step: Callable[[int, int], None], should_stop: Callable[[], bool] = lambda: False
    ) -> EpochMetrics:
        """Trains to the end of the epoch that is under way, or of the next one.

        Args:
            on_step: called with epoch and step, both from 1, after every step.
            should_stop: asked after every step.

        Returns:
            What was measured, ready for the trackers.

        Raises:
            DivergenceError: if the loss becomes NaN or infinite; the parameters are those before that step.
            Interrupted: if asked to stop; `position` then says where.
        """
        position = self.position
        order = generator(self.seed, "order", position.epoch).permutation(len(self.train))
        while position.step < self.steps_per_epoch:
            started = time.perf_counter()
            start = position.step * self.batch_size
            rate = self._step(order[start : start + self.batch_size])
            elapsed = time.perf_counter() - started
            position.seconds += elapsed
            position.epoch_seconds += elapsed
            on_step(position.epoch + 1, position.step)
            if position.step < self.steps_per_epoch and should_stop():
                raise Interrupted
        metrics = self._epoch_metrics(rate if self.steps_per_epoch else 0.0)
        position.begin_next_epoch()
        return metrics

    def evaluate(self, split: Split) -> Evaluation:
        """Loss and accuracy in inference mode, at the evaluation weights; NaN over an empty split."""
        with evaluation_weights(self.model, self.optimizer):
            return self._evaluate(split)

    def _evaluate(self, split: Split) -> Evaluation:
        loss_sum, correct = 0.0, 0
        for start in range(0, len(split), self.batch_size):
            indices = np.arange(start, min(start + self.batch_size, len(split)), dtype=np.int64)
            labels = split.labels[indices]
            inputs = self.preprocessing.apply(split.images, indices, out=self._inputs[: len(indices)])
            outputs = self.model.forward(inputs)
            loss_sum += self.loss(outputs, labels, self.model.gradient_buffer(len(indices))) * len(indices)
            correct += _count_correct(outputs, labels)
        count = len(split)
        return Evaluation(loss_sum / count, correct / count) if count else Evaluation(math.nan, math.nan)

    def _step(self, indices: NDArray[np.int64]) -> float:
        """One training step on the images named; returns the learning rate taken."""
        position, model = self.position, self.model
        taken = position.epoch * self.steps_per_epoch + position.step
        labels = self.train.labels[indices]
        inputs = self._pipeline.batch(
            indices, epoch=position.epoch, step=taken, out=self._inputs[: len(indices)]
        )
        outputs = model.forward(inputs, training=True, step=taken)
        gradient = model.gradient_buffer(len(indices))
        loss = self.loss(outputs, labels, gradient)
        if not math.isfinite(loss):
            raise DivergenceError(
                f"the loss became {loss} in epoch {position.epoch + 1}, step {position.step + 1}; "
                "lower optimizer.lr or choose another initializer"
            )
        correct = _count_correct(outputs, labels)
        model.backward(gradient)
        rate = self.optimizer.lr * self.schedule(taken, self.epochs * self.steps_per_epoch)
        gradient_norm = math.sqrt(kernels.sum_of_squares(model.parameters.gradients))
        closure = None
        if self.optimizer.needs_closure:
            closure = BatchClosure(model, self.loss, inputs, labels, step=taken, seed=self.seed)
        self.optimizer.step(rate, closure)
        position.step += 1
        position.images += len(indices)
        position.loss_sum += loss * len(indices)
        position.correct += correct
        position.gradient_norm_sum += gradient_norm
        return rate

    def _epoch_metrics(self, rate: float) -> EpochMetrics:
        position = self.position
        metrics: EpochMetrics = {
            "epoch": position.epoch + 1,
            "train_loss": position.loss_sum / position.images,
            "train_accuracy": position.correct / position.images,
        }
        if len(self.validation):
            validation = self.evaluate(self.validation)
            metrics |= {"validation_loss": validation.loss, "validation_accuracy": validation.accuracy}
        return metrics | {
            "learning_rate": rate,
            "gradient_norm": position.gradient_norm_sum / position.step,
            "images_per_second": position.images / position.epoch_seconds,
            "seconds": position.seconds,
        }


def split_validation(train: Split, fraction: float, classes: int) -> tuple[Split, Split]:
    """Holds a share of the training images back for validation, the same share of every class.

    The choice depends on nothing but the labels, so that all arms and seeds of a study validate on the same
    images.

    Args:
        train: all training images.
        fraction: share to hold back, in [0, 1).
        classes: number of classes.

    Returns:
        What is left to train on, and the validation split; both in the original order.

    Example:
        >>> split = Split(np.zeros((20, 1, 1, 1), np.uint8), np.arange(20) % 2)
        >>> left, held_back = split_validation(split, 0.2, 2)
        >>> len(left), held_back.labels.tolist()
        (16, [1, 1, 0, 0])
    """
    held_back = _held_back(train.labels.astype(np.int64).tobytes(), fraction, classes)
    if not held_back.any():
        return train, Split(train.images[:0], train.labels[:0])
    return (
        Split(train.images[~held_back], train.labels[~held_back]),
        Split(train.images[held_back], train.labels[held_back]),
    )


@lru_cache(1)  # the runs of a sweep mostly share it
def _held_back(labels: bytes, fraction: float, classes: int) -> NDArray[np.bool_]:
    """Which images validation gets; `labels` are those of int64 numbers."""
    of_image = np.frombuffer(labels, np.int64)
    held_back = np.zeros(len(of_image), bool)
    for label in range(classes):
        members = np.flatnonzero(of_image == label)
        count = round(len(members) * fraction)
        held_back[generator(0, "validation", label).permutation(members)[:count]] = True
    return held_back


def _count_correct(outputs: Array, labels: Array) -> int:
    return int(np.count_nonzero(outputs.argmax(axis=1) == labels))
