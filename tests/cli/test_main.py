"""Verbs, exit codes, and what is said when a command ends early."""

import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from convlab.cli import HELP, VERBS, main, plugins
from convlab.errors import ConfigError, ConvlabError, DataError, UnknownPluginError

Command = Callable[..., tuple[int, str, str]]


def ending_with(error: BaseException) -> Callable[[object], int]:
    def verb(words: object) -> int:
        raise error

    return verb


@pytest.mark.parametrize("words", [[], ["-h"], ["--help"]])
def test_help_is_short_and_has_examples(command: Command, words: list[str]) -> None:
    assert command(*words) == (0, HELP, "")
    assert len(HELP.splitlines()) < 40
    for verb in VERBS:
        assert f"convlab {verb}" in HELP


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_examples(command: Command, verb: str) -> None:
    code, out, err = command(verb, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: convlab {verb}")
    assert f"examples:\n  convlab {verb} " in out or "examples:\n  convlab run\n" in out


def test_version(command: Command) -> None:
    assert command("--version") == (0, f"convlab {version('convlab')}\n", "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rnu"], f"no verb named 'rnu'; did you mean 'run'? verbs: {', '.join(VERBS)}"),
        (["xyz"], f"no verb named 'xyz'; verbs: {', '.join(VERBS)}"),
        (["optimizer=sgd"], "'optimizer=sgd' is no verb; did you mean 'convlab run optimizer=sgd'?"),
        (
            ["run", "--mutlirun"],
            "convlab run has no option '--mutlirun'; did you mean '--multirun'? "
            "options: --cfg, --config-dir, --help, --live, --multirun, --rerun, --retry, -c, -cd, -h, -m",
        ),
        (["run", "--cfg"], "convlab run: argument -c/--cfg: expected one argument; see 'convlab run --help'"),
        (
            ["compare"],
            "convlab compare: the following arguments are required: DIR; see 'convlab compare --help'",
        ),
        (
            ["plugins", "lst"],
            "plugins has no action 'lst'; did you mean 'list'? actions: check, info, list, new",
        ),
        (["plugins", "info"], "plugins info needs a name, such as 'convlab plugins info adam'"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(command: Command, words: list[str], message: str) -> None:
    assert command(*words) == (2, "", f"convlab: error: {message}\n")


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (ConfigError("two\nlines"), 2, "error: two lines"),
        (UnknownPluginError("not there"), 2, "error: not there"),
        (DataError("colored \x1b[31mtext"), 1, "error: colored \\x1b[31mtext"),
        (ConvlabError("any other"), 1, "error: any other"),
        (KeyboardInterrupt(), 130, "stopped"),
        (KeyboardInterrupt("saved"), 130, "stopped: saved"),
    ],
)
def test_an_error_on_purpose_is_one_line(
    command: Command, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, message: str
) -> None:
    monkeypatch.setattr(plugins, "main", ending_with(error))
    assert command("plugins") == (code, "", f"convlab: {message}\n")


@pytest.mark.filterwarnings("always")
def test_a_warning_is_one_line(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def verb(words: object) -> int:
        warnings.warn("the cache\nis full", stacklevel=2)
        return 0

    monkeypatch.setattr(plugins, "main", verb)
    with warnings.catch_warnings():
        assert command("plugins") == (0, "", "convlab: warning: the cache is full\n")


def test_a_fault_keeps_its_traceback(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "main", ending_with(RuntimeError("a bug")))
    code, out, err = command("plugins")
    assert (code, out) == (1, "")
    assert err.startswith("Traceback (most recent call last):")
    assert err.endswith(
        "RuntimeError: a bug\n"
        "convlab: this is a fault of convlab or of a plugin; please report it with the lines above\n"
    )


def test_sigterm_ends_like_ctrl_c_with_its_own_code(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def verb(words: object) -> int:
        signal.raise_signal(signal.SIGTERM)
        return 0

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(plugins, "main", verb)
    assert command("plugins") == (143, "", "convlab: stopped\n")
    assert signal.getsignal(signal.SIGTERM) is before


def test_sigterm_works_where_ctrl_c_is_ignored(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def verb(words: object) -> int:
        signal.raise_signal(signal.SIGTERM)
        return 0

    monkeypatch.setattr(plugins, "main", verb)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert command("plugins")[0] == 143
    finally:
        signal.signal(signal.SIGINT, before)


def test_commands_work_outside_the_main_thread() -> None:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(main(["--version"])))
    thread.start()
    thread.join()
    assert codes == [0]


def test_a_closed_pipe_is_quiet() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "convlab", "plugins", "list"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    "words", [["plugins", "list"], ["compare", "."], ["show", "."], ["bench", "--explain"], ["--help"]]
)
def test_verbs_without_configs_do_not_load_hydra(tmp_path: Path, words: list[str]) -> None:
    program = (
        "import sys\nfrom convlab.cli import main\n"
        f"main({words!r})\nassert not {{'hydra', 'omegaconf', 'sklearn'}} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-P", "-c", program], cwd=tmp_path, capture_output=True, check=True)
