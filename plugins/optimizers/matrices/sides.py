"""What is gathered about the rows and the columns of a layer's gradient, and applied to them."""

from typing import Any

import numpy as np

from convlab import kernels
from convlab.plugin import Array


class Side:
    """The rows or the columns of a matrix.

    Args:
        size: how many there are.
        dtype: of all arrays.

    Attributes:
        statistic: G G^T for rows, G^T G for columns, gathered over the steps; (size, size), 0 at first.
        factor: what the gradient is multiplied with on this side; (size, size), the identity at first.
    """

    def __init__(self, size: int, dtype: Any) -> None:
        self.statistic = np.zeros((size, size), dtype)
        self.factor = np.eye(size, dtype=dtype)


class Sides:
    """Rows and columns of the gradient of one layer, each where it is not too long.

    L = keep L + (1 - keep) G G^T;  R = keep R + (1 - keep) G^T G; sums where `keep` is 1

    Args:
        shape: of the gradient, (rows, columns).
        dtype: of the gradient.
        largest: the longest side that is looked at, >= 1.
        keep: part of the statistics that is kept, in (0, 1].

    Attributes:
        rows: of the left side, None if it is too long.
        columns: of the right side.
    """

    def __init__(self, shape: tuple[int, int], dtype: Any, largest: int, keep: float) -> None:
        self.rows, self.columns = (Side(size, dtype) if size <= largest else None for size in shape)
        self._keep, self._weight = keep, 1.0 if keep == 1 else 1 - keep

    @property
    def kept(self) -> list[Side]:
        """The sides that are looked at."""
        return [side for side in (self.rows, self.columns) if side is not None]

    def add(self, gradient: Array) -> None:
        """Gathers one step's gradient."""
        with kernels.use_precision("float32"):
            for side in self.kept:
                side.statistic *= self._keep
            if self.rows is not None:
                self.rows.statistic += self._weight * kernels.dense(gradient, gradient)
            if self.columns is not None:
                self.columns.statistic += self._weight * kernels.dense_backward_weight(gradient, gradient)[0]

    def applied(self, matrix: Array) -> Array:
        """Left factor times matrix times right factor, both transposed: ``F_L^T X F_R``."""
        if self.rows is not None:
            matrix = kernels.dense_backward_weight(matrix, self.rows.factor)[0]
        if self.columns is not None:
            matrix = kernels.dense_backward_input(matrix, self.columns.factor)
        return matrix

    def undone(self, matrix: Array) -> Array:
        """The reverse of `applied` where the factors are orthogonal: ``F_L X F_R^T``."""
        if self.rows is not None:
            matrix = kernels.dense_backward_input(self.rows.factor, matrix)
        if self.columns is not None:
            matrix = kernels.dense(matrix, self.columns.factor)
        return matrix

    def state(self) -> dict[str, Array]:
        """All arrays by side and name."""
        return {
            f"{name}.{key}": array
            for name, side in (("rows", self.rows), ("columns", self.columns))
            if side is not None
            for key, array in (("statistic", side.statistic), ("factor", side.factor))
        }
