"""Which plugins are installed, what they offer, and how an offer is built by kind and name.

Built-in and third-party plugins come through the same entry points. A plugin that fails to load is
remembered as a problem and the others still load; a name that two plugins offer can be used by neither
until one of them is blocked or removed.
"""

import inspect
import os
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.metadata import EntryPoint, entry_points
from types import NoneType
from typing import Annotated, Any, NamedTuple, Union

import pluggy

from convlab import hookspecs
from convlab.errors import ConfigError, ConvlabError, PluginError, UnknownPluginError, suggest
from convlab.tracing import trace_hooks

# kind, as in messages -> hook
KINDS: Mapping[str, str] = {
    "initializer": "convlab_initializers",
    "activation": "convlab_activations",
    "optimizer": "convlab_optimizers",
    "schedule": "convlab_schedules",
    "dataset": "convlab_datasets",
    "model": "convlab_models",
    "augmentation": "convlab_augmentations",
    "tracker": "convlab_trackers",
    "probe": "convlab_probes",
}

Choice = str | Mapping[str, Any]


class Chooses(NamedTuple):
    """Marks a field of a plugin that chooses another plugin by name."""

    kind: str


OptimizerChoice = Annotated[Choice, Chooses("optimizer")]


@dataclass(frozen=True)
class Offer:
    """One name that a plugin offers.

    Attributes:
        kind: ``"optimizer"`` and so on.
        name: what users write.
        factory: what builds it; keyword-only parameters are its configuration.
        plugin: name of the entry point.
        distribution: installed distribution that brings it.
        version: version of that distribution.
    """

    kind: str
    name: str
    factory: Callable[..., Any]
    plugin: str
    distribution: str
    version: str

    @property
    def summary(self) -> str:
        """First line of the factory's docstring."""
        return (inspect.getdoc(self.factory) or "").partition("\n")[0]

    @cached_property
    def choosing(self) -> dict[str, str]:
        """The fields that choose another plugin, and its kind."""
        return {name: kind for name, item in self.fields.items() if (kind := _chosen_kind(item.annotation))}

    @cached_property
    def fields(self) -> dict[str, inspect.Parameter]:
        """The configuration: keyword-only parameters by name, their annotations resolved."""
        parameters = inspect.signature(self.factory, eval_str=True).parameters.values()
        return {item.name: item for item in parameters if item.kind is item.KEYWORD_ONLY}

    def bind(self, config: Mapping[str, Any]) -> "BoundOffer":
        """Checks a configuration against the factory's signature.

        Args:
            config: values by field, without the name.

        Returns:
            The offer with all its fields, defaults filled in.

        Raises:
            ConfigError: if a field is unknown, missing or of the wrong type.
        """
        where = f"{self.kind} '{self.name}'"
        for key, value in config.items():
            if key not in self.fields:
                known = suggest(key, self.fields).replace("installed:", "fields:")
                raise ConfigError(f"{where} has no field '{key}'{known}")
            expected = self.fields[key].annotation
            if not fits(value, expected):
                raise ConfigError(
                    f"{where}: {key} must be {type_name(expected)}, got {value!r} ({type(value).__name__})"
                )
        complete = dict(config)
        for key, parameter in self.fields.items():
            if key not in complete:
                if parameter.default is parameter.empty:
                    raise ConfigError(f"{where} needs a value for its field '{key}'")
                complete[key] = parameter.default
        return BoundOffer(self, complete)


@dataclass(frozen=True)
class BoundOffer:
    """An offer with its complete configuration, ready to build.

    Attributes:
        offer: what is built.
        config: value of every field; choices of other plugins are complete as well.
        inner: those other plugins.
    """

    offer: Offer
    config: Mapping[str, Any]
    inner: tuple["BoundOffer", ...] = ()

    def build(self, *positional: Any) -> Any:
        """Calls the factory with what the engine provides.

        Raises:
            ConvlabError: what the factory raises on purpose, as it is.
            PluginError: anything else that the factory raises, naming the plugin.
        """
        try:
            return self.offer.factory(*positional, **self.config)
        except ConvlabError:
            raise
        except Exception as error:
            raise PluginError(
                f"{self.offer.kind} '{self.offer.name}' of {self.offer.distribution} {self.offer.version} "
                f"raised {type(error).__name__}: {error}"
            ) from error

    def to_choice(self) -> dict[str, Any]:
        """The complete configuration as configs and records hold it: ``{"name": ..., field: value}``."""
        return {"name": self.offer.name, **self.config}

    def walk(self) -> Iterator["BoundOffer"]:
        """This offer and all that it chooses in turn."""
        yield self
        for chosen in self.inner:
            yield from chosen.walk()


