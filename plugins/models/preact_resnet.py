"""Residual networks whose blocks begin with normalization and activation."""

from convlab.errors import ConfigError
from convlab.plugin import ActivationLayer, BatchNorm, Conv2D, Dense, GlobalAveragePool, Layer, Residual


def preact_resnet(
    input_shape: tuple[int, int, int], classes: int, *, depth: int = 20, width: int = 16
) -> list[Layer]:
    """A residual network in which nothing but additions lies on the way from input to output.

    conv 3x3-w; three stages of (depth - 2)/6 blocks with w, 2w, 4w filters, the second and third beginning
    with stride 2; batch normalization, activation; global average pooling; dense. A block adds batch norm,
    activation, conv 3x3, batch norm, activation, conv 3x3 to its input. 272,282 parameters on 32x32x3 with
    depth 20.

    Args:
        input_shape: (H, W, C) of the images.
        classes: number of outputs.
        depth: layers with weights but for the shortcuts, 6 n + 2 with n >= 1.
        width: filters w of the first stage, >= 1.

    Returns:
        The layers.

    Raises:
        ConfigError: if `depth` or `width` is out of range.

    Example:
        >>> from convlab import Model
        >>> Model(preact_resnet((32, 32, 3), 10), (32, 32, 3)).parameter_count
        272282

    References:
        He, Zhang, Ren, Sun: Identity mappings in deep residual networks, 2016, figure 4(e). Where a block
        changes its shape, the shortcut is a 1x1 convolution of what is already normalized and activated, as
        in the authors' code.
    """
    if depth < 8 or depth % 6 != 2 or width < 1:
        raise ConfigError(
            "model 'preact_resnet': depth must be 6 n + 2 (8, 14, 20, ...) and width >= 1, "
            f"got {depth} and {width}"
        )
    layers: list[Layer] = [Conv2D(width, 3, padding=1, use_bias=False)]
    for stage in range(3):
        for block in range((depth - 2) // 6):
            layers += _block(width * 2**stage, shrinks=stage > 0 and block == 0)
    return [*layers, BatchNorm(), ActivationLayer("default"), GlobalAveragePool(), Dense(classes)]


def _block(filters: int, *, shrinks: bool) -> list[Layer]:
    before: list[Layer] = [BatchNorm(), ActivationLayer("default")]
    convolutions = [
        Conv2D(filters, 3, stride=2 if shrinks else 1, padding=1, use_bias=False),
        BatchNorm(),
        ActivationLayer("default"),
        Conv2D(filters, 3, padding=1, use_bias=False),
    ]
    if not shrinks:
        return [Residual([*before, *convolutions], activation=None)]
    shortcut = [Conv2D(filters, 1, stride=2, use_bias=False)]
    return [*before, Residual(convolutions, shortcut, activation=None)]
