"""The environment in which PyTorch is measured."""

from collections.abc import Callable
from typing import Any

import pytest

from convlab.bench import machine, peer
from convlab.bench.machine import WARM_HEAP, describe, header, missing_environment

Quick = Callable[..., Any]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GLIBC_TUNABLES", "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(peer, "installed", lambda: True)


def test_pytorch_needs_a_warm_heap(quick: Quick) -> None:
    assert missing_environment(quick(torch=True), None, timed=True) == {"GLIBC_TUNABLES": WARM_HEAP}
    assert missing_environment(quick(torch=True), None, timed=False) == {}
    assert missing_environment(quick(torch=False), None, timed=True) == {}


def test_a_forced_isa_holds_for_pytorch_as_well(quick: Quick) -> None:
    assert missing_environment(quick(torch=True), "avx2", timed=True) == {
        "GLIBC_TUNABLES": WARM_HEAP,
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "ATEN_CPU_CAPABILITY": "avx2",
    }


def test_what_is_set_stays(quick: Quick, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.check=1")
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX512_CORE")
    assert missing_environment(quick(torch=True), "avx2", timed=True) == {"ATEN_CPU_CAPABILITY": "avx2"}


def test_the_header_names_all_that_matters(quick: Quick, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "version", lambda name: "2.99")
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    line = header(
        describe(quick(torch=True), timed=True), quick(threads=(1, 2), precisions=("float32", "fast"))
    )
    for part in ("isa ", "threads 1, 2", "precision float32, fast", "convlab 0.", "torch 2.99", "numpy "):
        assert part in line
    assert line.endswith("cold heap; ONEDNN_MAX_CPU_ISA=AVX2")
    assert "torch" not in header(describe(quick(), timed=True), quick())
