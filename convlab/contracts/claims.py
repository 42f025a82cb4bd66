"""What an offer says of itself beyond its contract, for the conformance kit to hold it to."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

Factory = TypeVar("Factory", bound=Callable[..., Any])

_ATTRIBUTE = "__convlab_claims__"
# kind -> claim -> what it says
CLAIMS: Mapping[str, Mapping[str, str]] = {
    "initializer": {
        "variance": "function of the spec: variance of the weights",
        "mean": "function of the spec: mean of the weights",
        "largest": "function of the spec: no weight is larger in absolute value",
    },
    "activation": {
        "gain": "the gain, to four digits",
        "monotone": "True: the function never falls",
        "odd": "True: f(-x) = -f(x)",
        "bounds": "(low, high) that the values keep to",
    },
    "optimizer": {
        "scale_invariant": "True: gradients multiplied by a power of two lead along the same path",
        "keeps_gradients": "True: a step changes no gradient",
        "elementwise": "True: a value's path depends on its own gradients alone",
    },
    "schedule": {
        "start": "factor at the first step",
        "end": "factor that the last step of a long training comes to",
        "monotone": "'falling' or 'rising'",
    },
}
# of every kind
SETTINGS = "settings"


def claims(**said: Any) -> Callable[[Factory], Factory]:
    """Marks a factory with what it promises beyond the contract of its kind.

    `convlab.testing` checks every claim with the offer at its defaults. Claims are not inherited: a subclass
    makes its own.

    Args:
        said: the claims; `CLAIMS` lists those of each kind. Any kind may give ``settings``, a mapping with
            values for the settings that have no default, with which the offer is then checked.

    Returns:
        A decorator that gives the factory back as it is.

    Example:
        >>> @claims(start=1.0, monotone="falling")
        ... def root(step, total):
        ...     return (1 + step) ** -0.5
        >>> claims_of(root)["start"]
        1.0
    """

    def mark(factory: Factory) -> Factory:
        setattr(factory, _ATTRIBUTE, MappingProxyType(said))
        return factory

    return mark


def claims_of(factory: Callable[..., Any]) -> Mapping[str, Any]:
    """What a factory claims; empty if nothing.

    Example:
        >>> dict(claims_of(len))
        {}
    """
    own: Mapping[str, Any] = getattr(factory, "__dict__", {}).get(_ATTRIBUTE, {})
    return own
