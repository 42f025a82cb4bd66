"""What one experiment is made of, as a plain typed object.

Hydra composes it on the command line, a library user may write it as a mapping; either way `Settings` is what
`convlab.experiment` runs, and `Settings.to_mapping` is what a run's config.yaml holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, Literal, get_origin, get_type_hints

from convlab.errors import ConfigError, suggest
from convlab.registry import BoundOffer, Choice, fits, registry, type_name

# group of the config -> kind of plugin
GROUPS: Mapping[str, str] = {
    "data": "dataset",
    "model": "model",
    "initializer": "initializer",
    "bias_initializer": "initializer",
    "activation": "activation",
    "optimizer": "optimizer",
    "schedule": "schedule",
}

# Settings that are lists of plugins.
LISTS = ("augmentations", "trackers", "probes")

# Settings that say where and how a run happens, and leave its result as it is.
WITHOUT_EFFECT_ON_RESULT = frozenset({"study", "runs_dir", "threads", "trackers", "probes"})


@dataclass(frozen=True)
class Settings:
    """One experiment.

    Attributes:
        data: dataset, a name or ``{"name": ..., field: value}``, as for all choices of plugins.
        model: the network.
        initializer: how weights start, in every layer that `initializers` does not name.
        bias_initializer: how biases start.
        activation: the hidden activation that models leave to the experiment.
        optimizer: what updates the parameters.
        schedule: how the learning rate changes over the steps.
        initializers: initializer by layer name, such as ``{"conv1": "gabor"}``.
        activations: activation by layer name.
        bias: whether layers have biases; None leaves it to the model.
        biases: whether a layer has a bias, by layer name.
        loss: ``"softmax_cross_entropy"`` or ``"mean_squared_error"`` (against one-hot labels).
        label_smoothing: share of every label that is spread over all classes, 0 to 1.
        preprocessing: ``"standardize"`` (per channel, by mean and standard deviation of the training images),
            ``"unit"`` (x/255), or ``"per_image"`` (by mean and standard deviation of each image).
        augmentations: what changes the training images at random, in this order.
        validation_fraction: share of the training images that is held back for validation, 0 to 1.
        measure_test: whether the test images are looked at, at the end; a study selects without it.
        seed: of weights, data order, augmentation and dropout, >= 0.
        epochs: passes over the training images, >= 0.
        batch_size: images a step, >= 1.
        threads: threads of the compiled core; None takes all cores. Results do not depend on it.
        precision: arithmetic of the compiled core; ``"float32"``; ``"fast"``, whose relative errors are up to
            5e-6; or ``"bfloat16"``, about 2e-3 where the CPU multiplies bfloat16.
        trackers: where metrics go besides metrics.jsonl.
        probes: what looks at the model as it trains; on the command line ``all`` takes every one.
        study: name of the folder under `runs_dir` that the run belongs to.
        runs_dir: folder that holds all runs.

    Raises:
        ConfigError: if a value is out of range or a choice does not fit its plugin.
        UnknownPluginError: if a choice names no installed plugin.
    """

    data: Choice = "digits"
    model: Choice = "small_convnet"
    initializer: Choice = "he_normal"
    bias_initializer: Choice = "zeros"
    activation: Choice = "relu"
    optimizer: Choice = "adam"
    schedule: Choice = "constant"
    initializers: Mapping[str, Choice] = field(default_factory=dict)
    activations: Mapping[str, Choice] = field(default_factory=dict)
    bias: bool | None = None
    biases: Mapping[str, bool] = field(default_factory=dict)
    loss: Literal["softmax_cross_entropy", "mean_squared_error"] = "softmax_cross_entropy"
    label_smoothing: float = 0.0
    preprocessing: Literal["standardize", "unit", "per_image"] = "standardize"
    augmentations: tuple[Choice, ...] = ()
    validation_fraction: float = 0.1
    measure_test: bool = True
    seed: int = 0
    epochs: int = 20
    batch_size: int = 64
    threads: int | None = None
    precision: Literal["float32", "fast", "bfloat16"] = "float32"
    trackers: tuple[Choice, ...] = ()
    probes: tuple[Choice, ...] = ({"name": "filters", "every": None},)
    study: str = "default"
    runs_dir: str = "runs"

    def __post_init__(self) -> None:
        _check_types(self)
        _check_range("seed", self.seed, self.seed >= 0, ">= 0")
        _check_range("epochs", self.epochs, self.epochs >= 0, ">= 0")
        _check_range("batch_size", self.batch_size, self.batch_size >= 1, ">= 1")
        _check_range("threads", self.threads, self.threads is None or self.threads >= 1, ">= 1")
        _check_range("label_smoothing", self.label_smoothing, 0 <= self.label_smoothing < 1, "in [0, 1)")
        _check_range(
            "validation_fraction", self.validation_fraction, 0 <= self.validation_fraction < 1, "in [0, 1)"
        )
        if self.study in ("", ".", "..") or "/" in self.study or "\\" in self.study:
            raise ConfigError(f"study must be the name of one folder, got {self.study!r}")

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Settings":
        """Makes settings from a plain mapping, such as a parsed config.yaml.

        Args:
            mapping: values by name; what is missing takes its default.

        Returns:
            The settings, with every choice complete: all fields of its plugin filled in.

        Raises:
            ConfigError: if a name is unknown or a value does not fit.

        Example:
            >>> Settings.from_mapping({"epochs": 3}).epochs
            3
        """
        known = {item.name for item in fields(cls)}
        for key in mapping:
            if key not in known:
                raise ConfigError(
                    f"no setting named '{key}'{suggest(key, known).replace('installed', 'settings')}"
                )
        values = dict(mapping)
        for name in LISTS:
            if name in values:
                values[name] = tuple(values[name])
        return cls(**values).completed()

    def completed(self) -> "Settings":
        """The same settings with every choice of a plugin checked and all its fields filled in."""
        complete: dict[str, Any] = {group: self.bound(group).to_choice() for group in GROUPS}
        for group in ("initializers", "activations"):
            kind = group.removesuffix("s")
            complete[group] = {
                layer: registry().bind(kind, choice).to_choice()
                for layer, choice in getattr(self, group).items()
            }
        for group in LISTS:
            kind = group.removesuffix("s")
            complete[group] = tuple(
                registry().bind(kind, choice).to_choice() for choice in getattr(self, group)
            )
        names = [choice["name"] for choice in complete["augmentations"]]
        for name in names:
            if names.count(name) > 1:
                raise ConfigError(f"augmentations: '{name}' is named twice, and would draw the same numbers")
        return replace(self, **complete)

    def bound(self, group: str) -> BoundOffer:
        """The plugin that a group chose, with its configuration checked."""
        return registry().bind(GROUPS[group], getattr(self, group))

    def to_mapping(self) -> dict[str, Any]:
        """All settings as plain dicts, lists, strings and numbers, ready for YAML and JSON."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}

    def determining(self) -> dict[str, Any]:
        """The settings that determine the result: all but where and how the run happens."""
        return {
            name: value for name, value in self.to_mapping().items() if name not in WITHOUT_EFFECT_ON_RESULT
        }


@cache
def _types() -> dict[str, Any]:
    """The type of every setting; to resolve them takes longer than to check them."""
    return get_type_hints(Settings)


def _check_types(settings: "Settings") -> None:
    for name, expected in _types().items():
        value = getattr(settings, name)
        if not fits(value, expected):
            kind = "" if get_origin(expected) is Literal else f" ({type(value).__name__})"
            raise ConfigError(f"{name} must be {type_name(expected)}, got {value!r}{kind}")


def _check_range(name: str, value: object, fits: bool, allowed: str) -> None:
    if not fits:
        raise ConfigError(f"{name} must be {allowed}, got {value!r}")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
