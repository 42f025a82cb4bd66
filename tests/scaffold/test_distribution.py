"""What ``convlab plugins new`` writes: a distribution of each kind that passes the kit as it stands."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.errors import ConfigError
from convlab.registry import KINDS, registry
from convlab.scaffold import write_distribution
from convlab.testing import certify, find_package

# what the examples need not have
WAIVERS = ("claims no", "names no", "has no compiled", "learns nothing", "is the same in every layer", "a ")
Install = Callable[[Path], None]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_certified_as_it_stands(kind: str, tmp_path: Path, install_distribution: Install) -> None:
    install_distribution(write_distribution("brand_new", kind, tmp_path))
    certificate = certify(find_package("convlab-brand-new"))
    assert certificate.certified, "\n".join(certificate.lines())
    assert certificate.package.distributions == {"convlab-brand-new": "0.1.0"}
    offer = registry().offer(kind, "brand_new")
    assert (offer.plugin, offer.distribution) == ("brand_new", "convlab-brand-new")
    waived = [item for found in certificate.outcomes.values() for item in found if item.status != "passed"]
    assert [item.message for item in waived if not item.message.startswith(WAIVERS)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_the_house_style(kind: str, tmp_path: Path) -> None:
    folder = write_distribution("brand_new", kind, tmp_path)
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "ruff", "check", "--config", str(root / "pyproject.toml"), str(folder)]
    pytest.importorskip("ruff")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_its_own_test_passes(tmp_path: Path, install_distribution: Install) -> None:
    folder = write_distribution("brand_new", "activation", tmp_path)
    install_distribution(folder)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "tests"]
    environment = {"PYTHONPATH": str(folder / "src"), "PATH": ""}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_pip_installs_it(tmp_path: Path) -> None:
    folder, site = write_distribution("brand_new", "schedule", tmp_path), tmp_path / "site"
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(site)]
    install = [sys.executable, "-m", "pip", "install", *options, str(folder)]
    installed = subprocess.run(install, capture_output=True, text=True, check=False)
    assert installed.returncode == 0, installed.stderr
    program = "from convlab.testing import *; print(certify(find_package('convlab_brand_new')).verdict)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env={"PYTHONPATH": str(site), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("certified: ")


@pytest.mark.parametrize("name", ["Swoosh", "my-plugin", "2fast", "class", "", "a b", "_x", "x__y", "../up"])
def test_a_name_that_nobody_could_write_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match="a plugin's name must be an identifier in lower case such as 'my_pr"
    ):
        write_distribution(name, "probe", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"activation 'relu' is offered by convlab .* already; choose another"
    ):
        write_distribution("relu", "activation", tmp_path)


def test_an_unknown_kind_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"no kind of plugin named 'activatoin'; did you mean 'activation'\?"
    ):
        write_distribution("brand_new", "activatoin", tmp_path)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    folder = write_distribution("brand_new", "activation", tmp_path)
    module = folder / "src" / "convlab_brand_new" / "__init__.py"
    module.write_text("mine")
    with pytest.raises(ConfigError, match="convlab-brand-new exists already, and nothing is written over it"):
        write_distribution("brand_new", "activation", tmp_path)
    assert module.read_text() == "mine"


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        ConfigError, match="convlab-brand-new cannot be written: Not a directory; choose another"
    ):
        write_distribution("brand_new", "activation", tmp_path / "file" / "below")
