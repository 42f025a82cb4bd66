"""What the operating system says about a file, as one line for the user."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convlab.errors import RecordError

_ELSEWHERE = "choose another place with runs_dir=..."
_FREE_SPACE = f"free some space or {_ELSEWHERE}; what was complete before is intact"
_RAISE_LIMIT = "raise the limit with 'ulimit -n'"

_MEANINGS = {
    errno.ENOSPC: ("disk full", _FREE_SPACE),
    errno.EDQUOT: ("disk quota exceeded", _FREE_SPACE),
    errno.EFBIG: ("file size limit exceeded", _FREE_SPACE),
    errno.EROFS: ("read-only file system", _ELSEWHERE),
    errno.EACCES: ("no permission", "change the permissions or " + _ELSEWHERE),
    errno.EPERM: ("no permission", "change the permissions or " + _ELSEWHERE),
    errno.EMFILE: ("too many open files", _RAISE_LIMIT),
    errno.ENFILE: ("too many open files", _RAISE_LIMIT),
    errno.EIO: ("input/output error", "the disk may be failing: copy the runs elsewhere"),
    errno.ENOENT: ("no such file", "check the path"),
    errno.ENOTDIR: ("a file is in the way of a folder", _ELSEWHERE),
    errno.EEXIST: ("a file is in the way of a folder", _ELSEWHERE),
    errno.EISDIR: ("a folder is in the way of a file", "move it away"),
}


def describe_fault(error: OSError, path: Path, doing: str) -> RecordError:
    """Says what happened to which file and what helps.

    Args:
        error: what the operating system raised.
        path: the file or folder that was worked on.
        doing: ``"writing"`` or ``"reading"``.

    Returns:
        The error to raise.

    Example:
        >>> print(describe_fault(OSError(errno.EMFILE, ""), Path("runs/a/result.json"), "writing"))
        too many open files writing runs/a/result.json: raise the limit with 'ulimit -n'
    """
    what = error.strerror or type(error).__name__
    meaning, remedy = _MEANINGS.get(error.errno or 0, (what.lower(), ""))
    return RecordError(f"{meaning} {doing} {path}" + (f": {remedy}" if remedy else ""))


@contextmanager
def reporting(path: Path, doing: str) -> Iterator[None]:
    """Turns every OSError inside into a RecordError that names `path`."""
    try:
        yield
    except OSError as error:
        raise describe_fault(error, path, doing) from error
