"""Nesterov's accelerated gradient."""

from convlab.plugin import claims
from convlab_plugins.optimizers.momentum import Momentum


@claims(elementwise=True, keeps_gradients=True)
class Nesterov(Momentum):
    """Nesterov momentum: the gradient is taken where the velocity is about to lead.

    v = momentum v + g + weight_decay w;  w = w - lr (g + weight_decay w + momentum v)

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0. A steady gradient is followed at lr/(1 - momentum), so the default is a
            tenth of plain SGD's.
        momentum: part of the velocity that is kept, in [0, 1); 0 is plain SGD.
        weight_decay: coupled L2 factor, on conv and dense weights only; >= 0.

    Raises:
        ConfigError: if a setting is out of range.

    Example:
        >>> from convlab.plugin import claims, Parameter, ParameterBuffers
        >>> weight = Parameter("dense1.weight", "dense_weight", (1, 1))
        >>> optimizer = Nesterov(ParameterBuffers([weight]), lr=1.0, momentum=0.5)
        >>> weight.gradient[...] = 1.0
        >>> optimizer.step(optimizer.lr)
        >>> float(weight.value[0, 0])  # 1 + 0.5 * 1
        -1.5

    References:
        Nesterov: A method of solving a convex programming problem with convergence rate O(1/k^2), 1983.
        Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum in deep learning,
        2013, equations 3 and 4, written for the point that looks ahead (Bengio, Boulanger-Lewandowski,
        Pascanu: Advances in optimizing recurrent networks, 2013, section 3.5), so that values are the point
        at which gradients are taken. PyTorch and Keras have this form; PyTorch, as here, keeps the rate
        outside of v, Keras inside.
    """

    plugin = "optimizer 'nesterov'"
    looks_ahead = True
