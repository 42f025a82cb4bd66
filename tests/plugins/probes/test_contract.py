"""The contract of probes, over everything installed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.plugin import Probe
from convlab.records.run_directory import RunDirectory
from convlab.registry import registry
from convlab_plugins import probes

NAMES = list(registry().offers("probe"))


def test_what_the_package_offers_is_installed() -> None:
    assert set(probes.OFFERS) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_is_a_probe_and_described(name: str) -> None:
    assert isinstance(registry().build("probe", name), Probe)
    assert registry().offer("probe", name).summary


@pytest.mark.parametrize("name", NAMES)
def test_what_it_sees_can_be_kept(name: str, model: Any, tmp_path: Path) -> None:
    probe: Probe = registry().build("probe", name)
    run = RunDirectory(tmp_path)
    for epoch in range(4):
        arrays = probe.observe(model, epoch, last=epoch == 3)
        if arrays:
            run.write_probe(name, epoch, arrays)
            kept = run.read_probe(name, epoch)
            assert kept.keys() == arrays.keys()
            for key, array in arrays.items():
                np.testing.assert_array_equal(kept[key], array, strict=True)


@pytest.mark.parametrize("name", NAMES)
def test_leaves_the_model_alone_and_shares_nothing_with_it(name: str, model: Any) -> None:
    probe: Probe = registry().build("probe", name)
    before = model.parameters.values.copy()
    for epoch in range(3):
        arrays = probe.observe(model, epoch, last=epoch == 2)
        np.testing.assert_array_equal(model.parameters.values, before)
        assert not any(
            np.shares_memory(array, parameter.value)
            for array in arrays.values()
            for parameter in model.parameters
        )
