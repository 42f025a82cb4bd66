"""What Hydra found wrong, in our words."""

import re
import typing
from collections.abc import Callable
from typing import Any

from hydra.errors import MissingConfigException, OverrideParseException
from omegaconf import DictConfig
from omegaconf import errors as omega

from convlab.errors import ConfigError, ConvlabError, suggest
from convlab.registry import registry, type_name
from convlab.settings import GROUPS, Settings

OVERRIDE_FORM = "write key=value, such as epochs=3 or optimizer=sgd"


def translated(error: Exception) -> ConvlabError:
    """Our error for one of Hydra's or OmegaConf's, with the remedy."""
    if isinstance(error, OverrideParseException):
        return _unreadable(error)
    if isinstance(error, MissingConfigException):
        return _unknown_option(error)
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, omega.OmegaConfBaseException):
        cause = cause.__cause__ or cause.__context__
    where = re.match(r"In '(.+?)'", str(error))
    suffix = f" (in {where[1]}.yaml)" if where and "/" in where[1] else ""
    if cause is None:
        return ConfigError(" ".join(str(error).split()))
    return _unfit(cause, suffix)


def _unreadable(error: OverrideParseException) -> ConfigError:
    if "=" not in error.override:
        return ConfigError(f"'{error.override}' is not an override: {OVERRIDE_FORM}")
    return ConfigError(
        f"cannot read the override '{error.override}': brackets and quotes must match, "
        "and a value that holds spaces or any of ,()[]{}=: needs quotes"
    )


def _unknown_option(error: MissingConfigException) -> ConvlabError:
    group, _, name = (error.missing_cfg_file or "").rpartition("/")
    if group in GROUPS:
        try:
            registry().offer(GROUPS[group], name)
        except ConvlabError as found:
            return found
    options = suggest(name, error.options or []).replace("installed:", "available:")
    return ConfigError(f"no {group or 'config'} named '{name}'{options}")


def _unfit(error: omega.OmegaConfBaseException, suffix: str) -> ConvlabError:
    """What is wrong with one setting: asked of `Settings` and of the plugin, which know the remedy."""
    key = error.full_key or ""
    group, _, name = key.partition(".")
    if isinstance(error, omega.MissingMandatoryValue):
        return ConfigError(f"'{key}' has no value; give one with {key}=...{suffix}")
    if isinstance(error, omega.InterpolationResolutionError | omega.InterpolationKeyError):
        return ConfigError(f"'{key}' cannot be resolved: {_first_line(error)}{suffix}")
    choice = error.parent_node
    if group in GROUPS and isinstance(choice, DictConfig) and "name" in choice:
        return _refusal(
            lambda: registry().bind(GROUPS[group], {"name": choice["name"], name: error.value}), error, suffix
        )
    if not key:  # a file puts something else in the place of a whole choice
        value = _first_line(error).rpartition("value: ")[2]
        return ConfigError(
            f"{value!r} stands where a group has all its fields; a file chooses a plugin by "
            f"'- override /GROUP: {value}' in its defaults list{suffix}"
        )
    if isinstance(error, omega.ValidationError) and not name:
        expected = type_name(typing.get_type_hints(Settings).get(key, Any))
        found = f"{error.value!r} ({type(error.value).__name__})"
        return ConfigError(f"{key} must be {expected}, got {found}{suffix}")
    if isinstance(error, omega.ConfigKeyError) and not name:
        return _refusal(lambda: Settings.from_mapping({key: error.value}), error, suffix)
    return _refusal(lambda: None, error, suffix)


def _refusal(check: Callable[[], object], error: omega.OmegaConfBaseException, suffix: str) -> ConvlabError:
    """The error that our own check of the same value raises; what Hydra says where that has no objection."""
    try:
        check()
    except ConvlabError as refusal:
        return type(refusal)(f"{refusal}{suffix}")
    return ConfigError(f"'{error.full_key}': {_first_line(error)}{suffix}")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].removeprefix("ConfigError raised while resolving interpolation: ")
