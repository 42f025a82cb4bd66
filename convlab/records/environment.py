"""Where a run happened: versions, machine and command, for record.json."""

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_GIT_SECONDS = 2.0


def environment(*, isa: str, threads: int, plugins: Mapping[str, str]) -> dict[str, Any]:
    """Describes the software and the machine of a run.

    What cannot be found out is None; nothing here makes a run fail.

    Args:
        isa: instruction set in use, such as ``"avx2"``.
        threads: threads of the compiled core, >= 1.
        plugins: version by name of each distribution whose plugins the run uses.

    Returns:
        Plain data for record.json.

    Example:
        >>> found = environment(isa="avx2", threads=2, plugins={"convlab": "0.1.0"})
        >>> found["isa"], found["threads"], found["plugins"]
        ('avx2', 2, {'convlab': '0.1.0'})
    """
    return {
        **_of_the_process(Path.cwd()),
        "plugins": dict(plugins),
        "cores": len(os.sched_getaffinity(0)),
        "isa": isa,
        "threads": threads,
        "command": list(sys.argv),
    }


@cache
def _of_the_process(folder: Path) -> dict[str, Any]:
    """What is asked once for a folder: the code that a process runs is the one that it has loaded."""
    return {
        "convlab": _installed("convlab"),
        "python": platform.python_version(),
        "numpy": _installed("numpy"),
        "cpu": _cpu_model(),
        "platform": platform.platform(),
        "revision": _git(folder, "rev-parse", "HEAD"),
        "modified": _modified(folder),
    }


def _installed(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _cpu_model() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or None


def _modified(folder: Path) -> bool | None:
    """Whether tracked files differ from the revision; None outside a repository."""
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return None if changes is None else bool(changes)


def _git(folder: Path, *arguments: str) -> str | None:
    # a repository may name a program as its file monitor, which must not be run for a mere note
    command = ["git", "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_GIT_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
