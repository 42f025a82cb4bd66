"""Composing experiments: Hydra, in whose store stands what the plugins' signatures say.

Hydra composes and nothing else: it starts no job, changes no directory, configures no logging and writes no
file. What it composes becomes plain data at once, and `Settings` checks it once more, so that a library user
who passes a mapping gets the same answers.
"""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import hydra
import yaml  # type: ignore[import-untyped]
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.object_type import ObjectType
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Glob, Override, OverrideType, Quote, QuotedString
from hydra.core.plugins import Plugins
from hydra.errors import HydraException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf import errors as omega
from omegaconf.resolvers import oc

from convlab.config.problems import OVERRIDE_FORM, translated
from convlab.config.schema import PROTOCOL, SharedNodes, schema_nodes
from convlab.errors import ConfigError
from convlab.registry import registry
from convlab.settings import GROUPS, Settings

ROOT = "config"  # the default experiment
CACHED_CHOICES = 256
CACHED_OVERRIDES = 4096
ADDED = "++"  # what Hydra calls force-add: sets a value whether the key is known or not
ALL = "all"  # probes=all
STUDY, STUDY_FIELD = "study", "study."


def compose(overrides: Sequence[str], config_dir: str | Path | None = None) -> Settings:
    """Composes one experiment from the default one and overrides.

    Args:
        overrides: as on the command line, such as ``["optimizer=sgd", "optimizer.lr=0.1", "epochs=3"]``.
        config_dir: folder of the user's own YAML, such as ``experiment/mine.yaml``.

    Returns:
        The settings, checked and complete.

    Raises:
        ConfigError: if an override cannot be read, or a setting is unknown, missing or unfit.
        UnknownPluginError: if a choice names no installed plugin.

    Example:
        >>> compose(["epochs=3", "initializers.conv1=gabor"]).epochs
        3
    """
    with Composer(config_dir) as composer:
        return composer.compose(overrides)


