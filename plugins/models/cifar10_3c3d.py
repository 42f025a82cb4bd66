"""The network `3c3d` of the DeepOBS benchmark of optimizers."""

from convlab.plugin import Conv2D, Dense, Flatten, Layer, MaxPool2D


def cifar10_3c3d(input_shape: tuple[int, int, int], classes: int) -> list[Layer]:
    """Three convolutions with overlapping max-pooling, and three dense layers.

    conv 5x5-64, pool 3/2, conv 3x3-96, pool 3/2, conv 3x3-128 ``"same"``, pool 3/2, dense 512, dense 256,
    dense; the first two convolutions without padding, the poolings with ``"same"``. 895,210 parameters on
    32x32x3. Published on CIFAR-10 with relu, batch 128, 100 epochs, Glorot normal convolutions and uniform
    dense layers, L2 0.002 on weights: Adam with rate 3.98e-4 reaches 0.8461 +- 0.0028, momentum
    0.8481 +- 0.0011.

    Args:
        input_shape: (H, W, C) of the images, at least 11x11.
        classes: number of outputs.

    Returns:
        The layers.

    Example:
        >>> from convlab import Model
        >>> Model(cifar10_3c3d((32, 32, 3), 10), (32, 32, 3)).parameter_count
        895210

    References:
        Schneider, Balles, Hennig: DeepOBS: a deep learning optimizer benchmark suite, 2019, appendix.
    """
    return [
        Conv2D(64, 5, activation="default"),
        MaxPool2D(3, stride=2, padding="same"),
        Conv2D(96, 3, activation="default"),
        MaxPool2D(3, stride=2, padding="same"),
        Conv2D(128, 3, padding="same", activation="default"),
        MaxPool2D(3, stride=2, padding="same"),
        Flatten(),
        Dense(512, activation="default"),
        Dense(256, activation="default"),
        Dense(classes),
    ]
