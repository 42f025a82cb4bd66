"""What a learning-rate schedule is to the engine."""

from collections.abc import Callable

# schedule(step, total) -> factor of the base learning rate; step counts from 0 to total - 1.
Schedule = Callable[[int, int], float]
