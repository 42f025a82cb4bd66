"""``pytest --convlab PACKAGE``, in a process of its own."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not [point for point in entry_points(group="pytest11") if point.name == "convlab"],
    reason="needs convlab installed with its entry points",
)

PLUGIN = '''
from convlab.plugin import hookimpl
from convlab.testing import checks

def half(step, total):
    """Half.

    factor(t) = {factor}

    Example:
        >>> half(0, 1)
        {factor}

    References:
        Nobody: Nothing, 2000.
    """
    return {factor}

@hookimpl
def convlab_schedules():
    return {{"half": half}}
'''


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder in which a package is found as if it were installed."""
    information = tmp_path / "site" / "half_rate-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: half-rate\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[convlab]\nhalf = half_rate\n")
    (tmp_path / "test_other.py").write_text("def test_other(): pass\n")
    return tmp_path


def run_pytest(folder: Path, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", *words]
    environment = {"PYTHONPATH": str(folder / "site"), "PATH": "", "CONVLAB_CACHE_DIR": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_every_check_is_an_item_and_other_tests_are_left_out(package: Path) -> None:
    (package / "site" / "half_rate.py").write_text(PLUGIN.format(factor=0.5))
    code, out = run_pytest(package, "--convlab", "half-rate", "-v")
    assert code == 0, out
    assert "half-rate::schedule::half::has_no_state PASSED" in out
    assert "half-rate::loads PASSED" in out
    assert "SKIPPED (claims no 'start')" in out
    assert "15 passed, 3 skipped" in out
    assert "test_other" not in out


def test_a_fault_fails_its_item_in_words(package: Path) -> None:
    (package / "site" / "half_rate.py").write_text(PLUGIN.format(factor=1.5))
    code, out = run_pytest(package, "--convlab", "half_rate")
    assert code == 1
    assert "schedule 'half': factor at step 0 of 1: got 1.5, expected <= 1" in out
    assert "1 failed, 14 passed, 3 skipped" in out
    assert "Traceback" not in out


def test_a_package_that_does_not_load_fails(package: Path) -> None:
    (package / "site" / "half_rate.py").write_text("raise RuntimeError('out of order')")
    code, out = run_pytest(package, "--convlab", "half_rate")
    assert code == 1
    assert "plugin 'half' of half-rate: RuntimeError: out of order" in out


def test_checks_are_chosen_by_name_and_files_may_come_along(package: Path) -> None:
    (package / "site" / "half_rate.py").write_text(PLUGIN.format(factor=0.5))
    code, out = run_pytest(package, "--convlab", "half_rate", "-k", "has_no_state or other", "test_other.py")
    assert code == 0, out
    assert "2 passed, 17 deselected" in out


def test_an_unknown_package_is_wrong_usage(package: Path) -> None:
    code, out = run_pytest(package, "--convlab", "half-mate")
    assert code == 4
    assert "ERROR: --convlab: no installed package 'half-mate' has plugins; did you mean 'half-rate'?" in out


def test_without_the_option_nothing_happens(package: Path) -> None:
    code, out = run_pytest(package, "-q")
    assert code == 0
    assert "1 passed" in out


def test_loading_the_plugin_is_light() -> None:
    program = "import sys, convlab.pytest_plugin; print(*[n for n in sys.modules if n.startswith('convlab')])"
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"convlab", "convlab.pytest_plugin"}
