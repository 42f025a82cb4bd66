"""Optimizers that ask the engine for more than a gradient: another loss, or other weights to evaluate."""

from convlab.plugin import Offers

OFFERS: Offers = {}
