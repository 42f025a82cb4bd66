"""Holm's correction: published values, and Bonferroni as a bound."""

import numpy as np
import pytest

from convlab.compare.holm import holm


@pytest.mark.parametrize(
    ("p", "adjusted"),
    [
        # S. Holm 1979's procedure as R's p.adjust documents and computes it
        ([0.01, 0.02, 0.03, 0.04], [0.04, 0.06, 0.06, 0.06]),
        ([0.04, 0.01, 0.03, 0.02], [0.06, 0.04, 0.06, 0.06]),
        ([0.5, 0.9], [1.0, 1.0]),
        ([0.03], [0.03]),
        ([], []),
    ],
)
def test_known_values(p: list[float], adjusted: list[float]) -> None:
    assert holm(p) == pytest.approx(adjusted)


def test_it_lies_between_no_correction_and_bonferronis() -> None:
    p = np.random.default_rng(0).random(50) ** 3
    adjusted = holm(p)
    assert (p <= adjusted).all()
    assert (adjusted <= np.minimum(50 * p, 1) + 1e-15).all()


def test_a_part_of_a_family_is_corrected_for_all_of_it() -> None:
    assert holm([0.01, 0.02], family=10) == pytest.approx([0.1, 0.18])
