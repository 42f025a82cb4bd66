"""docs/inside.md is true: its commands and its Python print what it shows, its links lead somewhere."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[1] / "docs"
TEXT = (DOCS / "inside.md").read_text()
# numbers and the drawn curves: on a processor with other instructions their last digit may differ
MEASURED = re.compile(r"\d|┤")


@pytest.fixture
def regenerate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("regenerate", DOCS / "regenerate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_commands_print_what_the_page_shows(regenerate: ModuleType, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra plot")
    again = regenerate.regenerated(TEXT, tmp_path).splitlines()
    shown = [line for line in TEXT.splitlines() if not MEASURED.search(line)]
    assert not set(shown) - set(again)
    assert len(TEXT.splitlines()) == pytest.approx(len(again), abs=8)


def test_links_and_pictures_are_there() -> None:
    targets = [link for link in re.findall(r"\]\(([^)]+)\)", TEXT) if "://" not in link]
    assert targets
    assert [link for link in targets if not (DOCS / link).exists()] == []
