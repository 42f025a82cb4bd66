"""Everything that a plugin author imports.

Example:
    A whole plugin, named in pyproject.toml as ``[project.entry-points.convlab] cube = "my_package"``:

    >>> import numpy as np
    >>> from convlab.plugin import Activation, hookimpl
    >>> class Cube(Activation):
    ...     "Cube: f(x) = x^3."
    ...     def value(self, x, out):
    ...         np.power(x, 3, out=out)
    ...     def derivative(self, x, out):
    ...         np.multiply(x, x, out=out)
    ...         out *= 3
    >>> @hookimpl
    ... def convlab_activations():
    ...     return {"cube": Cube}
"""

from convlab.compiled import compiled
from convlab.contracts.activation import Activation
from convlab.contracts.claims import claims
from convlab.contracts.dataset import Dataset, Split
from convlab.contracts.initializer import InitializerSpec
from convlab.contracts.optimizer import Optimizer
from convlab.contracts.parameter import Array, Parameter, ParameterBuffers, Role
from convlab.contracts.probe import Probe, ProbeContext
from convlab.contracts.sample import LayerActivity, Sample
from convlab.contracts.tracker import Tracker
from convlab.download import cache_directory, fetch
from convlab.hookspecs import Offers, hookimpl
from convlab.layers import (
    Activation as ActivationLayer,
)
from convlab.layers import (
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool,
    Layer,
    MaxPool2D,
    Residual,
    Scale,
)
from convlab.records.metrics import MetricsFile
from convlab.seeding import generator

__all__ = [
    "Activation",
    "ActivationLayer",
    "Array",
    "AveragePool2D",
    "BatchNorm",
    "Conv2D",
    "Dataset",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAveragePool",
    "InitializerSpec",
    "Layer",
    "LayerActivity",
    "MaxPool2D",
    "MetricsFile",
    "Offers",
    "Optimizer",
    "Parameter",
    "ParameterBuffers",
    "Probe",
    "ProbeContext",
    "Residual",
    "Role",
    "Sample",
    "Scale",
    "Split",
    "Tracker",
    "cache_directory",
    "claims",
    "compiled",
    "fetch",
    "generator",
    "hookimpl",
]