@dataclass(frozen=True)
class Problem:
    """A plugin that could not be used, and why."""

    plugin: str
    distribution: str
    message: str

    def __str__(self) -> str:
        return f"plugin '{self.plugin}' of {self.distribution}: {self.message}"


@dataclass(eq=False)  # equal to itself alone, so that what is made from it can be kept by it
class Registry:
    """The offers of a set of entry points.

    Args:
        found: entry points of group ``convlab``.
        blocked: names of distributions or plugins that are left out.

    Example:
        >>> Registry([]).offers("optimizer")
        {}
    """

    found: Sequence[EntryPoint]
    blocked: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._offers: dict[str, dict[str, list[Offer]]] = {kind: {} for kind in KINDS}
        for entry_point in sorted(self.found, key=lambda item: (_distribution(item)[0], item.name)):
            distribution, version = _distribution(entry_point)
            if not self.blocked & {distribution, entry_point.name}:
                self._load(entry_point, distribution, version)
        for kind, by_name in self._offers.items():
            for name, offers in by_name.items():
                if len(offers) > 1:
                    first = offers[0]
                    self.problems.append(
                        Problem(first.plugin, first.distribution, _duplicate(kind, name, offers))
                    )

    def offers(self, kind: str) -> dict[str, Offer]:
        """All usable offers of a kind, by name, sorted.

        Raises:
            ConfigError: if there is no such kind.
        """
        if kind not in KINDS:
            known = suggest(kind, KINDS).replace("installed:", "kinds:")
            raise ConfigError(f"no kind of plugin named '{kind}'{known}")
        return {name: found[0] for name, found in sorted(self._offers[kind].items()) if len(found) == 1}

    def offer(self, kind: str, name: str) -> Offer:
        """The offer of one name.

        Raises:
            UnknownPluginError: if no plugin offers the name.
            PluginError: if several do.
        """
        found = self._offers.get(kind, {}).get(name, [])
        if len(found) == 1:
            return found[0]
        if found:
            raise PluginError(_duplicate(kind, name, found))
        broken = "".join(f"; not loaded: {problem}" for problem in self.problems)
        raise UnknownPluginError(f"no {kind} named '{name}'{suggest(name, self.offers(kind))}{broken}")

    def bind(self, kind: str, choice: Choice) -> BoundOffer:
        """Finds a choice and checks its configuration.

        Args:
            kind: ``"optimizer"`` and so on.
            choice: a name, or a mapping with ``name`` and fields.

        Raises:
            ConfigError: if the choice has no name, or fields that do not fit.
            UnknownPluginError: if no plugin offers the name.
        """
        config = (
            {"name": choice}
            if isinstance(choice, str)
            else dict(choice)
            if isinstance(choice, Mapping)
            else {}
        )
        name = config.pop("name", None)
        if not isinstance(name, str):
            raise ConfigError(f"{kind}: expected a name or {{name: ..., ...}}, got {choice!r}")
        bound = self.offer(kind, name).bind(config)
        inner = {
            field: self.bind(inner_kind, bound.config[field])
            for field, inner_kind in bound.offer.choosing.items()
            if bound.config[field] is not None
        }
        complete = {field: choice.to_choice() for field, choice in inner.items()}
        return BoundOffer(bound.offer, {**bound.config, **complete}, tuple(inner.values()))

    def build(self, kind: str, choice: Choice, *positional: Any) -> Any:
        """Finds, checks and builds a choice: `bind` and `BoundOffer.build` in one."""
        return self.bind(kind, choice).build(*positional)

    def _load(self, entry_point: EntryPoint, distribution: str, version: str) -> None:
        try:
            manager = pluggy.PluginManager(hookspecs.PROJECT)
            manager.add_hookspecs(hookspecs)
            manager.register(entry_point.load(), entry_point.name)
            manager.check_pending()
            trace_hooks(manager, f"plugin '{entry_point.name}' of {distribution} {version}")
            given = {kind: getattr(manager.hook, hook)() for kind, hook in KINDS.items()}
            offers = [
                Offer(
                    kind,
                    name,
                    _checked(kind, name, factory),
                    entry_point.name,
                    distribution,
                    version,
                )
                for kind, mappings in given.items()
                for mapping in mappings
                for name, factory in mapping.items()
            ]
            for offer in offers:
                _ = offer.fields  # a signature that cannot be read is a fault of the plugin, found here
        except Exception as error:  # whatever a plugin raises, the others must load
            self.problems.append(Problem(entry_point.name, distribution, f"{type(error).__name__}: {error}"))
            return
        for offer in offers:
            self._offers[offer.kind].setdefault(offer.name, []).append(offer)


