"""The choice of instruction set, threads and precision."""

import os
import re
import subprocess
import sys

import pytest

from convlab import kernels
from convlab.errors import KernelError


def in_new_process(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("CONVLAB_")}
    program = f"from convlab import kernels\n{program}"
    return subprocess.run(
        [sys.executable, "-P", "-c", program],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_isas_are_listed_slowest_first():
    known = ("reference", "baseline", "avx2", "avx512", "avx512_bf16", "amx")
    assert kernels.isas()[:2] == known[:2]
    assert list(kernels.isas()) == [name for name in known if name in kernels.isas()]


def test_the_fastest_isa_and_all_cores_are_the_default():
    done = in_new_process("print(kernels.isa(), kernels.threads())")
    cores = len(os.sched_getaffinity(0))
    assert done.stdout.split() == [kernels.isas()[-1], str(cores)]


def test_a_choice_holds_at_once_and_is_undone_on_leaving():
    before = kernels.isa(), kernels.threads()
    with kernels.use_isa("baseline"), kernels.use_threads(3):
        assert (kernels.isa(), kernels.threads()) == ("baseline", 3)
        with kernels.use_isa("reference"):
            assert kernels.isa() == "reference"
        assert kernels.isa() == "baseline"
    assert (kernels.isa(), kernels.threads()) == before
    kernels.use_isa("reference")
    kernels.use_threads(2)
    assert (kernels.isa(), kernels.threads()) == ("reference", 2)


def test_a_choice_is_undone_after_an_error():
    before = kernels.isa()
    with pytest.raises(ValueError, match="stop"), kernels.use_isa("reference"):
        raise ValueError("stop")
    assert kernels.isa() == before


@pytest.mark.parametrize("name", ["sse9", "AVX2", "", None, 3])
def test_an_isa_that_is_not_offered_is_refused(name):
    with pytest.raises(KernelError, match=r"use_isa: no instruction set .*; offered: reference, baseline"):
        kernels.use_isa(name)


def test_an_isa_that_this_cpu_lacks_is_refused_with_the_reason():
    left_out = kernels.build_info()["left_out"]
    for name, reason in left_out.items():
        with pytest.raises(KernelError, match=re.escape(f"no instruction set '{name}': {reason}; offered: ")):
            kernels.use_isa(name)
    assert {*left_out, *kernels.isas()} == {"reference", "baseline", "avx2", "avx512", "avx512_bf16", "amx"}


def test_the_precision_is_float32_unless_chosen():
    assert kernels.precision() == "float32"
    with kernels.use_precision("fast"), kernels.use_isa("baseline"):
        assert kernels.precision() == "fast"
        with kernels.use_precision("float32"):
            assert kernels.precision() == "float32"
        assert kernels.precision() == "fast"
    assert kernels.precision() == "float32"


@pytest.mark.parametrize("name", ["half", "FAST", "", None, 1])
def test_an_unknown_precision_is_refused(name):
    with pytest.raises(
        KernelError, match=f"use_precision: no precision {name!r}; offered: float32, fast, bfloat16"
    ):
        kernels.use_precision(name)


@pytest.mark.parametrize("count", [0, -1, 257, 1.0, True, "2", None])
def test_an_impossible_thread_count_is_refused(count):
    with pytest.raises(
        KernelError, match=f"use_threads: threads must be a whole number from 1 to 256, not {count!r}"
    ):
        kernels.use_threads(count)


def test_the_environment_is_read_at_import():
    done = in_new_process(
        "print(kernels.isa(), kernels.threads())", CONVLAB_ISA="baseline", CONVLAB_THREADS="1"
    )
    assert done.stdout.split() == ["baseline", "1"]
    done = in_new_process("print(kernels.isa() in kernels.isas())", CONVLAB_ISA="", CONVLAB_THREADS="")
    assert done.stdout.split() == ["True"]


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("CONVLAB_ISA", "sse9", "CONVLAB_ISA: no instruction set 'sse9'; offered: reference, baseline"),
        (
            "CONVLAB_THREADS",
            "many",
            "CONVLAB_THREADS: threads must be a whole number from 1 to 256, not 'many'",
        ),
        ("CONVLAB_THREADS", "0", "CONVLAB_THREADS: threads must be a whole number from 1 to 256, not 0"),
        ("CONVLAB_THREADS", "-2", "CONVLAB_THREADS: threads must be a whole number from 1 to 256, not '-2'"),
    ],
)
def test_a_bad_environment_is_an_error_at_import(variable, value, message):
    done = in_new_process("", **{variable: value})
    assert done.returncode != 0
    assert message in done.stderr
    assert "KernelError" in done.stderr


def test_build_info_tells_compiler_and_isas():
    info = kernels.build_info()
    assert any(name in str(info["compiler"]) for name in ("gcc", "clang"))
    assert info["isas"] == kernels.isas()
