"""The optimizers that come with convlab, in the order in which each builds on those before it."""

from convlab.plugin import Offers, hookimpl
from convlab_plugins.optimizers.adabelief import AdaBelief
from convlab_plugins.optimizers.adadelta import Adadelta
from convlab_plugins.optimizers.adafactor import Adafactor
from convlab_plugins.optimizers.adagrad import Adagrad
from convlab_plugins.optimizers.adam import Adam
from convlab_plugins.optimizers.adamax import Adamax
from convlab_plugins.optimizers.adamw import AdamW
from convlab_plugins.optimizers.adan import Adan
from convlab_plugins.optimizers.ademamix import AdEMAMix
from convlab_plugins.optimizers.adopt import ADOPT
from convlab_plugins.optimizers.amsgrad import AMSGrad
from convlab_plugins.optimizers.asgd import ASGD
from convlab_plugins.optimizers.beyond_gradients import OFFERS as BEYOND_GRADIENTS
from convlab_plugins.optimizers.d_adaptation import DAdaptation
from convlab_plugins.optimizers.dog import DoG
from convlab_plugins.optimizers.lamb import LAMB
from convlab_plugins.optimizers.lars import LARS
from convlab_plugins.optimizers.lion import Lion
from convlab_plugins.optimizers.madgrad import MADGRAD
from convlab_plugins.optimizers.matrices import OFFERS as MATRICES
from convlab_plugins.optimizers.momentum import Momentum
from convlab_plugins.optimizers.nadam import NAdam
from convlab_plugins.optimizers.nesterov import Nesterov
from convlab_plugins.optimizers.novograd import NovoGrad
from convlab_plugins.optimizers.prodigy import Prodigy
from convlab_plugins.optimizers.radam import RAdam
from convlab_plugins.optimizers.rmsprop import RMSprop
from convlab_plugins.optimizers.rprop import Rprop
from convlab_plugins.optimizers.sgd import SGD
from convlab_plugins.optimizers.sgdw import SGDW
from convlab_plugins.optimizers.signsgd import SignSGD
from convlab_plugins.optimizers.signum import Signum
from convlab_plugins.optimizers.wrappers import OFFERS as WRAPPERS
from convlab_plugins.optimizers.yogi import Yogi

OFFERS: Offers = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "sgdw": SGDW,
    "asgd": ASGD,
    "rprop": Rprop,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adadelta": Adadelta,
    "adam": Adam,
    "adamw": AdamW,
    "adamax": Adamax,
    "amsgrad": AMSGrad,
    "nadam": NAdam,
    "radam": RAdam,
    "adabelief": AdaBelief,
    "yogi": Yogi,
    "adan": Adan,
    "adopt": ADOPT,
    "ademamix": AdEMAMix,
    "signsgd": SignSGD,
    "signum": Signum,
    "lion": Lion,
    "lars": LARS,
    "lamb": LAMB,
    "novograd": NovoGrad,
    "madgrad": MADGRAD,
    "adafactor": Adafactor,
    "dog": DoG,
    "d_adaptation": DAdaptation,
    "prodigy": Prodigy,
}


@hookimpl
def convlab_optimizers() -> Offers:
    """Offers the optimizers of this package and of the packages inside it."""
    return {**OFFERS, **MATRICES, **BEYOND_GRADIENTS, **WRAPPERS}
