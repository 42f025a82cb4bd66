"""A VGG for small images."""

from convlab.errors import ConfigError
from convlab.plugin import ActivationLayer, BatchNorm, Conv2D, Dense, Dropout, Flatten, Layer, MaxPool2D


def vgg_small(
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    widths: tuple[int, ...] = (32, 64, 128),
    convolutions: int = 2,
    batch_norm: bool = False,
    dropout: float = 0.5,
) -> list[Layer]:
    """Blocks of 3x3 convolutions with a max-pooling behind each, and two dense layers.

    for each width w: `convolutions` times conv 3x3-w, then pool 2; dense 4 w_last, dropout, dense; ``"same"``
    padding. The images must be large enough for a pooling a width. 1,341,226 parameters on 32x32x3.

    Args:
        input_shape: (H, W, C) of the images.
        classes: number of outputs.
        widths: filters of the blocks, each >= 1.
        convolutions: convolutions a block, >= 1.
        batch_norm: whether a batch normalization follows each convolution, which then has no bias.
        dropout: share of the wide dense layer's outputs that is dropped, in [0, 1).

    Returns:
        The layers.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab import Model
        >>> Model(vgg_small((32, 32, 3), 10), (32, 32, 3)).parameter_count
        1341226

    References:
        Simonyan, Zisserman: Very deep convolutional networks for large-scale image recognition, 2015,
        section 2.1. Departures: fewer blocks and one wide dense layer, for images of 32x32 and less; batch
        normalization came later (Ioffe, Szegedy 2015).
    """
    if not widths or min(widths) < 1 or convolutions < 1:
        raise ConfigError(
            "model 'vgg_small': widths must be numbers >= 1 and convolutions >= 1, "
            f"got {list(widths)} and {convolutions}"
        )
    layers: list[Layer] = []
    for width in widths:
        for _ in range(convolutions):
            layers += _convolution(width, batch_norm)
        layers.append(MaxPool2D(2))
    return [
        *layers,
        Flatten(),
        Dense(4 * widths[-1], activation="default"),
        Dropout(dropout),
        Dense(classes),
    ]


def _convolution(filters: int, batch_norm: bool) -> list[Layer]:
    if batch_norm:
        return [
            Conv2D(filters, 3, padding="same", use_bias=False),
            BatchNorm(),
            ActivationLayer("default"),
        ]
    return [Conv2D(filters, 3, padding="same", activation="default")]
