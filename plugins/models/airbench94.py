"""The network of airbench94, which reaches 94% on CIFAR-10 in seconds on a GPU."""

from convlab.errors import ConfigError
from convlab.plugin import ActivationLayer, BatchNorm, Conv2D, Dense, Flatten, Layer, MaxPool2D, Scale

_WHITENING_FILTERS_PER_CHANNEL = 8
_NORM_MOMENTUM = 0.6


def airbench94(
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    widths: tuple[int, int, int] = (64, 256, 256),
    activation: str = "gelu",
    logit_factor: float = 1 / 9,
    whitening: bool = False,
) -> list[Layer]:
    """A 2x2 convolution that can whiten its input, three groups of two 3x3 convolutions, and a linear layer.

    conv 2x2-8C, gelu; for each width w: conv 3x3-w, pool 2, batch norm, gelu, conv 3x3-w, batch norm, gelu;
    pool 3; dense without bias; logits times ``logit_factor``. Only the first convolution has a bias. Made for
    32x32 images; they need at least 25x25 pixels. 1,972,792 parameters on 32x32x3. Published on CIFAR-10:
    94.01% after 9.9 epochs with its own training recipe.

    Args:
        input_shape: (H, W, C) of the images.
        classes: number of outputs.
        widths: filters of the three groups, >= 1.
        activation: of all layers, or ``"default"`` for the experiment's.
        logit_factor: what the outputs are multiplied by, finite, not zero.
        whitening: whether the first convolution is filled with the eigenvectors of the images' patches and
            kept so, as published; it needs images when the network is built, which a run has.

    Returns:
        The layers.

    Raises:
        ConfigError: if a width is below 1.

    Example:
        >>> from convlab import Model
        >>> Model(airbench94((32, 32, 3), 10), (32, 32, 3)).parameter_count
        1972792

    References:
        Jordan: 94% on CIFAR-10 in 3.29 seconds on a single GPU, 2024, section 3. Departures: without
        `whitening` the first convolution starts like any other and learns; with it, its bias stays 0, where
        the paper trains it for three epochs; scales of batch normalization learn, and its epsilon is 1e-5.
    """
    if min(widths) < 1:
        raise ConfigError(f"model 'airbench94': widths must be >= 1, got {list(widths)}")
    first = Conv2D(
        _WHITENING_FILTERS_PER_CHANNEL * input_shape[2],
        2,
        activation=activation,
        kernel_initializer="patch_whitening" if whitening else "default",
        trainable=not whitening,
    )
    layers: list[Layer] = [first]
    for width in widths:
        layers += _group(width, activation)
    return [*layers, MaxPool2D(3), Flatten(), Dense(classes, use_bias=False), Scale(logit_factor)]


def _group(width: int, activation: str) -> list[Layer]:
    return [
        Conv2D(width, 3, padding="same", use_bias=False),
        MaxPool2D(2),
        BatchNorm(momentum=_NORM_MOMENTUM),
        ActivationLayer(activation),
        Conv2D(width, 3, padding="same", use_bias=False),
        BatchNorm(momentum=_NORM_MOMENTUM),
        ActivationLayer(activation),
    ]
