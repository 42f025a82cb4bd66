"""What `benchmarks/optimizer_steps.py` times does the same as PyTorch, on the parameters of a ResNet-20."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("torch", reason="needs PyTorch, the extra 'parity'")

PROGRAM = Path(__file__).parents[1] / "benchmarks" / "optimizer_steps.py"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location(PROGRAM.stem, PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[PROGRAM.stem] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


BENCHMARK = loaded()


@pytest.mark.parametrize("case", BENCHMARK.CASES, ids=lambda case: case.name)
def test_both_do_the_same(case) -> None:  # type: ignore[no-untyped-def]
    assert BENCHMARK.deviation(case) < BENCHMARK.TOLERANCE


def test_another_result_is_refused() -> None:
    other = BENCHMARK.Case("momentum", "SGD", {"momentum": 0.8})
    assert BENCHMARK.deviation(other) > 10 * BENCHMARK.TOLERANCE
