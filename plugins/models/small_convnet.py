"""The default network: small enough for the bundled digits, and a convolutional network all the same."""

from convlab.errors import ConfigError
from convlab.plugin import Conv2D, Dense, Flatten, Layer, MaxPool2D


def small_convnet(input_shape: tuple[int, int, int], classes: int, *, width: int = 32) -> list[Layer]:
    """Two 3x3 convolutions with max-pooling and one dense layer; works from 4x4 pixels up.

    conv 3x3-w, pool 2, conv 3x3-2w, pool 2, dense; ``"same"`` padding. On the 8x8 digits with w = 32:
    21,386 parameters.

    Args:
        input_shape: (H, W, C) of the images.
        classes: number of outputs.
        width: filters w of the first convolution, >= 1; the second has twice as many.

    Returns:
        The layers.

    Raises:
        ConfigError: if the width is below 1.

    Example:
        >>> from convlab import Model
        >>> Model(small_convnet((8, 8, 1), 10), (8, 8, 1)).parameter_count
        21386

    References:
        LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, 1998, for the
        pattern of convolution and pooling; the sizes are our own.
    """
    if width < 1:
        raise ConfigError(f"model 'small_convnet': width must be >= 1, got {width}")
    return [
        Conv2D(width, 3, padding="same", activation="default"),
        MaxPool2D(2),
        Conv2D(2 * width, 3, padding="same", activation="default"),
        MaxPool2D(2),
        Flatten(),
        Dense(classes),
    ]
