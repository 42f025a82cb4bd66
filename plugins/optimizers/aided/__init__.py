"""Optimizers that ask the engine for more than a gradient: another loss, or other weights to evaluate."""

from convlab.plugin import Offers
from convlab_plugins.optimizers.aided.lbfgs import LBFGS
from convlab_plugins.optimizers.aided.schedule_free_adamw import ScheduleFreeAdamW
from convlab_plugins.optimizers.aided.schedule_free_sgd import ScheduleFreeSGD
from convlab_plugins.optimizers.aided.sophia import Sophia

OFFERS: Offers = {
    "schedule_free_sgd": ScheduleFreeSGD,
    "schedule_free_adamw": ScheduleFreeAdamW,
    "lbfgs": LBFGS,
    "sophia": Sophia,
}
