"""``convlab explain conv RUN``: one window of a run's own network, forwards and backwards, in numbers."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from rich.text import Text

from convlab import kernels
from convlab.cli import console
from convlab.cli.arguments import Parser
from convlab.cli.show import the_run
from convlab.contracts.dataset import Split
from convlab.contracts.sample import LayerActivity, Sample
from convlab.errors import ConfigError
from convlab.inspect import (
    Place,
    convolutions,
    explain_channels,
    explain_forward,
    explain_input_gradient,
    explain_likeness,
    explain_weight_gradient,
)
from convlab.records.text import printable
from convlab.trained import TrainedRun, load_trained_run

SUBJECTS = ("conv", "channels")


def main(words: Sequence[str]) -> int:
    """Explains one place of one feature map; see `convlab.cli.main`."""
    options = _parser().parse(words)
    trained = load_trained_run(the_run(Path(options.run)).path)
    with kernels.use_precision(trained.settings.precision):
        sample = _observe(trained, options.image)
        activity = _convolution(sample, options)
        place = Place.choose(activity, 0, options.filter, options.at)
        out = console.output()
        for line in [
            *_introduction(trained, sample, place, options.image),
            *_explanation(place, options.subject),
        ]:
            out.print(line)
    return 0


def _parser() -> Parser:
    parser = Parser(
        "explain",
        "Walk through one real window of a run's own convolution: window, filter, products, sum, bias and\n"
        "activation, how alike filter and window are, and its gradients back, all checked against the\n"
        "compiled core; or through its channels. What you leave open is where the filter responds most.",
        "  convlab explain conv runs/default/0123456789ab\n"
        "  convlab explain conv runs/default/0123456789ab --layer conv2 --image 3 --filter 5 --at 2,0\n"
        "  convlab explain channels runs/default/0123456789ab --layer conv2",
    )
    parser.add_argument("subject", choices=SUBJECTS, help="what to explain")
    parser.add_argument("run", metavar="RUN", help="folder of the run")
    parser.add_argument(
        "--image",
        type=int,
        default=0,
        metavar="N",
        help="image, of those held back for validation; 0 by default",
    )
    parser.add_argument("--layer", metavar="NAME", help="a convolution; the first by default")
    parser.add_argument("--filter", type=int, metavar="K", help="number of the filter, from 0")
    parser.add_argument("--at", type=_place, metavar="ROW,COL", help="place in the feature map, from 0")
    return parser


def _place(text: str) -> tuple[int, int]:
    try:
        row, column = map(int, text.split(","))
    except ValueError:
        raise ArgumentTypeError(f"expected ROW,COL such as 3,5, got '{printable(text)}'") from None
    return row, column


def _observe(trained: TrainedRun, number: int) -> Sample:
    images = trained.images
    if not 0 <= number < len(images):
        raise ConfigError(f"--image: there are the images 0 to {len(images) - 1}, got {number}")
    one = slice(number, number + 1)
    return trained.observer.observe(Split(images.images[one], images.labels[one]))


def _convolution(sample: Sample, options: Namespace) -> LayerActivity:
    found = convolutions(sample)
    if not found:
        raise ConfigError("the network of this run has no convolution to explain")
    if options.layer is not None and options.layer not in found:
        raise ConfigError(
            f"--layer: no convolution named '{printable(options.layer)}'; convolutions: {', '.join(found)}"
        )
    if options.layer is not None:
        return found[options.layer]
    # what is said of channels is seen best where there are several
    several = [item for item in found.values() if item.input.shape[-1] > 1]
    return several[0] if several and options.subject == "channels" else next(iter(found.values()))


def _introduction(trained: TrainedRun, sample: Sample, place: Place, number: int) -> Iterable[Text]:
    chances = kernels.softmax(sample.outputs)[0]
    label, answer = int(sample.labels[0]), int(np.argmax(chances))
    names = [printable(name, 40) for name in trained.classes]
    kind = "held back for validation" if trained.held_back else "to train on"
    yield Text(
        f"Image {number} of {len(trained.images)} {kind} shows '{names[label]}'; "
        f"the network says '{names[answer]}' ({chances[answer]:.3f}), the loss is {sample.loss:.4g}."
    )
    g = place.convolution.geometry
    size = f"{g.k} filters of {g.r}×{g.s}, stride {g.stride[0]}"
    yield Text(f"{place.name} is given {g.h}×{g.w}×{g.c} and has {size}.")
    where = f"row {place.row}, column {place.column} of its {g.out_h}×{g.out_w} feature map"
    yield Text(f"This is about filter {place.filter} at {where}, counted from 0.")


def _explanation(place: Place, subject: str) -> Iterable[Text]:
    if subject == "channels":
        yield from explain_channels(place)
        return
    yield from explain_forward(place)
    yield from explain_likeness(place)
    if place.gradient is None:
        yield Text()
        yield Text("No gradient reaches this layer: it is frozen, and so are all layers in front of it.")
    else:
        yield from explain_weight_gradient(place)
        yield from explain_input_gradient(place)
    yield Text()
    yield Text("A float32 rounding is 2^-24 of the largest sum of absolute values that is added up.")
