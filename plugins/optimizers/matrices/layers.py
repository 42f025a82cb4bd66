"""Which weights are treated as matrices, and how they are seen."""

from collections.abc import Iterable
from math import prod
from typing import Literal

from convlab.plugin import Array, Parameter, ParameterBuffers

Matrices = Literal["body", "hidden", "all"]
WEIGHTS = ("conv_weight", "dense_weight")


def chosen_matrices(parameters: ParameterBuffers, which: Matrices) -> frozenset[str]:
    """Names of the weights that are treated as matrices.

    Args:
        parameters: of the network, or of a part of it.
        which: ``"all"`` weights of convolutions and dense layers; the ``"body"``, which leaves out the last
            weights where they are those of a dense layer, the classifier; or the ``"hidden"`` ones, which
            leaves out the first as well.

    Example:
        >>> from convlab.plugin import Parameter
        >>> parameters = [Parameter(f"conv{k}.weight", "conv_weight", (1, 1, 1, 1)) for k in (1, 2)]
        >>> parameters.append(Parameter("dense1.weight", "dense_weight", (1, 1)))
        >>> sorted(chosen_matrices(ParameterBuffers(parameters), "body"))
        ['conv1.weight', 'conv2.weight']
    """
    weights = [parameter for parameter in parameters.trained if parameter.role in WEIGHTS]
    if which != "all" and weights and weights[-1].role == "dense_weight":
        weights.pop()
    if which == "hidden":
        weights = weights[1:]
    return frozenset(parameter.name for parameter in weights)


def biases_of(parameters: ParameterBuffers, weights: Iterable[str]) -> dict[str, Parameter]:
    """The trained biases of the layers of some weights, by the name of the weights.

    Args:
        parameters: of the network, or of a part of it.
        weights: names of the weights, such as ``"conv1.weight"``; those without a bias are left out.

    Example:
        >>> from convlab.plugin import Parameter
        >>> bias = Parameter("conv1.bias", "bias", (4,))
        >>> list(biases_of(ParameterBuffers([bias]), ["conv1.weight", "conv2.weight"]))
        ['conv1.weight']
    """
    by_name = {item.name: item for item in parameters.trained if item.role == "bias"}
    found = {name: by_name.get(f"{name.removesuffix('weight')}bias") for name in weights}
    return {name: bias for name, bias in found.items() if bias is not None}


def as_matrix(weight: Array) -> Array:
    """Weights (K, R, S, C) or (K, C) as a matrix with one row for every output, a view."""
    return weight.reshape(len(weight), prod(weight.shape[1:]))
