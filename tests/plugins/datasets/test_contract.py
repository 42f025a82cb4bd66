"""What every dataset must keep, whoever offers it."""

import doctest
import importlib
import inspect
from pathlib import Path

import numpy as np
import pytest

from convlab.errors import DataError
from convlab.plugin import Dataset
from convlab.registry import Offer, registry

OFFERS = registry().offers("dataset")
OFFLINE = {"digits", "synthetic"}  # these must never need files of their own


def _needs_nothing(offer: Offer) -> bool:
    return all(field.default is not inspect.Parameter.empty for field in offer.fields.values())


WITHOUT_ROOT = pytest.mark.parametrize(
    "dataset_offer", [name for name, offer in OFFERS.items() if _needs_nothing(offer)], indirect=True
)


def _build(offer: Offer) -> Dataset:
    try:
        dataset = offer.bind({}).build()
    except DataError as error:
        if offer.name in OFFLINE:
            raise
        pytest.skip(f"needs files or the network: {error}")
    assert isinstance(dataset, Dataset)
    return dataset


@pytest.fixture
def dataset_offer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Offer:
    """The offer of a name, with the real files where the tests have them."""
    if request.param == "mnist":
        folder: Path = request.getfixturevalue("mnist_folder")
        monkeypatch.setenv("CONVLAB_DATA_DIR", str(folder.parent))
    return OFFERS[request.param]


def test_the_built_in_datasets_are_installed() -> None:
    assert set(OFFERS) >= OFFLINE | {"mnist", "fashion_mnist", "cifar10", "image_folder"}


@WITHOUT_ROOT
def test_a_dataset_keeps_the_contract(dataset_offer: Offer) -> None:
    dataset = _build(dataset_offer)
    assert dataset.name == dataset_offer.name
    assert len(set(dataset.classes)) == len(dataset.classes) > 1
    assert all(isinstance(label, str) and label.isprintable() for label in dataset.classes)
    for split in (dataset.train, dataset.test):
        assert split.images.dtype == np.uint8
        assert split.labels.dtype == np.int64
        assert split.images.flags.c_contiguous
        assert set(np.unique(split.labels).tolist()) == set(range(len(dataset.classes)))
        assert split.images.max() > 128 > split.images.min()
    assert len(dataset.train) > len(dataset.test)


@WITHOUT_ROOT
def test_a_dataset_is_the_same_every_time(dataset_offer: Offer) -> None:
    first, second = _build(dataset_offer), _build(dataset_offer)
    assert first.fingerprint == second.fingerprint


@pytest.mark.parametrize("name", OFFERS)
def test_a_dataset_is_documented(name: str) -> None:
    text = inspect.getdoc(OFFERS[name].factory) or ""
    assert text.partition("\n")[0].endswith(".")
    assert "Returns:" in text
    assert all(f"    {field}: " in text for field in OFFERS[name].fields)


@pytest.mark.parametrize("name", sorted({offer.factory.__module__ for offer in OFFERS.values()}))
def test_the_examples_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