class Composer:
    """Hydra made ready for any number of compositions; a context manager.

    Hydra's own state, and the one of an application around us that uses Hydra too, is as before afterwards.

    Args:
        config_dir: folder of the user's own YAML, searched after convlab's.

    Raises:
        ConfigError: if `config_dir` is not a directory.

    Example:
        >>> with Composer() as composer:
        ...     jobs = composer.expand(["optimizer=adam,sgd", "epochs=1"])
        >>> jobs
        [['optimizer=adam', 'epochs=1'], ['optimizer=sgd', 'epochs=1']]
    """

    def __init__(self, config_dir: str | Path | None = None) -> None:
        self._search_path: list[str] = []
        if config_dir is not None:
            folder = Path(config_dir).absolute()
            if not folder.is_dir():
                raise ConfigError(f"--config-dir {config_dir} is not a directory; give one that holds YAML")
            self._search_path = [f"hydra.searchpath=[{_quoted(f'file://{folder}')}]"]

    def __enter__(self) -> Self:
        Plugins.instance()  # Hydra's own put nodes into its store once, and those have to stay
        with ExitStack() as undo:
            undo.callback(_restore, GlobalHydra.instance().hydra, ConfigStore.instance().repo)
            outer, ours = ConfigStore.instance().repo, schema_nodes(registry())
            hydras = {"hydra": outer["hydra"] | ours["hydra"]}
            ConfigStore.instance().repo = SharedNodes(outer | ours | hydras)
            GlobalHydra.instance().clear()
            undo.enter_context(
                hydra.initialize_config_module("convlab.conf", job_name="convlab", version_base="1.3")
            )
            self.loader = GlobalHydra.instance().config_loader()
            groups = self.loader.get_group_options("", ObjectType.GROUP, ROOT, self._search_path)
            self._groups = frozenset(groups)
            # jobs of a sweep often differ only in values, which take a twentieth of the time of choices
            self._composed = lru_cache(CACHED_CHOICES)(
                lambda name, choices: hydra.compose(name, list(choices))
            )
            self._resolved = lru_cache(CACHED_CHOICES)(self._resolve)
            parser = OverridesParser.create(self.loader)
            self._parse = lru_cache(CACHED_OVERRIDES)(lambda text: parser.parse_overrides([text])[0])
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._undo.__exit__(kind, error, traceback)

    def options(self, group: str) -> list[str]:
        """What can be chosen in a group: offers of plugins, and YAML of convlab and of the user."""
        return self.loader.get_group_options(group, ObjectType.CONFIG, ROOT, self._search_path)

    def expand(self, overrides: Sequence[str]) -> list[list[str]]:
        """Expands the sweeps among the overrides, such as ``seed=0,1`` and ``optimizer=glob(*)``.

        Args:
            overrides: as on the command line.

        Returns:
            The overrides of every job, in the order in which nested loops would run them.

        Raises:
            ConfigError: if an override cannot be read, or a sweep holds nothing.
        """
        values: dict[str, list[str]] = {}
        for override in self._parsed(overrides):
            key = override.get_key_element()
            if not override.is_sweep_override():
                values[key] = [str(override.input_line)]
            elif isinstance(sweep := override.value(), Glob):
                values[key] = [f"{key}={name}" for name in sweep.filter(self._choices(override))]
            elif override.is_discrete_sweep():
                values[key] = [f"{key}={value}" for value in override.sweep_string_iterator()]
            else:
                raise ConfigError(f"'{override.input_line}' has no end: a sweep needs a list of values")
            if not values[key]:
                raise ConfigError(f"'{override.input_line}' matches nothing")
        return [list(job) for job in itertools.product(*values.values())]

    def compose(self, overrides: Sequence[str]) -> Settings:
        """Composes one experiment; see `convlab.config.compose`."""
        plain = self._plain(overrides)
        plain.pop(PROTOCOL, None)
        return Settings.from_mapping(plain)

    def protocol(self, overrides: Sequence[str]) -> dict[str, Any] | None:
        """What the overrides say about a study, such as ``+study=initializers`` and ``+study.seeds=3``.

        Returns:
            Plain data for `convlab.study.Protocol`; None if there is no study.

        Raises:
            ConfigError: if an override cannot be read, or the study is no mapping.
        """
        found = self._plain(overrides).get(PROTOCOL)
        if found is not None and not isinstance(found, dict):
            raise ConfigError(f"the protocol of a study must be a mapping, got {found!r}")
        return found

    def _plain(self, overrides: Sequence[str]) -> dict[str, Any]:
        """The composed config as plain data; what has no value is left out."""
        prepared = self.prepared(overrides)
        choices = tuple(text for text in prepared if not text.startswith(ADDED))
        values = tuple(text for text in prepared if text.startswith(ADDED))
        try:
            with _without_environment():
                plain = deepcopy(self._assembled(choices, values))
        except (HydraException, omega.OmegaConfBaseException, yaml.YAMLError) as error:
            raise translated(error) from error
        return {str(key): value for key, value in plain.items() if value is not None}

    def _assembled(self, choices: tuple[str, ...], values: tuple[str, ...]) -> dict[Any, Any]:
        """The config of some choices, put together from the configs of each of them alone.

        What is chosen in one group does not depend on what is chosen in another, unless one refers to the
        other. So a sweep over m x n choices needs m + n compositions, which take a while, and not m n.
        """
        of_group = {text: group for text in choices if (group := text.partition("=")[0]) in GROUPS}
        others = tuple(text for text in choices if text not in of_group)
        if len(of_group) < 2:
            return self._resolved(choices, values).plain
        inside = {text: text.removeprefix(ADDED).partition("=")[0].partition(".")[0] for text in values}
        outside = tuple(text for text in values if inside[text] not in of_group.values())
        try:
            whole = self._resolved(others, outside)
            alone = list(others) == self._search_path
            parts = {
                group: self._resolved(
                    (*others, f"+{text}" if alone else text),
                    tuple(value for value in values if inside[value] == group),
                    None if alone else ROOT,
                )
                for text, group in of_group.items()
            }
        except (HydraException, omega.OmegaConfBaseException):
            return self._resolved(choices, values).plain  # a default does not fit, or all fail
        if any(found.refers for found in (whole, *parts.values())) or any(
            part.without(group) != ({} if alone else whole.without(group)) for group, part in parts.items()
        ):
            return self._resolved(choices, values).plain
        return whole.plain | {group: part.plain[group] for group, part in parts.items()}

    def _resolve(
        self, choices: tuple[str, ...], values: tuple[str, ...], root: str | None = ROOT
    ) -> "_Resolved":
        """Composes choices over the root, then sets values."""
        config = deepcopy(self._composed(root, choices))
        for override in self._parsed(values):
            _make_room(config, override.key_or_group)
            OmegaConf.update(config, override.key_or_group, override.value(), force_add=True)
        plain = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
        assert isinstance(plain, dict)
        return _Resolved(plain, refers=plain != OmegaConf.to_container(config, resolve=False))

    def prepared(self, overrides: Sequence[str]) -> list[str]:
        """The overrides as Hydra gets them; unknown settings are added, for `Settings` to refuse by name.

        Raises:
            ConfigError: if an override cannot be read, or has no place in convlab.
        """
        texts = [text for override in self._parsed(overrides) for text in self._prepared(override)]
        return [*self._search_path, *texts]

    def _choices(self, override: Override) -> list[str]:
        """What a glob runs over: the options of a group, also for single layers (``initializers.conv1``)."""
        key = override.key_or_group
        group = key.partition(".")[0].removesuffix("s") if "." in key else key
        if group not in self._groups:
            raise ConfigError(f"'{override.input_line}': glob chooses among the options of a group, not here")
        return self.options(group)

    def _parsed(self, overrides: Sequence[str]) -> list[Override]:
        try:
            return [self._parse(override) for override in overrides]
        except OverrideParseException as error:
            raise translated(error) from error

    def _prepared(self, override: Override) -> list[str]:
        text, key = str(override.input_line), override.key_or_group
        if key.partition(".")[0].partition("/")[0] == "hydra":
            raise ConfigError(
                f"'{text}': convlab uses Hydra to compose only; its own settings have no effect"
            )
        if _is_of_protocol(override):
            value = override.get_value_string()
            told = _quoted(value) if override.is_sweep_override() else value  # an axis keeps it as text
            return [f"{ADDED}{PROTOCOL}.{key.removeprefix(STUDY_FIELD)}={told}"]
        if override.is_sweep_override():
            raise ConfigError(f"'{text}' holds several values: use -m to run them all, or quote the value")
        if override.package is not None or not key:
            raise ConfigError(f"'{text}' is not an override of convlab: {OVERRIDE_FORM}")
        if override.type is OverrideType.DEL:
            return [text]
        if key in GROUPS:
            return _prepared_choice(override)
        if key == "probes" and override.value() == ALL:
            return [f"{ADDED}{key}=[{','.join(registry().offers('probe'))}]"]
        if key in self._groups and (key != STUDY or override.is_add()):
            return [f"+{key}={override.get_value_string()}"]
        group, _, name = key.partition(".")
        if group in GROUPS and name == "name":
            raise ConfigError(
                f"'{text}': choose the {GROUPS[group]} with {group}={override.get_value_string()}"
            )
        return [f"{ADDED}{key}={override.get_value_string()}"]