@lru_cache(maxsize=1)
def registry() -> Registry:
    """The registry of everything installed, loaded at the first call.

    ``CONVLAB_BLOCK_PLUGINS`` may hold names of distributions or plugins to leave out, separated by commas;
    ``CONVLAB_TRACE_PLUGINS=1`` prints on stderr what every plugin offers as it is loaded.
    """
    blocked = os.environ.get("CONVLAB_BLOCK_PLUGINS", "")
    names = frozenset(name.strip() for name in blocked.split(",") if name.strip())
    return Registry(list(entry_points(group=hookspecs.ENTRY_POINT_GROUP)), names)


def build(kind: str, choice: Choice, *positional: Any) -> Any:
    """Builds a plugin that another one chooses by name.

    Args:
        kind: ``"optimizer"`` and so on.
        choice: a name, or a mapping with ``name`` and fields.
        positional: what the engine provides to the kind, such as the parameters of an optimizer.

    Returns:
        What the factory gave.

    Raises:
        ConfigError: if the choice has no name, or fields that do not fit.
        UnknownPluginError: if no plugin offers the name.
        PluginError: if the factory failed.
    """
    return registry().build(kind, choice, *positional)


def _distribution(entry_point: EntryPoint) -> tuple[str, str]:
    if entry_point.dist is None:
        return "unknown", "unknown"
    return entry_point.dist.name, entry_point.dist.version


def _checked(kind: str, name: object, factory: object) -> Callable[..., Any]:
    if not isinstance(name, str) or not name.isidentifier():
        raise PluginError(f"{kind} name {name!r} is not an identifier such as 'my_{kind}'")
    if not callable(factory):
        raise PluginError(f"{kind} '{name}' is not callable: {factory!r}")
    return factory


def _duplicate(kind: str, name: str, offers: list[Offer]) -> str:
    sources = " and ".join(f"'{offer.plugin}' of {offer.distribution} {offer.version}" for offer in offers)
    return (
        f"{kind} '{name}' is offered twice, by plugin {sources}; uninstall one, "
        "or leave one out with CONVLAB_BLOCK_PLUGINS=<distribution or plugin>"
    )


def fits(value: Any, expected: Any) -> bool:
    """Whether a plain config value is of an annotated type; unknown annotations accept everything."""
    if expected is inspect.Parameter.empty or expected is Any:
        return True
    origin, arguments = typing.get_origin(expected), typing.get_args(expected)
    if origin is Annotated:
        return fits(value, arguments[0])
    if origin in (Union, types.UnionType):
        return any(fits(value, option) for option in arguments)
    if origin is typing.Literal:
        return value in arguments
    if origin is tuple:
        return _fits_tuple(value, arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(fits(item, arguments[1]) for item in value.values())
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return isinstance(value, list | tuple) and all(fits(item, arguments[0]) for item in value)
    if isinstance(origin, type):
        return isinstance(value, origin)
    if expected is None:
        return value is None
    if expected is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if expected is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, expected) if isinstance(expected, type) else True


def _fits_tuple(value: Any, arguments: tuple[Any, ...]) -> bool:
    if not isinstance(value, list | tuple):
        return False
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return all(fits(item, arguments[0]) for item in value)
    return len(value) == len(arguments) and all(map(fits, value, arguments))


def _chosen_kind(annotation: Any) -> str | None:
    """The kind of plugin that a field chooses, if it does."""
    if typing.get_origin(annotation) is Annotated:
        marks = [mark for mark in typing.get_args(annotation)[1:] if isinstance(mark, Chooses)]
        return marks[0].kind if marks else None
    return next(filter(None, map(_chosen_kind, typing.get_args(annotation))), None)


def type_name(expected: Any) -> str:
    """An annotation as messages and `convlab plugins info` show it."""
    if kind := _chosen_kind(expected):
        optional = " or None" if NoneType in typing.get_args(expected) else ""
        return f"the name of one {kind} or {{name: ..., field: value}}{optional}"
    if isinstance(expected, type) and not typing.get_args(expected):
        return expected.__name__
    if typing.get_origin(expected) is typing.Literal:
        return f"one of {', '.join(map(str, typing.get_args(expected)))}"
    return str(expected).replace("typing.", "").replace("collections.abc.", "")
