from typing import Any

import numpy as np
import numpy.typing as npt

BLOCK: int
RULES: dict[str, int]

def update(
    rule: int,
    values: npt.NDArray[Any],
    gradients: npt.NDArray[Any],
    states: tuple[npt.NDArray[Any], ...],
    decayed: int,
    rate: float,
    weight_decay: float,
    shrink: float,
    keep: float,
    keep_square: float,
    correction: float,
    epsilon: float,
    isa: int,
    threads: int,
) -> None: ...
def sum_of_squares(
    x: npt.NDArray[Any], block_sums: npt.NDArray[np.float64], isa: int, threads: int
) -> float: ...
