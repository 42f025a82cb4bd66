"""Importing convlab is light: it loads neither Hydra nor the plugins nor anything heavy."""

import subprocess
import sys

import pytest

HEAVY = (
    "hydra",
    "omegaconf",
    "sklearn",
    "scipy",
    "matplotlib",
    "torch",
    "pooch",
    "PIL",
    "rich",
    "convlab_plugins",
)


def loaded_after(statement: str) -> set[str]:
    program = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement", ["import convlab", "import convlab; convlab.Model; convlab.fit; convlab.run"]
)
def test_import_loads_nothing_heavy(statement: str) -> None:
    assert loaded_after(statement).isdisjoint(HEAVY)


def test_the_check_sees_what_is_loaded() -> None:
    assert "rich" in loaded_after("import rich.table")


def test_every_public_name_is_there() -> None:
    import convlab

    assert [name for name in convlab.__all__ if not hasattr(convlab, name)] == []
    assert set(convlab.__all__) <= set(dir(convlab))
    with pytest.raises(AttributeError, match="module 'convlab' has no attribute 'nothing'"):
        _ = convlab.nothing
