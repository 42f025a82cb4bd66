"""The analysis of variance: a textbook's numbers, and least squares done the long way."""

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from convlab.compare.anova import analysis_of_variance, component

Floats = npt.NDArray[np.float64]


def test_the_penicillin_blends_of_box_hunter_and_hunter() -> None:
    """Statistics for experimenters, 1978, table 7.1: four treatments in five blends."""
    yields = np.array(
        [[89, 84, 81, 87, 79], [88, 77, 87, 92, 81], [97, 92, 87, 89, 80], [94, 79, 85, 84, 88]], dtype=float
    )
    treatment, blend, rest = analysis_of_variance(yields, ["treatment"])
    assert (treatment.degrees, blend.degrees, rest.degrees) == (3, 4, 12)
    assert (treatment.squares, blend.squares, rest.squares) == pytest.approx((70, 264, 226))
    assert treatment.f == pytest.approx(1.24, abs=0.005)
    assert treatment.p == pytest.approx(0.3387, abs=5e-5)
    assert (blend.f, rest.p) == (None, None)


def design(codes: Floats, chosen: tuple[int, ...]) -> Floats:
    """Columns of one effect or interaction: products of the columns that are 1 at a level, -1 at the last."""
    columns = np.ones((len(codes), 1))
    for axis in chosen:
        levels = int(codes[:, axis].max())
        contrasts = np.eye(levels + 1)[:, :-1] - np.eye(levels + 1)[:, -1:]
        own = contrasts[codes[:, axis].astype(int)]
        columns = (columns[:, :, None] * own[:, None, :]).reshape(len(codes), -1)
    return columns


def residual(columns: list[Floats], y: Floats) -> float:
    matrix = np.concatenate(columns, axis=1)
    fit = np.linalg.lstsq(matrix, y, rcond=None)[0]
    return float(((y - matrix @ fit) ** 2).sum())


def test_three_settings_by_nested_least_squares() -> None:
    scores = np.random.default_rng(0).normal(size=(3, 2, 4, 5))
    scores += np.arange(3)[:, None, None, None] * np.arange(4)[None, None, :, None]
    codes = np.array(list(np.ndindex(scores.shape)), dtype=float)
    y = scores.ravel()
    settings = [chosen for size in (1, 2, 3) for chosen in combinations(range(3), size)]
    terms = {chosen: design(codes, chosen) for chosen in [*settings, (3,)]}
    everything = residual([np.ones((len(y), 1)), *terms.values()], y)
    *effects, seeds, rest = analysis_of_variance(scores, ["a", "b", "c"])
    assert [line.settings for line in effects] == [tuple("abc"[axis] for axis in one) for one in settings]
    assert rest.squares == pytest.approx(everything)
    for chosen, line in zip([*settings, (3,)], [*effects, seeds], strict=True):
        others = [columns for name, columns in terms.items() if name != chosen]
        assert line.squares == pytest.approx(residual([np.ones((len(y), 1)), *others], y) - everything)
        assert line.degrees == terms[chosen].shape[1]
        if line.f is not None:
            assert line.f == pytest.approx(line.squares / line.degrees / (everything / rest.degrees))
            assert line.p == pytest.approx(stats.f.sf(line.f, line.degrees, rest.degrees))
    assert sum(line.share for line in (*effects, seeds, rest)) == pytest.approx(1)
    assert all(line.p_adjusted >= line.p for line in effects)  # type: ignore[operator]


def test_a_component_is_what_its_parts_leave() -> None:
    scores = np.random.default_rng(0).normal(size=(3, 4, 2))
    joint = component(scores, (0, 1))
    rows, columns = scores.mean(axis=1, keepdims=True), scores.mean(axis=0, keepdims=True)
    assert joint == pytest.approx(scores - rows - columns + scores.mean(axis=(0, 1), keepdims=True))


def test_scores_that_are_all_equal_have_no_effect() -> None:
    for line in analysis_of_variance(np.full((2, 2, 3), 0.5), ["a", "b"])[:3]:
        assert (line.f, line.p, line.share) == (0, 1, 0)


def test_seeds_that_agree_exactly_leave_no_doubt() -> None:
    scores = np.repeat([[[0.1], [0.2]], [[0.3], [0.4]]], 3, axis=2)
    first, second, joint, *_ = analysis_of_variance(scores, ["a", "b"])
    assert (first.p, second.p) == (0, 0)
    assert joint.squares == pytest.approx(0)
