"""The contract of probes."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from convlab.contracts.parameter import Array
from convlab.contracts.probe import Probe
from convlab.records.run_directory import RunDirectory
from convlab.testing.expectations import NotApplicableError, expect, expect_same
from convlab.testing.network import moment
from convlab.testing.subject import Subject

_EPOCHS = range(4)


def check_is_a_probe(subject: Subject) -> None:
    """The factory makes a `convlab.plugin.Probe`."""
    made = subject.build()
    expect(isinstance(made, Probe), "made", where="at the defaults", got=made, expected="a Probe")


def check_looks_at_start_and_end(subject: Subject) -> None:
    """There is something to keep before the first step and after the last epoch."""
    probe = _probe(subject)
    for epoch, last in ((0, False), (7, True)):
        seen, where = probe.look(moment(epoch=epoch, last=last)), f"at epoch {epoch}"
        expect(seen, "arrays", where=where, got="none", expected="one or more")


def check_gives_arrays_that_can_be_kept(subject: Subject) -> None:
    """What it gives is written to the run's folder and read back as it was."""
    probe, name = _probe(subject), subject.offer.name
    with tempfile.TemporaryDirectory() as folder:
        run = RunDirectory(Path(folder))
        for epoch, seen in _looks(probe):
            for key, array in seen.items():
                fine = isinstance(key, str) and isinstance(array, np.ndarray) and array.dtype != object
                expected = "a NumPy array of numbers under a name"
                expect(fine, f"given under {key!r}", where=f"at epoch {epoch}", got=array, expected=expected)
            if seen:
                run.write_probe(name, epoch, seen)
                kept = run.read_probe(name, epoch)
                same = kept.keys() == seen.keys()
                expect(same, "names read back", where=f"at epoch {epoch}", got=[*kept], expected=[*seen])
                for key, array in seen.items():
                    expect_same(f"'{key}' read back", f"at epoch {epoch}", kept[key], array)


def check_sees_the_same_again(subject: Subject) -> None:
    """Looking twice at the same moment gives the same."""
    probe = _probe(subject)
    first, again = probe.look(moment()), probe.look(moment())
    same = first.keys() == again.keys()
    expect(same, "names", where="at a second look", got=[*again], expected=[*first])
    for key, array in first.items():
        expect_same(f"'{key}'", "at a second look", again[key], array)


def check_leaves_the_model(subject: Subject) -> None:
    """The network is as it was."""
    probe = _probe(subject)
    for epoch in _EPOCHS:
        context = moment(epoch=epoch, last=epoch == _EPOCHS[-1])
        before = {name: array.copy() for name, array in context.model.state().items()}
        probe.look(context)
        for name, array in context.model.state().items():
            expect_same(f"'{name}' of the model", f"after a look at epoch {epoch}", array, before[name])


def check_shares_no_memory(subject: Subject) -> None:
    """What it gives stays as it is when training goes on: copies, not views of the network's arrays."""
    probe = _probe(subject)
    for epoch in _EPOCHS:
        context = moment(epoch=epoch, last=epoch == _EPOCHS[-1])
        seen = probe.look(context)
        used: list[Array] = [parameter.value for parameter in context.model.parameters]
        for layer in context.sample.layers.values():
            used += [layer.input, layer.before, layer.output]
        for key, array in seen.items():
            shared = isinstance(array, np.ndarray) and any(np.shares_memory(array, other) for other in used)
            where = f"at epoch {epoch}"
            expect(not shared, f"memory of '{key}'", where=where, got="the network's", expected="a copy")


def check_takes_a_broken_network(subject: Subject) -> None:
    """A network whose weights are NaN, infinite or huge, as a diverging run has them, is looked at."""
    for value in (np.nan, np.inf, 1e30):
        context = moment()
        for parameter in context.model.parameters:
            parameter.value[...] = value
        _probe(subject).look(context)


def _looks(probe: Probe) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for epoch in _EPOCHS:
        yield epoch, probe.look(moment(epoch=epoch, last=epoch == _EPOCHS[-1]))


def _probe(subject: Subject) -> Probe:
    made = subject.build()
    if not isinstance(made, Probe):
        raise NotApplicableError("is no Probe")
    return made
