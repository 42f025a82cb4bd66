"""The contract of models."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from convlab.errors import ConvlabError
from convlab.layers import Layer
from convlab.losses import SoftmaxCrossEntropy
from convlab.model import Model
from convlab.testing.expectations import expect, expect_same
from convlab.testing.global_random import touches_random_states
from convlab.testing.subject import Subject

Shape = tuple[int, int, int]

# the images that most datasets have; a model may refuse some
_PROBLEMS: list[tuple[Shape, int]] = [((28, 28, 1), 10), ((32, 32, 3), 7)]
_TINY: list[Shape] = [(1, 1, 1), (3, 5, 2)]


def check_gives_a_list_of_layers(subject: Subject) -> None:
    """The factory makes a list of `convlab.plugin.Layer`."""
    for shape, classes in _PROBLEMS:
        try:
            made = subject.build(shape, classes)
        except ConvlabError:
            continue
        fine = isinstance(made, list) and made and all(isinstance(layer, Layer) for layer in made)
        expect(fine, "made", where=f"for images {shape}", got=made, expected="a list of layers")


def check_takes_common_images(subject: Subject) -> None:
    """It builds for 28x28x1 or for 32x32x3."""
    models = list(_models(subject))
    expected = "one of them to build"
    expect(models, "models", where="for images 28x28x1 and 32x32x3", got="none", expected=expected)


def check_has_one_output_per_class(subject: Subject) -> None:
    """The outputs are as many as the classes."""
    for model, classes, where in _models(subject):
        shape = model.output_shape
        expect(shape == (classes,), "shape of an output", where=where, got=shape, expected=(classes,))


def check_refuses_tiny_images_in_words(subject: Subject) -> None:
    """Images of a few pixels are taken, or refused by an error of convlab's that says so."""
    for shape in _TINY:
        try:
            Model(subject.build(shape, 10), shape)
        except ConvlabError as error:
            raised = error.__cause__
            expected = "a ConfigError or ShapeError that says what is too small"
            expect(raised is None, "raised", where=f"for images {shape}", got=repr(raised), expected=expected)


def check_gives_new_layers(subject: Subject) -> None:
    """Two models never share a layer."""
    for shape, classes in _PROBLEMS:
        first, second = ([*_layers(subject, shape, classes)] for _ in range(2))
        shared = {id(layer) for layer in first} & {id(layer) for layer in second}
        where = f"of two models for images {shape}"
        expect(not shared, "layers", where=where, got=f"{len(shared)} shared", expected="each its own")


def check_is_the_same_every_time(subject: Subject) -> None:
    """The same arguments and seed give the same network and the same weights."""
    for (first, _, where), (second, _, _) in zip(_models(subject), _models(subject), strict=True):
        names = [[layer.name for layer in model.walk()] for model in (first, second)]
        expect(names[0] == names[1], "layers of a second build", where=where, got=names[1], expected=names[0])
        for name, array in first.state().items():
            expect_same(f"'{name}' of a second build", where, second.state()[name], array)


def check_leaves_global_random_state(subject: Subject) -> None:
    """The random states of NumPy and of Python stay as they were."""
    same = not touches_random_states(lambda: list(_models(subject)))
    expect(same, "global random state", where="after a build", got="another", expected="the same")


def check_gives_finite_outputs(subject: Subject) -> None:
    """Noise gives finite outputs, in training and in inference."""
    for model, _, where in _models(subject):
        for training in (True, False):
            outputs = model.forward(_images(model), training=training)
            mode = "training" if training else "inference"
            bad = int((~np.isfinite(outputs)).sum())
            expect(bad == 0, f"outputs in {mode} that are not finite", where=where, got=bad, expected="none")


def check_inference_gives_the_same(subject: Subject) -> None:
    """Inference draws no random numbers: the same images give the same outputs."""
    for model, _, where in _models(subject):
        images = _images(model)
        first = model.forward(images).copy()
        expect_same("outputs of a second inference", where, model.forward(images, step=1), first)


def check_every_parameter_learns(subject: Subject) -> None:
    """Every trained parameter has a gradient within three steps, and a finite one."""
    for model, classes, where in _models(subject):
        # three, because a layer behind one that starts at zero learns from the second step on
        largest = np.max([_gradients_of_a_step(model, classes) for _ in range(3)], axis=0)
        for parameter, found in zip(model.parameters.trained, largest, strict=True):
            fine = 0 < found < np.inf
            what = f"largest gradient of '{parameter.name}'"
            expect(fine, what, where=where, got=found, expected="above 0 and finite")


def _models(subject: Subject) -> Iterator[tuple[Model, int, str]]:
    """The models for common images, their classes, and words for both; those that it refuses are left out."""
    for shape, classes in _PROBLEMS:
        layers = _layers(subject, shape, classes)
        if layers:
            yield Model(layers, shape), classes, f"for images {shape} of {classes} classes"


def _layers(subject: Subject, shape: Shape, classes: int) -> list[Layer]:
    try:
        made: list[Layer] = subject.build(shape, classes)
        return made
    except ConvlabError:
        return []


def _gradients_of_a_step(model: Model, classes: int) -> list[float]:
    """Takes a step of plain gradient descent; gives the largest gradient of each trained parameter."""
    outputs = model.forward(_images(model), training=True)
    gradient = model.gradient_buffer(len(outputs))
    SoftmaxCrossEntropy()(outputs, np.arange(len(outputs)) % classes, gradient)
    model.backward(gradient)
    model.parameters.values -= np.float32(0.01) * model.parameters.gradients
    return [float(np.abs(parameter.gradient).max(initial=0.0)) for parameter in model.parameters.trained]


def _images(model: Model) -> Any:
    return np.random.default_rng(0).standard_normal((8, *model.input_shape)).astype(np.float32)
