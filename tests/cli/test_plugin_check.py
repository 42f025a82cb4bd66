"""The certificate of a package, on the command line."""

import json
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

Command = Callable[..., tuple[int, str, str]]

GOOD = '''
from convlab.plugin import hookimpl

def root(step, total, *, power: float = 0.5):
    """Falls with a root.

    factor(t) = (1 + t)^-power

    Args:
        power: > 0.

    Example:
        >>> root(3, 10)
        0.5

    References:
        Robbins, Monro: A stochastic approximation method, 1951.
    """
    return (1 + step) ** -power

@hookimpl
def convlab_schedules():
    return {"root": root}
'''


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Offers the source of a module as the plugin ``planted_plugin``."""

    def install(source: str) -> None:
        (tmp_path / "planted_plugin.py").write_text(source)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "planted_plugin", raising=False)
        found = [EntryPoint("planted", "planted_plugin", "convlab")]
        monkeypatch.setattr("convlab.testing.package.entry_points", lambda group: found)

    return install


@pytest.mark.parametrize("name", ["planted_plugin", "Planted-Plugin", "planted"])
def test_a_good_package_is_certified(command: Command, install: Callable[[str], None], name: str) -> None:
    install(GOOD)
    code, out, err = command("plugins", "check", name)
    assert (code, err) == (0, "")
    assert "schedule root: Falls with a root.\n" in out
    assert "  passed  has_no_state " in out
    assert "     -    claimed_end " in out
    assert out.splitlines()[-1] == "certified: 14 passed, 3 not applicable, none failed"


def test_a_fault_is_named_and_the_exit_code_is_1(command: Command, install: Callable[[str], None]) -> None:
    install(GOOD.replace("-power\n\n@", "power\n\n@"))
    code, out, _ = command("plugins", "check", "planted")
    assert code == 1
    assert "FAILED  ends_are_at_most_one " in out
    assert "factor at step 1 of 2: got 1.414" in out
    assert out.splitlines()[-1] == "NOT certified: 2 failed, 12 passed, 3 not applicable"


def test_the_certificate_is_written_as_json(
    command: Command, install: Callable[[str], None], tmp_path: Path
) -> None:
    install(GOOD.replace("Robbins, Monro", "Nobody").replace(", 1951", ""))
    assert command("plugins", "check", "planted", "--json", "certificate.json")[0] == 1
    found = json.loads((tmp_path / "certificate.json").read_text())
    assert found["certified"] is False
    assert found["counts"] == {"failed": 1, "not applicable": 3, "passed": 13}
    assert found["distributions"] == {"unknown": "unknown"}
    assert found["convlab"]
    assert found["date"].endswith(" UTC")
    (offer,) = found["offers"]
    assert (offer["kind"], offer["name"]) == ("schedule", "root")
    (failed,) = [item for item in offer["checks"] if item["status"] == "failed"]
    assert failed["name"] == "docstring_names_its_source"
    assert "expected author, title and year" in failed["message"]


def test_a_package_that_does_not_load_is_not_certified(
    command: Command, install: Callable[[str], None]
) -> None:
    install("raise RuntimeError('out of order')")
    code, out, _ = command("plugins", "check", "planted")
    assert code == 1
    assert "NOT LOADED  plugin 'planted' of unknown: RuntimeError: out of order" in out
    assert out.splitlines()[-1].startswith("NOT certified: 1 not loaded, 0 passed")


def test_a_package_that_offers_nothing_is_not_certified(
    command: Command, install: Callable[[str], None]
) -> None:
    install("")
    code, out, _ = command("plugins", "check", "planted")
    assert code == 1
    assert out.splitlines()[-1].startswith("NOT certified: nothing is offered")


def test_an_unknown_package_names_the_nearest(command: Command) -> None:
    code, out, err = command("plugins", "check", "convlap")
    assert (code, out) == (2, "")
    assert err.startswith(
        "convlab: error: no installed package 'convlap' has plugins; did you mean 'convlab'? installed: "
    )
    assert err.count("\n") == 1


def test_a_misspelt_action_names_the_nearest(command: Command) -> None:
    code, _, err = command("plugins", "chekc")
    assert code == 2
    assert err.startswith("convlab: error: plugins has no action 'chekc'; did you mean 'check'? actions: ")
