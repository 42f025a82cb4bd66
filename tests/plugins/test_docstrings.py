"""The docstrings of the built-ins: complete, and their examples run."""

import doctest
import importlib
import inspect
import pkgutil
import re
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
def test_docstring_is_complete(factory: Callable[..., Any]) -> None:
    text = inspect.getdoc(factory) or ""
    summary, _, rest = text.partition("\n\n")
    assert re.fullmatch(r"[A-Z].*\.", summary), "begins with one sentence on one line"
    formula = rest.partition("\n\n")[0]
    assert re.search(r" [=~] ", formula), "the formula follows"
    for section in ("Example:", "References:"):
        assert f"\n{section}\n" in text
    assert re.search(r"\b(19|20)\d\d\b", text.partition("\nReferences:\n")[2]), "a reference has a year"


@pytest.mark.parametrize("factory", OFFERS.values(), ids=OFFERS)
def test_every_setting_is_documented(factory: Callable[..., Any]) -> None:
    text = inspect.getdoc(factory) or ""
    settings = [
        name
        for name, parameter in inspect.signature(factory).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    ]
    for name in settings:
        assert re.search(rf"^    {name}: ", text, re.MULTILINE), f"no line for {name} under Args"
    if settings:
        assert "\nRaises:\n    ConfigError: " in text
