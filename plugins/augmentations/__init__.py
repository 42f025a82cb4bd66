"""The augmentations that come with convlab."""

from convlab.plugin import Offers, hookimpl
from convlab_plugins.augmentations.alternating_flip import AlternatingFlip
from convlab_plugins.augmentations.brightness import Brightness
from convlab_plugins.augmentations.contrast import Contrast
from convlab_plugins.augmentations.crop import Crop
from convlab_plugins.augmentations.cutout import Cutout
from convlab_plugins.augmentations.flip import Flip

OFFERS: Offers = {
    "crop": Crop,
    "flip": Flip,
    "alternating_flip": AlternatingFlip,
    "cutout": Cutout,
    "brightness": Brightness,
    "contrast": Contrast,
}


@hookimpl
def convlab_augmentations() -> Offers:
    """Offers the augmentations of this package."""
    return OFFERS
