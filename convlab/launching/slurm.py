"""submitit: the jobs of a sweep in the queue of a Slurm site."""

import sys
import time
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from convlab.errors import MissingExtraError
from convlab.launching.job import Job, Outcome
from convlab.launching.job_file import describe, read_outcome
from convlab.launching.launcher import Policy, Watcher, check_ranges
from convlab.launching.remote import RemoteSweep

_LOOK_SECONDS = 0.3


@dataclass(frozen=True)
class SubmititLauncher:
    """Submits every job to a queue with submitit.

    All machines need the same packages and must see the folders under the same paths. Jobs and outcomes are
    JSON files; results are on disk. A job whose process dies is tried again, and goes on from its last
    checkpoint.

    Attributes:
        cluster: ``"slurm"``, or ``"local"`` for processes on this machine.
        workers: jobs in the queue at a time, >= 1.
        threads: cores of each job and threads of the compiled core, >= 1.
        timeout: seconds that a job may take, > 0.
        attempts: how often a job is tried whose process dies, >= 1.
        folder: for job files and submitit's logs.
        parameters: further parameters of submitit, such as ``{slurm_partition: cpu, mem_gb: 4}``.

    Raises:
        ConfigError: if a value is out of range.
    """

    cluster: Literal["slurm", "local"] = "slurm"
    workers: int = 64
    threads: int = 1
    timeout: float = 3600.0
    attempts: int = 2
    folder: str = "submitit"
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_ranges(self)

    def launch(self, jobs: Sequence[Job], watcher: Watcher, policy: Policy) -> list[Outcome]:
        """Runs the jobs; see `convlab.launching.Launcher`."""
        try:
            import submitit
        except ImportError as error:
            raise MissingExtraError(
                "hydra/launcher=convlab_submitit needs submitit: pip install 'convlab[submitit]'"
            ) from error
        folder = Path(self.folder).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        executor = submitit.AutoExecutor(folder=folder / "logs", cluster=self.cluster)
        minutes = max(1, -(-int(self.timeout) // 60))
        executor.update_parameters(
            name="convlab", timeout_min=minutes, cpus_per_task=self.threads, **self.parameters
        )
        site = _Queue(submitit, executor, folder, self.threads)
        slots = max(1, min(len(jobs), self.workers))
        # a queue has its own clock: a job's time does not run while it waits there
        sweep = RemoteSweep(site, slots=slots, attempts=self.attempts, timeout=None)
        return sweep.run(jobs, watcher, policy)


class _Queue:
    """submitit's executor as a sweep sees it."""

    def __init__(self, submitit: Any, executor: Any, folder: Path, threads: int) -> None:
        self._submitit, self._executor, self._folder, self._threads = submitit, executor, folder, threads
        self._jobs: dict[Hashable, tuple[Any, Path]] = {}

    def submit(self, job: Job, policy: Policy) -> Hashable:
        name = uuid4().hex
        described, outcome = self._folder / f"{name}.job.json", self._folder / f"{name}.outcome.json"
        described.write_text(describe(job, policy, self._threads))
        words = [sys.executable, "-P", "-m", "convlab.launching.job_file", str(described), str(outcome)]
        submitted = self._executor.submit(self._submitit.helpers.CommandFunction(words, verbose=False))
        self._jobs[name] = (submitted, outcome)
        return name

    def poll(self, flights: Sequence[Hashable]) -> dict[Hashable, Outcome | str]:
        time.sleep(_LOOK_SECONDS)
        ended: dict[Hashable, Outcome | str] = {}
        for flight in flights:
            submitted, outcome = self._jobs[flight]
            if outcome.exists():
                ended[flight] = read_outcome(outcome.read_text())
            elif submitted.done():
                ended[flight] = f"died ({submitted.state.lower()}; see {submitted.paths.stderr})"
        return ended

    def cancel(self, flight: Hashable) -> None:
        self._jobs[flight][0].cancel()
