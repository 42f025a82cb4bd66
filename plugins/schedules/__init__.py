"""The learning-rate schedules that come with convlab."""

from convlab.plugin import Offers, hookimpl
from convlab_plugins.schedules.constant import constant
from convlab_plugins.schedules.cosine import cosine
from convlab_plugins.schedules.linear_warmup import linear_warmup
from convlab_plugins.schedules.step_decay import step_decay

OFFERS: Offers = {
    "constant": constant,
    "cosine": cosine,
    "linear_warmup": linear_warmup,
    "step": step_decay,
}


@hookimpl
def convlab_schedules() -> Offers:
    """Offers the schedules of this package."""
    return OFFERS
