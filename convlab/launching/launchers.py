"""The launchers by the names that Hydra users choose them by."""

from collections.abc import Mapping
from dataclasses import fields
from importlib import import_module
from typing import Any, get_type_hints

from convlab.errors import ConfigError, suggest
from convlab.launching.launcher import Launcher
from convlab.registry import fits, type_name

# name -> module and class, loaded when chosen: some need packages that are extras
LAUNCHERS: Mapping[str, tuple[str, str]] = {
    "convlab_inline": ("convlab.launching.inline", "InlineLauncher"),
    "convlab_local": ("convlab.launching.local", "LocalLauncher"),
    "convlab_ray": ("convlab.launching.ray_cluster", "RayLauncher"),
    "convlab_submitit": ("convlab.launching.slurm", "SubmititLauncher"),
}
DEFAULT = "convlab_local"


def make_launcher(name: str = "", **config: Any) -> Launcher:
    """Makes a launcher.

    Args:
        name: one of `LAUNCHERS`; empty takes the default.
        config: fields of the launcher, such as ``workers=2``.

    Returns:
        The launcher.

    Raises:
        ConfigError: if there is no such launcher or field, or a value does not fit.
        MissingExtraError: if it needs a package that is not installed.

    Example:
        >>> make_launcher("convlab_local", workers=2).workers
        2
    """
    name = name or DEFAULT
    kind = _load(name)
    expected = get_type_hints(kind)
    known = launcher_fields(name)
    for key, value in config.items():
        if key not in known:
            told = suggest(key, known).replace("installed:", "fields:")
            raise ConfigError(f"launcher '{name}' has no field '{key}'{told}")
        if not fits(value, expected[key]):
            raise ConfigError(
                f"launcher '{name}': {key} must be {type_name(expected[key])}, "
                f"got {value!r} ({type(value).__name__})"
            )
    launcher: Launcher = kind(**config)
    return launcher


def launcher_fields(name: str) -> list[str]:
    """The fields of a launcher.

    Example:
        >>> launcher_fields("convlab_local")
        ['workers', 'threads', 'timeout', 'attempts']
    """
    return [item.name for item in fields(_load(name))]


def _load(name: str) -> Any:
    if name not in LAUNCHERS:
        raise ConfigError(f"no launcher named '{name}'{suggest(name, LAUNCHERS)}")
    module, class_name = LAUNCHERS[name]
    return getattr(import_module(module), class_name)
