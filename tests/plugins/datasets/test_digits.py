"""The bundled digits."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from convlab.errors import DataError
from convlab_plugins.datasets.digits import digits as factory

module = sys.modules[factory.__module__]


def _sorted_rows(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    rows = np.column_stack([images.reshape(len(images), -1), labels])
    return rows[np.lexsort(rows.T)]


def test_the_splits_together_are_scikit_learn_s_digits() -> None:
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    dataset = factory()
    images = np.concatenate([dataset.train.images, dataset.test.images])
    labels = np.concatenate([dataset.train.labels, dataset.test.labels])
    original = (images.astype(int) * 16 + 127) // 255  # the inverse of the documented scale
    bundled = load_digits()
    assert np.array_equal(_sorted_rows(original, labels), _sorted_rows(bundled.images, bundled.target))


def test_no_image_of_the_file_is_in_both_splits_and_all_classes_are_in_proportion() -> None:
    dataset = factory()
    assert (len(dataset.train), len(dataset.test)) == (1442, 355)
    train, test = (np.bincount(split.labels) for split in (dataset.train, dataset.test))
    assert np.array_equal(test, (train + test) // 5)


def test_gray_levels_are_scaled_to_the_whole_range() -> None:
    levels = np.unique(factory().train.images)
    assert levels.tolist() == [(v * 255 + 8) // 16 for v in range(17)]
    assert (levels[0], levels[-1]) == (0, 255)


def test_the_fingerprint_stays() -> None:
    assert factory().fingerprint == "b2571d61c20da891"


def test_scikit_learn_is_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(f"imported {name}")

    monkeypatch.setattr(module, "import_module", refuse)
    assert len(factory().classes) == 10


def test_a_file_that_moved_is_loaded_through_scikit_learn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = factory().fingerprint
    monkeypatch.setattr(module, "find_spec", lambda _: SimpleNamespace(submodule_search_locations=[tmp_path]))
    assert factory().fingerprint == expected


def test_without_scikit_learn_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(DataError, match="not installed: pip install scikit-learn"):
        factory()


@pytest.mark.parametrize("content", [b"no gzip", b""])
def test_a_damaged_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    path = tmp_path / "datasets" / "data" / "digits.csv.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    monkeypatch.setattr(module, "find_spec", lambda _: SimpleNamespace(submodule_search_locations=[tmp_path]))
    with pytest.raises(DataError, match=r"digits\.csv\.gz.*reinstall scikit-learn"):
        factory()
