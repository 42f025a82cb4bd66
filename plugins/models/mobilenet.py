"""MobileNet for small images."""

from convlab.errors import ConfigError
from convlab.plugin import ActivationLayer, BatchNorm, Conv2D, Dense, GlobalAveragePool, Layer

# Filters at full width and stride of the separable blocks.
_BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1))


def mobilenet(input_shape: tuple[int, int, int], classes: int, *, width: float = 0.5) -> list[Layer]:
    """A convolution and eight blocks that filter each channel by itself and then mix the channels.

    conv 3x3-32; blocks 64, 128/2, 128, 256/2, 256, 512/2, 512, 512, all widths times `width`; a block is a
    depthwise 3x3 convolution and a 1x1 convolution, each with batch normalization and activation; global
    average pooling; dense. 210,858 parameters on 32x32x3 with width 0.5.

    Args:
        input_shape: (H, W, C) of the images.
        classes: number of outputs.
        width: factor of all numbers of filters, > 0; the paper's alpha.

    Returns:
        The layers.

    Raises:
        ConfigError: if `width` is out of range.

    Example:
        >>> from convlab import Model
        >>> Model(mobilenet((32, 32, 3), 10), (32, 32, 3)).parameter_count
        210858

    References:
        Howard et al.: MobileNets: efficient convolutional neural networks for mobile vision applications,
        2017, table 1. Departures, for images of 32x32: no stride in the first convolution, three strides
        instead of five, eight blocks instead of thirteen; half the width by default.
    """
    if not 0 < width < float("inf"):
        raise ConfigError(f"model 'mobilenet': width must be > 0 and finite, got {width!r}")

    def scaled(filters: int) -> int:
        return max(1, round(filters * width))

    channels = scaled(32)
    layers = _normalized(Conv2D(channels, 3, padding="same", use_bias=False))
    for filters, stride in _BLOCKS:
        depthwise = Conv2D(channels, 3, stride=stride, padding="same", groups=channels, use_bias=False)
        channels = scaled(filters)
        layers += [*_normalized(depthwise), *_normalized(Conv2D(channels, 1, use_bias=False))]
    return [*layers, GlobalAveragePool(), Dense(classes)]


def _normalized(convolution: Conv2D) -> list[Layer]:
    return [convolution, BatchNorm(), ActivationLayer("default")]
