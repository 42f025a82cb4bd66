"""Loading plugins: everything that can go wrong with one, and that the others load all the same."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Literal

import pytest

from convlab.errors import ConfigError, PluginError, UnknownPluginError
from convlab.registry import KINDS, Offer, Registry, registry

GOOD = """
from convlab.plugin import hookimpl

def constant(step, total, *, factor: float = 1.0):
    "Always the same factor."
    return factor

@hookimpl
def convlab_schedules():
    return {"good": constant}
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Writes a plugin module and gives its entry point."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name: str, source: str) -> EntryPoint:
        (tmp_path / f"{name}.py").write_text(source)
        monkeypatch.delitem(sys.modules, name, raising=False)
        return EntryPoint(name, name, "convlab")

    return write


def test_an_offer_is_found_built_and_described(plugin) -> None:  # type: ignore[no-untyped-def]
    found = Registry([plugin("good_plugin", GOOD)])
    assert found.problems == []
    assert found.build("schedule", {"name": "good", "factor": 0.5}, 0, 10) == 0.5
    assert found.bind("schedule", "good").to_choice() == {"name": "good", "factor": 1.0}
    assert found.offer("schedule", "good").summary == "Always the same factor."


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise RuntimeError('out of order')", "RuntimeError: out of order"),
        ("import nothing_of_this_name", "ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("def broken(:", "SyntaxError: "),
        (GOOD.replace("convlab_schedules", "convlab_schedule"), "unknown hook 'convlab_schedule'"),
        (GOOD.replace('"good": constant', '"good": 3'), "PluginError: schedule 'good' is not callable: 3"),
        (GOOD.replace('"good"', '"not good"'), "schedule name 'not good' is not an identifier"),
        (GOOD.replace("factor: float", "factor: Flaot"), "NameError: name 'Flaot' is not defined"),
        (GOOD.replace("return {", "raise KeyError({").replace("constant}", "constant})"), "KeyError"),
    ],
)
def test_a_broken_plugin_is_reported_and_the_others_load(plugin, source: str, message: str) -> None:  # type: ignore[no-untyped-def]
    found = Registry([plugin("broken_plugin", source), plugin("good_plugin", GOOD)])
    assert list(found.offers("schedule")) == ["good"]
    assert len(found.problems) == 1
    assert found.problems[0].plugin == "broken_plugin"
    assert message in str(found.problems[0])


def test_an_unknown_name_says_which_plugins_did_not_load(plugin) -> None:  # type: ignore[no-untyped-def]
    found = Registry(
        [plugin("broken_plugin", "raise RuntimeError('out of order')"), plugin("good_plugin", GOOD)]
    )
    with pytest.raises(
        UnknownPluginError,
        match=r"no schedule named 'goood'; did you mean 'good'\? installed: good; not loaded: plugin 'broken",
    ):
        found.offer("schedule", "goood")


def test_a_name_offered_twice_can_be_used_by_neither_until_one_is_blocked(plugin) -> None:  # type: ignore[no-untyped-def]
    other = GOOD.replace('{"good": constant}', '{"good": constant, "other": constant}')
    entry_points = [plugin("first_plugin", GOOD), plugin("second_plugin", other)]
    found = Registry(entry_points)
    assert list(found.offers("schedule")) == ["other"]
    with pytest.raises(
        PluginError,
        match="schedule 'good' is offered twice, by plugin 'first_plugin' of .* and 'second_plugin' of .*;",
    ):
        found.offer("schedule", "good")
    assert "offered twice" in str(found.problems[0])
    assert list(Registry(entry_points, frozenset({"first_plugin"})).offers("schedule")) == ["good", "other"]


def test_what_a_factory_raises_names_the_plugin(plugin) -> None:  # type: ignore[no-untyped-def]
    found = Registry([plugin("good_plugin", GOOD.replace("return factor", "return factor / 0"))])
    with pytest.raises(
        PluginError, match=r"schedule 'good' of .* raised ZeroDivisionError: float division by zero"
    ):
        found.build("schedule", "good", 0, 1)


CHOOSING = """
from convlab.plugin import OptimizerChoice, build, hookimpl

def outer(parameters, *, inner: OptimizerChoice = "plain", other: OptimizerChoice | None = None):
    "Builds another."
    return build("optimizer", inner, parameters)

def plain(parameters, *, lr: float = 0.1):
    "Gives its rate."
    return lr

@hookimpl
def convlab_optimizers():
    return {"outer": outer, "plain": plain}
"""


