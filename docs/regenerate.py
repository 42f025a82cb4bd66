"""Runs the commands and programs of a page, and writes what they print below them.

    python docs/regenerate.py docs/studies/*.md

Every block in ``sh`` or ``python`` is run; where ``<!-- output -->`` follows, what stands between that and
``<!-- end of output -->`` is replaced by what it printed, and so behind ``<!-- markdown -->``, where it
becomes part of the page. The blocks of a page run in one empty folder, in their order; every Python block is
a program of its own.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

_BLOCK = re.compile(
    r"```(?P<language>sh|python)\n(?P<code>.*?)```\n"
    r"(?:\n<!-- (?P<form>output|markdown) -->\n.*?<!-- end of output -->\n)?",
    re.DOTALL,
)
_WIDTH = "110"


def regenerated(text: str, folder: Path) -> str:
    """The page with everything run anew in a folder."""

    def run(found: re.Match[str]) -> str:
        printed = _printed(found["language"], found["code"], folder)
        if found["form"] is None:
            return found[0]
        block = f"```{found['language']}\n{found['code']}```\n"
        shown = f"```text\n{printed}```\n" if found["form"] == "output" else f"\n{printed}\n"
        return f"{block}\n<!-- {found['form']} -->\n{shown}<!-- end of output -->\n"

    return _BLOCK.sub(run, text)


def _printed(language: str, code: str, folder: Path) -> str:
    words = ["bash", "-ec", code] if language == "sh" else [sys.executable, "-P", "-c", code]
    environment = {
        "COLUMNS": _WIDTH,
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{code}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


def main() -> None:
    """Regenerates the pages named on the command line."""
    for name in sys.argv[1:]:
        page = Path(name)
        print(page, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            text = regenerated(page.read_text(), Path(folder))
        page.write_text(text)


if __name__ == "__main__":
    main()
