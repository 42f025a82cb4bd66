"""The networks that come with convlab."""

from convlab.plugin import Offers, hookimpl
from convlab_plugins.models.airbench94 import airbench94
from convlab_plugins.models.deepobs_2c2d import deepobs_2c2d
from convlab_plugins.models.keras_mnist import keras_mnist
from convlab_plugins.models.lenet5 import lenet5
from convlab_plugins.models.mlp import mlp
from convlab_plugins.models.resnet20 import resnet20
from convlab_plugins.models.sequential import sequential
from convlab_plugins.models.small_convnet import small_convnet

OFFERS: Offers = {
    "airbench94": airbench94,
    "deepobs_2c2d": deepobs_2c2d,
    "keras_mnist": keras_mnist,
    "lenet5": lenet5,
    "mlp": mlp,
    "resnet20": resnet20,
    "sequential": sequential,
    "small_convnet": small_convnet,
}


@hookimpl
def convlab_models() -> Offers:
    """Offer the networks of this package."""
    return OFFERS
