"""A document whose tables are measured anew by the commands that stand above them.

A section is what stands between ``<!-- convlab bench operations --threads 1 -->``, or any other measurement,
and ``<!-- end of measurement -->``.
"""

import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from convlab.errors import BenchmarkError, RecordError
from convlab.records.atomic import write_atomically

_SECTION = re.compile(
    r"(?P<begin><!-- convlab bench (?P<command>[^>]*) -->\n)"
    r".*?"
    r"(?P<end><!-- end of measurement -->)",
    re.DOTALL,
)


def commands(text: str) -> list[list[str]]:
    r"""The words of every section's command, after ``convlab bench``.

    Example:
        >>> commands("<!-- convlab bench steps --threads 1 -->\nold\n<!-- end of measurement -->\n")
        [['steps', '--threads', '1']]
    """
    return [shlex.split(section["command"]) for section in _SECTION.finditer(text)]


def replaced(text: str, command: list[str], content: str) -> str:
    r"""The document with a section's content replaced.

    Example:
        >>> replaced("<!-- convlab bench steps -->\nold\n<!-- end of measurement -->", ["steps"], "new\n")
        '<!-- convlab bench steps -->\n\nnew\n\n<!-- end of measurement -->'
    """

    def section(found: re.Match[str]) -> str:
        if shlex.split(found["command"]) != command:
            return found[0]
        return f"{found['begin']}\n{content}\n{found['end']}"

    return _SECTION.sub(section, text)


def measure_document(path: Path, only: tuple[str, ...], progress: Callable[[str], None]) -> None:
    """Measures the sections of a document, each in a process of its own, and writes each as it is done.

    Args:
        path: of the document.
        only: measurements whose sections are measured; all if empty.
        progress: is told every command that begins.

    Raises:
        RecordError: if the document cannot be read or written, or has no such section.
        BenchmarkError: if a measurement fails; the sections before it have been written.
    """
    chosen = [command for command in commands(_read(path)) if not only or command[0] in only]
    if not chosen:
        raise RecordError(
            f"bench: {path} has no section to measure; begin one with <!-- convlab bench ... -->"
        )
    for command in chosen:
        progress(f"convlab bench {shlex.join(command)}")
        content = _measured(command)
        write_atomically(path, replaced(_read(path), command, content).encode())


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"bench: cannot read {path}: {error}") from None


def _measured(command: list[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "tables.md")
        words = [sys.executable, "-P", "-m", "convlab", "bench", *command, "--markdown", str(target)]
        done = subprocess.run(words, stdout=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            raise BenchmarkError(f"bench: 'convlab bench {shlex.join(command)}' ended with {done.returncode}")
        return target.read_text()
