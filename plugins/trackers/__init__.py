"""Trackers: where the metrics of a run go."""

from convlab.plugin import Offers, hookimpl
from convlab_plugins.trackers.json_lines import JsonLines

OFFERS: Offers = {"json_lines": JsonLines}


@hookimpl
def convlab_trackers() -> Offers:
    """Offers all of them."""
    return OFFERS
