"""What layers with weights share: the arguments, the parameters, the activation at the end."""

from abc import abstractmethod
from collections.abc import Mapping

from convlab import kernels
from convlab.contracts.optimizer import Look
from convlab.contracts.parameter import Array, Parameter, Role
from convlab.layers.applied_activation import AppliedActivation
from convlab.layers.base import Layer
from convlab.layers.builder import DEFAULT, ActivationChoice, Builder, InitializerChoice


class WeightedLayer(Layer):
    """A layer that multiplies by weights, adds a bias and applies an activation.

    Args:
        activation: name, mapping, `Activation`, None for linear, or ``"default"`` for the experiment's.
        use_bias: whether a bias is added.
        kernel_initializer: name, mapping, function ``(spec, rng)``, or ``"default"`` for the experiment's.
        bias_initializer: the same for the bias.
        trainable: False freezes weight, bias and what the activation learns.
        name: by default the kind and a number.
    """

    _training_kernel: kernels.Conv2DPlan
    look: Look | None = None

    def __init__(
        self,
        *,
        activation: ActivationChoice = None,
        use_bias: bool = True,
        kernel_initializer: InitializerChoice = DEFAULT,
        bias_initializer: InitializerChoice = DEFAULT,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        self.activation_choice = activation
        self.use_bias = use_bias
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer
        self.trainable = trainable

    def declare(self, builder: Builder, role: Role, shape: tuple[int, ...], groups: int = 1) -> None:
        """Declares weights of a shape (K, ...), the bias if there is one, and the activation that follows."""
        self._weight = builder.weight(self.name, role, shape, self.kernel_initializer, groups, self.trainable)
        self._bias: Parameter | None = None
        if builder.uses_bias(self.name, self.use_bias):
            self._bias = builder.bias(self.name, shape[0], self.bias_initializer, self.trainable)
        self._activation = AppliedActivation(
            builder.activation(self.name, self.activation_choice, shape[0], self.trainable), builder.dtype
        )

    @abstractmethod
    def linear(self, x: Array) -> Array:
        """The outputs before the activation, in a new array; for initializers, which look at them once."""

    @abstractmethod
    def windows(self, x: Array) -> Array | None:
        """What the weights multiply at every place, (N, T, weights of one output); None where it differs."""

    def show(self, x: Array, gradient: Array) -> None:
        """Shows an observer, if there is one, the layer's input and the gradient before the activation."""
        if self.look is None:
            return
        windows = self.windows(x)
        if windows is not None:
            places = windows.shape[:2]
            self.look(self._weight.name, windows, gradient.reshape(*places, gradient.shape[-1]))

    def ending(self) -> AppliedActivation | None:
        return self._activation

    def keep_gradient(self) -> bool:
        return not self._activation.changes_gradient

    def needs_output(self) -> bool:
        return self._activation.activation is not None

    @property
    def weight(self) -> Array:
        """The weights, (K, R, S, C/groups) or (K, C): a view, so that writing to it changes the model."""
        return self._weight.value

    @property
    def bias(self) -> Array | None:
        """The bias, (K,), or None."""
        return None if self._bias is None else self._bias.value

    @property
    def bias_gradient(self) -> Array | None:
        """Where the bias's gradient goes, (K,), or None."""
        return None if self._bias is None else self._bias.gradient

    def algorithms(self) -> Mapping[str, str]:
        explained = {
            operation: self._training_kernel.explain(operation) for operation in kernels.CONV2D_OPERATIONS
        }
        return {
            operation: next(name for name, reason in rows if reason is None)
            for operation, rows in explained.items()
        }

    def learns(self) -> bool:
        return self.trainable
