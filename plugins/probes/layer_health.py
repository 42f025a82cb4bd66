"""How well signals and gradients pass through the layers."""

from collections.abc import Mapping

import numpy as np

from convlab.plugin import Activation, Array, LayerActivity, Probe, ProbeContext
from convlab_plugins.probes.forward_theory import predicted_variances
from convlab_plugins.probes.moments import Moments

FLAT_SLOPE = 0.05


class LayerHealth(Probe):
    """Layer health: variances, dead and saturated units, size of the gradient, layer by layer.

    Of every layer that has weights or an activation, over the images of the sample; z is what the activation
    is applied to, such as the weighted sums of a convolution, and L the mean loss:

    - ``<layer>/forward_variance``: variance of z;
    - ``<layer>/backward_variance``: variance of dL/dz;
    - ``<layer>/dead_share``: share of units (filters of a convolution) whose f(z) is 0 everywhere in all
      images, 0 to 1;
    - ``<layer>/saturated_share``: share of all z where |f'(z)| < 0.05, 0 to 1; for relu, where it is off;
    - ``<layer>/gradient_to_weight``: ||dL/dw|| / ||w||;
    - ``<layer>/weight_norm``: ||w||;
    - ``<layer>/predicted_forward_variance``, before training only: what mean field theory expects of z.

    What a layer does not have is left out: the shares without an activation, the last three without
    weights, what needs the gradient in front of the first layer that learns.

    Args:
        every: also looks after each `every`-th epoch, >= 1; None looks only at start and end.

    Raises:
        ConfigError: if `every` is less than 1.

    Example:
        >>> import tempfile, convlab
        >>> from convlab.records.run_directory import RunDirectory
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     choices = ["data=synthetic", "epochs=1", "probes=[layer_health]"]
        ...     result = convlab.run([f"runs_dir={folder}", *choices])
        ...     start = RunDirectory(result.directory).read_probe("layer_health", 0)
        >>> round(float(start["conv1/predicted_forward_variance"]), 1)
        2.0

    References:
        Glorot, Bengio: Understanding the difficulty of training deep feedforward neural networks, 2010,
        section 4.2, for both variances. He, Zhang, Ren, Sun: Delving deep into rectifiers, 2015, section 2.2,
        and Poole, Lahiri, Raghu, Sohl-Dickstein, Ganguli: Exponential expressivity in deep neural networks
        through transient chaos, 2016, equation 3, for the prediction.
    """

    def __init__(self, *, every: int | None = 1) -> None:
        self.moments = Moments("layer_health", every)

    def look(self, context: ProbeContext) -> Mapping[str, Array]:
        """Measures every layer.

        Args:
            context: the moment; the sample is looked at.

        Returns:
            Scalars, float64, by ``<layer>/<quantity>``; empty at epochs that are not kept.
        """
        if not self.moments.include(context.epoch, context.last):
            return {}
        found: dict[str, Array] = {}
        # a network that is about to diverge has values whose squares are infinite
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for name, activity in context.sample.layers.items():
                for quantity, value in _health(activity).items():
                    found[f"{name}/{quantity}"] = np.asarray(value, np.float64)
            if context.epoch == 0:
                for name, variance in predicted_variances(context.model.layers, context.sample).items():
                    found[f"{name}/predicted_forward_variance"] = np.asarray(variance, np.float64)
        return found


def _health(activity: LayerActivity) -> dict[str, float]:
    weight, gradient, activation = activity.parameters.get("weight"), activity.gradient, activity.activation
    if weight is None and activation is None:
        return {}
    found = {"forward_variance": _variance(activity.before)}
    if gradient is not None:
        found["backward_variance"] = _variance(gradient)
    if activation is not None:
        found["dead_share"] = _dead_share(activity.output)
        found["saturated_share"] = _saturated_share(activation, activity.before)
    if weight is not None:
        found["weight_norm"] = _norm(weight.value)
        if gradient is not None and weight.trainable:
            found["gradient_to_weight"] = float(np.divide(_norm(weight.gradient), found["weight_norm"]))
    return found


def _variance(array: Array) -> float:
    return float(array.var(dtype=np.float64))


def _norm(array: Array) -> float:
    return float(np.sqrt(np.square(array, dtype=np.float64).sum()))


def _dead_share(output: Array) -> float:
    everywhere = tuple(range(output.ndim - 1))
    return float((output == 0).all(axis=everywhere).mean())


def _saturated_share(activation: Activation, before: Array) -> float:
    slope = np.empty_like(before)
    activation.derivative(before, slope)
    return float((np.abs(slope) < FLAT_SLOPE).mean())
