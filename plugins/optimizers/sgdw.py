"""SGDW: momentum with decoupled weight decay."""

from convlab.plugin import ParameterBuffers, claims
from convlab_plugins.optimizers.momentum import Momentum
from convlab_plugins.optimizers.ranges import not_negative


@claims(elementwise=True, keeps_gradients=True)
class SGDW(Momentum):
    """Heavy-ball momentum whose weight decay acts on the weights alone and not on the velocity.

    v = momentum v + g;  w = (1 - lr weight_decay) w - lr v

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. A steady gradient is followed at lr/(1 - momentum).
        momentum: part of the velocity that is kept, in [0, 1); 0 is plain SGD.
        weight_decay: decoupled decay, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = SGDW(ParameterBuffers([weight]), lr=0.5, weight_decay=0.5)
        >>> weight.value[...] = 4.0
        >>> optimizer.step(optimizer.lr)  # the gradient is 0
        >>> float(weight.value[0, 0]), float(optimizer.velocity[0])
        (3.0, 0.0)

    References:
        Loshchilov, Hutter: Decoupled weight decay regularization, 2019, algorithm 1. The decay is multiplied
        by the learning rate, as `adamw` has it and Keras and Optax do; in the paper only by the schedule's
        factor. The rate stands outside the velocity as in `momentum`; in the paper it is inside. PyTorch has
        no such optimizer: its SGD adds the decay to the gradient.
    """

    plugin = "optimizer 'sgdw'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.01,
        momentum: float = 0.9,
        weight_decay: float = 0.01,
    ) -> None:
        decay = not_negative(self.plugin, "weight_decay", weight_decay)
        super().__init__(parameters, lr=lr, momentum=momentum)
        self.decay = {"decayed": parameters.decayed, "decoupled_decay": decay}
