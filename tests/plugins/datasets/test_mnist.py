"""MNIST and Fashion-MNIST: where their files are found, and what is made of them."""

import gzip
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from convlab.errors import DataError
from convlab_plugins.datasets.mnist import FASHION_SOURCES, MNIST_SOURCES, fashion_mnist, mnist

WriteIdx = Callable[..., Path]
# SHA-256 of the published files once unzipped
UNZIPPED = {
    "train-images-idx3-ubyte.gz": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte.gz": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte.gz": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte.gz": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


@pytest.fixture
def write_mnist(write_idx: WriteIdx) -> Callable[..., Path]:
    """Writes four small files that look like MNIST."""

    def write(directory: Path, ending: str = ".gz", first: int = 0, images: int = 20) -> Path:
        for prefix, count in (("train", 20), ("t10k", 10)):
            labels = (np.arange(count, dtype=np.uint8) + first) % 10
            pictures = np.full((images if prefix == "train" else count, 28, 28), first, np.uint8)
            write_idx(directory / f"{prefix}-labels-idx1-ubyte{ending}", labels)
            write_idx(directory / f"{prefix}-images-idx3-ubyte{ending}", pictures)
        return directory

    return write


def test_the_real_files(mnist_folder: Path) -> None:
    dataset = mnist(root=str(mnist_folder))
    assert dataset.train.images.shape == (60000, 28, 28, 1)
    assert dataset.test.images.shape == (10000, 28, 28, 1)
    assert dataset.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert dataset.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert round(float(dataset.train.images.mean()) / 255, 4) == 0.1307
    assert dataset.classes == tuple("0123456789")
    assert mnist(root=str(mnist_folder.parent)).fingerprint == dataset.fingerprint == "8180522c921a6b34"


def test_the_real_files_hold_what_was_published(mnist_folder: Path) -> None:
    for name, expected in UNZIPPED.items():
        assert hashlib.sha256(gzip.decompress((mnist_folder / name).read_bytes())).hexdigest() == expected


def test_digits_are_not_taken_for_clothing(mnist_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="dataset 'fashion_mnist': .* belongs to 'mnist', whose files have"):
        fashion_mnist(root=str(mnist_folder))


@pytest.mark.parametrize("ending", [".gz", ""])
@pytest.mark.parametrize("folder", ["mnist", "."])
def test_files_are_found_zipped_or_not(
    tmp_path: Path, write_mnist: Callable[..., Path], ending: str, folder: str
) -> None:
    write_mnist(tmp_path / folder, ending)
    dataset = mnist(root=str(tmp_path))
    assert dataset.train.images.shape == (20, 28, 28, 1)
    assert dataset.train.labels.dtype == np.int64


def test_the_folder_of_its_own_comes_first(tmp_path: Path, write_mnist: Callable[..., Path]) -> None:
    write_mnist(tmp_path, first=1)
    write_mnist(tmp_path / "fashion_mnist", first=2)
    assert fashion_mnist(root=str(tmp_path)).train.images.max() == 2
    assert mnist(root=str(tmp_path)).train.images.max() == 1


def test_the_environment_names_a_folder_unless_root_does(
    tmp_path: Path, write_mnist: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLAB_DATA_DIR", str(write_mnist(tmp_path / "one", first=1)))
    assert mnist().train.images.max() == 1
    assert mnist(root=str(write_mnist(tmp_path / "two", first=2))).train.images.max() == 2


def test_the_cache_is_read_without_a_network(
    tmp_path: Path, write_mnist: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = write_mnist(tmp_path / "cache" / "mnist")

    def fetch(name: str, urls: list[str], checksum: str, directory: Path) -> Path:
        source = next(source for source in MNIST_SOURCES if source.name == name)
        assert urls == [mirror + name for mirror in source.mirrors]
        assert checksum == source.sha256
        return directory / name

    monkeypatch.setattr("convlab_plugins.datasets.files.fetch", fetch)
    assert mnist().fingerprint == mnist(root=str(cached)).fingerprint


@pytest.mark.parametrize("sources", [MNIST_SOURCES, FASHION_SOURCES])
def test_every_file_has_a_mirror_and_a_hash(sources: tuple) -> None:  # type: ignore[type-arg]
    assert [source.name for source in sources] == list(UNZIPPED)
    assert all(len(bytes.fromhex(source.sha256)) == 32 for source in sources)
    assert all(mirror.endswith("/") for source in sources for mirror in source.mirrors)
    assert all(len(source.mirrors) > 1 for source in sources)


def test_missing_files_are_listed_with_where_they_were_looked_for(
    tmp_path: Path, write_mnist: Callable[..., Path]
) -> None:
    (write_mnist(tmp_path) / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError) as caught:
        mnist(root=str(tmp_path))
    assert str(caught.value) == (
        "dataset 'mnist': looked for train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, "
        f"t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz in {tmp_path / 'mnist'}, {tmp_path}, and no "
        "directory has all of them; name one that does with data.root=DIR, or leave data.root out to "
        "download them"
    )


def test_without_files_and_network_the_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLAB_DATA_DIR", str(tmp_path / "data"))
    with pytest.raises(DataError) as caught:
        mnist()
    text = str(caught.value)
    assert text.startswith(f"dataset 'mnist' (not in {tmp_path / 'data' / 'mnist'}, {tmp_path / 'data'}): ")
    assert all(mirror in text for mirror in MNIST_SOURCES[0].mirrors)
    assert f"put it into {tmp_path / 'cache' / 'mnist'}, or name" in text
    assert text.endswith("with data.root=DIR")
    assert "\n" not in text


def test_files_that_do_not_belong_together_are_named(
    tmp_path: Path, write_mnist: Callable[..., Path]
) -> None:
    write_mnist(tmp_path, images=19)
    with pytest.raises(DataError, match=r"train-labels.* holds 20 labels, but .*train-images.* 19 images"):
        mnist(root=str(tmp_path))


def test_a_label_that_is_no_class_is_named(
    tmp_path: Path, write_mnist: Callable[..., Path], write_idx: WriteIdx
) -> None:
    write_mnist(tmp_path)
    write_idx(tmp_path / "t10k-labels-idx1-ubyte.gz", np.full(10, 10, np.uint8))
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte\.gz: labels must be below 10, found 10"):
        mnist(root=str(tmp_path))


def test_a_cut_file_is_named(tmp_path: Path, mnist_folder: Path) -> None:
    for name in UNZIPPED:
        shutil.copy(mnist_folder / name, tmp_path / name)
        (tmp_path / name).chmod(0o600)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz: cannot be read as IDX"):
        mnist(root=str(tmp_path))
