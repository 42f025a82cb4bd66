"""The contract of initializers."""

from dataclasses import replace
from functools import partial
from math import sqrt
from typing import Any

import numpy as np

from convlab import kernels
from convlab.contracts.initializer import InitializerSpec
from convlab.contracts.parameter import Array
from convlab.testing.expectations import expect, expect_same
from convlab.testing.global_random import stirred_random_states, touches_random_states
from convlab.testing.subject import Subject

# shapes that trip up initializers: even and rectangular windows, groups, one filter, and every role
SPECS = [
    InitializerSpec((8, 3, 3, 4), "conv_weight", "conv1", gain=2**0.5),
    InitializerSpec((4, 3, 3, 8), "conv_weight", "conv2", layer_index=1, depth=3),
    InitializerSpec((70, 3, 3, 1), "conv_weight", "wide"),
    InitializerSpec((8, 1, 1, 4), "conv_weight", "pointwise"),
    InitializerSpec((6, 2, 2, 3), "conv_weight", "even"),
    InitializerSpec((6, 5, 1, 3), "conv_weight", "column"),
    InitializerSpec((5, 7, 4, 3), "conv_weight", "rectangular"),
    InitializerSpec((8, 3, 3, 2), "conv_weight", "grouped", groups=2),
    InitializerSpec((12, 3, 3, 1), "conv_weight", "depthwise", groups=6),
    InitializerSpec((10, 64), "dense_weight", "narrowing"),
    InitializerSpec((64, 10), "dense_weight", "widening"),
    InitializerSpec((1, 1), "dense_weight", "single"),
    InitializerSpec((16,), "bias", "conv1"),
    InitializerSpec((16,), "scale", "norm1"),
    InitializerSpec((16,), "shift", "norm1"),
]
# large enough to measure a variance, with fans that differ from each other
LARGE_SPECS = [
    InitializerSpec((64, 3, 3, 32), "conv_weight", "conv", gain=sqrt(2)),
    InitializerSpec((48, 5, 3, 16), "conv_weight", "grouped", groups=4, gain=0.75),
    InitializerSpec((40, 300), "dense_weight", "dense", gain=1.5),
]
_SEEDS = range(4)
# a false alarm once in 5e8 measurements
_SIGMAS = 6.0


def check_gives_the_shape(subject: Subject) -> None:
    """The array has the shape that was asked for, whatever role, window and groups."""
    for spec in SPECS:
        shape = np.shape(initialized(subject, spec))
        expect(shape == spec.shape, "shape", where=_where(spec), got=shape, expected=spec.shape)


def check_gives_float(subject: Subject) -> None:
    """The array is one of NumPy's, of float32 or float64."""
    for spec in SPECS:
        made = initialized(subject, spec)
        dtype = getattr(made, "dtype", type(made).__name__)
        is_float = isinstance(made, np.ndarray) and dtype in (np.float32, np.float64)
        expect(is_float, "array", where=_where(spec), got=dtype, expected="float32 or float64")


def check_gives_finite_values(subject: Subject) -> None:
    """No weight is NaN or infinite."""
    for spec in SPECS:
        made = np.asarray(initialized(subject, spec), np.float64)
        bad = int(np.sum(~np.isfinite(made)))
        expect(bad == 0, "weights that are NaN or infinite", where=_where(spec), got=bad, expected="none")


def check_same_generator_gives_the_same(subject: Subject) -> None:
    """The array depends on the spec and the generator alone."""
    for spec in SPECS:
        made = []
        for seed in (1, 2):
            with stirred_random_states(seed):
                made.append(initialized(subject, spec, seed=7))
        expect_same("weights of the same seed", _where(spec), made[1], made[0])


def check_leaves_global_random_state(subject: Subject) -> None:
    """The random states of NumPy and of Python stay as they were."""
    touched = touches_random_states(lambda: [initialized(subject, spec) for spec in SPECS])
    expected = "the same; draw from the generator that is given"
    expect(not touched, "global random state", where="after all layers", got="another", expected=expected)


def check_gives_a_new_array(subject: Subject) -> None:
    """Two layers never share memory."""
    for spec in SPECS:
        first, second = initialized(subject, spec), initialized(subject, spec)
        shared = np.shares_memory(first, second)
        expect(not shared, "memory of two arrays", where=_where(spec), got="shared", expected="each its own")


