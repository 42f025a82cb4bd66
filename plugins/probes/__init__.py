"""Probes: what looks at the network as it trains."""

from convlab.plugin import Offers, hookimpl
from convlab_plugins.probes.filters import Filters

OFFERS: Offers = {"filters": Filters}


@hookimpl
def convlab_probes() -> Offers:
    """Offers all of them."""
    return OFFERS
