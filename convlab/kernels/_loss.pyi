from typing import Any

import numpy as np
import numpy.typing as npt

BLOCK: int

def softmax(logits: npt.NDArray[Any], c: int, out: npt.NDArray[Any], isa: int, threads: int) -> None: ...
def softmax_cross_entropy(
    logits: npt.NDArray[Any],
    labels: npt.NDArray[np.int64],
    smoothing: float,
    grad: npt.NDArray[Any],
    row_losses: npt.NDArray[np.float64],
    isa: int,
    threads: int,
) -> float: ...
def squared_error(
    prediction: npt.NDArray[Any],
    target: npt.NDArray[Any],
    grad: npt.NDArray[Any],
    block_sums: npt.NDArray[np.float64],
    isa: int,
    threads: int,
) -> float: ...
