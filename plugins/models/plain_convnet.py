"""A plain chain of convolutions, as deep as wanted."""

from convlab.errors import ConfigError
from convlab.plugin import Conv2D, Dense, GlobalAveragePool, Layer


def plain_convnet(
    input_shape: tuple[int, int, int], classes: int, *, depth: int = 30, width: int = 16
) -> list[Layer]:
    """Convolutions 3x3 one after the other, with nothing that helps a signal through, and a dense layer.

    depth - 1 times conv 3x3-w, the two at a third and at two thirds of the way with stride 2; global average
    pooling; dense. No shortcuts and no normalization: whether it learns at all is up to the initializer.

    Args:
        input_shape: (H, W, C) of the images.
        classes: number of outputs.
        depth: layers with weights, >= 2.
        width: filters w of every convolution, >= 1.

    Returns:
        The layers.

    Raises:
        ConfigError: if `depth` or `width` is out of range.

    Example:
        >>> from convlab import Model
        >>> Model(plain_convnet((28, 28, 1), 10), (28, 28, 1)).parameter_count
        65290

    References:
        He, Zhang, Ren, Sun: Delving deep into rectifiers, 2015, section 2.2 and figure 3: thirty layers learn
        from He's weights and stall with Glorot's. Xiao et al.: Dynamical isometry and a mean field theory of
        CNNs, 2018, section 3, for plain networks of thousands of layers of one width.
    """
    if depth < 2 or width < 1:
        raise ConfigError(
            f"model 'plain_convnet': depth must be >= 2 and width >= 1, got {depth} and {width}"
        )
    convolutions = depth - 1
    shrinking = {convolutions // 3, 2 * convolutions // 3} - {0}
    layers: list[Layer] = [
        Conv2D(width, 3, stride=2 if number in shrinking else 1, padding="same", activation="default")
        for number in range(convolutions)
    ]
    return [*layers, GlobalAveragePool(), Dense(classes)]
