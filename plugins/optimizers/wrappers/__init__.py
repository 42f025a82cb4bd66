"""Optimizers that put something around others, which they choose by name."""

from convlab.plugin import Offers
from convlab_plugins.optimizers.wrappers.by_role import ByRole

OFFERS: Offers = {
    "by_role": ByRole,
}
