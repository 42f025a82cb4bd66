"""Peak memory of training steps."""

from collections.abc import Callable
from typing import Any

import pytest

from convlab.bench.memory import Peak, measure_memory, memory_tables
from convlab.errors import BenchmarkError

Quick = Callable[..., Any]


def measured(options: Any) -> list[Peak]:
    return list(measure_memory(options, lambda remark: pytest.fail(remark)))


def test_a_larger_batch_needs_more(quick: Quick) -> None:
    small, large = (measured(quick(only=("lenet5",), images=images))[0] for images in (2, 128))
    assert 0 < small.peak < large.peak
    # both convolutions' outputs of 128 images alone take 3 MB
    assert large.peak > small.peak + 3_000_000


def test_a_program_that_fails_is_named(quick: Quick) -> None:
    message = "bench memory: digits exact 1 2: .*use_precision: no precision 'exact'"
    with pytest.raises(BenchmarkError, match=message):
        measured(quick(only=("digits",), precisions=("exact",)))


def test_the_worst_network_comes_first() -> None:
    found = [
        Peak(name, program, peak, 5_000_000)
        for name, ours, theirs in (("a", 1_000_000, 4_000_000), ("b", 2_000_000, 1_000_000))
        for program, peak in (("convlab float32", ours), ("PyTorch NCHW", theirs))
    ]
    (table,) = memory_tables(found)
    assert table.headings == ("", "convlab float32", "ratio", "PyTorch NCHW")
    assert table.rows == (("b", "2.0 + 5", "0.50", "1.0 + 5"), ("a", "1.0 + 5", "4.00", "4.0 + 5"))
    assert memory_tables(found[:1])[0].rows == (("a", "1.0 + 5"),)
