"""ResNet-20 for small images."""

from convlab.plugin import ActivationLayer, BatchNorm, Conv2D, Dense, GlobalAveragePool, Layer, Residual

_BLOCKS_PER_STAGE = 3


def resnet20(input_shape: tuple[int, int, int], classes: int, *, width: int = 16) -> list[Layer]:
    """Twenty layers with weights: a convolution, nine residual blocks of two, and a dense layer.

    conv 3x3-w; three stages of three blocks with w, 2w, 4w filters, the second and third beginning with
    stride 2; batch normalization after every convolution; global average pooling; dense. 272,474 parameters
    on 32x32x3 with w = 16. Published on CIFAR-10: test error 8.75%.

    Args:
        input_shape: (H, W, C) of the images.
        classes: number of outputs.
        width: filters w of the first stage, >= 1.

    Returns:
        The layers.

    Example:
        >>> from convlab import Model
        >>> Model(resnet20((32, 32, 3), 10), (32, 32, 3)).parameter_count
        272474

    References:
        He, Zhang, Ren, Sun: Deep residual learning for image recognition, 2015, section 4.2. Departure:
        where a block changes its shape the shortcut is a 1x1 convolution (the paper's option B) and not a
        padding with zeros (option A).
    """
    layers: list[Layer] = [
        Conv2D(width, 3, padding=1, use_bias=False),
        BatchNorm(),
        ActivationLayer("default"),
    ]
    for stage in range(3):
        for block in range(_BLOCKS_PER_STAGE):
            shrinks = stage > 0 and block == 0
            layers.append(_block(width * 2**stage, stride=2 if shrinks else 1, projects=shrinks))
    return [*layers, GlobalAveragePool(), Dense(classes)]


def _block(filters: int, *, stride: int, projects: bool) -> Residual:
    branch = [
        Conv2D(filters, 3, stride=stride, padding=1, use_bias=False),
        BatchNorm(),
        ActivationLayer("default"),
        Conv2D(filters, 3, padding=1, use_bias=False),
        BatchNorm(),
    ]
    shortcut = [Conv2D(filters, 1, stride=stride, use_bias=False), BatchNorm()] if projects else []
    return Residual(branch, shortcut, activation="default")
