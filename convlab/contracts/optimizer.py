"""What an optimizer is to the engine."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar

from convlab.contracts.parameter import Array, ParameterBuffers
from convlab.errors import ConfigError, RecordError

Look = Callable[[str, Array, Array], None]


class Closure(ABC):
    """Computes the loss of the step's batch again, at the values that the buffers hold by then.

    Everything but the values is as it was for the gradients that the step began with: images, dropout and
    labels. Running statistics stay as the step found them, however often the loss is computed.

    Attributes:
        examples: images in the batch.
    """

    examples: int

    @abstractmethod
    def __call__(self) -> float:
        """Returns the mean loss of the batch; its gradients are in the buffers afterwards."""

    @abstractmethod
    def with_sampled_labels(self, look: Look | None = None) -> float:
        """As a call, against labels drawn from the softmax of the model's own outputs.

        The labels depend on the seed of the run and the number of the step, and on nothing else.

        Args:
            look: called for every convolution without groups and every dense layer, with the name of its
                weights; what these multiply, (N, T, R S C) for T places of a filter, (N, 1, C) for a dense
                layer; and the gradient to what comes of it, before bias and activation, (N, T, K). The
                arrays are good for the call only.
        """


class Optimizer(ABC):
    """Updates the parameters from their gradients.

    A subclass takes the parameters first and its settings as keyword-only arguments; it sets `lr` and makes
    its state arrays in `__init__`, naming them in `state_names`. All state is in those arrays, so that it
    can be saved and restored exactly.

    Attributes:
        parameters: what is updated, in place.
        lr: the base learning rate; the engine multiplies it by the schedule's factor.
        steps: number of steps taken.
        state_names: names of the attributes that hold the state arrays.
        needs_closure: whether a step computes the loss again, and so needs a closure.
        closure: that of the step under way.

    Example:
        >>> import numpy as np
        >>> class Plain(Optimizer):
        ...     def __init__(self, parameters, *, lr=0.1):
        ...         super().__init__(parameters, lr)
        ...     def update(self, rate):
        ...         self.parameters.values -= rate * self.parameters.gradients
        >>> from convlab.contracts.parameter import Parameter
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = Plain(ParameterBuffers([weight], np.float64))
        >>> weight.gradient[...] = 2.0
        >>> optimizer.step(optimizer.lr)
        >>> float(weight.value[0, 0])
        -0.2
    """

    state_names: ClassVar[tuple[str, ...]] = ()
    needs_closure: bool = False

    def __init__(self, parameters: ParameterBuffers, lr: float) -> None:
        self.parameters = parameters
        self.lr = lr
        self.steps = 0
        self.closure: Closure | None = None

    def step(self, rate: float, closure: Closure | None = None) -> None:
        """Takes one step along the gradients now in the buffers.

        Args:
            rate: learning rate, > 0.
            closure: for optimizers that compute the loss again.

        Raises:
            ConfigError: if one is needed and missing.
        """
        if self.needs_closure and closure is None:
            raise ConfigError(
                f"{type(self).__name__} computes the loss again within a step: call step(rate, closure)"
            )
        self.steps += 1
        self.closure = closure
        self.update(rate)

    @abstractmethod
    def update(self, rate: float) -> None:
        """Changes `parameters.values` in place; `self.steps` already counts this step, from 1."""

    def evaluation_values(self) -> Array | None:
        """The values to evaluate and to keep, of the shape of `parameters.values`; None for these themselves.

        An optimizer that averages weights gives the average; training goes on from its own values.
        """
        return None

    def state(self) -> dict[str, Array]:
        """The state arrays by name, not copied."""
        return {name: getattr(self, name) for name in self.state_names}

    def load_state(self, state: Mapping[str, Array], steps: int) -> None:
        """Puts saved state back, exactly.

        Args:
            state: as `state` gave it.
            steps: number of steps that had been taken.

        Raises:
            RecordError: if names or shapes are not this optimizer's.
        """
        own = self.state()
        expected = {name: array.shape for name, array in own.items()}
        found = {name: array.shape for name, array in state.items()}
        if expected != found:
            raise RecordError(
                f"{type(self).__name__}: the saved optimizer state does not fit: "
                f"expected {expected}, got {found}; resume with the optimizer and model it was saved from"
            )
        for name, array in own.items():
            array[...] = state[name]
        self.steps = steps
