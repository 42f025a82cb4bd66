"""Files are there completely or not at all."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from convlab.errors import RecordError
from convlab.records.atomic import make_folder, remove_file, write_atomically


def test_replaces_the_content(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a.json"]


def test_syncs_file_then_renames_then_syncs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    events: list[str] = []
    real_write, real_fsync, real_replace = os.write, os.fsync, os.replace

    def kind(descriptor: int) -> str:
        name = os.readlink(f"/proc/self/fd/{descriptor}")
        return "folder" if name == str(tmp_path) else "partial" if name.endswith(".partial") else "other"

    def write(descriptor: int, content: bytes) -> int:
        events.append(f"write {kind(descriptor)}")
        return real_write(descriptor, content)

    def fsync(descriptor: int) -> None:
        events.append(f"fsync {kind(descriptor)}")
        real_fsync(descriptor)

    def replace(source: Path, target: Path) -> None:
        events.append(f"rename to {target.name}")
        real_replace(source, target)

    monkeypatch.setattr(os, "write", write)
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    write_atomically(path, b"content")
    monkeypatch.undo()
    assert events == ["write partial", "fsync partial", "rename to a.json", "fsync folder"]


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.ENOSPC, "disk full writing {path}: free some space"),
        (errno.EDQUOT, "disk quota exceeded writing {path}"),
        (errno.EROFS, "read-only file system writing {path}: choose another place with runs_dir="),
        (errno.EACCES, "no permission writing {path}"),
        (errno.EMFILE, "too many open files writing {path}: raise the limit with 'ulimit -n'"),
        (errno.EIO, "input/output error writing {path}"),
        (errno.ENOLCK, "no locks available writing {path}"),
    ],
)
@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
def test_faults_are_told_and_leave_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, message: str
) -> None:
    path = tmp_path / "a.json"
    write_atomically(path, b"old")

    def fail(*arguments: object, **options: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(RecordError) as caught:
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert str(caught.value).startswith(message.format(path=path))
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.json"]


def test_a_real_limit_on_the_file_size_leaves_the_old_file(tmp_path: Path) -> None:
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from convlab.records.atomic import write_atomically\n"
        "path = Path(sys.argv[1])\n"
        "write_atomically(path, b'old')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    write_atomically(path, b'x' * 5000)\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error)\n"
    )
    path = tmp_path / "a.bin"
    done = subprocess.run(
        [sys.executable, "-P", "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"RecordError file size limit exceeded writing {path}")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_makes_missing_parents_and_syncs_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    make_folder(tmp_path / "a" / "b")
    monkeypatch.undo()
    assert (tmp_path / "a" / "b").is_dir()
    assert synced == [str(tmp_path), str(tmp_path / "a")]


def test_a_file_in_the_way_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(RecordError, match="a file is in the way of a folder"):
        make_folder(tmp_path / "a")
    with pytest.raises(RecordError, match="a file is in the way of a folder"):
        make_folder(tmp_path / "a" / "b")


def test_removing_what_is_not_there_is_fine(tmp_path: Path) -> None:
    remove_file(tmp_path / "a")
    with pytest.raises(RecordError, match="removing"):
        remove_file(tmp_path)
