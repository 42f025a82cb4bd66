"""Arrays that probes keep, ours and hostile ones."""

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.errors import RecordError
from convlab.records.arrays_file import load_arrays, save_all_arrays, save_arrays


def npy(array: Any, *, shape: tuple[int, ...] | None = None, allow_pickle: bool = False) -> bytes:
    """An .npy file, whose header may claim another shape."""
    content = io.BytesIO()
    np.lib.format.write_array(content, array, allow_pickle=allow_pickle)
    text = content.getvalue()
    return text if shape is None else text.replace(repr(array.shape).encode(), repr(shape).encode(), 1)


def archive(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def test_reads_back_exactly_by_us_and_by_numpy(tmp_path: Path) -> None:
    arrays = {
        "conv1.weight": np.arange(18, dtype=np.float32).reshape(2, 3, 3, 1),
        "transposed": np.arange(6.0).reshape(2, 3).T,
        "scalar": np.float64(2.5),
        "empty": np.zeros((0, 2)),
    }
    path = tmp_path / "filters" / "epoch-0001.npz"
    save_arrays(path, arrays)
    found = load_arrays(path)
    assert list(found) == list(arrays)
    with np.load(path, allow_pickle=False) as by_numpy:
        for name, array in arrays.items():
            np.testing.assert_array_equal(found[name], array)
            np.testing.assert_array_equal(by_numpy[name], array)
    assert os.listdir(path.parent) == ["epoch-0001.npz"]


def test_files_written_together_are_one_as_the_other_and_their_folder_is_synced_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.readlink(f"/proc/self/fd/{file}")))
    files = {tmp_path / f"epoch-{epoch:04d}.npz": {"w": np.full(3, epoch)} for epoch in range(3)}
    save_all_arrays(files)
    assert synced.count(str(tmp_path)) == 1
    assert len(synced) == 4
    assert {path: load_arrays(path)["w"].tolist() for path in files} == {
        path: [epoch] * 3 for epoch, path in enumerate(files)
    }


def test_compressed_files_are_read(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", w=np.ones(1000))
    np.testing.assert_array_equal(load_arrays(tmp_path / "a.npz")["w"], np.ones(1000))


def test_objects_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="array 'w' holds Python objects"):
        save_arrays(tmp_path / "a.npz", {"w": np.array([{}])})
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"w.npy": npy(np.array([{}]), allow_pickle=True)}, "claims dtype object"),
        ({"w.npy": npy(np.zeros(3), shape=(2**40,))}, "which is not what it holds"),
        ({"w.npy": npy(np.zeros(3), shape=(2,))}, "which is not what it holds"),
        ({"w.npy": b"nonsense"}, "is not a usable .npz file"),
        ({"w.npy": b""}, "is not a usable .npz file"),
        ({"w.npy": b"\x93NUMPY\x03\x00"}, "has format (3, 0), expected (1, 0)"),
        ({f"{i}.npy": b"" for i in range(10_001)}, "holds more than 10,000 arrays"),
    ],
)
def test_hostile_members_are_refused(tmp_path: Path, members: dict[str, bytes], message: str) -> None:
    path = archive(tmp_path / "a.npz", members)
    with pytest.raises(RecordError) as caught:
        load_arrays(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_bomb_is_refused_by_its_declared_size(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    block = bytes(2**20)
    archive(path, {f"{i}.npy": block for i in range(2)}, zipfile.ZIP_DEFLATED)
    content = path.read_bytes()
    declared, claimed = len(block).to_bytes(4, "little"), (2**31).to_bytes(4, "little")
    assert content.count(declared) >= 4
    path.write_bytes(content.replace(declared, claimed))
    with pytest.raises(RecordError, match="or 1,073,741,824 bytes"):
        load_arrays(path)


def test_a_bomb_that_lies_about_its_size_is_cut(tmp_path: Path) -> None:
    real = npy(np.zeros(2**20))
    path = archive(tmp_path / "a.npz", {"w.npy": real}, zipfile.ZIP_DEFLATED)
    lie = path.read_bytes().replace(len(real).to_bytes(4, "little"), (200).to_bytes(4, "little"))
    path.write_bytes(lie)
    with pytest.raises(RecordError):
        load_arrays(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive at all"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(RecordError, match="is not a usable .npz file"):
        load_arrays(path)


def test_member_names_never_become_paths(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.npz", {"../../evil.npy": npy(np.zeros(2))})
    assert list(load_arrays(path)) == ["../../evil"]
    assert os.listdir(tmp_path) == ["a.npz"]
