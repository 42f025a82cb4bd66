"""The activations that come with convlab."""

from convlab.plugin import Offers, hookimpl
from convlab_plugins.activations.bent_identity import BentIdentity
from convlab_plugins.activations.celu import CELU
from convlab_plugins.activations.e_swish import ESwish
from convlab_plugins.activations.elish import ELiSH
from convlab_plugins.activations.elu import ELU
from convlab_plugins.activations.gcu import GCU
from convlab_plugins.activations.gelu import GELU
from convlab_plugins.activations.gelu_tanh import GELUTanh
from convlab_plugins.activations.hard_shrink import HardShrink
from convlab_plugins.activations.hard_sigmoid import HardSigmoid
from convlab_plugins.activations.hard_silu import HardSiLU
from convlab_plugins.activations.hard_tanh import HardTanh
from convlab_plugins.activations.isrlu import ISRLU
from convlab_plugins.activations.isru import ISRU
from convlab_plugins.activations.leaky_relu import LeakyReLU
from convlab_plugins.activations.linear import Linear
from convlab_plugins.activations.lisht import LiSHT
from convlab_plugins.activations.log_sigmoid import LogSigmoid
from convlab_plugins.activations.logish import Logish
from convlab_plugins.activations.mish import Mish
from convlab_plugins.activations.prelu import PReLU
from convlab_plugins.activations.relu import ReLU
from convlab_plugins.activations.relu6 import ReLU6
from convlab_plugins.activations.relu_squared import ReLUSquared
from convlab_plugins.activations.rrelu import RReLU
from convlab_plugins.activations.scaled_tanh import ScaledTanh
from convlab_plugins.activations.selu import SELU
from convlab_plugins.activations.serf import Serf
from convlab_plugins.activations.sigmoid import Sigmoid
from convlab_plugins.activations.silu import SiLU
from convlab_plugins.activations.sine import Sine
from convlab_plugins.activations.snake import Snake
from convlab_plugins.activations.soft_shrink import SoftShrink
from convlab_plugins.activations.softplus import Softplus
from convlab_plugins.activations.softsign import Softsign
from convlab_plugins.activations.sparse_plus import SparsePlus
from convlab_plugins.activations.sparse_sigmoid import SparseSigmoid
from convlab_plugins.activations.squareplus import Squareplus
from convlab_plugins.activations.star_relu import StarReLU
from convlab_plugins.activations.swish_beta import SwishBeta
from convlab_plugins.activations.tanh import Tanh
from convlab_plugins.activations.tanhexp import TanhExp
from convlab_plugins.activations.tanhshrink import Tanhshrink
from convlab_plugins.activations.threshold import Threshold
from convlab_plugins.activations.xielu import XIELU

OFFERS: Offers = {
    "linear": Linear,
    "relu": ReLU,
    "relu6": ReLU6,
    "relu_squared": ReLUSquared,
    "leaky_relu": LeakyReLU,
    "prelu": PReLU,
    "rrelu": RReLU,
    "elu": ELU,
    "selu": SELU,
    "celu": CELU,
    "gelu": GELU,
    "gelu_tanh": GELUTanh,
    "silu": SiLU,
    "swish_beta": SwishBeta,
    "hard_silu": HardSiLU,
    "mish": Mish,
    "softplus": Softplus,
    "squareplus": Squareplus,
    "sigmoid": Sigmoid,
    "hard_sigmoid": HardSigmoid,
    "tanh": Tanh,
    "hard_tanh": HardTanh,
    "softsign": Softsign,
    "threshold": Threshold,
    "sparse_plus": SparsePlus,
    "star_relu": StarReLU,
    "log_sigmoid": LogSigmoid,
    "scaled_tanh": ScaledTanh,
    "tanhshrink": Tanhshrink,
    "soft_shrink": SoftShrink,
    "hard_shrink": HardShrink,
    "sparse_sigmoid": SparseSigmoid,
    "snake": Snake,
    "sine": Sine,
    "gcu": GCU,
    "serf": Serf,
    "logish": Logish,
    "tanhexp": TanhExp,
    "lisht": LiSHT,
    "bent_identity": BentIdentity,
    "isru": ISRU,
    "isrlu": ISRLU,
    "elish": ELiSH,
    "e_swish": ESwish,
    "xielu": XIELU,
}


@hookimpl
def convlab_activations() -> Offers:
    """Offers the activations of this package."""
    return OFFERS
