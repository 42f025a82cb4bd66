"""All checks by kind, and how one is run."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

from convlab.errors import ConfigError, suggest
from convlab.registry import KINDS
from convlab.testing import (
    activations,
    augmentations,
    datasets,
    documentation,
    initializers,
    models,
    optimizers,
    probes,
    schedules,
    trackers,
)
from convlab.testing.expectations import NotApplicableError
from convlab.testing.subject import Subject

Status = Literal["passed", "failed", "not applicable"]

_PREFIX = "check_"
_MODULES = {
    "initializer": initializers,
    "activation": activations,
    "optimizer": optimizers,
    "schedule": schedules,
    "dataset": datasets,
    "model": models,
    "augmentation": augmentations,
    "tracker": trackers,
    "probe": probes,
}


@dataclass(frozen=True)
class Check:
    """One thing that an offer has to keep.

    Attributes:
        function: raises AssertionError if it is not kept, NotApplicableError where there is nothing to say.
    """

    function: Callable[[Subject], None]

    @property
    def name(self) -> str:
        """Such as ``"derivative_is_the_slope"``."""
        return self.function.__name__.removeprefix(_PREFIX)

    @property
    def summary(self) -> str:
        """What is checked, in a sentence."""
        return " ".join((inspect.getdoc(self.function) or "").split("\n\n")[0].split())


@dataclass(frozen=True)
class Outcome:
    """What a check said about an offer.

    Attributes:
        check: which.
        status: ``"passed"``, ``"failed"`` or ``"not applicable"``.
        message: what, where, got and expected of a failure, or why it is not applicable.
    """

    check: Check
    status: Status
    message: str = ""


def checks(kind: str) -> Sequence[Check]:
    """All checks of a kind: those of every offer, then its own.

    Raises:
        ConfigError: if there is no such kind.

    Example:
        >>> [check.name for check in checks("schedule")][-1]
        'claimed_monotone'
    """
    if kind not in _MODULES:
        known = suggest(kind, KINDS).replace("installed:", "kinds:")
        raise ConfigError(f"no kind of plugin named '{kind}'{known}")
    return [*_checks_of(documentation), *_checks_of(_MODULES[kind])]


def run_check(check: Check, subject: Subject) -> Outcome:
    """Runs one check; whatever the offer raises is a failure of the check.

    Args:
        check: which.
        subject: over which offer.

    Example:
        >>> from convlab.registry import registry
        >>> constant = Subject(registry().offer("schedule", "constant"))
        >>> [run_check(check, constant).status for check in checks("schedule")][-4]
        'passed'
    """
    try:
        check.function(subject)
    except NotApplicableError as reason:
        return Outcome(check, "not applicable", str(reason))
    except AssertionError as error:
        return Outcome(check, "failed", str(error))
    except Exception as error:  # a plugin may raise anything
        return Outcome(check, "failed", f"raised {type(error).__name__}: {error}")
    return Outcome(check, "passed")


def _checks_of(module: ModuleType) -> list[Check]:
    """The functions whose names begin with ``check_``, in their order: a new one needs no registration."""
    return [
        Check(value)
        for name, value in vars(module).items()
        if name.startswith(_PREFIX) and value.__module__ == module.__name__
    ]
