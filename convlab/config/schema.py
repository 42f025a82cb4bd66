"""What Hydra may compose: the settings, and every offer of a plugin by the signature that it has."""

import typing
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import MISSING, field, fields, make_dataclass
from functools import lru_cache
from inspect import Parameter
from types import NoneType, UnionType
from typing import Any, Literal, Self, Union

from hydra.conf import HydraConf
from hydra.core.config_store import ConfigNode, ConfigStore
from omegaconf import OmegaConf

from convlab.registry import Offer, Registry
from convlab.settings import GROUPS, Settings

PROTOCOL = "protocol"  # where the root holds what is said of a study
PRIMITIVES = (bool, int, float, str)


class SharedNodes(dict[str, Any]):
    """The nodes of Hydra's store, which each composition would copy with all that is offered.

    Nothing changes one: whoever loads a node from the store gets a copy of that.
    """

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


class OfferedNodes(dict[str, Any]):
    """The nodes of a group, each made when it is first taken: to make all takes ten times as long.

    Args:
        group: of the config.
        offers: of the plugins, by name.
    """

    def __init__(self, group: str, offers: Mapping[str, Offer]) -> None:
        super().__init__({f"{name}.yaml": offer for name, offer in offers.items()})
        self._group = group

    def __getitem__(self, name: str) -> ConfigNode:
        found: ConfigNode | Offer = super().__getitem__(name)
        if isinstance(found, Offer):
            node = OmegaConf.structured(_schema(found))
            found = ConfigNode(name, node, self._group, package=None, provider=found.distribution)
            self[name] = found
        return found


@lru_cache(maxsize=1)
def schema_nodes(plugins: Registry) -> dict[str, Any]:
    """The root schema and one node for every offer, as Hydra's store keeps them; the store is left changed.

    They are kept, for making them takes a while; Hydra copies what it takes from its store.

    Hydra's own groups (logging, launcher, sweeper and so on), which have no effect here, choose nothing until
    a file overrides them: to read their defaults took more than half of each composition.
    """
    store = ConfigStore.instance()
    store.repo = {}
    undecided = [dict.fromkeys(item) for item in HydraConf().defaults]
    store.store("config", HydraConf(defaults=undecided), "hydra", provider="convlab")
    types = typing.get_type_hints(Settings)
    root = [
        (item.name, Any, field(default=None))
        if item.name in GROUPS
        else _schema_field(item.name, types[item.name], _default(item))
        for item in fields(Settings)
    ]
    root.append((PROTOCOL, Any, field(default=None)))
    store.store("settings", make_dataclass("Settings", root), provider="convlab")
    for group, kind in GROUPS.items():
        store.repo[group] = OfferedNodes(group, plugins.offers(kind))
    return store.repo


def _schema(offer: Offer) -> type:
    """The dataclass of an offer: its name and the fields of its signature."""
    schema_fields = [
        _schema_field(name, item.annotation, "???" if item.default is Parameter.empty else item.default)
        for name, item in offer.fields.items()
    ]
    return make_dataclass(offer.name, [("name", str, field(default=offer.name)), *schema_fields])


def _schema_field(name: str, annotation: Any, default: Any) -> tuple[str, Any, Any]:
    return name, _node_type(annotation), field(default_factory=lambda: deepcopy(default))


def _default(item: Any) -> Any:
    return item.default_factory() if item.default is MISSING else item.default


def _node_type(annotation: Any) -> Any:
    """The type that Hydra checks and converts to; Any where it has none and `Offer.bind` decides."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in PRIMITIVES:
        return annotation
    if origin is Literal and all(isinstance(item, str) for item in arguments):
        return str
    if origin in (Union, UnionType) and len(arguments) == 2 and NoneType in arguments:
        inner = _node_type(arguments[0] if arguments[1] is NoneType else arguments[1])
        return Any if inner is Any else inner | None
    if origin in (list, tuple, Sequence) and arguments:
        kinds = {_node_type(item) for item in arguments if item is not Ellipsis}
        return list[kinds.pop()] if len(kinds) == 1 else list[Any]  # type: ignore[misc]
    if origin in (dict, Mapping):
        return dict[str, _node_type(arguments[1])]  # type: ignore[misc]
    return Any
