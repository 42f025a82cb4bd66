"""Optimizers that are made of others: what they share."""

from collections.abc import Callable, Mapping
from math import inf

from convlab.plugin import Array, Optimizer, OptimizerChoice, Parameter, ParameterBuffers, build
from convlab_plugins.checks import require


class Composite(Optimizer):
    """An optimizer made of others.

    Args:
        parameters: what is updated, in place.
        lr: base learning rate, > 0.
        parts: the others by name, each over all parameters or over a stretch of them.

    Attributes:
        parts: the others by name.
    """

    def __init__(self, parameters: ParameterBuffers, lr: float, parts: Mapping[str, Optimizer]) -> None:
        super().__init__(parameters, lr)
        self.parts = dict(parts)
        self.needs_closure = any(part.needs_closure for part in parts.values())

    def evaluation_values(self) -> Array | None:
        """What the parts give, put together."""
        given = {name: part.evaluation_values() for name, part in self.parts.items()}
        if all(values is None for values in given.values()):
            return None
        own = self.parameters.values
        trained = own.copy()
        for name, values in given.items():
            if values is not None:
                self.parts[name].parameters.values[...] = values
        together = own.copy()
        own[...] = trained
        return together

    def state(self) -> dict[str, Array]:
        """The own state, and that of the parts behind their names."""
        inner = {
            f"{name}.{key}": item for name, part in self.parts.items() for key, item in part.state().items()
        }
        return {**super().state(), **inner}

    def load_state(self, state: Mapping[str, Array], steps: int) -> None:
        """Puts the own state and that of the parts back."""
        super().load_state(state, steps)
        for name, part in self.parts.items():
            mine = {
                key.removeprefix(f"{name}."): item
                for key, item in state.items()
                if key.startswith(f"{name}.")
            }
            part.load_state(mine, self.inner_steps(steps))

    def step_parts(self, rate: float) -> None:
        """Lets every part take a step, at its own base rate times the schedule's factor.

        Every part sees the gradients that the step began with, though another may have computed new ones.
        """
        gradients = self.parameters.gradients
        kept = gradients.copy() if self.needs_closure else None
        for part in self.parts.values():
            if kept is not None:
                gradients[...] = kept
            part.step(rate * (part.lr / self.lr), self.closure)

    def inner_steps(self, steps: int) -> int:
        """How many steps the parts have taken after some of this optimizer's."""
        return steps


def build_parts(
    name: str,
    choice: OptimizerChoice,
    parameters: ParameterBuffers,
    chosen: Callable[[Parameter], bool],
) -> dict[str, Optimizer]:
    """One optimizer for every stretch of the chosen parameters; one over nothing where none is chosen."""
    stretches = parameters.stretches(chosen) or [ParameterBuffers([])]
    names = [name] if len(stretches) == 1 else [f"{name}{number}" for number in range(1, len(stretches) + 1)]
    return {part: build("optimizer", choice, stretch) for part, stretch in zip(names, stretches, strict=True)}


def with_rate(plugin: str, choice: OptimizerChoice, lr: float | None) -> OptimizerChoice:
    """The choice of an inner optimizer, at the rate of the outer one where that names a rate."""
    if lr is None:
        return choice
    require(0 < lr < inf, plugin, "lr", lr, "> 0 and finite")
    return {**({"name": choice} if isinstance(choice, str) else choice), "lr": lr}
