"""Files from the network: fetched once, checked against a hash, kept in the user's cache."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from convlab.errors import DataError

TIMEOUT_SECONDS = 30
CHUNK_BYTES = 1 << 16
PROGRESS_BYTES = 1 << 20


def cache_directory() -> Path:
    """Names the directory where convlab keeps what it can fetch or compute again.

    Returns:
        ``CONVLAB_CACHE_DIR`` if that is set, else the directory "convlab" in the user's cache. It need not
        exist yet.

    Example:
        >>> from unittest.mock import patch
        >>> with patch.dict("os.environ", CONVLAB_CACHE_DIR="/scratch/cache"):
        ...     cache_directory().as_posix()
        '/scratch/cache'
    """
    chosen = os.environ.get("CONVLAB_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    # pooch takes longer to import than everything else here
    from pooch import os_cache  # type: ignore[import-untyped]

    return Path(os_cache("convlab"))


def fetch(name: str, urls: Sequence[str], checksum: str, directory: Path | None = None) -> Path:
    """Fetches a file from the first mirror that has it, unless the cache has it already.

    The file arrives under a temporary name and gets its own only when its hash is right; a cached file is
    hashed at every call and fetched again if it changed.

    Args:
        name: name of the file in the cache, without directories.
        urls: http or https addresses of the same file, tried in turn.
        checksum: what the file must hash to: SHA-256 in hexadecimal, or ``"md5:..."``.
        directory: where to keep it; `cache_directory` by default.

    Returns:
        The path of the file.

    Raises:
        DataError: if no mirror gives the right file, or the directory cannot be written.
    """
    if Path(name).name != name or name in ("", ".."):
        raise DataError(f"fetch: name must be a file name without directories, got {name!r}")
    from pooch import get_logger, retrieve
    from pooch.downloaders import HTTPDownloader  # type: ignore[import-untyped]
    from requests.exceptions import RequestException

    get_logger().setLevel("WARNING")  # its notes name temporary files; progress is shown by `_Progress`
    directory = cache_directory() if directory is None else directory
    failures = []
    for url in urls:
        progress = _Progress(name) if sys.stderr.isatty() else None
        downloader = HTTPDownloader(
            progressbar=progress or False, chunk_size=CHUNK_BYTES, timeout=TIMEOUT_SECONDS
        )
        try:
            return Path(retrieve(url, checksum, fname=name, path=directory, downloader=downloader))
        except (RequestException, ValueError) as error:  # before OSError, which the first one is
            failures.append(f"{url}: {_reason(error)}")
        except OSError as error:
            cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
            raise DataError(
                f"cannot write {name} to {directory}: {cause.strerror or cause}; make room there, "
                "or name another directory with CONVLAB_CACHE_DIR"
            ) from error
        finally:
            if progress:
                progress.close()
    raise DataError(
        f"cannot download {name}: {'; '.join(failures) or 'no address given'}; "
        f"get the file by hand and put it into {directory}"
    )


def _reason(error: Exception) -> str:
    """What went wrong with a download, in a few words."""
    from requests import exceptions

    if isinstance(error, exceptions.HTTPError) and error.response is not None:
        return f"{error.response.status_code} {error.response.reason}"
    if isinstance(error, exceptions.Timeout):
        return f"no answer within {TIMEOUT_SECONDS} s"
    if isinstance(error, exceptions.ChunkedEncodingError):
        return "connection broken midway"
    if isinstance(error, exceptions.ConnectionError):
        return "no connection, or lost"
    if isinstance(error, exceptions.RequestException):
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no details'}"
    return "wrong hash, so not the file that was expected" if "known hash" in str(error) else str(error)


class _Progress:
    """A line on stderr that counts megabytes, with the methods that pooch calls."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.total = 0
        self._done = 0
        self._shown = -PROGRESS_BYTES
        self._open = True

    def update(self, count: int) -> None:
        self._done += count
        if self._done - self._shown >= PROGRESS_BYTES or self._done == self.total:
            self._shown = self._done
            of_total = f" of {self.total / 1e6:.1f}" if self.total else ""
            sys.stderr.write(f"\r\x1b[Kfetching {self.name}: {self._done / 1e6:.1f}{of_total} MB")
            sys.stderr.flush()

    def reset(self) -> None:
        self._done, self._shown = 0, -PROGRESS_BYTES

    def close(self) -> None:
        if self._open and self._shown >= 0:
            sys.stderr.write("\n")
        self._open = False