def test_a_choice_within_a_choice_is_checked_and_completed(plugin) -> None:  # type: ignore[no-untyped-def]
    found = Registry([plugin("choosing_plugin", CHOOSING)])
    bound = found.bind("optimizer", {"name": "outer", "other": {"name": "outer", "inner": {"name": "plain"}}})
    plain = {"name": "plain", "lr": 0.1}
    other = {"name": "outer", "inner": plain, "other": None}
    assert bound.to_choice() == {"name": "outer", "inner": plain, "other": other}
    assert [item.offer.name for item in bound.walk()] == ["outer", "plain", "outer", "plain"]
    with pytest.raises(UnknownPluginError, match="no optimizer named 'plaid'; did you mean 'plain'"):
        found.bind("optimizer", {"name": "outer", "inner": "plaid"})
    with pytest.raises(ConfigError, match="optimizer 'plain' has no field 'rate'"):
        found.bind("optimizer", {"name": "outer", "other": {"name": "plain", "rate": 1.0}})
    with pytest.raises(
        ConfigError,
        match=r"must be the name of one optimizer or \{name: ..., field: value\} or None, got 3 \(int\)",
    ):
        found.bind("optimizer", {"name": "outer", "other": 3})


def typed(
    *,
    rate: float = 1.0,
    count: int = 1,
    on: bool = False,
    mode: Literal["a", "b"] = "a",
    betas: tuple[float, float] = (0.9, 0.999),
    sizes: list[int] | None = None,
    needed: str,
) -> None:
    """Takes one field of every type."""


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            {"raet": 1},
            r"has no field 'raet'; did you mean 'rate'\? fields: betas, count, mode, needed, on, rate",
        ),
        ({"rate": "fast"}, r"rate must be float, got 'fast' \(str\)"),
        ({"rate": True}, r"rate must be float, got True \(bool\)"),
        ({"count": 1.5}, r"count must be int, got 1.5 \(float\)"),
        ({"on": 1}, r"on must be bool, got 1 \(int\)"),
        ({"mode": "c"}, r"mode must be one of a, b, got 'c'"),
        ({"betas": [0.9]}, r"betas must be tuple\[float, float\], got \[0.9\] \(list\)"),
        ({"sizes": [1, "2"]}, r"sizes must be list\[int\] \| None, got \[1, '2'\]"),
        ({}, "schedule 'typed' needs a value for its field 'needed'"),
    ],
)
def test_a_config_that_does_not_fit_the_signature_says_so(config: dict[str, object], message: str) -> None:
    offer = Offer("schedule", "typed", typed, "plugin", "distribution", "1")
    with pytest.raises(ConfigError, match=message):
        offer.bind(config)


def test_a_config_that_fits_is_completed() -> None:
    bound = Offer("schedule", "typed", typed, "plugin", "distribution", "1").bind(
        {"needed": "x", "rate": 2, "sizes": [1]}
    )
    assert bound.config == {
        "needed": "x",
        "rate": 2,
        "sizes": [1],
        "count": 1,
        "on": False,
        "mode": "a",
        "betas": (0.9, 0.999),
    }


@pytest.mark.parametrize("choice", [{}, {"lr": 1}, {"name": None}, 3])
def test_a_choice_without_a_name_is_refused(choice: object) -> None:
    with pytest.raises((ConfigError, TypeError)):
        registry().bind("optimizer", choice)  # type: ignore[arg-type]


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"no kind of plugin named 'optimiser'; did you mean 'optimizer'\?"):
        registry().offers("optimiser")


def test_everything_built_in_loads() -> None:
    assert registry().problems == []
    assert {kind for kind in KINDS if registry().offers(kind)} == set(KINDS)


def test_hook_calls_are_traced_if_asked(
    plugin, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # type: ignore[no-untyped-def]
    good, bad = (
        plugin("good_plugin", GOOD),
        plugin("bad_plugin", GOOD.replace("return {", "raise KeyError({").replace("constant}", "constant})")),
    )
    Registry([good])
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("CONVLAB_TRACE_PLUGINS", "1")
    Registry([good, bad])
    lines = capsys.readouterr().err.splitlines()
    assert lines[1] == "convlab: trace: plugin 'good_plugin' of unknown unknown: convlab_schedules() -> good"
    assert lines[0].startswith(
        "convlab: trace: plugin 'bad_plugin' of unknown unknown: convlab_schedules() -> raised KeyError: "
    )
    assert len(lines) == 2


def test_plugins_are_blocked_by_distribution_or_name(plugin, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    points = [plugin("good_plugin", GOOD)]
    monkeypatch.setattr("convlab.registry.entry_points", lambda group: points)
    monkeypatch.setenv("CONVLAB_BLOCK_PLUGINS", "other, good_plugin")
    registry.cache_clear()
    assert registry().offers("schedule") == {}
    monkeypatch.setenv("CONVLAB_BLOCK_PLUGINS", "other")
    registry.cache_clear()
    assert list(registry().offers("schedule")) == ["good"]
    registry.cache_clear()
