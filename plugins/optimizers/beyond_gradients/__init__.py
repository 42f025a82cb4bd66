"""Optimizers that ask the engine for more than a gradient: another loss, or other weights to evaluate."""

from convlab.plugin import Offers
from convlab_plugins.optimizers.beyond_gradients.lbfgs import LBFGS
from convlab_plugins.optimizers.beyond_gradients.schedule_free_adamw import ScheduleFreeAdamW
from convlab_plugins.optimizers.beyond_gradients.schedule_free_sgd import ScheduleFreeSGD
from convlab_plugins.optimizers.beyond_gradients.sophia import Sophia

OFFERS: Offers = {
    "schedule_free_sgd": ScheduleFreeSGD,
    "schedule_free_adamw": ScheduleFreeAdamW,
    "lbfgs": LBFGS,
    "sophia": Sophia,
}
