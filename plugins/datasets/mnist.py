"""MNIST and Fashion-MNIST: the same files, with different pictures."""

from pathlib import Path

import numpy as np

from convlab.errors import DataError
from convlab.plugin import Dataset, Split
from convlab_plugins.datasets.files import Source, directories_to_search, fetch_all, find_files, missing
from convlab_plugins.datasets.idx import read_idx

MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
MNIST_SOURCES = (
    Source(
        "train-images-idx3-ubyte.gz",
        MNIST_MIRRORS,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    Source(
        "train-labels-idx1-ubyte.gz",
        MNIST_MIRRORS,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    Source(
        "t10k-images-idx3-ubyte.gz",
        MNIST_MIRRORS,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    Source(
        "t10k-labels-idx1-ubyte.gz",
        MNIST_MIRRORS,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
)
FASHION_MIRRORS = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)
FASHION_SOURCES = (
    Source(
        "train-images-idx3-ubyte.gz",
        FASHION_MIRRORS,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    Source(
        "train-labels-idx1-ubyte.gz",
        FASHION_MIRRORS,
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
    Source(
        "t10k-images-idx3-ubyte.gz",
        FASHION_MIRRORS,
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    Source(
        "t10k-labels-idx1-ubyte.gz",
        FASHION_MIRRORS,
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
)
FASHION_CLASSES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)

# The two datasets use the same file names; how their training labels begin tells them apart.
FIRST_LABELS = {
    "mnist": [5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 3, 5],
    "fashion_mnist": [9, 0, 0, 3, 0, 2, 7, 2, 5, 5, 0, 9],
}


def mnist(*, root: str | None = None) -> Dataset:
    """MNIST: handwritten digits of 28x28 pixels, 60,000 to train on and 10,000 to test.

    Gray images of the digits 0 to 9. The four files, gzipped or not, are looked for in ``root/mnist`` and
    ``root``; without a root in ``CONVLAB_DATA_DIR``; else they are downloaded once (12 MB), checked against
    their SHA-256 and kept in the cache.

    Args:
        root: directory with the files; nothing is downloaded then.

    Returns:
        The dataset: images (N, 28, 28, 1), ten classes "0" to "9".

    Raises:
        DataError: if files are missing, damaged, do not belong together or cannot be downloaded.

    Example:
        >>> mnist().image_shape  # doctest: +SKIP
        (28, 28, 1)

    References:
        Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-Based Learning Applied to Document
        Recognition", Proceedings of the IEEE 86(11), 1998. Licence CC BY-SA 3.0.
    """
    return _load("mnist", root, MNIST_SOURCES, tuple(map(str, range(10))))


def fashion_mnist(*, root: str | None = None) -> Dataset:
    """Fashion-MNIST: articles of clothing in 28x28 pixels, 60,000 to train on and 10,000 to test.

    Gray images of ten kinds of clothing, in the format of MNIST and harder to tell apart. The four files are
    looked for in ``root/fashion_mnist`` and ``root``; without a root in ``CONVLAB_DATA_DIR``; else they are
    downloaded once (31 MB), checked against their SHA-256 and kept in the cache.

    Args:
        root: directory with the files; nothing is downloaded then.

    Returns:
        The dataset: images (N, 28, 28, 1), ten classes "T-shirt/top" to "ankle boot".

    Raises:
        DataError: if files are missing, damaged, do not belong together or cannot be downloaded.

    Example:
        >>> fashion_mnist().classes[0]  # doctest: +SKIP
        'T-shirt/top'

    References:
        H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine
        Learning Algorithms", 2017, arXiv:1708.07747. Licence MIT.
    """
    return _load("fashion_mnist", root, FASHION_SOURCES, FASHION_CLASSES)


def _load(name: str, root: str | None, sources: tuple[Source, ...], classes: tuple[str, ...]) -> Dataset:
    places = directories_to_search(name, root)
    wanted = {source.name: (source.name, source.name.removesuffix(".gz")) for source in sources}
    paths = find_files(places, wanted)
    if paths is None:
        if root is not None:
            raise missing(name, places, list(wanted))
        paths = fetch_all(name, sources, places)
    train_images, train_labels, test_images, test_labels = (paths[source.name] for source in sources)
    train = _read_split(train_images, train_labels, len(classes))
    for other, first in FIRST_LABELS.items():
        if other != name and train.labels[: len(first)].tolist() == first:
            raise DataError(
                f"dataset '{name}': {train_labels} belongs to '{other}', whose files have the same names; "
                f"put those of '{name}' into a directory of their own and name it with data.root=DIR"
            )
    return Dataset(name, train, _read_split(test_images, test_labels, len(classes)), classes)


def _read_split(images_path: Path, labels_path: Path, classes: int) -> Split:
    labels = read_idx(labels_path, 1).astype(np.int64)
    images = read_idx(images_path, 3)[..., np.newaxis]
    if len(images) != len(labels):
        raise DataError(
            f"{labels_path} holds {len(labels)} labels, but {images_path} {len(images)} images; "
            "get both files again"
        )
    if len(labels) and labels.max() >= classes:
        raise DataError(
            f"{labels_path}: labels must be below {classes}, found {labels.max()}; is it the right file?"
        )
    return Split(images, labels)
