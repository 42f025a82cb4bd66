"""Holm's correction for many questions asked of the same data."""

import numpy as np
import numpy.typing as npt


def holm(p_values: npt.ArrayLike, family: int | None = None) -> npt.NDArray[np.float64]:
    """Adjusts p values, so that among all true hypotheses one is rejected with probability 5% at most.

    p'_(i) = max over j <= i of min(1, (m - j + 1) p_(j)), for p values in rising order

    It needs no assumption on how the questions depend on each other, and rejects whatever Bonferroni's
    correction rejects.

    Args:
        p_values: of the family's hypotheses, shape (n,), 0 to 1.
        family: how many hypotheses there are in all, if `p_values` holds a part of them, >= n.

    Returns:
        The adjusted p values in the same order, shape (n,).

    Example:
        >>> holm([0.01, 0.04, 0.03, 0.005]).round(3).tolist()
        [0.03, 0.06, 0.06, 0.02]

    References:
        S. Holm, A simple sequentially rejective multiple test procedure, 1979.
    """
    p = np.asarray(p_values, dtype=np.float64)
    m = len(p) if family is None else family
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate((m - np.arange(len(p))) * p[order])
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
