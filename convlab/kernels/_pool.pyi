from typing import Any

import numpy.typing as npt

class Problem:
    def __init__(
        self,
        image: tuple[int, int, int],
        window: tuple[int, int],
        stride: tuple[int, int],
        padding: tuple[int, int],
        output: tuple[int, int],
        index_bytes: int,
        count_include_pad: bool,
    ) -> None: ...

def max_forward(
    problem: Problem,
    x: npt.NDArray[Any],
    y: npt.NDArray[Any],
    indices: npt.NDArray[Any] | None,
    isa: int,
    threads: int,
) -> None: ...
def max_backward(
    problem: Problem,
    grad: npt.NDArray[Any],
    indices: npt.NDArray[Any],
    dx: npt.NDArray[Any],
    isa: int,
    threads: int,
) -> None: ...
def avg_forward(
    problem: Problem, x: npt.NDArray[Any], y: npt.NDArray[Any], isa: int, threads: int
) -> None: ...
def avg_backward(
    problem: Problem, grad: npt.NDArray[Any], dx: npt.NDArray[Any], isa: int, threads: int
) -> None: ...
def global_forward(
    problem: Problem, x: npt.NDArray[Any], y: npt.NDArray[Any], isa: int, threads: int
) -> None: ...
def global_backward(
    problem: Problem, grad: npt.NDArray[Any], dx: npt.NDArray[Any], isa: int, threads: int
) -> None: ...
