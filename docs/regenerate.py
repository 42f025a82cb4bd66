"""Writes what the commands of a page print into the page: ``python docs/regenerate.py docs/inside.md``.

A page holds its commands in ``sh`` blocks; a ``text`` block right behind one is what they print. All run in
one empty folder, in their order; a picture of the page that a run has written under its name is copied.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

# commands, and what they print if that is shown
_BLOCK = re.compile(r"```sh\n(?P<commands>.*?)```(?P<printed>\n\n```text\n.*?```)?", re.DOTALL)
_PICTURE = re.compile(r"\]\(images/([^)]+)\)")


def regenerated(text: str, run: Callable[[str], str]) -> str:
    """The page with every ``text`` block that follows commands replaced by what they print.

    Args:
        text: of the page.
        run: runs commands of a shell, and gives what they print.
    """
    return _BLOCK.sub(lambda found: _with_output(found, run(found["commands"])), text)


def _with_output(found: re.Match[str], printed: str) -> str:
    commands = f"```sh\n{found['commands']}```"
    return f"{commands}\n\n```text\n{printed.strip()}\n```" if found["printed"] else commands


def main(page: Path) -> None:
    """Runs the page's commands and rewrites the page."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    with tempfile.TemporaryDirectory() as folder:

        def run(commands: str) -> str:
            done = subprocess.run(
                ["bash", "-ec", commands], cwd=folder, env=environment, capture_output=True, text=True
            )
            if done.returncode:
                sys.exit(f"{page}: {commands}{done.stderr}")
            return done.stdout

        text = regenerated(page.read_text(), run)
        for name in set(_PICTURE.findall(text)):
            for made in Path(folder).rglob(name):
                shutil.copyfile(made, page.parent / "images" / name)
    page.write_text(text)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        main(Path(argument))
