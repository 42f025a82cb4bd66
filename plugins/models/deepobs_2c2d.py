"""The network `2c2d` of the DeepOBS benchmark of optimizers."""

from convlab.plugin import Conv2D, Dense, Flatten, Layer, MaxPool2D


def deepobs_2c2d(input_shape: tuple[int, int, int], classes: int) -> list[Layer]:
    """Two 5x5 convolutions with max-pooling, one wide dense layer, and the outputs.

    conv 5x5-32, pool 2, conv 5x5-64, pool 2, dense 1024, dense; ``"same"`` padding; 3,274,634 parameters on
    28x28x1. Published on Fashion-MNIST with relu, batch 128, 100 epochs, weights truncated normal with
    std 0.05, biases 0.05: SGD with rate 0.158 reaches 0.9233 +- 0.0008.

    Args:
        input_shape: (H, W, C) of the images.
        classes: number of outputs.

    Returns:
        The layers.

    Example:
        >>> from convlab import Model
        >>> Model(deepobs_2c2d((28, 28, 1), 10), (28, 28, 1)).parameter_count
        3274634

    References:
        Schneider, Balles, Hennig: DeepOBS: a deep learning optimizer benchmark suite, 2019, appendix.
    """
    return [
        Conv2D(32, 5, padding="same", activation="default"),
        MaxPool2D(2),
        Conv2D(64, 5, padding="same", activation="default"),
        MaxPool2D(2),
        Flatten(),
        Dense(1024, activation="default"),
        Dense(classes),
    ]
