"""The arrays that training continues from, and the weights that it is judged by."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from convlab.contracts.optimizer import Optimizer
from convlab.contracts.parameter import Array
from convlab.model import Model

_OPTIMIZER, _SCHEDULE = "optimizer.", "schedule."
_TRAINED_VALUES = "trained_values"


@contextmanager
def evaluation_weights(model: Model, optimizer: Optimizer) -> Iterator[None]:
    """Puts the weights that the optimizer gives for evaluation in the place of those trained, for a while."""
    averaged, values = optimizer.evaluation_values(), model.parameters.values
    if averaged is None:
        yield
        return
    trained = values.copy()
    values[...] = averaged
    try:
        yield
    finally:
        values[...] = trained


def checkpoint_arrays(
    model: Model, optimizer: Optimizer, schedule_state: Mapping[str, Array] | None = None
) -> dict[str, Array]:
    """All arrays that training continues from.

    The model's are called by their names, the optimizer's and the schedule's have ``optimizer.`` and
    ``schedule.`` in front. The model's are those to evaluate with; where training goes on from others, these
    are with the optimizer's.
    """
    of_optimizer, own = dict(optimizer.state()), model.state()
    if optimizer.evaluation_values() is not None:
        of_optimizer[_TRAINED_VALUES] = model.parameters.values.copy()
        with evaluation_weights(model, optimizer):
            own = {name: array.copy() for name, array in own.items()}
    behind = {_OPTIMIZER: of_optimizer, _SCHEDULE: schedule_state or {}}
    return own | {
        f"{prefix}{name}": array for prefix, state in behind.items() for name, array in state.items()
    }


def model_arrays(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Those arrays of a checkpoint that are the model's."""
    others = (_OPTIMIZER, _SCHEDULE)
    return {name: array for name, array in arrays.items() if not name.startswith(others)}


def arrays_behind(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Those arrays of a checkpoint whose names begin with a prefix, by what follows it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def load_checkpoint_arrays(model: Model, optimizer: Optimizer, arrays: dict[str, Array], steps: int) -> None:
    """Puts back what `checkpoint_arrays` gave of model and optimizer, after `steps` steps.

    Raises:
        ShapeError: if the arrays were saved from another network.
        RecordError: if they were saved with another optimizer.
    """
    model.load_state(model_arrays(arrays))
    saved = arrays_behind(_OPTIMIZER, arrays)
    trained = saved.pop(_TRAINED_VALUES, None)
    optimizer.load_state(saved, steps)
    if trained is not None:
        model.parameters.values[...] = trained
