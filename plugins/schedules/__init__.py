"""The learning-rate schedules that come with convlab."""

from convlab.plugin import Offers, hookimpl
from convlab_plugins.schedules.constant import constant
from convlab_plugins.schedules.cosine import cosine
from convlab_plugins.schedules.exponential import exponential
from convlab_plugins.schedules.inverse_sqrt import inverse_sqrt
from convlab_plugins.schedules.inverse_time import inverse_time
from convlab_plugins.schedules.linear import linear
from convlab_plugins.schedules.linear_warmup import linear_warmup
from convlab_plugins.schedules.multistep import multistep
from convlab_plugins.schedules.one_cycle import one_cycle
from convlab_plugins.schedules.polynomial import polynomial
from convlab_plugins.schedules.range_test import range_test
from convlab_plugins.schedules.reduce_on_plateau import reduce_on_plateau
from convlab_plugins.schedules.rex import rex
from convlab_plugins.schedules.step_decay import step_decay
from convlab_plugins.schedules.triangular import triangular
from convlab_plugins.schedules.warm_restarts import warm_restarts
from convlab_plugins.schedules.warmup_stable_decay import warmup_stable_decay

OFFERS: Offers = {
    "constant": constant,
    "linear_warmup": linear_warmup,
    "step": step_decay,
    "multistep": multistep,
    "exponential": exponential,
    "inverse_time": inverse_time,
    "inverse_sqrt": inverse_sqrt,
    "linear": linear,
    "polynomial": polynomial,
    "rex": rex,
    "cosine": cosine,
    "warm_restarts": warm_restarts,
    "warmup_stable_decay": warmup_stable_decay,
    "one_cycle": one_cycle,
    "triangular": triangular,
    "reduce_on_plateau": reduce_on_plateau,
    "range_test": range_test,
}


@hookimpl
def convlab_schedules() -> Offers:
    """Offers the schedules of this package."""
    return OFFERS
