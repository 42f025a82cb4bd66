"""Measuring, on the command line."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.bench import peer

Command = Callable[..., tuple[int, str, str]]

QUICK = ("--images", "1", "--rounds", "1", "--seconds", "0", "--threads", "1", "--no-torch")


def test_operations_are_the_default(command: Command) -> None:
    code, out, err = command("bench", "--only", "digits8", *QUICK)
    assert code == 0
    assert "digits8   forward" in out
    assert "digits8  backward" in out
    assert "PyTorch ms" not in out
    assert len(err.splitlines()) == 3  # the machine, and a line for each pass


@pytest.mark.parametrize("measurement", ["operations", "steps", "accuracy", "memory"])
def test_every_measurement_writes_data_and_tables(command: Command, tmp_path: Path, measurement: str) -> None:
    only = "digits8" if measurement in ("operations", "accuracy") else "digits"
    code, out, _ = command(
        "bench", measurement, "--only", only, *QUICK, "--json", "found.json", "--markdown", "found.md"
    )
    assert code == 0
    data = json.loads((tmp_path / "found.json").read_text())
    assert data["measurement"] == measurement
    assert data["options"]["images"] == 1
    assert data["machine"]["isa"]
    assert {finding["name"] for finding in data["findings"]} == {only}
    markdown = (tmp_path / "found.md").read_text()
    assert f"| {only} | " in markdown
    assert markdown.startswith("Measured on ")
    assert only in out


def test_explain_measures_nothing(command: Command) -> None:
    code, out, err = command("bench", "--explain", "--only", "depthwise", "--precision", "float32,fast")
    assert (code, err) == (0, "")
    assert out.count("backward_weight") == 2


def test_a_forced_instruction_set_is_in_force_and_restored(command: Command) -> None:
    code, out, _ = command("bench", "--only", "digits8", "--isa", "baseline", *QUICK)
    assert code == 0
    assert "isa baseline" in out
    assert "isa baseline" not in command("bench", "--only", "digits8", *QUICK)[1]


def test_a_process_without_a_warm_heap_starts_again(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []

    def execve(path: str, words: list[str], environment: dict[str, str]) -> None:
        started.append((words, environment))
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setattr(peer, "installed", lambda: True)
    for name in ("GLIBC_TUNABLES", "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY"):
        monkeypatch.delenv(name, raising=False)
    code, _, err = command("bench", "operations", "--isa", "baseline", "--only", "digits8")
    assert code == 130
    ((words, environment),) = started
    assert words[1:] == [
        "-P",
        "-m",
        "convlab",
        "bench",
        "operations",
        "--isa",
        "baseline",
        "--only",
        "digits8",
    ]
    assert "mmap_threshold" in environment["GLIBC_TUNABLES"]
    assert environment["ONEDNN_MAX_CPU_ISA"] == "SSE41"
    assert err.startswith("starting again with GLIBC_TUNABLES=")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (
            ["operation"],
            2,
            "bench: nothing named 'operation' to measure; did you mean 'operations'? "
            "known: accuracy, document, memory, operations, steps",
        ),
        (["--only", "x", "--no-torch"], 2, "bench: no shape 'x'; shapes: 7x7s2, c512, cifar_in, depthwise"),
        (["steps", "--only", "lenet", "--no-torch"], 2, "bench: no step 'lenet'; did you mean 'lenet5'?"),
        (["--rounds", "0"], 2, "bench: rounds must be >= 1, got 0"),
        (["--passes", "up"], 2, "bench: passes: no 'up'; use forward, backward"),
        (["--threads", "one"], 2, "argument --threads: expected whole numbers such as 1,2, got 'one'"),
        (["--isa", "avx3"], 1, "use_isa: no instruction set 'avx3'"),
        (["--explain", "--precision", "exact"], 1, "use_precision: no precision 'exact'; offered: float32"),
        (
            ["document"],
            2,
            "bench document needs a file, such as 'convlab bench document docs/performance.md'",
        ),
        (["document", "gone.md"], 1, "bench: cannot read gone.md: "),
    ],
)
def test_a_mistake_is_one_line(command: Command, words: list[str], code: int, message: str) -> None:
    found, out, err = command("bench", *words)
    assert (found, out) == (code, "")
    assert err.startswith("convlab: error: ")
    assert message in err
    assert err.count("\n") == 1
