"""The contract of probes, over everything installed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.plugin import Probe, ProbeContext
from convlab.records.run_directory import RunDirectory
from convlab.registry import registry
from convlab_plugins import probes

MakeContext = Callable[..., ProbeContext]
NAMES = list(registry().offers("probe"))


def test_what_the_package_offers_is_installed() -> None:
    assert set(probes.OFFERS) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_is_a_probe_and_described(name: str) -> None:
    assert isinstance(registry().build("probe", name), Probe)
    assert registry().offer("probe", name).summary


@pytest.mark.parametrize("name", NAMES)
def test_it_looks_at_the_start_and_at_the_end(name: str, make_context: MakeContext) -> None:
    probe: Probe = registry().build("probe", name)
    assert probe.look(make_context(epoch=0))
    assert probe.look(make_context(epoch=7, last=True))


@pytest.mark.parametrize("name", NAMES)
def test_what_it_sees_can_be_kept(name: str, make_context: MakeContext, tmp_path: Path) -> None:
    probe: Probe = registry().build("probe", name)
    run = RunDirectory(tmp_path)
    for epoch in range(4):
        arrays = probe.look(make_context(epoch=epoch, last=epoch == 3))
        if arrays:
            run.write_probe(name, epoch, arrays)
            kept = run.read_probe(name, epoch)
            assert kept.keys() == arrays.keys()
            for key, array in arrays.items():
                np.testing.assert_array_equal(kept[key], array, strict=True)


@pytest.mark.parametrize("name", NAMES)
def test_it_sees_the_same_when_it_looks_again(name: str, make_context: MakeContext) -> None:
    probe: Probe = registry().build("probe", name)
    context = make_context()
    first, again = probe.look(context), probe.look(make_context())
    assert first.keys() == again.keys()
    for key, array in first.items():
        np.testing.assert_array_equal(array, again[key], strict=True)


@pytest.mark.parametrize("name", NAMES)
def test_leaves_the_model_alone_and_shares_nothing_with_it(name: str, make_context: MakeContext) -> None:
    probe: Probe = registry().build("probe", name)
    for epoch in range(3):
        context = make_context(epoch=epoch, last=epoch == 2)
        before = {key: array.copy() for key, array in context.model.state().items()}
        arrays = probe.look(context)
        for key, array in context.model.state().items():
            np.testing.assert_array_equal(array, before[key])
        used = [array for item in context.sample.layers.values() for array in (item.input, item.output)]
        used += [parameter.value for parameter in context.model.parameters]
        assert not any(np.shares_memory(array, other) for array in arrays.values() for other in used)


@pytest.mark.parametrize("name", NAMES)
def test_values_that_are_not_finite_raise_nothing(name: str, make_context: MakeContext) -> None:
    for value in (np.nan, np.inf, 1e30):
        context = make_context()
        for parameter in context.model.parameters:
            parameter.value[...] = value
        registry().build("probe", name).look(context)


def test_a_probe_that_needs_the_model_alone_defines_observe(model: Any) -> None:
    class Names(Probe):
        def observe(self, model: Any, epoch: int, last: bool) -> dict[str, Any]:
            return {parameter.name: np.array([epoch, last]) for parameter in model.parameters}

    def no_sample() -> Any:
        raise AssertionError("nobody asked for it")

    arrays = Names().look(ProbeContext(model, epoch=3, last=True, take_sample=no_sample))
    assert arrays["conv1.bias"].tolist() == [3, 1]


def test_the_sample_is_taken_once_for_all_probes() -> None:
    taken: list[Any] = []
    context = ProbeContext(None, 0, False, take_sample=lambda: taken.append(1) or taken)  # type: ignore
    assert context.sample is context.sample
    assert taken == [1]
