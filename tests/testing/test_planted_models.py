"""Faulty models, each found by the check that is meant for it and by no other."""

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest

from convlab.errors import ConfigError
from convlab.plugin import Array, Conv2D, Dense, Flatten, GlobalAveragePool, Layer

Shape = tuple[int, int, int]
Planted = Callable[[Shape, int], Any]


def good(input_shape: Shape, classes: int) -> list[Layer]:
    return [Conv2D(4, 3, activation="relu", padding="same"), GlobalAveragePool(), Dense(classes)]


def gives_a_tuple(input_shape: Shape, classes: int) -> Any:
    return tuple(good(input_shape, classes))


def refuses_everything(input_shape: Shape, classes: int) -> list[Layer]:
    raise ConfigError("model 'planted': wants images of 3x1000x1000")


def has_ten_outputs(input_shape: Shape, classes: int) -> list[Layer]:
    return good(input_shape, 10)


def divides_by_what_is_left(input_shape: Shape, classes: int) -> list[Layer]:
    return [Flatten(), Dense(100 // (input_shape[0] // 4)), Dense(classes)]


_shared = Flatten()


def reuses_a_layer(input_shape: Shape, classes: int) -> list[Layer]:
    return [_shared, Dense(classes)]


_calls = count()


def is_wider_every_time(input_shape: Shape, classes: int) -> list[Layer]:
    return [Flatten(), Dense(5 + next(_calls), activation="relu"), Dense(classes)]


def seeds_everybody(input_shape: Shape, classes: int) -> list[Layer]:
    np.random.seed(0)  # noqa: NPY002
    return good(input_shape, classes)


class Blind(Flatten):
    def forward(self, x: Array, training: bool) -> Array:
        outputs = super().forward(x, training)
        return outputs if training else np.full_like(outputs, np.nan)


def is_blind_in_inference(input_shape: Shape, classes: int) -> list[Layer]:
    return [Dense(classes) if layer is None else layer for layer in (Blind(), None)]


class Noisy(Flatten):
    calls = 0

    def forward(self, x: Array, training: bool) -> Array:
        self.calls += 1
        return super().forward(x, training) + np.float32(self.calls)


def is_noisy_in_inference(input_shape: Shape, classes: int) -> list[Layer]:
    return [Noisy(), Dense(classes)]


def begins_dead(input_shape: Shape, classes: int) -> list[Layer]:
    hidden = Dense(8, activation="relu", kernel_initializer="zeros", use_bias=False)
    return [Flatten(), hidden, Dense(classes, kernel_initializer="zeros")]


PLANTED: list[tuple[Planted, str, str]] = [
    (gives_a_tuple, "gives_a_list_of_layers", r"made for images \(28, 28, 1\): got .*, expected a list of l"),
    (refuses_everything, "takes_common_images", "models for images 28x28x1 and 32x32x3: got none"),
    (
        has_ten_outputs,
        "has_one_output_per_class",
        r"of an output for .* of 7 classes: got \(10,\), expected \(7,\)",
    ),
    (divides_by_what_is_left, "refuses_tiny_images_in_words", r"images \(1, 1, 1\): got ZeroDivisionError"),
    (reuses_a_layer, "gives_new_layers", "layers of two models .*: got 1 shared, expected each its own"),
    (is_wider_every_time, "is_the_same_every_time", "of a second build"),
    (seeds_everybody, "leaves_global_random_state", "global random state after a build: got another"),
    (is_blind_in_inference, "gives_finite_outputs", "outputs in inference that are not finite .*: got 80"),
    (is_noisy_in_inference, "inference_gives_the_same", "outputs of a second inference"),
    (
        begins_dead,
        "every_parameter_learns",
        "largest gradient of 'dense1.weight' .*: got 0.0, expected above 0",
    ),
]


@pytest.mark.parametrize(
    ("planted", "check", "message"), PLANTED, ids=lambda item: getattr(item, "__name__", "")
)
def test_the_fault_is_found(planted: Planted, check: str, message: str, finds: Any) -> None:
    finds("model", planted, [check], message)


def test_nothing_is_found_where_nothing_is_wrong(failures: Any) -> None:
    assert failures("model", good) == {}
