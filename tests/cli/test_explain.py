"""``convlab explain``: the numbers shown are those of the run's own network."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.inspect.page import SUSPICIOUS

Command = Callable[..., tuple[int, str, str]]
DATA = ["data=synthetic", "data.train_size=64", "data.test_size=16", "epochs=1"]
NUMBER = r"-?[\d.]+(?:e[+-]\d+)?"


def trained(command: Command, *overrides: str) -> str:
    assert command("run", *DATA, *overrides)[0] == 0
    (folder,) = Path("runs/default").iterdir()
    return str(folder)


def value(text: str, label: str) -> float:
    found = re.search(rf"^ *{re.escape(label)} +({NUMBER})", text, re.MULTILINE)
    assert found, f"no line '{label}'"
    return float(found[1])


def differences(text: str) -> list[float]:
    return [float(number) for number in re.findall(rf"({NUMBER}|inf) float32 roundings away", text)]


def test_forward_numbers_add_up_and_agree_with_the_core(command: Command) -> None:
    code, out, err = command("explain", "conv", trained(command))
    assert (code, err) == (0, "")
    z = value(out, "= weighted sum z")
    assert z > 0
    bias = re.search(rf"\+ bias of filter \d+ +({NUMBER})", out)
    assert bias is not None
    assert value(out, "sum of the 9 products") + float(bias[1]) == pytest.approx(z, abs=2e-3 * abs(z))
    assert value(out, "relu(z), the output") == z
    product = value(out, "length of the window") * value(out, "length of the filter")
    assert product * value(out, "cosine similarity") == pytest.approx(
        value(out, "sum of the 9 products"), rel=5e-3
    )
    assert "excites the filter most: z " + f"{z:.4g}" in out


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["model=resnet20", "data.shape=[16,16,3]"],
        ["model=lenet5", "data.shape=[28,28,1]", "activation=tanh"],
        ["activation=gelu", "bias=false"],
        ["activation=prelu"],
        ["activation=xielu"],
        ["activation=rrelu"],
        ["loss=mean_squared_error", "initializers.conv1=gabor"],
    ],
    ids=" ".join,
)
def test_everything_agrees_with_the_core_within_roundings(command: Command, options: list[str]) -> None:
    run = trained(command, *options)
    for more in ([], ["--layer", "conv2", "--at", "0,0"], ["--image", "3", "--filter", "1"]):
        code, out, err = command("explain", "conv", run, *more)
        assert (code, err) == (0, "")
        found = differences(out)
        expected = 4 + ("(z), the output" in out) + ("db = " in out)
        assert len(found) + out.count("  the same") == expected
        assert max(found, default=0) < 20 < SUSPICIOUS


def test_the_place_asked_for_is_explained(command: Command) -> None:
    run = trained(command)
    _, out, _ = command("explain", "conv", run, "--layer", "conv2", "--filter", "5", "--at", "0,3")
    lines = out.splitlines()
    assert lines[1] == "conv2 is given 8×8×32 and has 64 filters of 3×3, stride 1."
    assert lines[2] == "This is about filter 5 at row 0, column 3 of its 8×8 feature map, counted from 0."
    assert "   The window is rows -1 to 1 and columns 2 to 4 of what the layer is given." in lines
    assert "   What lies outside of the 8×8 values is padding: zeros." in lines
    assert "   ... and alike for the other 29 channels." in lines
    assert max(map(len, lines)) <= 110


def test_images_that_it_was_trained_on_are_called_so(command: Command) -> None:
    out = command("explain", "conv", trained(command, "validation_fraction=0"))[1]
    assert out.startswith("Image 0 of 64 to train on shows ")


def test_a_layer_without_bias_says_so(command: Command) -> None:
    out = command("explain", "conv", trained(command, "bias=false"))[1]
    assert value(out, "+ no bias in this layer") == 0
    assert "db = " not in out


def test_the_window_that_excites_the_filter_most_is_shown_beside_it(command: Command) -> None:
    run = trained(command)
    assert "the most exciting window" not in command("explain", "conv", run)[1]
    out = command("explain", "conv", run, "--filter", "2", "--at", "0,0")[1]
    shown = out.partition("the most exciting window")[2].splitlines()
    strongest = command("explain", "conv", run, "--filter", "2")[1].partition("window  ")[2].splitlines()
    for line in range(1, 4):
        window, weights = shown[line].split()[:3], shown[line].split()[3:]
        assert strongest[line].replace("×", " ").replace("=", " ").split()[:6] == window + weights


def test_channels_add_up(command: Command) -> None:
    run = trained(command, "data.shape=[8,8,3]", "model.width=20")
    code, out, _ = command("explain", "channels", run, "--layer", "conv1")
    assert code == 0
    assert "3 channels in, 20 filters, 20 maps out" in out
    assert "20 × 3 × 3 × 3 = 540." in out
    each = [value(out, f"channel {channel}: sum of 9 products") for channel in range(3)]
    assert sum(each) == pytest.approx(value(out, "all channels together"), abs=2e-3)
    assert differences(out)[0] < 20 if "the same" not in out else True
    assert "20 filters make an output of 8×8×20" in out
    # by itself it takes a layer with several channels
    assert (
        "20 channels in, 40 filters, 40 maps out"
        in command("explain", "channels", run, "--layer", "conv2")[1]
    )
    assert "3 channels in" in command("explain", "channels", run)[1]


def test_a_network_of_one_channel_is_explained_where_there_are_more(command: Command) -> None:
    assert "32 channels in, 64 filters" in command("explain", "channels", trained(command))[1]


def test_where_no_gradient_comes_it_says_so(command: Command) -> None:
    layers = (
        "model={name: sequential, layers: [{layer: conv2d, filters: 4, kernel_size: 3, trainable: false}, "
        "flatten, {layer: dense, units: classes}]}"
    )
    code, out, _ = command("explain", "conv", trained(command, layers))
    assert code == 0
    assert "No gradient reaches this layer: it is frozen" in out
    assert "No activation follows in this layer: the output is z itself." in out
    assert "BACKWARD" not in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--layer", "dense1"], "--layer: no convolution named 'dense1'; convolutions: conv1, conv2"),
        (["--image", "99"], "--image: there are the images 0 to "),
        (["--image", "-1"], "got -1"),
        (["--filter", "32"], "conv1 has the filters 0 to 31, got 32"),
        (["--at", "16,0"], "have rows 0 to 15 and columns 0 to 15, got 16,0"),
        (["--at", "8"], "argument --at: expected ROW,COL such as 3,5, got '8'"),
    ],
)
def test_what_is_not_there_is_an_error_in_one_line(
    command: Command, options: list[str], message: str
) -> None:
    code, out, err = command("explain", "conv", trained(command), *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_a_network_without_convolutions_cannot_be_explained(command: Command) -> None:
    run = trained(command, "model=mlp")
    assert command("explain", "conv", run) == (
        2,
        "",
        "convlab: error: the network of this run has no convolution to explain\n",
    )
