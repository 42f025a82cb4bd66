"""A new plugin, on the command line."""

from collections.abc import Callable
from pathlib import Path

Command = Callable[..., tuple[int, str, str]]


def test_it_is_written_checked_and_used(
    command: Command, tmp_path: Path, install_distribution: Callable[[Path], None]
) -> None:
    code, out, err = command("plugins", "new", "swoosh", "--kind", "activation")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "wrote convlab-swoosh"
    assert "  convlab plugins check convlab-swoosh\n" in out
    install_distribution(tmp_path / "convlab-swoosh")
    assert command("plugins", "check", "convlab-swoosh")[0] == 0
    assert "swoosh" in command("plugins", "list", "activation")[1]
    options = ["data=synthetic", "epochs=1", f"runs_dir={tmp_path / 'runs'}"]
    code, _, err = command("run", "activation=swoosh", *options)
    assert code == 0, err


def test_another_directory(command: Command, tmp_path: Path) -> None:
    code, _, _ = command("plugins", "new", "zigzag", "--directory", "mine/all", "--kind", "schedule")
    assert code == 0
    assert (tmp_path / "mine" / "all" / "convlab-zigzag" / "pyproject.toml").exists()


def test_a_kind_is_needed(command: Command) -> None:
    code, out, err = command("plugins", "new", "zigzag")
    assert (code, out) == (2, "")
    assert "the following arguments are required: --kind" in err
    assert err.count("\n") == 1


def test_a_bad_name_is_one_line(command: Command) -> None:
    code, out, err = command("plugins", "new", "Zig-Zag", "--kind", "schedule")
    assert (code, out) == (2, "")
    assert err == (
        "convlab: error: a plugin's name must be an identifier in lower case such as 'my_schedule', "
        "got 'Zig-Zag'\n"
    )
