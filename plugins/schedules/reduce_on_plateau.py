"""Falling when nothing improves any more."""

from math import inf
from typing import Literal

from convlab.plugin import History, claims
from convlab_plugins.checks import require

_PLUGIN = "schedule 'reduce_on_plateau'"
_METRICS = ("validation_loss", "validation_accuracy", "train_loss", "train_accuracy")


@claims(start=1.0, monotone="falling")
def reduce_on_plateau(
    step: int,
    total: int,
    history: History = (),
    *,
    metric: Literal["validation_loss", "validation_accuracy", "train_loss", "train_accuracy"] = (
        "validation_loss"
    ),
    gamma: float = 0.1,
    patience: int = 10,
    threshold: float = 1e-4,
    cooldown: int = 0,
    final: float = 0.0,
) -> float:
    """Multiplies the learning rate by a factor whenever a metric has not improved for some epochs.

    factor = max(final, gamma^n), n = number of falls; a fall comes with the (patience + 1)th epoch in a row
    without m < best (1 - threshold) for a loss, m > best (1 + threshold) for an accuracy

    Args:
        step: not used: only whole epochs count.
        total: not used.
        history: what was measured after each epoch done, by name.
        metric: what should improve: "validation_loss", "validation_accuracy", "train_loss" or
            "train_accuracy".
        gamma: factor at each fall, in (0, 1).
        patience: epochs without improvement that are borne, >= 0.
        threshold: smallest change that is an improvement, as part of the best value; in [0, 1).
        cooldown: epochs after a fall that are not counted, >= 0.
        final: factor below which the rate does not fall, in [0, 1].

    Returns:
        The factor of the base learning rate, in [0, 1].

    Raises:
        ConfigError: if a setting is out of range, or the metric is not measured because no images are held
            back for validation.

    Example:
        >>> losses = [{"validation_loss": loss} for loss in (0.5, 0.4, 0.4, 0.41, 0.4)]
        >>> [reduce_on_plateau(0, 1, losses[:epochs], patience=1) for epochs in range(6)]
        [1.0, 1.0, 1.0, 1.0, 0.1, 0.1]

    References:
        He, Zhang, Ren, Sun: Deep residual learning for image recognition, 2016, section 3.4: "divided by 10
        when the error plateaus". Rule and defaults are those of PyTorch's ReduceLROnPlateau, with a factor
        as the lower end. Keras' counts an epoch less of patience and takes an absolute threshold.
    """
    require(metric in _METRICS, _PLUGIN, "metric", metric, f"one of {', '.join(_METRICS)}")
    require(0 < gamma < 1, _PLUGIN, "gamma", gamma, "in (0, 1)")
    require(patience >= 0, _PLUGIN, "patience", patience, ">= 0")
    require(0 <= threshold < 1, _PLUGIN, "threshold", threshold, "in [0, 1)")
    require(cooldown >= 0, _PLUGIN, "cooldown", cooldown, ">= 0")
    require(0 <= final <= 1, _PLUGIN, "final", final, "in [0, 1]")
    measured = all(metric in epoch for epoch in history)
    require(measured, _PLUGIN, "metric", metric, "measured; hold images back with validation_fraction")
    rises = metric.endswith("accuracy")
    best, bad, rest, factor = (-inf if rises else inf), 0, 0, 1.0
    for value in (epoch[metric] for epoch in history):
        if value > best * (1 + threshold) if rises else value < best * (1 - threshold):
            best, bad = value, 0
        else:
            bad += 1
        if rest > 0:
            rest, bad = rest - 1, 0
        if bad > patience:
            factor, rest, bad = max(factor * gamma, final), cooldown, 0
    return factor
