"""Plans: reuse, threads in Python, fork, algorithms, and what they refuse."""

import os
import threading

import numpy as np
import pytest

from convlab import kernels
from convlab.errors import ShapeError

LARGE = ((6, 30, 30, 24), (40, 3, 3, 24))


def arrays(seed: int = 0, n: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return tuple(
        rng.integers(-4, 5, shape).astype(np.float32) for shape in ((n, 30, 30, 24), (40, 3, 3, 24), (40,))
    )


def test_a_plan_gives_what_the_function_gives():
    x, w, bias = arrays()
    plan = kernels.Conv2DPlan(*LARGE, stride=2, padding="same", activation="relu")
    assert plan.input_shape == LARGE[0]
    assert plan.kernel_shape == LARGE[1]
    assert plan.output_shape == (6, 15, 15, 40)
    y, dx = np.empty(plan.output_shape, np.float32), np.empty_like(x)
    dw, db = np.empty_like(w), np.empty_like(bias)
    plan.forward(x, w, bias, y)
    options = {"stride": 2, "padding": "same"}
    np.testing.assert_array_equal(y, kernels.conv2d(x, w, bias, activation="relu", **options))
    plan.backward_input(y, w, dx)
    np.testing.assert_array_equal(dx, kernels.conv2d_backward_input(y, w, x.shape, **options))
    plan.backward_weight(x, y, dw, db)
    for actual, expected in zip(
        (dw, db), kernels.conv2d_backward_weight(x, y, w.shape, **options), strict=True
    ):
        np.testing.assert_array_equal(actual, expected)
    dw.fill(0)
    plan.backward_weight(x, y, dw, None)
    assert dw.any()


def test_a_plan_follows_isa_and_threads_and_takes_smaller_batches():
    x, w, bias = arrays()
    plan = kernels.Conv2DPlan(*LARGE)
    with kernels.use_isa("reference"):
        expected = kernels.conv2d(x, w, bias)
    for isa in kernels.isas():
        for threads in (1, 4, 2):
            for n in (6, 1, 4):
                y = np.empty((n, *plan.output_shape[1:]), np.float32)
                with kernels.use_isa(isa), kernels.use_threads(threads):
                    plan.forward(x[:n], w, bias, y)
                np.testing.assert_array_equal(y, expected[:n])


def test_two_python_threads_share_a_plan():
    _, w, bias = arrays()
    plan = kernels.Conv2DPlan(*LARGE)
    inputs = [arrays(seed)[0] for seed in range(4)]
    expected = [kernels.conv2d(x, w, bias) for x in inputs]
    wrong = []

    def work(number: int) -> None:
        y = np.empty(plan.output_shape, np.float32)
        for _ in range(20):
            plan.forward(inputs[number], w, bias, y)
            if not np.array_equal(y, expected[number]):
                wrong.append(number)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_can_convolve():
    x, w, bias = arrays()
    with kernels.use_threads(2):
        expected = kernels.conv2d(x, w, bias)
        child = os.fork()
        if child == 0:
            os._exit(0 if np.array_equal(kernels.conv2d(x, w, bias), expected) else 1)
        for _ in range(600):
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                break
            threading.Event().wait(0.05)
        else:
            os.kill(child, 9)
            os.waitpid(child, 0)
            pytest.fail("the child hung")
        assert os.waitstatus_to_exitcode(status) == 0
        np.testing.assert_array_equal(kernels.conv2d(x, w, bias), expected)


def test_explain_lists_algorithms_in_order_with_reasons():
    dense = kernels.Conv2DPlan((1, 8, 8, 4), (4, 3, 3, 4))
    depthwise = kernels.Conv2DPlan((1, 8, 8, 4), (4, 3, 3, 1), groups=4)
    with kernels.use_isa("baseline"):
        assert dense.explain("forward") == [
            ("winograd2_few", "not 3 or 4 channels in and at least 32 out"),
            ("winograd4", "precision is float32: the rounding errors of its points need fast"),
            (
                "winograd4_complex",
                "too few channels or pixels: the transforms would cost more than they save",
            ),
            (
                "winograd2",
                "too few channels or pixels: the transforms would cost more than they save",
            ),
            ("winograd4_5", "precision is float32: the rounding errors of its points need fast"),
            ("winograd4_complex_5", "not a 5x5 kernel in one group"),
            ("matrix", "not a dense layer"),
            ("spread", "the output channels fill a vector"),
            ("direct", None),
            ("reference", None),
        ]
        assert dense.explain("forward", "float64") == [
            ("winograd2_few", "float64 runs in the reference loops"),
            ("winograd4", "float64 runs in the reference loops"),
            ("winograd4_complex", "float64 runs in the reference loops"),
            ("winograd2", "float64 runs in the reference loops"),
            ("winograd4_5", "float64 runs in the reference loops"),
            ("winograd4_complex_5", "float64 runs in the reference loops"),
            ("matrix", "float64 runs in the reference loops"),
            ("spread", "float64 runs in the reference loops"),
            ("direct", "float64 runs in the reference loops"),
            ("reference", None),
        ]
        assert depthwise.explain("backward_weight")[0] == ("woven", None)
        name, reason = dense.explain("backward_weight")[0]
        assert (name, reason) == (
            "woven",
            "the groups are not small: 1, 2, 4 or 8 channels in and as many out",
        )
    with kernels.use_isa("reference"):
        assert dense.explain("backward_input") == [("reference", None)]
    with pytest.raises(ShapeError, match="no operation 'sideways'; forward, backward_input, backward_weight"):
        dense.explain("sideways")


def test_a_plan_takes_only_exact_arrays():
    x, w, bias = arrays()
    plan = kernels.Conv2DPlan(*LARGE)
    y = np.empty(plan.output_shape, np.float32)
    read_only = y.copy()
    read_only.flags.writeable = False
    bad = {
        "batch of 7 is larger than planned": (
            np.concatenate([x, x[:1]]),
            w,
            bias,
            np.empty((7, 28, 28, 40), "f"),
        ),
        r"x must have shape \(6, 30, 30, 24\), got \(6, 30, 30, 23\)": (x[..., 1:], w, bias, y),
        "x must be C-contiguous": (x[:, ::-1], w, bias, y),
        "w must have the dtype of the first argument, got float64": (x, w.astype(np.float64), bias, y),
        "w must have the dtype of the first argument, got >f4": (x, w.astype(">f4"), bias, y),
        "arrays must be float32 or float64, not int64": (x.astype(np.int64), w, bias, y),
        "bias must have shape": (x, w, bias[1:], y),
        "bias must be an array, not list": (x, w, bias.tolist(), y),
        "out must be C-contiguous and aligned and writable": (x, w, bias, read_only),
        "the first argument must be an array": (None, w, bias, y),
        "out overlaps w in memory": (x[:1], y.reshape(-1)[: w.size].reshape(w.shape), bias, y[:1]),
    }
    for message, given in bad.items():
        with pytest.raises(ShapeError, match=f"Conv2DPlan: {message}|Conv2DPlan: the {message}"):
            plan.forward(*given)
    dw = np.empty_like(w)
    with pytest.raises(ShapeError, match="out_bias overlaps out in memory"):
        plan.backward_weight(x, y, dw, dw.reshape(-1)[:40])


def test_a_plan_refuses_a_bad_geometry_when_it_is_made():
    with pytest.raises(ShapeError, match="Conv2DPlan: kernel expects 3 input channels, input has 4"):
        kernels.Conv2DPlan((1, 8, 8, 4), (4, 3, 3, 3))
