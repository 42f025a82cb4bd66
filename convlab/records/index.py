"""An index of all runs under a folder, so that thousands are listed in a moment.

The index is a cache and never the truth: it is made from the runs' folders, checked against them at every
use, and thrown away where it cannot be used.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from convlab.records.read_run import ReadRun, read_run
from convlab.records.run_directory import RunDirectory

INDEX_FILE = "index.sqlite"
_VERSION = 1  # of the table below; an index of another version is made anew
_APPLICATION = 0x636E766C  # marks the file as an index of convlab's; others of that name are left alone
_HEADER_BYTES, _APPLICATION_OFFSET = 100, 68  # where SQLite's file format keeps the mark
_PARENTS_SEARCHED = 3
_BUSY_SECONDS = 2.0
_TABLE = "CREATE TABLE IF NOT EXISTS runs (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, content TEXT NOT NULL)"
_BEYOND_REPAIR = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


def indexed_runs(runs: Iterable[RunDirectory], index: Path | None) -> list[ReadRun]:
    """Reads runs, those from the index that have not changed since it was written.

    Args:
        runs: in the order wanted.
        index: file of the index, made if it is missing; None reads every run from its folder.

    Returns:
        The runs, in the same order.

    Example:
        >>> indexed_runs([], None)
        []
    """
    found = list(runs)
    for _ in range(2):
        if index is None or not _may_be_used(index):
            break
        try:
            with _opened(index) as database:
                return _refreshed(database, index.parent.absolute(), found)
        except sqlite3.Error as error:
            if _primary_code(error) not in _BEYOND_REPAIR:
                break  # another process holds it, or nothing may be written here
            _throw_away(index)
    return [read_run(run) for run in found]


def find_index(folder: Path | str) -> Path | None:
    """The index that covers a folder: its own, or one of the folders above it; None if there is none."""
    top = Path(folder).absolute()
    for holder in (top, *top.parents[:_PARENTS_SEARCHED]):
        if _is_ours(holder / INDEX_FILE):
            return holder / INDEX_FILE
    return None


def drop_missing(runs: Iterable[RunDirectory], index: Path) -> None:
    """Takes out of an index what is none of the runs under its folder any more."""
    if not _is_ours(index):
        return
    with suppress(sqlite3.Error), _opened(index) as database:
        known = [path for (path,) in database.execute("SELECT path FROM runs")]
        kept = set(_keys(index.parent.absolute(), runs))
        gone = [(path,) for path in known if path not in kept]
        database.executemany("DELETE FROM runs WHERE path = ?", gone)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as database, database:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version != _VERSION:
            database.execute("DROP TABLE IF EXISTS runs")
            database.execute(f"PRAGMA user_version = {_VERSION}")
            database.execute(f"PRAGMA application_id = {_APPLICATION}")
        database.execute(_TABLE)
        yield database


def _refreshed(database: sqlite3.Connection, top: Path, runs: list[RunDirectory]) -> list[ReadRun]:
    rows = database.execute("SELECT path, stamp, content FROM runs")
    known = {path: (stamp, content) for path, stamp, content in rows}
    keys, stamps = list(_keys(top, runs)), [_stamp(run.path) for run in runs]
    kept = [known.get(key, ("", "")) for key in keys]
    current_texts = [
        text if stamp and stamp == kept_stamp else "null"
        for stamp, (kept_stamp, text) in zip(stamps, kept, strict=True)
    ]
    read, changed = [], []
    for run, key, stamp, row in zip(runs, keys, stamps, _parsed(current_texts), strict=True):
        current = _from_row(run.path, row)
        if current is None:
            current = read_run(run)
            if stamp:
                changed.append((key, stamp, _to_text(current)))
        read.append(current)
    database.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", changed)
    return read


def _primary_code(error: sqlite3.Error) -> int:
    """SQLite's code without its extension; text that cannot be read has none, and is damage."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)) & 0xFF


def _stamp(run: Path) -> str:
    """Changes whenever what is kept of the run does; empty for what the index does not keep.

    That is a run that has not ended, and one whose name is no text.
    """
    try:
        str(run).encode()
        described = [os.stat(f"{run}{os.sep}{name}") for name in ("config.yaml", "result.json")]
    except (OSError, UnicodeEncodeError):
        return ""
    return " ".join(f"{item.st_mtime_ns}:{item.st_size}:{item.st_ino}" for item in described)


def _keys(top: Path, runs: Iterable[RunDirectory]) -> Iterator[str]:
    """The ways from the folder of the index to runs."""
    here, above = Path.cwd(), f"{top}{os.sep}"
    for run in runs:
        whole = os.path.join(here, run.path)
        yield whole.removeprefix(above) if whole.startswith(above) else os.path.relpath(whole, top)


def _to_text(run: ReadRun) -> str:
    return json.dumps([run.config, run.status, run.result, run.problem])


def _parsed(texts: list[str]) -> list[Any]:
    """What the texts of rows hold; read at once, which is quicker, unless one of them cannot be read."""
    try:
        together: list[Any] = json.loads(f"[{','.join(texts)}]")
    except (ValueError, TypeError, RecursionError):
        together = []
    return together if len(together) == len(texts) else list(map(_parsed_alone, texts))


def _parsed_alone(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return None


def _from_row(path: Path, row: Any) -> ReadRun | None:
    """The run that a row describes; None if it describes none."""
    try:
        config, status, result, problem = row
    except (ValueError, TypeError):
        return None
    is_run = isinstance(config, dict) and isinstance(result, dict)
    if not (is_run and isinstance(status, str) and isinstance(problem, str)):
        return None
    return ReadRun(path, config, status, result, problem)


def _may_be_used(index: Path) -> bool:
    """Whether a file may become an index, or is one: what others made under this name is theirs."""
    return _is_ours(index) or not os.path.lexists(index)


def _is_ours(index: Path) -> bool:
    try:
        with index.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError:
        return False
    mark = header[_APPLICATION_OFFSET : _APPLICATION_OFFSET + 4]
    return len(header) == _HEADER_BYTES and int.from_bytes(mark, "big") == _APPLICATION


def _throw_away(index: Path) -> None:
    for path in (index, index.with_name(f"{index.name}-journal")):
        with suppress(OSError):
            path.unlink()
