"""The digits that come with scikit-learn."""

import gzip
import zlib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convlab.errors import DataError
from convlab.plugin import Dataset, Split

BRIGHTEST = 16  # each pixel counts the set bits in a 4x4 block of the original bitmap
EVERY = 5  # one in so many images of each class is a test image


def digits() -> Dataset:
    """Handwritten digits of 8x8 pixels, bundled with scikit-learn: small, and needing no network.

    1,797 gray images of the digits 0 to 9 written by 13 people, about 180 of each. A pixel v of 0..16 becomes
    floor((255 v + 8) / 16), so that 0 stays 0, 16 becomes 255 and no two values fall together. The images
    come without a division: here the 5th, 10th, 15th... image of each digit, in the order of the file, is a
    test image. That gives 1,442 training and 355 test images; both splits hold digits of all writers.

    Returns:
        The dataset: images (N, 8, 8, 1), ten classes "0" to "9".

    Raises:
        DataError: if scikit-learn is missing or its file cannot be read.

    Example:
        >>> dataset = digits()
        >>> dataset.train.images.shape, dataset.test.images.shape
        ((1442, 8, 8, 1), (355, 8, 8, 1))

    References:
        E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
        Repository, 1998 (test set), licence CC BY 4.0. The division into splits is ours.
    """
    table = _bundled_table()
    images = ((table[:, :-1] * 255 + BRIGHTEST // 2) // BRIGHTEST).astype(np.uint8).reshape(-1, 8, 8, 1)
    labels = table[:, -1].astype(np.int64)
    is_test = _every_nth_of_each_class(labels, EVERY)
    return Dataset(
        "digits",
        Split(images[~is_test], labels[~is_test]),
        Split(images[is_test], labels[is_test]),
        tuple(str(digit) for digit in range(10)),
    )


def _every_nth_of_each_class(labels: NDArray[np.int64], every: int) -> NDArray[np.bool_]:
    chosen = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        chosen[np.flatnonzero(labels == label)[every - 1 :: every]] = True
    return chosen


def _bundled_table() -> NDArray[np.int64]:
    """The 1797 rows of 64 pixels and a label."""
    spec = find_spec("sklearn")
    if spec is None or not spec.submodule_search_locations:
        raise DataError(
            "dataset 'digits' comes with scikit-learn, which is not installed: pip install scikit-learn"
        )
    # Importing sklearn takes over a second, which every job of a sweep would pay; its file is read as it is.
    path = Path(spec.submodule_search_locations[0]) / "datasets" / "data" / "digits.csv.gz"
    if path.exists():
        try:
            with gzip.open(path, "rt", encoding="ascii") as file:
                lines = file.readlines()
            table = np.loadtxt(lines, delimiter=",", ndmin=2) if lines else np.empty((0, 0))
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise DataError(f"cannot read {path}: {error}; reinstall scikit-learn") from error
    else:  # a scikit-learn that keeps it elsewhere
        bundled = import_module("sklearn.datasets").load_digits()
        table = np.column_stack([bundled.data, bundled.target])
    if table.shape[1] != 65 or table.min() < 0 or table[:, :-1].max() > BRIGHTEST:
        raise DataError(f"{path}: expected rows of 64 pixels of 0 to 16 and a label; reinstall scikit-learn")
    return table.astype(np.int64)
