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

from convlab.contracts.activation import Activation, ActivationPlace
from convlab.contracts.augmentation import Augmentation, AugmentationContext
from convlab.contracts.claims import claims
from convlab.contracts.compiled_activation import CompiledActivation
from convlab.contracts.dataset import Dataset, Split
from convlab.contracts.initializer import InitializerSpec, also_for_norms
from convlab.contracts.learned_activation import LearnedActivation
from convlab.contracts.optimizer import Closure, Look, Optimizer
from convlab.contracts.parameter import Array, Parameter, ParameterBuffers, Role
from convlab.contracts.probe import Probe, ProbeContext
from convlab.contracts.sample import LayerActivity, Sample
from convlab.contracts.schedule import History
from convlab.contracts.tracker import Tracker
from convlab.download import cache_directory, fetch
from convlab.hookspecs import Offers, hookimpl
from convlab.layers import (
    GLU,
    AveragePool2D,
    BatchNorm,
    Concatenate,
    Conv2D,
    CReLU,
    Dense,
    Dropout,
    Flatten,
    FReLU,
    GlobalAveragePool,
    Layer,
    LearnedScale,
    Maxout,
    MaxPool2D,
    Residual,
    Scale,
)
from convlab.layers import (
    Activation as ActivationLayer,
)
from convlab.records.metrics import MetricsFile
from convlab.registry import Choice, OptimizerChoice, build
from convlab.seeding import generator

__all__ = [
    "GLU",
    "Activation",
    "ActivationLayer",
    "ActivationPlace",
    "Array",
    "Augmentation",
    "AugmentationContext",
    "AveragePool2D",
    "BatchNorm",
    "CReLU",
    "Choice",
    "Closure",
    "CompiledActivation",
    "Concatenate",
    "Conv2D",
    "Dataset",
    "Dense",
    "Dropout",
    "FReLU",
    "Flatten",
    "GlobalAveragePool",
    "History",
    "InitializerSpec",
    "Layer",
    "LayerActivity",
    "LearnedActivation",
    "LearnedScale",
    "Look",
    "MaxPool2D",
    "Maxout",
    "MetricsFile",
    "Offers",
    "Optimizer",
    "OptimizerChoice",
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
    "also_for_norms",
    "build",
    "cache_directory",
    "claims",
    "fetch",
    "generator",
    "hookimpl",
]
