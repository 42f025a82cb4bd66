"""Checkpoints: the arrays from which training goes on, in two generations with checksums."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from convlab.contracts.parameter import Array
from convlab.errors import RecordError
from convlab.records.atomic import make_folder, remove_file, write_all_atomically, write_atomically
from convlab.records.documents import open_regular, read_limited
from convlab.records.faults import reporting
from convlab.records.safetensors_file import FILE_LIMIT, read_safetensors, to_safetensors

GENERATIONS = 2
_NAME = re.compile(r"epoch-(\d{4,9})\.safetensors")
_CHECKSUM_LIMIT = 1000
_BLOCK = 2**20


@dataclass(frozen=True)
class Checkpoint:
    """What was saved after an epoch.

    Attributes:
        epoch: epochs done.
        arrays: by name.
        meta: strings by name.
        problems: why later checkpoints were passed over, one sentence each.
    """

    epoch: int
    arrays: dict[str, Array]
    meta: dict[str, str]
    problems: list[str] = field(default_factory=list)


def save_checkpoint(folder: Path, epoch: int, arrays: Mapping[str, Array], meta: Mapping[str, str]) -> Path:
    """Saves a checkpoint so that a crash at any moment leaves this one or the one before.

    Writes ``epoch-0003.safetensors`` and beside it ``epoch-0003.safetensors.sha256``, in the form that
    ``sha256sum --check`` reads. The one before is kept, older ones are removed, and so are later ones, which
    belong to a future that training went back from.

    Args:
        folder: usually ``checkpoints`` of a run; it is made if it is missing.
        epoch: epochs done, >= 0.
        arrays: by name, numbers or booleans.
        meta: strings by name.

    Returns:
        The file.

    Raises:
        RecordError: if it cannot be written; the checkpoints before it are intact.
    """
    content = to_safetensors(arrays, meta)
    make_folder(folder)
    path = folder / f"epoch-{epoch:04d}.safetensors"
    digest = sha256(content).hexdigest()
    replaced = [old for old in _accepted_digests(path) if old != digest] if path.exists() else []
    if replaced:
        # until the new file is in place, the old one must still pass
        _write_digests(path, [*replaced, digest])
        write_atomically(path, content)
        _write_digests(path, [digest])
    else:
        write_all_atomically({_digest_path(path): _digest_lines(path, [digest]), path: content})
    _remove_others(folder, epoch)
    return path


def latest_checkpoint(folder: Path) -> Checkpoint | None:
    """Reads the last checkpoint whose checksum is right.

    Args:
        folder: usually ``checkpoints`` of a run.

    Returns:
        The checkpoint, with the reasons why later ones were passed over, or None if there are none.

    Raises:
        RecordError: if there are checkpoints but none can be used.
    """
    problems: list[str] = []
    for epoch, path in _generations(folder):
        try:
            _verify(path)
            arrays, meta = read_safetensors(path)
        except RecordError as error:
            problems.append(str(error))
        else:
            told = [f"{problem}; resuming from epoch {epoch}" for problem in problems]
            return Checkpoint(epoch, arrays, meta, told)
    if problems:
        raise RecordError(
            f"no usable checkpoint in {folder}: {'; '.join(problems)}; remove the folder to begin again"
        )
    return None


def checkpoint_to_resume(folder: Path) -> Checkpoint:
    """Reads the checkpoint that training goes on from.

    Where a run came no further than its first checkpoint, the generation before that is the beginning.

    Args:
        folder: usually ``checkpoints`` of a run.

    Returns:
        The last checkpoint whose checksum is right, with the reasons why later ones were passed over; the
        beginning, epoch 0 without arrays, if there is none or the only one cannot be used.

    Raises:
        RecordError: if there are several and none can be used.
    """
    try:
        return latest_checkpoint(folder) or Checkpoint(0, {}, {})
    except RecordError:
        if len(_generations(folder)) >= GENERATIONS:
            raise
        told = [f"{problem}; resuming from epoch 0" for problem in verify_checkpoints(folder)]
        return Checkpoint(0, {}, {}, told)


def verify_checkpoints(folder: Path) -> list[str]:
    """Checks every checkpoint in a folder against its checksum.

    Returns:
        One sentence for each that cannot be used.
    """
    problems = []
    for _, path in _generations(folder):
        try:
            _verify(path)
            read_safetensors(path)
        except RecordError as error:
            problems.append(str(error))
    return problems


def _generations(folder: Path) -> list[tuple[int, Path]]:
    """The checkpoints in a folder, last first."""
    if not folder.is_dir():
        return []
    with reporting(folder, "reading"):
        found = [(_NAME.fullmatch(path.name), path) for path in folder.iterdir()]
    return sorted(((int(match[1]), path) for match, path in found if match), reverse=True)


def _verify(path: Path) -> None:
    accepted = _accepted_digests(path)
    if not accepted:
        raise RecordError(f"no checksum beside {path}")
    with open_regular(path) as file, reporting(path, "reading"):
        size = file.seek(0, 2)
        if size > FILE_LIMIT:
            raise RecordError(f"{path} has {size:,} bytes, more than the limit of {FILE_LIMIT:,}")
        file.seek(0)
        digest = sha256()
        while block := file.read(_BLOCK):
            digest.update(block)
    if digest.hexdigest() not in accepted:
        raise RecordError(f"checksum mismatch in {path}")


def _digest_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _accepted_digests(path: Path) -> list[str]:
    beside = _digest_path(path)
    if not beside.exists():
        return []
    lines = read_limited(beside, _CHECKSUM_LIMIT).decode("ascii", "replace").splitlines()
    return [line.split()[0] for line in lines if line.strip()]


def _write_digests(path: Path, digests: list[str]) -> None:
    write_atomically(_digest_path(path), _digest_lines(path, digests))


def _digest_lines(path: Path, digests: list[str]) -> bytes:
    return "".join(f"{digest}  {path.name}\n" for digest in digests).encode()


def _remove_others(folder: Path, epoch: int) -> None:
    generations = _generations(folder)
    past = [path for found, path in generations if found <= epoch]
    future = [path for found, path in generations if found > epoch]
    for path in past[GENERATIONS:]:  # should one come back after a power loss, the next save removes it
        remove_file(path, durable=False)
        remove_file(_digest_path(path), durable=False)
    for path in future:
        remove_file(path)
        remove_file(_digest_path(path))
