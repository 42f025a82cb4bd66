"""A network without convolution, to measure what convolution brings."""

from collections.abc import Sequence

from convlab.errors import ConfigError
from convlab.plugin import Dense, Dropout, Flatten, Layer


def mlp(
    input_shape: tuple[int, int, int], classes: int, *, units: Sequence[int] = (128,), dropout: float = 0.0
) -> list[Layer]:
    """Dense layers only: every pixel is an input of its own, with no notion of neighbourhood.

    Args:
        input_shape: (H, W, C) of the images.
        classes: number of outputs.
        units: outputs of each hidden layer, >= 1; none makes it a linear classifier.
        dropout: probability of a zero after each hidden layer, in [0, 1).

    Returns:
        The layers.

    Raises:
        ConfigError: if a hidden layer has no units.

    Example:
        >>> from convlab import Model
        >>> Model(mlp((8, 8, 1), 10, units=(32,)), (8, 8, 1)).parameter_count
        2410

    References:
        Rumelhart, Hinton, Williams: Learning representations by back-propagating errors, 1986.
    """
    if any(count < 1 for count in units):
        raise ConfigError(f"model 'mlp': units must be >= 1, got {list(units)}")
    layers: list[Layer] = [Flatten()]
    for count in units:
        layers.append(Dense(count, activation="default"))
        if dropout > 0:
            layers.append(Dropout(dropout))
    return [*layers, Dense(classes)]
