"""LeNet-5."""

from typing import Literal

from convlab.plugin import AveragePool2D, Conv2D, Dense, Flatten, Layer, MaxPool2D


def lenet5(
    input_shape: tuple[int, int, int], classes: int, *, pooling: Literal["average", "max"] = "average"
) -> list[Layer]:
    """The first convolutional network in wide use: two 5x5 convolutions, two poolings, three dense layers.

    conv 5x5-6 (padding 2), pool 2, conv 5x5-16, pool 2, dense 120, dense 84, dense; 61,706 parameters on
    28x28x1. Images need at least 12x12 pixels.

    Args:
        input_shape: (H, W, C) of the images.
        classes: number of outputs.
        pooling: ``"average"`` as in the paper, or ``"max"``.

    Returns:
        The layers.

    Example:
        >>> from convlab import Model
        >>> Model(lenet5((28, 28, 1), 10), (28, 28, 1)).parameter_count
        61706

    References:
        LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, 1998,
        section II.B. Departures, as in every framework: 28x28 images are padded to 32x32 by the first
        convolution, pooling has no weights, the second convolution sees all maps, and the outputs are
        linear instead of radial basis functions. The paper's activation is 1.7159 tanh(2x/3).
    """
    pool = AveragePool2D if pooling == "average" else MaxPool2D
    return [
        Conv2D(6, 5, padding=2, activation="default"),
        pool(2),
        Conv2D(16, 5, activation="default"),
        pool(2),
        Flatten(),
        Dense(120, activation="default"),
        Dense(84, activation="default"),
        Dense(classes),
    ]