def check_leaves_the_inputs_of_the_layer(subject: Subject) -> None:
    """Where real inputs of the layer can be seen they are not changed, and the array is as it should be."""
    for spec in SPECS[:11]:  # of weights
        sample = _sample(spec)
        before = sample.copy()
        seeing = replace(_with_data(spec), sample_input=sample.view)
        made = initialized(subject, seeing)
        expect_same("inputs of the layer", _where(spec), sample, before)
        fine = np.shape(made) == spec.shape and np.isfinite(made).all()
        expect(
            fine, "weights from real inputs", where=_where(spec), got=made, expected="finite, of the shape"
        )


def check_claimed_variance(subject: Subject) -> None:
    """The variance is the claimed one for several fans, within what chance allows."""
    variance = subject.claim("variance")
    for spec in LARGE_SPECS:
        weights = _pooled(subject, spec)
        _expect_mean("variance", spec, (weights - weights.mean()) ** 2, variance(spec))


def check_claimed_mean(subject: Subject) -> None:
    """The mean is the claimed one, within what chance allows."""
    mean = subject.claim("mean")
    for spec in LARGE_SPECS:
        _expect_mean("mean", spec, _pooled(subject, spec), mean(spec))


def check_claimed_largest(subject: Subject) -> None:
    """No weight is larger than claimed."""
    largest = subject.claim("largest")
    for spec in LARGE_SPECS:
        found, expected = float(np.abs(_pooled(subject, spec)).max()), float(largest(spec))
        holds = found <= expected * (1 + 1e-6)
        expect(holds, "largest weight", where=_where(spec), got=f"{found:.5g}", expected=f"<= {expected:.5g}")


def check_another_generator_gives_another(subject: Subject) -> None:
    """An initializer with a variance draws from the generator: another seed gives other weights."""
    subject.claim("variance")
    for spec in LARGE_SPECS:
        same = np.array_equal(initialized(subject, spec, seed=1), initialized(subject, spec, seed=2))
        expect(not same, "weights of two seeds", where=_where(spec), got="the same", expected="others")


def initialized(subject: Subject, spec: InitializerSpec, seed: int = 0) -> Any:
    """What an initializer makes of a spec, with data of the layer at hand as in a run."""
    if spec.sample_input is None:
        spec = _with_data(spec)
    return subject.build(spec, np.random.default_rng(seed))


def _pooled(subject: Subject, spec: InitializerSpec) -> Array:
    made = [np.asarray(initialized(subject, spec, seed), np.float64).ravel() for seed in _SEEDS]
    return np.concatenate(made)


def _expect_mean(what: str, spec: InitializerSpec, values: Array, expected: float) -> None:
    """Raises unless the mean of independent values is the expected one, within six standard errors."""
    found, error = float(values.mean()), float(values.std() / sqrt(values.size))
    expect(
        abs(found - expected) <= _SIGMAS * error + 1e-12,
        f"{what} (fan_in {spec.fan_in}, fan_out {spec.fan_out}, gain {spec.gain:.4g})",
        where=_where(spec),
        got=f"{found:.5g}",
        expected=f"{expected:.5g} within {_SIGMAS * error:.2g}",
    )


def _with_data(spec: InitializerSpec) -> InitializerSpec:
    """The spec with inputs of the layer, and with its outputs for values that it is asked to try."""
    if spec.role == "conv_weight":
        return replace(spec, sample_input=_sample(spec).view, sample_output=partial(_convolved, spec))
    if spec.role == "dense_weight":
        rows = _sample(spec)
        return replace(
            spec,
            sample_input=rows.view,
            sample_output=lambda weight: kernels.dense(rows, weight.astype(np.float32)),
        )
    outputs = np.random.default_rng(5).standard_normal((8, 9, 9, spec.shape[0])).astype(np.float32)
    return replace(spec, sample_output=lambda values: outputs + values)


def _convolved(spec: InitializerSpec, weight: Array) -> Array:
    x = _sample(spec)
    return kernels.conv2d(x, weight.astype(np.float32), padding="same", groups=spec.groups)


def _sample(spec: InitializerSpec) -> Array:
    """Inputs as the layer would see them: (N, H, W, C) or (N, C)."""
    channels = spec.shape[-1] * spec.groups
    shape = (8, 9, 9, channels) if spec.role == "conv_weight" else (80, channels)
    return np.random.default_rng(3).standard_normal(shape).astype(np.float32)


def _where(spec: InitializerSpec) -> str:
    groups = f", {spec.groups} groups" if spec.groups > 1 else ""
    return f"for {spec.role} of shape {spec.shape}{groups}"
