"""The docstrings of the built-ins: what the house asks beyond the kit, and the examples of their helpers."""

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

import convlab_plugins
from convlab_plugins import activations, initializers, optimizers, schedules
from convlab_plugins.optimizers import aided, matrices, wrappers

PACKAGES = (initializers, activations, optimizers, aided, matrices, wrappers, schedules)
OFFERS = {
    f"{package.__name__.rpartition('.')[2]}.{name}": factory
    for package in PACKAGES
    for name, factory in package.OFFERS.items()
}


def modules() -> Iterator[ModuleType]:
    yield importlib.import_module(f"{convlab_plugins.__name__}.checks")
    for package in PACKAGES:
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


@pytest.mark.parametrize("module", list(modules()), ids=lambda module: module.__name__)
def test_examples_run(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("factory", OFFERS.values(), ids=OFFERS)
def test_settings_out_of_range_are_said_to_be_refused(factory: Callable[..., Any]) -> None:
    parameters = inspect.signature(factory).parameters.values()
    if any(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters):
        assert "\nRaises:\n    ConfigError: " in (inspect.getdoc(factory) or "")
