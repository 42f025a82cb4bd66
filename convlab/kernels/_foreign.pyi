from typing import Any

import numpy.typing as npt

def call(address: int, x: npt.NDArray[Any], out: npt.NDArray[Any]) -> None: ...
