"""What is installed, on the command line."""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest
from PIL import Image

from convlab.registry import KINDS, registry

Command = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("words", [["plugins"], ["plugins", "list"]])
def test_the_list_has_every_offer(command: Command, words: list[str]) -> None:
    code, out, err = command(*words)
    assert (code, err) == (0, "")
    heading, *lines = out.splitlines()
    assert heading.split() == ["kind", "name", "distribution", "version", "summary"]
    expected = [(kind, name) for kind in KINDS for name in registry().offers(kind)]
    assert [tuple(line.split()[:2]) for line in lines] == expected


def test_the_list_of_one_kind(command: Command) -> None:
    _, out, _ = command("plugins", "list", "schedule")
    assert {line.split()[0] for line in out.splitlines()[1:]} == {"schedule"}


def test_an_unknown_kind_names_the_nearest(command: Command) -> None:
    message = (
        f"no kind of plugin named 'optimiser'; did you mean 'optimizer'? kinds: {', '.join(sorted(KINDS))}"
    )
    assert command("plugins", "list", "optimiser") == (2, "", f"convlab: error: {message}\n")


def test_info_has_the_documentation_and_the_fields(command: Command) -> None:
    code, out, err = command("plugins", "info", "momentum")
    assert (code, err) == (0, "")
    assert out.startswith("optimizer momentum\nfrom convlab ")
    assert "References:" in out
    assert "fields (optimizer.FIELD=VALUE):\n  lr: float, default 0.01\n" in out
    assert out.endswith("use: convlab run optimizer=momentum\n")


def test_info_has_the_signature(command: Command) -> None:
    _, out, _ = command("plugins", "info", "variance_scaling")
    assert out.splitlines()[2].startswith(
        "variance_scaling(spec, rng, *, scale: Union[float, Literal['auto']] = 1.0, "
    )
    assert out.splitlines()[2].endswith(" = 'truncated_normal')")


def test_info_draws_an_activation_and_its_derivative(command: Command) -> None:
    _, out, _ = command("plugins", "info", "gelu")
    assert "⠒⠒ f(x)  ● f'(x)\n     4 ┤" in out
    assert out.count("●") > 10


def test_info_draws_a_schedule(command: Command) -> None:
    _, out, _ = command("plugins", "info", "cosine")
    assert "⠒⠒ factor of the base rate\n        1 ┤" in out
    assert out.count("┤") == 12


def test_info_draws_filters_and_spectrum(command: Command) -> None:
    _, out, _ = command("plugins", "info", "sobel")
    assert "# above 0, = below" in out
    assert "singular values of 32 filters 3x3x32" in out


def test_info_draws_nothing_of_an_optimizer(command: Command) -> None:
    assert "┤" not in command("plugins", "info", "adam")[1]


def test_info_of_one_kind(command: Command) -> None:
    _, out, _ = command("plugins", "info", "constant", "--kind", "schedule")
    assert out.startswith("schedule constant\n")
    assert "initializer" not in out


def test_info_of_a_kind_that_lacks_the_name(command: Command) -> None:
    code, _, err = command("plugins", "info", "relu", "--kind", "schedule")
    assert code == 2
    assert err.startswith("convlab: error: no schedule named 'relu'; ")


@pytest.mark.parametrize("name", ["gelu", "cosine", "he_normal"])
def test_info_draws_a_picture(command: Command, name: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    code, out, _ = command("plugins", "info", name, "--png", "portrait.png")
    assert code == 0
    assert out.endswith("written portrait.png\n")
    with Image.open(tmp_path / "portrait.png") as picture:
        assert picture.width > 500
        assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 20


def test_info_has_no_picture_of_an_optimizer(command: Command) -> None:
    code, _, err = command("plugins", "info", "adam", "--png", "portrait.png")
    assert code == 2
    assert err == (
        "convlab: error: --png: optimizer 'adam' has nothing to draw; "
        "activations, initializers and schedules have\n"
    )


def test_a_plugin_that_cannot_be_drawn_is_described_all_the_same(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(activation: object) -> None:
        raise ValueError("out of order")

    monkeypatch.setattr("convlab.cli.plugin_info.activation_portrait", fail)
    code, out, _ = command("plugins", "info", "gelu")
    assert code == 0
    assert "not drawn: out of order" in out
    assert "use: convlab run activation=gelu" in out


def test_info_shows_all_kinds_of_a_name(command: Command) -> None:
    _, out, _ = command("plugins", "info", "constant")
    assert "initializer constant\n" in out
    assert "schedule constant\n" in out


def test_info_of_a_probe_says_how_to_use_it(command: Command) -> None:
    assert command("plugins", "info", "filters")[1].endswith("use: convlab run probes=[filters]\n")


@pytest.mark.usefixtures("third_party_plugin")
def test_a_third_party_plugin_is_there(command: Command) -> None:
    assert "spiral" in command("plugins", "list")[1]
    _, out, _ = command("plugins", "info", "walk")
    assert "  lr: float, required\n  mode: one of up, down, default up\n" in out


def test_an_unknown_name_suggests_the_nearest(command: Command) -> None:
    code, out, err = command("plugins", "info", "adaam")
    assert (code, out) == (2, "")
    assert err.startswith("convlab: error: no plugin named 'adaam'; did you mean 'adam'? installed: ")


def test_broken_plugins_are_named_and_the_others_listed(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [*entry_points(group="convlab"), EntryPoint("gone", "module_that_is_not_there", "convlab")]
    monkeypatch.setattr("convlab.registry.entry_points", lambda group: found)
    registry.cache_clear()
    code, out, err = command("plugins", "list")
    registry.cache_clear()
    assert code == 0
    assert "adam" in out
    assert err.startswith("convlab: warning: plugin 'gone' of unknown: ModuleNotFoundError: ")
    assert err.count("\n") == 1
