"""The docstrings of the built-ins: what the house asks beyond the kit."""

import inspect

import pytest

from convlab.registry import KINDS, Offer, registry

OFFERS = [
    offer
    for kind in KINDS
    if kind not in ("dataset", "model")  # their settings fail in what they load, and in the layers they make
    for offer in registry().offers(kind).values()
    if offer.distribution == "convlab" and offer.fields
]


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: f"{offer.kind}-{offer.name}")
def test_settings_out_of_range_are_said_to_be_refused(offer: Offer) -> None:
    assert "\nRaises:\n    ConfigError: " in (inspect.getdoc(offer.factory) or "")
