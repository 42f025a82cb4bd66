"""Probes: what looks at the network as it trains."""

from convlab.plugin import Offers, hookimpl
from convlab_plugins.probes.feature_maps import FeatureMaps
from convlab_plugins.probes.filters import Filters
from convlab_plugins.probes.layer_health import LayerHealth
from convlab_plugins.probes.spectra import Spectra

OFFERS: Offers = {
    "filters": Filters,
    "layer_health": LayerHealth,
    "feature_maps": FeatureMaps,
    "spectra": Spectra,
}


@hookimpl
def convlab_probes() -> Offers:
    """Offers all of them."""
    return OFFERS
