"""Docs are code: every example in a docstring runs, and every public docstring is there."""

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

import convlab
import convlab_plugins


def modules() -> list[str]:
    found = []
    for package in (convlab, convlab_plugins):
        found.append(package.__name__)
        found += [
            item.name
            for item in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
            if not item.name.endswith("__main__") and not item.name.rpartition(".")[2].startswith("_")
        ]
    return found


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_run(name: str, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    failed, _ = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


@pytest.mark.parametrize("name", modules())
def test_modules_and_what_they_define_have_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} has no docstring"
    missing = [
        item
        for item, value in vars(module).items()
        if not item.startswith("_") and callable(value) and defined_in(value, module) and not value.__doc__
    ]
    assert not missing


def defined_in(value: object, module: ModuleType) -> bool:
    return getattr(value, "__module__", None) == module.__name__
