"""Optimizers that treat the weights of a layer as one matrix, and not each by itself."""

from convlab.plugin import Offers
from convlab_plugins.optimizers.matrices.kfac import KFAC
from convlab_plugins.optimizers.matrices.muon import Muon
from convlab_plugins.optimizers.matrices.scion import Scion
from convlab_plugins.optimizers.matrices.shampoo import Shampoo
from convlab_plugins.optimizers.matrices.soap import SOAP

OFFERS: Offers = {
    "muon": Muon,
    "scion": Scion,
    "shampoo": Shampoo,
    "soap": SOAP,
    "kfac": KFAC,
}
