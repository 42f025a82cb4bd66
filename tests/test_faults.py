"""What must happen when something fails at run time, and where it is proved.

| fault | proved by |
|---|---|
| SIGKILL at any moment, at every write | tests/test_kill_run.py, tests/launching/test_kill_sweep.py |
| power loss: order of write, fsync, rename | tests/records/test_atomic.py, tests/records/test_metrics.py |
| disk full, I/O error, read-only, too many files | tests/records/test_atomic.py, here in a run |
| torn last metric line | tests/records/test_metrics.py |
| corrupt checkpoint | tests/records/test_checkpoint.py, here in a run |
| two writers on one run | tests/records/test_claim.py |
| two writers in one study | here |
| clock jump | here |
| NaN or Inf loss | tests/test_experiment.py, tests/launching/test_local.py |
| out of memory before the start | here; killed for it: tests/launching/test_local.py |
| a worker dies | tests/launching/test_local.py, tests/launching/test_remote.py |
| Ctrl-C once, twice | tests/launching/test_local.py, tests/cli/test_sweep.py, here |
| fork after threads have run | tests/kernels/conv2d/test_plan.py |
| thread creation fails | here |
| denormals survive the import | tests/kernels/test_elementwise.py, here |
"""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import convlab
from convlab import epoch_saver, memory
from convlab.errors import ConfigError, RecordError
from convlab.records.run_directory import RunDirectory, find_runs
from convlab.results import Listener, RunPlan


def settings(folder: Path, **changes: object) -> dict[str, object]:
    return {"data": "synthetic", "epochs": 2, "runs_dir": str(folder), "probes": ()} | changes


def python(program: str, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-P", "-c", program, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_a_full_disk_ends_the_run_and_keeps_what_was_complete(tmp_path: Path) -> None:
    first = convlab.run(settings(tmp_path, epochs=1))
    program = (
        "import resource, signal, sys; from convlab.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    done = python(program, "run", "data=synthetic", "epochs=2", f"runs_dir={tmp_path}", "probes=[]")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("convlab: error: file size limit exceeded writing")
    assert "Traceback" not in done.stderr
    assert RunDirectory(first.directory).status == "finished"
    assert convlab.run(settings(tmp_path)).status == "finished"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file is in the way")
    with pytest.raises(RecordError, match="a file is in the way of a folder making folder"):
        convlab.run(settings(tmp_path / "runs"))


@pytest.mark.parametrize(("save_seconds", "resumed_from"), [(0.0, 3), (3600.0, 0)])
def test_a_corrupt_checkpoint_costs_what_followed_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, save_seconds: float, resumed_from: int
) -> None:
    monkeypatch.setattr(epoch_saver, "SAVE_SECONDS", save_seconds)
    whole = convlab.run(settings(tmp_path / "whole", epochs=4))
    run = RunDirectory(convlab.run(settings(tmp_path / "hurt", epochs=4)).directory)
    run.discard_result()
    last = run.checkpoints / "epoch-0004.safetensors"
    last.write_bytes(last.read_bytes()[:-3])

    class Warnings(Listener):
        def run_started(self, plan: RunPlan) -> None:
            self.told, self.first_epoch = plan.warnings, plan.first_epoch

    listener = Warnings()
    result = convlab.resume(run.path, listener=listener)
    assert listener.first_epoch == resumed_from
    assert "checksum mismatch" in listener.told[0]
    assert listener.told[0].endswith(f"resuming from epoch {resumed_from}")
    assert result.test_loss == whole.test_loss


def test_two_writers_in_one_study_collide_on_nothing(tmp_path: Path) -> None:
    program = "import sys, convlab; [convlab.run(sys.argv[2:] + [f'seed={s}']) for s in eval(sys.argv[1])]"
    common = ["data=synthetic", "epochs=2", f"runs_dir={tmp_path}", "study=shared"]
    words = [sys.executable, "-P", "-c", program]
    writers = [subprocess.Popen([*words, seeds, *common]) for seeds in ("range(0, 8, 2)", "range(1, 8, 2)")]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    runs = find_runs(tmp_path)
    assert sorted(run.config["seed"] for run in runs) == list(range(8))
    assert {run.status for run in runs} == {"finished"}


def test_a_clock_that_jumps_changes_no_duration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(10**9, 0, -100_000))
    monkeypatch.setattr(time, "time", lambda: float(next(ticks)))
    result = convlab.run(settings(tmp_path))
    assert 0 < result.seconds < 60
    seconds = [line["seconds"] for line in result.metrics]
    assert seconds == sorted(seconds)


class TestMemory:
    def test_a_run_that_cannot_fit_is_refused_before_it_begins(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(memory, "available_bytes", lambda: 10_000_000)
        with pytest.raises(
            ConfigError, match=r"needs about 0\.\d GB of memory and 0\.0 GB are free: lower batch"
        ):
            convlab.run(settings(tmp_path, batch_size=512, model={"name": "small_convnet", "width": 256}))

    def test_where_the_system_does_not_tell_nothing_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "missing")
        assert memory.available_bytes() is None
        assert convlab.run(settings(tmp_path)).status == "finished"

    def test_what_is_free_is_known_here(self) -> None:
        if not Path("/proc/meminfo").exists():
            pytest.skip("needs /proc/meminfo")
        free = memory.available_bytes()
        assert free is not None
        assert free > 1_000_000

    def test_the_estimate_is_of_the_right_size(self) -> None:
        from convlab.bench.networks import NETWORKS

        resnet = next(network for network in NETWORKS if network.name == "resnet20")
        assert 100e6 < memory.estimated_bytes(resnet.built(), resnet.batch) < 900e6


def test_ctrl_c_twice_ends_it_at_once(tmp_path: Path) -> None:
    words = [sys.executable, "-P", "-m", "convlab", "run", "data=synthetic", "epochs=1000000"]
    process = subprocess.Popen([*words, f"runs_dir={tmp_path}"], stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not list(tmp_path.glob("*/*/checkpoints/*.safetensors")) and time.monotonic() < until:
        time.sleep(0.05)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    [run] = find_runs(tmp_path)
    assert run.status == "interrupted"


def test_threads_that_cannot_be_made_are_done_without() -> None:
    # The memory left holds the scratch space of 16 threads, and not the stack of one.
    program = (
        "import resource, numpy as np\n"
        "from convlab import kernels\n"
        "x, w = np.ones((64, 32, 32, 16), np.float32), np.ones((16, 3, 3, 16), np.float32)\n"
        "with kernels.use_threads(1): expected = kernels.conv2d(x, w)\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 2**22, resource.RLIM_INFINITY))\n"
        "with kernels.use_threads(16): found = kernels.conv2d(x[:1], w)\n"
        "print(np.array_equal(found, expected[:1]))\n"
    )
    done = python(program)
    assert done.stdout == "True\n", done.stderr


def test_denormals_survive_the_import() -> None:
    done = python(
        "import numpy as np, convlab, convlab.kernels; print(np.float32(1e-40) * np.float32(1.0) > 0)"
    )
    assert done.stdout == "True\n"
