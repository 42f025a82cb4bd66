"""Runs on disk with all that a report shows."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab.records.run_directory import RunDirectory

MakeRun = Callable[..., RunDirectory]
VOID = {"meta", "link", "img"}


class Page(HTMLParser):
    """Checks that a page is well formed, and collects what could act."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.within: dict[str, list[str]] = {"script": [], "style": [], "text": []}
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.within[self.open[-1] if self.open and self.open[-1] in self.within else "text"].append(data)

    @property
    def text(self) -> str:
        """All that a reader sees."""
        return " ".join(self.within["text"])

    @property
    def policy(self) -> str:
        """The content security policy."""
        (found,) = [value for _, _, value in self.attributes if value.startswith("default-src")]
        return found


@pytest.fixture
def in_browser(tmp_path: Path) -> Callable[[Path], tuple[str, list[str]]]:
    """Opens a page in Chromium: what it is after its scripts ran, and what was told on the console.

    All that was asked of the network is written beside the page, as ``<name>.network.json``.
    """
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next(filter(None, map(shutil.which, names)), None)
    if browser is None:
        pytest.skip("no Chromium installed: apt-get install chromium")

    def show(path: Path) -> tuple[str, list[str]]:
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom", "--enable-logging=stderr"]
        options += ["--v=0", "--virtual-time-budget=3000", f"--user-data-dir={tmp_path / 'profile'}"]
        options += [f"--log-net-log={path.with_suffix('.network.json')}", "--window-size=1280,900"]
        ran = subprocess.run(
            [browser, *options, "--host-resolver-rules=MAP * ~NOTFOUND", path.as_uri()],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return ran.stdout, [line for line in ran.stderr.splitlines() if "CONSOLE" in line]

    return show


@pytest.fixture
def page_of() -> Callable[[str], Page]:
    """Reads a report."""
    return Page


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """The folder that holds the runs."""
    return tmp_path / "study"


@pytest.fixture
def make_run(runs: Path) -> MakeRun:
    """Makes a run: ``make_run("he_normal", seed=1, score=0.9)``; probes=True gives it all probes."""

    def make(
        initializer: str = "he_normal",
        *,
        seed: int = 0,
        score: float = 0.9,
        epochs: int = 3,
        status: str = "finished",
        message: str = "",
        layers: Sequence[str] = ("conv1", "conv2"),
        probes: bool = False,
        **settings: Any,
    ) -> RunDirectory:
        number = sum(1 for _ in runs.glob("*"))
        run = RunDirectory(runs / f"{number:012x}")
        with run.claim():
            config = {"initializer": {"name": initializer}, "seed": seed, "runs_dir": str(runs.parent)}
            run.write_config(config | settings)
            run.write_record({"convlab": "0.1.0", "cpu": "a CPU", "plugins": {"convlab": "0.1.0"}})
            with run.metrics_file as metrics:
                for epoch in range(1, epochs + 1):
                    share = epoch / epochs
                    line = {"train_loss": 3 * (1 - share) + 0.1, "validation_accuracy": score * share}
                    metrics.append({"epoch": epoch, "seconds": 0.5 * epoch} | line)
            if probes:
                keep_probes(run, layers, epochs)
            result = {"status": status, "test_accuracy": score, "validation_accuracy": score}
            run.write_result(result | {"seconds": 1.5, "epochs": epochs, "message": message})
        return run

    return make


def keep_probes(run: RunDirectory, layers: Sequence[str], epochs: int) -> None:
    """Noise, which does not compress, of a network that is larger than the report has room for."""
    noise = np.random.default_rng(int(run.path.name, 16))
    for epoch in (0, 1, epochs):
        filters = {f"{layer}.weight": noise.normal(size=(64, 5, 5, 32)) for layer in layers}
        health = {f"{layer}/forward_variance": np.float64(noise.uniform(0.1, 9)) for layer in layers}
        run.write_probe("filters", epoch, filters)
        run.write_probe("layer_health", epoch, health)
        if epoch == epochs:
            maps = {layer: noise.normal(size=(8, 28, 28, 32)).astype(np.float32) for layer in layers}
            images = noise.integers(0, 255, (8, 28, 28, 3), dtype=np.uint8)
            run.write_probe("feature_maps", epoch, {"images": images} | maps)
