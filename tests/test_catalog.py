"""docs/catalog.md lists what is offered, as it is offered."""

import re
from pathlib import Path

import pytest

from convlab.cli.plugin_table import markdown_table
from convlab.registry import KINDS, registry

PAGE = (Path(__file__).parents[1] / "docs" / "catalog.md").read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_of_a_kind_is_what_the_command_prints(kind: str) -> None:
    own = [offer for offer in registry().offers(kind).values() if offer.distribution == "convlab"]
    shown = re.search(
        rf"```sh\nconvlab plugins list {kind} --markdown\n```\n\n<!-- markdown -->\n\n(.*?)\n\n<!--",
        PAGE,
        re.DOTALL,
    )
    assert shown, f"docs/catalog.md has no table of kind {kind}"
    assert shown[1].splitlines() == list(markdown_table(own)), "run python docs/regenerate.py docs/catalog.md"
