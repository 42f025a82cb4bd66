"""Datasets that come with convlab."""

from convlab.plugin import Offers, hookimpl
from convlab_plugins.datasets.cifar10 import cifar10
from convlab_plugins.datasets.digits import digits
from convlab_plugins.datasets.image_folder import image_folder
from convlab_plugins.datasets.mnist import fashion_mnist, mnist
from convlab_plugins.datasets.synthetic import synthetic

OFFERS: Offers = {
    "cifar10": cifar10,
    "digits": digits,
    "fashion_mnist": fashion_mnist,
    "image_folder": image_folder,
    "mnist": mnist,
    "synthetic": synthetic,
}


@hookimpl
def convlab_datasets() -> Offers:
    """Offers all of them."""
    return OFFERS