class _Resolved(NamedTuple):
    """A composed config as plain data, and whether a part of it refers to another, as ``${epochs}`` does."""

    plain: dict[Any, Any]
    refers: bool

    def without(self, group: str) -> dict[Any, Any]:
        """What the config says besides one group."""
        return {key: value for key, value in self.plain.items() if key != group}


def _make_room(config: DictConfig, key: str) -> None:
    """Turns a choice by name alone into a mapping, so that a field of it can follow."""
    owner = key.rpartition(".")[0]
    chosen = OmegaConf.select(config, owner) if "." in owner else None
    if isinstance(chosen, str):
        OmegaConf.update(config, owner, {"name": chosen}, force_add=True)


def _is_of_protocol(override: Override) -> bool:
    """Whether an override is a field of a study, such as ``+study.seeds=3``; ``study=...`` names a folder."""
    return override.key_or_group.startswith(STUDY_FIELD) and bool(
        override.is_add() or override.is_force_add()
    )


def _prepared_choice(override: Override) -> list[str]:
    """``optimizer=sgd`` as it is; ``optimizer={name:sgd,lr:0.1}`` as a choice followed by its fields."""
    value = override.value()
    if isinstance(value, str):
        return [f"{override.key_or_group}={override.get_value_string()}"]
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(name, str):
        raise ConfigError(
            f"'{override.input_line}': choose one {GROUPS[override.key_or_group]} by name, such as "
            f"{override.key_or_group}={getattr(Settings, override.key_or_group)}"
        )
    fields = f"{ADDED}{override.key_or_group}={override.get_value_string()}"
    return [f"{override.key_or_group}={name}", fields]


def _restore(outer_hydra: Any, outer_nodes: dict[str, Any]) -> None:
    GlobalHydra.instance().hydra = outer_hydra
    ConfigStore.instance().repo = outer_nodes


@contextmanager
def _without_environment() -> Iterator[None]:
    """Keeps configs, which may be somebody else's, from reading environment variables."""

    def refuse(*_: Any) -> None:
        raise ConfigError("oc.env is off: a config cannot read environment variables; write the value")

    OmegaConf.register_new_resolver("oc.env", refuse, replace=True)
    try:
        yield
    finally:
        OmegaConf.register_new_resolver("oc.env", oc.env, replace=True)


def _quoted(text: str) -> str:
    return QuotedString(text, Quote.single).with_quotes()
