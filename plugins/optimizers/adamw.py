"""AdamW."""

from convlab.plugin import ParameterBuffers, claims
from convlab_plugins.optimizers.adam import Adam
from convlab_plugins.optimizers.ranges import not_negative


@claims(elementwise=True, keeps_gradients=True, scale_invariant=True)
class AdamW(Adam):
    """Adam whose weight decay acts on the weights alone and not on the gradient's moments.

    w = (1 - lr weight_decay) w;  then Adam's w = w - lr m'/(sqrt(s') + epsilon) with the bare gradient

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0.
        betas: parts of the mean and of the mean square that are kept, both in [0, 1).
        epsilon: added to the root, > 0.
        weight_decay: decoupled decay, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = AdamW(ParameterBuffers([weight]), lr=0.5, weight_decay=0.5)
        >>> weight.value[...] = 4.0
        >>> optimizer.step(optimizer.lr)  # the gradient is 0
        >>> float(weight.value[0, 0])
        3.0

    References:
        Loshchilov, Hutter: Decoupled weight decay regularization, 2019, algorithm 2. The decay is multiplied
        by the learning rate as in PyTorch, Keras and Optax; in the paper only by the schedule's factor. 0.01
        is PyTorch's default; Keras has 0.004 and Optax 0.0001.
    """

    plugin = "optimizer 'adamw'"

    def __init__(
        self,
        parameters: ParameterBuffers,
        *,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        decay = not_negative(self.plugin, "weight_decay", weight_decay)
        super().__init__(parameters, lr=lr, betas=betas, epsilon=epsilon)
        self.decay = {"decayed": parameters.decayed, "decoupled_decay": decay}
