"""What a probe may define, and what it is shown; the contract of every probe is in the kit."""

from typing import Any

import numpy as np

from convlab.plugin import Probe, ProbeContext


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
