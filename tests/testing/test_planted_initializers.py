"""Faulty initializers, each found by the check that is meant for it and by no other."""

from collections.abc import Callable
from functools import lru_cache
from itertools import count
from math import sqrt
from typing import Any

import numpy as np
import pytest

from convlab.plugin import Array, InitializerSpec, claims

Planted = Callable[[InitializerSpec, np.random.Generator], Any]
Spec, Rng = InitializerSpec, np.random.Generator


def he(spec: Spec, rng: Rng) -> Array:
    return sqrt(2 / spec.fan_in) * rng.standard_normal(spec.shape)


def row_for_a_bias(spec: Spec, rng: Rng) -> Array:
    return he(spec, rng).reshape(1, -1) if len(spec.shape) == 1 else he(spec, rng)


def integers_for_a_scale(spec: Spec, rng: Rng) -> Array:
    return np.ones(spec.shape, np.int64) if spec.role == "scale" else he(spec, rng)


def not_a_number_for_a_single_weight(spec: Spec, rng: Rng) -> Array:
    weights = he(spec, rng)
    with np.errstate(all="ignore"):
        return weights / weights.std() if spec.layer == "single" else weights


def entropy_of_its_own(spec: Spec, rng: Rng) -> Array:
    return he(spec, np.random.default_rng())


_calls = count()


def depends_on_the_number_of_calls(spec: Spec, rng: Rng) -> Array:
    return he(spec, rng) * (1 + 1e-3 * next(_calls))


def seeds_everybody(spec: Spec, rng: Rng) -> Array:
    np.random.seed(0)  # noqa: NPY002
    return he(spec, rng)


@lru_cache
def _kept(shape: tuple[int, ...]) -> Array:
    return np.zeros(shape)


def one_array_for_all(spec: Spec, rng: Rng) -> Array:
    return _kept(spec.shape)


def standardizes_the_inputs_in_place(spec: Spec, rng: Rng) -> Array:
    if spec.sample_input is not None:
        inputs = spec.sample_input()
        inputs /= inputs.std()
    return he(spec, rng)


@claims(variance=lambda spec: 2 / spec.fan_in)
def takes_the_other_fan(spec: Spec, rng: Rng) -> Array:
    return sqrt(2 / spec.fan_out) * rng.standard_normal(spec.shape)


@claims(variance=lambda spec: 2 / spec.fan_out)
def forgets_the_groups(spec: Spec, rng: Rng) -> Array:
    return sqrt(2 / (spec.fan_out * spec.groups)) * rng.standard_normal(spec.shape)


@claims(variance=lambda spec: spec.gain**2 / spec.fan_in)
def forgets_the_gain(spec: Spec, rng: Rng) -> Array:
    return sqrt(1 / spec.fan_in) * rng.standard_normal(spec.shape)


@claims(variance=lambda spec: 2 / spec.fan_in)
def clips_without_a_correction(spec: Spec, rng: Rng) -> Array:
    std = sqrt(2 / spec.fan_in)
    return he(spec, rng).clip(-2 * std, 2 * std)


@claims(mean=lambda spec: 0.0)
def only_positive(spec: Spec, rng: Rng) -> Array:
    return abs(he(spec, rng))


@claims(largest=lambda spec: 2 * sqrt(2 / spec.fan_in))
def not_truncated(spec: Spec, rng: Rng) -> Array:
    return he(spec, rng)


@claims(variance=lambda spec: 2 / spec.fan_in)
def always_the_same_seed(spec: Spec, rng: Rng) -> Array:
    return he(spec, np.random.default_rng(spec.layer_index))


PLANTED: list[tuple[Planted, str, str]] = [
    (row_for_a_bias, "gives_the_shape", r"shape for bias of shape \(16,\): got \(1, 16\), expected \(16,\)"),
    (integers_for_a_scale, "gives_float", "array for scale .*: got int64, expected float32 or float64"),
    (not_a_number_for_a_single_weight, "gives_finite_values", r"dense_weight of shape \(1, 1\): got 1"),
    (entropy_of_its_own, "same_generator_gives_the_same", "weights of the same seed for conv_weight"),
    (depends_on_the_number_of_calls, "same_generator_gives_the_same", "weights of the same seed"),
    (seeds_everybody, "leaves_global_random_state", "global random state after all layers: got another"),
    (one_array_for_all, "gives_a_new_array", "memory of two arrays .*: got shared"),
    (standardizes_the_inputs_in_place, "leaves_the_inputs_of_the_layer", "inputs of the layer for conv_w"),
    (takes_the_other_fan, "claimed_variance", r"variance \(fan_in 288, fan_out 576, gain 1.414\)"),
    (forgets_the_groups, "claimed_variance", r"variance \(fan_in 240, fan_out 180, .*, 4 groups: got "),
    (forgets_the_gain, "claimed_variance", "expected .* within"),
    (clips_without_a_correction, "claimed_variance", "expected 0.0069444 within"),
    (only_positive, "claimed_mean", "mean .* for conv_weight .*, expected 0 within"),
    (not_truncated, "claimed_largest", "largest weight for conv_weight .*, expected <= 0.16667"),
    (always_the_same_seed, "another_generator_gives_another", "weights of two seeds .*: got the same"),
]


@pytest.mark.parametrize(
    ("planted", "check", "message"), PLANTED, ids=lambda item: getattr(item, "__name__", "")
)
def test_the_fault_is_found(planted: Planted, check: str, message: str, finds: Any) -> None:
    finds("initializer", planted, [check], message)


def test_nothing_is_found_where_nothing_is_wrong(failures: Any) -> None:
    good = claims(variance=lambda spec: 2 / spec.fan_in, mean=lambda spec: 0.0)(he)
    assert failures("initializer", good) == {}
