"""Writing a distribution from the templates in ``assets``."""

import keyword
import re
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template

from convlab.errors import ConfigError, suggest
from convlab.registry import KINDS, registry

# kinds of which an experiment takes several
_IN_LISTS = ("augmentation", "tracker", "probe")


def write_distribution(name: str, kind: str, directory: Path = Path()) -> Path:
    """Writes a distribution that offers one plugin.

    Args:
        name: of the offer, such as ``"swoosh"``; the distribution is then called ``convlab-swoosh``.
        kind: ``"activation"`` and so on.
        directory: folder in which the distribution's own folder is made; made too if missing.

    Returns:
        The distribution's folder.

    Raises:
        ConfigError: if the name is no identifier in lower case or is taken, the kind is unknown, or the
            folder is there already or cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     made = write_distribution("swoosh", "activation", Path(folder))
        ...     sorted(path.name for path in made.rglob("*") if path.is_file())
        ['README.md', '__init__.py', 'pyproject.toml', 'test_swoosh.py']
    """
    _check_name(name, kind)
    words = {
        "name": name,
        "kind": kind,
        "group": f"{kind}s" if kind in _IN_LISTS else {"dataset": "data"}.get(kind, kind),
        "choice": f"[{name}]" if kind in _IN_LISTS else name,
        "distribution": f"convlab-{name.replace('_', '-')}",
        "package": f"convlab_{name}",
        "class_name": "".join(part.title() for part in name.split("_")),
        "convlab": version("convlab"),
    }
    folder = directory / words["distribution"]
    contents = {
        folder / "pyproject.toml": "pyproject.txt",
        folder / "README.md": "readme.txt",
        folder / "src" / words["package"] / "__init__.py": f"{kind}.txt",
        folder / "tests" / f"test_{name}.py": "test.txt",
    }
    _write({path: _filled(template, words) for path, template in contents.items()}, folder)
    return folder


def _check_name(name: str, kind: str) -> None:
    if kind not in KINDS:
        known = suggest(kind, KINDS).replace("installed:", "kinds:")
        raise ConfigError(f"no kind of plugin named '{kind}'{known}")
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name):
        raise ConfigError(
            f"a plugin's name must be an identifier in lower case such as 'my_{kind}', got '{name}'"
        )
    taken = registry().offers(kind).get(name)
    if taken is not None:
        raise ConfigError(
            f"{kind} '{name}' is offered by {taken.distribution} {taken.version} already; choose another name"
        )


def _write(contents: dict[Path, str], folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    except FileExistsError:
        raise ConfigError(f"{folder} exists already, and nothing is written over it") from None
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be written: {error.strerror}; choose another --directory"
        ) from None


def _filled(template: str, words: dict[str, str]) -> str:
    text = files("convlab.scaffold").joinpath("assets", template).read_text(encoding="utf-8")
    return Template(text).substitute(words)
