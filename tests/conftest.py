"""What tests of all parts share."""

import ctypes
import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
import pytest

from convlab import kernels
from convlab.plugin import Array, hookimpl
from convlab.registry import registry

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def _same_settings_after_every_test() -> Iterator[None]:
    """Brings back instruction set and threads, which are state of the process."""
    with kernels.use_isa(kernels.isa()), kernels.use_threads(kernels.threads()):
        yield


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps tests away from the user's cache and data, and runs away from the working directory."""
    monkeypatch.setenv("CONVLAB_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.delenv("CONVLAB_DATA_DIR", raising=False)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuses connections to other machines, so that no test depends on them or troubles them."""
    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
            raise ConnectionRefusedError(f"tests have no network: {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_locally)
    # names are looked up before anything connects
    monkeypatch.setattr(socket, "getaddrinfo", _local_addresses(socket.getaddrinfo))


def _local_addresses(look_up: Callable[..., Any]) -> Callable[..., Any]:
    def look_up_locally(host: Any, *arguments: Any, **options: Any) -> Any:
        if host not in ("localhost", "127.0.0.1", "::1"):
            raise socket.gaierror(f"tests have no network: {host}")
        return look_up(host, *arguments, **options)

    return look_up_locally


@pytest.fixture(scope="session")
def compile_c(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ctypes.CDLL]:
    """Compiles a source in C, as a user who writes functions for convlab does."""

    @cache
    def compile_and_load(source: str) -> ctypes.CDLL:
        folder = tmp_path_factory.mktemp("compiled")
        (folder / "source.c").write_text(source)
        command = ["gcc", "-O3", "-shared", "-fPIC", "-o", "library.so", "source.c", "-lm"]
        subprocess.run(command, cwd=folder, check=True)
        return ctypes.CDLL(str(folder / "library.so"))

    return compile_and_load


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data, which may be missing."""
    return Path(os.environ.get("CONVLAB_TEST_DATA", SHARED_DATA))


@pytest.fixture
def mnist_folder() -> Path:
    """The folder of the real MNIST files; set CONVLAB_TEST_DATA to the folder that holds ``mnist``."""
    return _test_data("mnist")


@pytest.fixture
def cifar10_zip() -> Path:
    """The zip of CIFAR-10 as JPEG files in class folders."""
    return _test_data("cifar10-jpeg.zip")


def _test_data(name: str) -> Path:
    path = Path(os.environ.get("CONVLAB_TEST_DATA", SHARED_DATA)) / name
    if not path.exists():
        pytest.skip(f"needs {name}: not in {path.parent}; CONVLAB_TEST_DATA may name its folder")
    return path


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Installs, for one test, a plugin without a file: ``offer(initializers={"spiral": spiral})``."""

    def install(**offers: dict[str, Any]) -> None:
        module = ModuleType("third_party_plugin")
        for kind, offered in offers.items():
            hook = f"convlab_{kind}"
            setattr(module, hook, hookimpl(lambda offered=offered: offered, specname=hook))
        monkeypatch.setitem(sys.modules, "third_party_plugin", module)
        found = [*entry_points(group="convlab"), EntryPoint("third", "third_party_plugin", "convlab")]
        monkeypatch.setattr("convlab.registry.entry_points", lambda group: found)
        registry.cache_clear()

    yield install
    registry.cache_clear()


@pytest.fixture
def third_party_plugin(offer: Callable[..., None]) -> None:
    """Installs, for one test, a plugin that offers the initializer ``spiral`` and the optimizer ``walk``."""

    def spiral(spec: object, rng: object, *, turns: float = 2.0, filters: tuple[int, ...] = (1, 2)) -> None:
        """Fills with spirals."""

    def walk(parameters: object, *, lr: float, mode: Literal["up", "down"] = "up", rate: object = 3) -> None:
        """Walks."""

    offer(initializers={"spiral": spiral}, optimizers={"walk": walk})


@pytest.fixture
def install_distribution(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Installs, for one test and without pip, the distribution in a folder that holds pyproject.toml and src.

    What pip would write about it goes beside its modules, which are made importable.
    """
    loaded = set(sys.modules)

    def install(folder: Path) -> None:
        project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
        information = folder / "src" / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        information.mkdir()
        heading = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        (information / "METADATA").write_text(heading)
        sections = [
            "\n".join([f"[{group}]", *(f"{name} = {module}" for name, module in points.items())])
            for group, points in project["entry-points"].items()
        ]
        (information / "entry_points.txt").write_text("\n".join(sections) + "\n")
        monkeypatch.syspath_prepend(folder / "src")
        registry.cache_clear()

    yield install
    registry.cache_clear()
    for name in set(sys.modules) - loaded:
        if name.startswith("convlab_") and not name.startswith("convlab_plugins"):
            del sys.modules[name]


DEVIATIONS = pytest.StashKey[list[tuple[str, str, str, float]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--deviations`` ends the session with how far convlab was from other frameworks."""
    parser.addoption("--deviations", action="store_true", help="print deviations from other frameworks")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Writes the table of deviations."""
    measured = config.stash.get(DEVIATIONS, [])
    if not config.getoption("--deviations") or not measured:
        return
    terminalreporter.write_sep("=", "largest deviations, relative to the largest value")
    largest: dict[tuple[str, str, str], float] = {}
    for *key, deviation in measured:
        place = (key[0], key[1], key[2])
        largest[place] = max(deviation, largest.get(place, 0.0))
    for (framework, entry, dtype), deviation in largest.items():
        terminalreporter.write_line(f"{framework:10} {entry:44} {dtype:8} {deviation:.1e}")


@pytest.fixture
def deviation(request: pytest.FixtureRequest) -> Callable[[str, str, Array, Array], float]:
    """Measures, and keeps for ``--deviations``, how far values are from another framework's."""

    def measure(framework: str, entry: str, found: Array, expected: Array) -> float:
        far = float(np.abs(found - expected).max() / np.abs(expected).max())
        kept = request.config.stash.setdefault(DEVIATIONS, [])
        kept.append((framework, entry, str(found.dtype), far))
        return far

    return measure
