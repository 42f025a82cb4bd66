"""The whole plugin surface, on one page.

A plugin is a module (or object) named by an entry point of group ``convlab``. It implements any of the hooks
below with `convlab.plugin.hookimpl`; each returns a mapping from the name that users write to a factory.

In every factory the positional parameters come from the engine and the keyword-only parameters are the
configuration: their names, types and defaults become the fields of the Hydra group.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pluggy

PROJECT = "convlab"
ENTRY_POINT_GROUP = "convlab"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Factory = Callable[..., Any]
Offers = Mapping[str, Factory]


@hookspec
def convlab_initializers() -> Offers:  # type: ignore[empty-body]
    """Offer initializers: ``(spec, rng, *, ...) -> array`` of ``spec.shape``."""


@hookspec
def convlab_activations() -> Offers:  # type: ignore[empty-body]
    """Offer activations: ``(*, ...) -> Activation``."""


@hookspec
def convlab_optimizers() -> Offers:  # type: ignore[empty-body]
    """Offer optimizers: ``(parameters, *, lr=..., ...) -> Optimizer``."""


@hookspec
def convlab_schedules() -> Offers:  # type: ignore[empty-body]
    """Offer schedules: ``(step, total, *, ...) -> factor``, or ``(step, total, history, *, ...)``."""


@hookspec
def convlab_datasets() -> Offers:  # type: ignore[empty-body]
    """Offer datasets: ``(*, ...) -> Dataset``."""


@hookspec
def convlab_models() -> Offers:  # type: ignore[empty-body]
    """Offer models: ``(input_shape, classes, *, ...) -> list of layers``."""


@hookspec
def convlab_augmentations() -> Offers:  # type: ignore[empty-body]
    """Offer augmentations: ``(*, ...) -> Augmentation``."""


@hookspec
def convlab_trackers() -> Offers:  # type: ignore[empty-body]
    """Offer trackers: ``(run_directory, *, ...) -> Tracker``."""


@hookspec
def convlab_probes() -> Offers:  # type: ignore[empty-body]
    """Offer probes: ``(*, ...) -> Probe``."""
