"""The optimizers that come with convlab, in the order in which each builds on those before it."""

from convlab.plugin import Offers, hookimpl
from convlab_plugins.optimizers.adagrad import Adagrad
from convlab_plugins.optimizers.adam import Adam
from convlab_plugins.optimizers.adamw import AdamW
from convlab_plugins.optimizers.aided import OFFERS as AIDED
from convlab_plugins.optimizers.matrices import OFFERS as MATRICES
from convlab_plugins.optimizers.momentum import Momentum
from convlab_plugins.optimizers.nesterov import Nesterov
from convlab_plugins.optimizers.rmsprop import RMSprop
from convlab_plugins.optimizers.sgd import SGD
from convlab_plugins.optimizers.wrappers import OFFERS as WRAPPERS

OFFERS: Offers = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}


@hookimpl
def convlab_optimizers() -> Offers:
    """Offers the optimizers of this package and of the packages inside it."""
    return {**OFFERS, **MATRICES, **AIDED, **WRAPPERS}
