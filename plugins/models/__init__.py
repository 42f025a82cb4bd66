"""The networks that come with convlab."""

from convlab.plugin import Offers, hookimpl
from convlab_plugins.models.airbench94 import airbench94
from convlab_plugins.models.cifar10_3c3d import cifar10_3c3d
from convlab_plugins.models.deepobs_2c2d import deepobs_2c2d
from convlab_plugins.models.keras_mnist import keras_mnist
from convlab_plugins.models.lenet5 import lenet5
from convlab_plugins.models.mlp import mlp
from convlab_plugins.models.mobilenet import mobilenet
from convlab_plugins.models.plain_convnet import plain_convnet
from convlab_plugins.models.preact_resnet import preact_resnet
from convlab_plugins.models.resnet20 import resnet20
from convlab_plugins.models.sequential import sequential
from convlab_plugins.models.small_convnet import small_convnet
from convlab_plugins.models.squeezenet import squeezenet
from convlab_plugins.models.vgg_small import vgg_small

OFFERS: Offers = {
    "airbench94": airbench94,
    "cifar10_3c3d": cifar10_3c3d,
    "deepobs_2c2d": deepobs_2c2d,
    "keras_mnist": keras_mnist,
    "lenet5": lenet5,
    "mlp": mlp,
    "mobilenet": mobilenet,
    "plain_convnet": plain_convnet,
    "preact_resnet": preact_resnet,
    "resnet20": resnet20,
    "sequential": sequential,
    "small_convnet": small_convnet,
    "squeezenet": squeezenet,
    "vgg_small": vgg_small,
}


@hookimpl
def convlab_models() -> Offers:
    """Offer the networks of this package."""
    return OFFERS
