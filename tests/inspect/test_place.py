"""What is explained, when the user leaves something open."""

from typing import Any

import numpy as np
import pytest

from convlab import Model
from convlab.contracts.dataset import Split
from convlab.contracts.sample import LayerActivity
from convlab.errors import ConfigError
from convlab.inspect import Place
from convlab.layers import Conv2D, Dense, Flatten
from convlab.losses import SoftmaxCrossEntropy
from convlab.observation import Observer
from convlab.preprocessing import Preprocessing


@pytest.fixture
def activity() -> LayerActivity:
    split = Split(np.random.default_rng(0).integers(0, 256, (3, 8, 8, 4), np.uint8), np.arange(3))
    layers: list[Any] = [Conv2D(6, 3, groups=2, activation="relu", name="c\x1b"), Flatten(), Dense(10)]
    model = Model(layers, (8, 8, 4), preprocessing=Preprocessing.fitted(split.images))
    return Observer(model, SoftmaxCrossEntropy()).observe(split).layers["c\x1b"]


def test_the_strongest_response_is_taken(activity: LayerActivity) -> None:
    place = Place.choose(activity, 1)
    assert place.core_sum == activity.before[1].max()
    assert (place.image, place.core_output) == (1, activity.output[1].max())
    of_one = Place.choose(activity, 2, filter=4)
    assert (of_one.filter, of_one.core_sum) == (4, activity.before[2, :, :, 4].max())
    at_one = Place.choose(activity, 0, at=(5, 2))
    assert (at_one.row, at_one.column, at_one.core_sum) == (5, 2, activity.before[0, 5, 2].max())
    told = Place.choose(activity, 0, filter=0, at=(0, 3))
    assert (told.filter, told.row, told.column) == (0, 0, 3)


def test_a_filter_of_the_second_group_sees_the_later_channels(activity: LayerActivity) -> None:
    place = Place.choose(activity, 0, filter=3)
    assert (place.first_channel, place.window.shape) == (2, (3, 3, 2))
    assert place.products.sum() + place.bias == pytest.approx(place.core_sum, rel=1e-5)
    assert place.magnitude >= np.abs(place.products).sum()
    strongest = place.strongest_channels(1)[0]
    assert abs(place.products[:, :, strongest].sum()) == np.abs(place.products.sum(axis=(0, 1))).max()


def test_the_name_cannot_steer_a_terminal(activity: LayerActivity) -> None:
    assert Place.choose(activity).name == "c\\x1b"


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"filter": 6}, "has the filters 0 to 5, got 6"),
        ({"filter": -1}, "has the filters 0 to 5, got -1"),
        ({"at": (6, 0)}, "have rows 0 to 5 and columns 0 to 5, got 6,0"),
        ({"at": (0, -1)}, "have rows 0 to 5 and columns 0 to 5, got 0,-1"),
    ],
)
def test_what_is_not_there_is_refused(activity: LayerActivity, choice: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Place.choose(activity, **choice)
    assert message in str(caught.value)
