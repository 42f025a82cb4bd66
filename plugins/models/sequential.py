"""A network written as a list of layers in a config."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from convlab.errors import ConfigError, suggest
from convlab.plugin import (
    GLU,
    ActivationLayer,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    CReLU,
    Dense,
    Dropout,
    Flatten,
    FReLU,
    GlobalAveragePool,
    Layer,
    Maxout,
    MaxPool2D,
    Residual,
    Scale,
    claims,
)

LAYERS: Mapping[str, type[Layer]] = {
    "activation": ActivationLayer,
    "average_pool2d": AveragePool2D,
    "batch_norm": BatchNorm,
    "conv2d": Conv2D,
    "crelu": CReLU,
    "dense": Dense,
    "dropout": Dropout,
    "flatten": Flatten,
    "frelu": FReLU,
    "global_average_pool": GlobalAveragePool,
    "glu": GLU,
    "max_pool2d": MaxPool2D,
    "maxout": Maxout,
    "residual": Residual,
    "scale": Scale,
}


@claims(settings={"layers": ["flatten", {"layer": "dense", "units": "classes"}]})
def sequential(input_shape: tuple[int, int, int], classes: int, *, layers: Sequence[Any]) -> list[Layer]:
    """A network written as a list of layers, without any Python.

    Each layer is a name, or a mapping with ``layer`` and the arguments of that layer. ``units: classes`` is
    replaced by the number of classes; a residual block holds lists of its own::

        model:
          name: sequential
          layers:
            - {layer: conv2d, filters: 16, kernel_size: 3, padding: same, activation: default}
            - {layer: residual, branch: [{layer: conv2d, filters: 16, kernel_size: 3, padding: same}]}
            - global_average_pool
            - {layer: dense, units: classes}

    Args:
        input_shape: (H, W, C) of the images.
        classes: number of outputs.
        layers: the layers, at least one.

    Returns:
        The layers.

    Raises:
        ConfigError: if a layer or an argument is unknown or missing.

    Example:
        >>> from convlab import Model
        >>> layers = sequential((8, 8, 1), 10, layers=["flatten", {"layer": "dense", "units": "classes"}])
        >>> Model(layers, (8, 8, 1)).parameter_count
        650

    References:
        Chollet: Keras, 2015, whose `Sequential` this follows.
    """
    if not layers:
        raise ConfigError("model 'sequential': layers must name at least one layer")
    return _build(layers, classes)


def _build(descriptions: Sequence[Any], classes: int) -> list[Layer]:
    return [_layer(description, classes, number) for number, description in enumerate(descriptions, 1)]


def _layer(description: Any, classes: int, number: int) -> Layer:
    where = f"model 'sequential', layer {number}"
    arguments = {"layer": description} if isinstance(description, str) else description
    if not isinstance(arguments, Mapping) or not isinstance(arguments.get("layer"), str):
        raise ConfigError(f"{where}: expected a name or {{layer: name, ...}}, got {description!r}")
    values = dict(arguments)
    name = values.pop("layer")
    if name not in LAYERS:
        raise ConfigError(
            f"{where}: no layer named '{name}'{suggest(name, LAYERS).replace('installed', 'layers')}"
        )
    signature = inspect.signature(LAYERS[name])
    for key in values:
        if key not in signature.parameters:
            known = suggest(key, signature.parameters).replace("installed", "arguments")
            raise ConfigError(f"{where}: {name} has no argument '{key}'{known}")
    for key in ("branch", "shortcut"):
        if key in values:
            values[key] = _build(values[key], classes)
    if values.get("units") == "classes":
        values["units"] = classes
    # YAML has lists where the layers' arguments are tuples.
    values = {
        key: _tuples(value) if key not in ("branch", "shortcut") else value for key, value in values.items()
    }
    try:
        signature.bind(**values)
    except TypeError as error:
        raise ConfigError(f"{where}: {name}: {error}") from None
    return LAYERS[name](**values)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
