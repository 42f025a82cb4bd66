"""The activations that come with convlab."""

from convlab.plugin import Offers, hookimpl
from convlab_plugins.activations.celu import CELU
from convlab_plugins.activations.elu import ELU
from convlab_plugins.activations.gelu import GELU
from convlab_plugins.activations.gelu_tanh import GELUTanh
from convlab_plugins.activations.hard_sigmoid import HardSigmoid
from convlab_plugins.activations.hard_silu import HardSiLU
from convlab_plugins.activations.hard_tanh import HardTanh
from convlab_plugins.activations.leaky_relu import LeakyReLU
from convlab_plugins.activations.linear import Linear
from convlab_plugins.activations.mish import Mish
from convlab_plugins.activations.relu import ReLU
from convlab_plugins.activations.relu6 import ReLU6
from convlab_plugins.activations.selu import SELU
from convlab_plugins.activations.sigmoid import Sigmoid
from convlab_plugins.activations.silu import SiLU
from convlab_plugins.activations.softplus import Softplus
from convlab_plugins.activations.softsign import Softsign
from convlab_plugins.activations.tanh import Tanh

OFFERS: Offers = {
    "linear": Linear,
    "relu": ReLU,
    "relu6": ReLU6,
    "leaky_relu": LeakyReLU,
    "elu": ELU,
    "selu": SELU,
    "celu": CELU,
    "gelu": GELU,
    "gelu_tanh": GELUTanh,
    "silu": SiLU,
    "hard_silu": HardSiLU,
    "mish": Mish,
    "softplus": Softplus,
    "sigmoid": Sigmoid,
    "hard_sigmoid": HardSigmoid,
    "tanh": Tanh,
    "hard_tanh": HardTanh,
    "softsign": Softsign,
}


@hookimpl
def convlab_activations() -> Offers:
    """Offers the activations of this package."""
    return OFFERS
