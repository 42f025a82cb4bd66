"""What the tests of datasets share."""

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

WriteIdx = Callable[..., Path]
WriteImage = Callable[..., Path]


@pytest.fixture(autouse=True)
def _no_network_and_an_empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request reaches nothing but a closed port of this machine; the cache is the test's own."""
    monkeypatch.setenv("CONVLAB_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def write_idx() -> WriteIdx:
    """Writes an array as IDX, gzipped if the name ends so."""

    def write(path: Path, array: NDArray[np.uint8]) -> Path:
        data = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
        return path

    return write


@pytest.fixture
def write_image() -> WriteImage:
    """Writes an image of one color as PNG or JPEG, and makes its folders."""

    def write(path: Path, size: tuple[int, int] = (6, 4), color: object = 0, mode: str = "RGB") -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new(mode, (size[1], size[0]), color).save(path)  # type: ignore[arg-type]
        return path

    return write
