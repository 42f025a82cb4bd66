"""What a learning-rate schedule is to the engine."""

from collections.abc import Callable, Mapping, Sequence

# schedule(step, total) -> factor of the base learning rate; step counts from 0 to total - 1.
Schedule = Callable[[int, int], float]

# By epoch done, what was measured after it: the losses and accuracies of training and validation, by name. A
# schedule whose third positional parameter is called `history` is given it at every step.
History = Sequence[Mapping[str, float]]
