"""Losses: the value and its gradient together."""

from abc import ABC, abstractmethod

import numpy as np

from convlab import kernels
from convlab.contracts.parameter import Array
from convlab.errors import ConfigError


class Loss(ABC):
    """Compares outputs with labels.

    A loss is called with the outputs (N, K), the labels (N,) as int64, and a buffer for the gradient; it
    returns the mean over the batch and writes the gradient of this mean.
    """

    @abstractmethod
    def __call__(self, output: Array, labels: Array, gradient: Array) -> float:
        """Returns the mean loss and writes its gradient with respect to `output`."""


class SoftmaxCrossEntropy(Loss):
    """Cross-entropy between labels and the softmax of the outputs.

    ``loss = -mean_n sum_k t_nk log(softmax(z_n)_k)`` with ``t = (1 - e) onehot + e/K``; the gradient is
    ``(softmax(z) - t) / N``.

    Args:
        label_smoothing: e, the share of every label spread over all classes, in [0, 1).

    Raises:
        ConfigError: if `label_smoothing` is out of range.

    Example:
        >>> loss = SoftmaxCrossEntropy()
        >>> output, gradient = np.zeros((1, 4), np.float32), np.empty((1, 4), np.float32)
        >>> round(loss(output, np.array([2]), gradient), 4)  # log 4
        1.3863
        >>> gradient.tolist()
        [[0.25, 0.25, -0.75, 0.25]]

    References:
        Bridle: Probabilistic interpretation of feedforward classification network outputs, 1990.
        Szegedy et al.: Rethinking the Inception architecture, 2015, section 7 (label smoothing).
    """

    def __init__(self, label_smoothing: float = 0.0) -> None:
        if not 0 <= label_smoothing < 1:
            raise ConfigError(f"label_smoothing must be in [0, 1), got {label_smoothing}")
        self.label_smoothing = label_smoothing

    def __call__(self, output: Array, labels: Array, gradient: Array) -> float:
        value, _ = kernels.softmax_cross_entropy(
            output, labels, label_smoothing=self.label_smoothing, out=gradient
        )
        return value


class MeanSquaredError(Loss):
    """Mean squared difference between the outputs and one-hot labels.

    ``loss = mean_{n,k} (z_nk - onehot_nk)^2``, the mean over batch and outputs as in Keras and PyTorch.

    Args:
        label_smoothing: share of every label spread over all classes, in [0, 1).

    Raises:
        ConfigError: if `label_smoothing` is out of range.

    Example:
        >>> loss = MeanSquaredError()
        >>> output, gradient = np.zeros((1, 4), np.float32), np.empty((1, 4), np.float32)
        >>> loss(output, np.array([2]), gradient)
        0.25
        >>> gradient.tolist()
        [[0.0, 0.0, -0.5, 0.0]]

    References:
        Rumelhart, Hinton, Williams: Learning representations by back-propagating errors, 1986, equation 3.
    """

    def __init__(self, label_smoothing: float = 0.0) -> None:
        if not 0 <= label_smoothing < 1:
            raise ConfigError(f"label_smoothing must be in [0, 1), got {label_smoothing}")
        self.label_smoothing = label_smoothing

    def __call__(self, output: Array, labels: Array, gradient: Array) -> float:
        classes = output.shape[-1]
        target = np.full(output.shape, self.label_smoothing / classes, output.dtype)
        target[np.arange(len(labels)), labels] += 1.0 - self.label_smoothing
        value, _ = kernels.mean_squared_error(output, target, out=gradient)
        return value


def make_loss(name: str, label_smoothing: float = 0.0) -> Loss:
    """The loss of a config: ``"softmax_cross_entropy"`` or ``"mean_squared_error"``.

    Raises:
        ConfigError: if there is no such loss.
    """
    losses: dict[str, type[SoftmaxCrossEntropy] | type[MeanSquaredError]] = {
        "softmax_cross_entropy": SoftmaxCrossEntropy,
        "mean_squared_error": MeanSquaredError,
    }
    if name not in losses:
        raise ConfigError(f"loss must be one of {', '.join(losses)}, got {name!r}")
    return losses[name](label_smoothing)
