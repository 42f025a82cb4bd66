"""Faulty probes, each found by the check that is meant for it and by no other."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from convlab.plugin import Array, Probe


class Good(Probe):
    def observe(self, model: Any, epoch: int, last: bool) -> Mapping[str, Array]:
        return {"epoch": np.array([epoch, last])}


def makes_a_function() -> Any:
    return lambda context: {}


class MissesTheEnd(Good):
    def observe(self, model: Any, epoch: int, last: bool) -> Mapping[str, Array]:
        return super().observe(model, epoch, last) if epoch < 4 else {}


class GivesALIst(Good):
    def observe(self, model: Any, epoch: int, last: bool) -> Any:
        return {"epoch": [epoch]}


class GivesObjects(Good):
    def observe(self, model: Any, epoch: int, last: bool) -> Any:
        return {"epoch": np.array([None, epoch])}


class CountsItsLooks(Good):
    looks = 0

    def observe(self, model: Any, epoch: int, last: bool) -> Mapping[str, Array]:
        self.looks += 1
        return {"looks": np.array(self.looks)}


class SetsWeightsToZero(Good):
    def observe(self, model: Any, epoch: int, last: bool) -> Mapping[str, Array]:
        for parameter in model.parameters:
            parameter.value[...] = 0
        return super().observe(model, epoch, last)


class GivesTheWeightsThemselves(Good):
    def observe(self, model: Any, epoch: int, last: bool) -> Mapping[str, Array]:
        return {parameter.name: parameter.value for parameter in model.parameters}


class GivesTheOutputsThemselves(Good):
    def look(self, context: Any) -> Mapping[str, Array]:
        return {name: activity.output for name, activity in context.sample.layers.items()}


class DecomposesWhatMayBeNan(Good):
    def observe(self, model: Any, epoch: int, last: bool) -> Mapping[str, Array]:
        weights = next(iter(model.parameters)).value.reshape(4, -1)
        return {"spectrum": np.linalg.svd(weights, compute_uv=False)}


PLANTED: list[tuple[Any, str, str]] = [
    (makes_a_function, "is_a_probe", "expected a Probe"),
    (MissesTheEnd, "looks_at_start_and_end", "arrays at epoch 7: got none, expected one or more"),
    (
        GivesALIst,
        "gives_arrays_that_can_be_kept",
        r"given under 'epoch' at epoch 0: got \[0\], expected a NumPy",
    ),
    (GivesObjects, "gives_arrays_that_can_be_kept", r"given under 'epoch' at epoch 0: got \[None 0\]"),
    (CountsItsLooks, "sees_the_same_again", "'looks' at a second look, index .*: got 2, expected exactly 1"),
    (SetsWeightsToZero, "leaves_the_model", "'frozen.weight' of the model after a look at epoch 0"),
    (GivesTheWeightsThemselves, "shares_no_memory", "memory of 'frozen.weight' .*: got the network's"),
    (GivesTheOutputsThemselves, "shares_no_memory", "memory of 'frozen' at epoch 0"),
    (DecomposesWhatMayBeNan, "takes_a_broken_network", "raised LinAlgError: "),
]


@pytest.mark.parametrize(
    ("planted", "check", "message"), PLANTED, ids=lambda item: getattr(item, "__name__", "")
)
def test_the_fault_is_found(planted: Any, check: str, message: str, finds: Any) -> None:
    finds("probe", planted, [check], message)


def test_nothing_is_found_where_nothing_is_wrong(failures: Any) -> None:
    assert failures("probe", Good) == {}
