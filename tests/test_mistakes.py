"""Mistakes that a user would make: each gives one clear line and the right exit code, and no traceback."""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from convlab import registry as registry_module
from convlab.cli import main
from convlab.experiment import run
from convlab.records.run_directory import RunDirectory

FAILED, USAGE = 1, 2
Arrange = Callable[[Path], list[str]]


def truncated_idx(folder: Path) -> list[str]:
    (folder / "train-images-idx3-ubyte").write_bytes(
        b"\x00\x00\x08\x03\x00\x00\xea\x60\x00\x00\x00\x1c" + bytes(4)
    )
    for name in ("train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        (folder / name).write_bytes(b"\x00\x00\x08\x01\x00\x00\x00\x00")
    return ["run", "data=mnist", f"data.root={folder}"]


def not_gzip(folder: Path) -> list[str]:
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (folder / f"{name}-ubyte.gz").write_bytes(gzip.compress(b"no numbers")[:-6])
    return ["run", "data=mnist", f"data.root={folder}"]


def broken_image(folder: Path) -> list[str]:
    for label in ("cat", "dog"):
        (folder / "pets" / label).mkdir(parents=True)
        for number in range(10):
            (folder / "pets" / label / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    return ["run", "data=image_folder", f"data.root={folder / 'pets'}"]


def file_for_a_folder(folder: Path) -> list[str]:
    (folder / "taken").write_text("")
    return ["run", "data=synthetic", f"runs_dir={folder / 'taken'}"]


def words(text: str) -> Arrange:
    return lambda folder: text.split(" ")


# what the user types -> exit code, and a part of the one line
MISTAKES: dict[str, tuple[Arrange, int, str]] = {
    "unknown option": (
        words("run optimizer=addam"),
        USAGE,
        "no optimizer named 'addam'; did you mean 'adam'? installed: ",
    ),
    "unknown field": (
        words("run optimizer.momentun=0.9 optimizer=momentum"),
        USAGE,
        "optimizer 'momentum' has no field 'momentun'; did you mean 'momentum'? fields: lr, momentum",
    ),
    "unknown setting": (words("run epoch=3"), USAGE, "no setting named 'epoch'; did you mean 'epochs'?"),
    "wrong type": (words("run epochs=many"), USAGE, "epochs must be int, got 'many' (str)"),
    "wrong type of a field": (words("run optimizer.lr=fast"), USAGE, "lr must be float, got 'fast' (str)"),
    "out of range": (words("run batch_size=0"), USAGE, "batch_size must be >= 1, got 0"),
    "field out of range": (words("run optimizer.lr=-1"), USAGE, "lr"),
    "missing value": (words("run model=sequential"), USAGE, "'model.layers' has no value"),
    "malformed override": (words("run model.layers=[a"), USAGE, "cannot read the override 'model.layers=[a'"),
    "override without a value": (words("run adam"), USAGE, "'adam' is not an override: write key=value"),
    "sweep without -m": (words("run seed=0,1"), USAGE, "use -m to run them all"),
    "unknown verb": (words("rnu"), USAGE, "no verb named 'rnu'; did you mean 'run'?"),
    "unknown plugin": (words("plugins info addam"), USAGE, "did you mean 'adam'?"),
    "unknown experiment": (words("run +experiment=keras"), USAGE, "no experiment named 'keras'"),
    "folder of configs that is not there": (
        words("run --config-dir nowhere"),
        USAGE,
        "--config-dir nowhere is not a directory",
    ),
    "layer that is not there": (
        words("run data=synthetic initializers.conv9=gabor"),
        USAGE,
        "initializers: the model has no layer 'conv9'; did you mean 'conv",
    ),
    "study with a slash": (words("run study=a/b"), USAGE, "study must be the name of one folder, got 'a/b'"),
    "missing data": (words("run data=mnist data.root=nowhere"), FAILED, "nowhere"),
    "truncated data": (truncated_idx, FAILED, "train-images-idx3-ubyte"),
    "damaged compression": (not_gzip, FAILED, "-ubyte.gz"),
    "damaged image": (broken_image, FAILED, "1.png"),
    "place that cannot be written": (file_for_a_folder, FAILED, "taken"),
    "network too deep for the images": (
        words("run data=digits model=keras_mnist"),
        FAILED,
        "model 'keras_mnist' does not fit the 8x8x1 images of 'digits': max_pool2: ",
    ),
    "learning rate too high": (
        words("run data=synthetic optimizer=sgd optimizer.lr=1e30"),
        FAILED,
        "the loss became nan in epoch 1, step 2; lower optimizer.lr",
    ),
    "nothing to compare": (words("compare nowhere"), FAILED, "nowhere"),
    "nothing to show": (words("show nowhere"), FAILED, "nowhere"),
}


def the_one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """The complaint, after lines of progress; there is no other and no traceback."""
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err + printed.out
    complaints = [line for line in printed.err.splitlines() if line.startswith("convlab: ")]
    assert len(complaints) == 1, printed.err
    assert printed.err.splitlines()[-1] == complaints[0]
    return complaints[0]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gives_one_line_and_an_exit_code(
    mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arrange, code, part = MISTAKES[mistake]
    assert main(arrange(tmp_path)) == code
    assert part in the_one_line(capsys)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Installs one more plugin for one test: name and source."""
    genuine = registry_module.entry_points
    monkeypatch.syspath_prepend(tmp_path)

    def install(name: str, source: str) -> None:
        (tmp_path / f"{name}.py").write_text(source)
        monkeypatch.delitem(sys.modules, name, raising=False)
        extra = EntryPoint(name, name, "convlab")
        monkeypatch.setattr(registry_module, "entry_points", lambda group: [*genuine(group=group), extra])
        registry_module.registry.cache_clear()

    yield install
    registry_module.registry.cache_clear()


def test_a_plugin_that_raises_on_import_is_named_and_the_rest_goes_on(
    installed: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    installed("broken_plugin", "raise RuntimeError('out of order')")
    assert main(["plugins", "list"]) == 0
    printed = capsys.readouterr()
    assert "adam" in printed.out
    assert "plugin 'broken_plugin'" in printed.err
    assert "RuntimeError: out of order" in printed.err


def test_two_plugins_of_one_name_are_both_named(
    installed: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    installed(
        "rival_plugin",
        "from convlab.plugin import hookimpl\n"
        "@hookimpl\ndef convlab_optimizers():\n    return {'adam': lambda parameters: None}\n",
    )
    assert main(["run", "data=synthetic"]) in (FAILED, USAGE)
    line = the_one_line(capsys)
    assert "optimizer 'adam' is offered twice" in line
    assert "'rival_plugin'" in line
    assert "'optimizers' of convlab" in line


def test_a_plugin_that_raises_when_it_is_built_is_named(
    installed: Callable[[str, str], None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    installed(
        "raising_plugin",
        "from convlab.plugin import hookimpl\n"
        "def bad(spec, rng):\n    return {}['weights']\n"
        "@hookimpl\ndef convlab_initializers():\n    return {'bad': bad}\n",
    )
    assert main(["run", "data=synthetic", "initializer=bad", f"runs_dir={tmp_path}"]) == FAILED
    assert "initializer 'bad' of" in the_one_line(capsys)


def test_a_run_under_way_elsewhere_is_not_disturbed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = run({"data": "synthetic", "epochs": 1, "runs_dir": str(tmp_path)})
    with RunDirectory(first.directory).claim():
        assert main(["run", "data=synthetic", "epochs=1", f"runs_dir={tmp_path}", "--rerun"]) == FAILED
    assert str(os.getpid()) in the_one_line(capsys)


@pytest.mark.parametrize(
    ("variable", "value", "part"),
    [
        ("CONVLAB_ISA", "avx1024", "avx1024"),
        ("CONVLAB_THREADS", "many", "CONVLAB_THREADS"),
    ],
)
def test_an_environment_that_cannot_be_is_one_line(variable: str, value: str, part: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "convlab", "run", "data=synthetic", "epochs=0"],
        env={**os.environ, variable: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (FAILED, USAGE)
    assert done.stderr.count("\n") == 1
    assert part in done.stderr
