"""Ray: the jobs of a sweep on many machines."""

import os
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from convlab.errors import LaunchError, MissingExtraError
from convlab.launching.job import Job, Outcome
from convlab.launching.job_file import describe, read_outcome, run_described
from convlab.launching.launcher import Policy, Watcher, check_ranges
from convlab.launching.remote import RemoteSweep

_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class RayLauncher:
    """Runs jobs on a Ray cluster, or on one that it starts on this machine.

    All machines need the same packages and must see `runs_dir` under the same path. Ray only carries the
    description of a job there and its outcome back; results are on disk. A job whose process dies is tried
    again, and goes on from its last checkpoint.

    Attributes:
        address: of the cluster, such as ``"auto"`` or ``"10.0.0.1:6379"``; None starts one here.
        workers: jobs at a time, >= 1; None takes as many as the cluster has cores for.
        threads: of the compiled core in each job, for runs that do not say, >= 1.
        timeout: seconds that a job may take, > 0; None sets no limit.
        attempts: how often a job is tried whose process dies, >= 1.

    Raises:
        ConfigError: if a value is out of range.
    """

    address: str | None = None
    workers: int | None = None
    threads: int = 1
    timeout: float | None = None
    attempts: int = 2

    def __post_init__(self) -> None:
        check_ranges(self)

    def launch(self, jobs: Sequence[Job], watcher: Watcher, policy: Policy) -> list[Outcome]:
        """Runs the jobs; see `convlab.launching.Launcher`."""
        ray = _import_ray()
        started_here = not ray.is_initialized()
        if started_here:
            self._connect(ray)
        try:
            cores = int(ray.cluster_resources().get("CPU", 1))
            slots = min(len(jobs), self.workers or max(1, cores // self.threads))
            site = _RaySite(ray, self.threads)
            sweep = RemoteSweep(site, slots=max(1, slots), attempts=self.attempts, timeout=self.timeout)
            return sweep.run(jobs, watcher, policy)
        finally:
            if started_here:
                ray.shutdown()

    def _connect(self, ray: Any) -> None:
        options: dict[str, Any] = {"address": self.address}
        if self.address is None:
            cores = len(os.sched_getaffinity(0))
            options |= {"include_dashboard": False, "num_cpus": (self.workers or cores) * self.threads}
        try:
            ray.init(log_to_driver=False, logging_level="warning", **options)
        except Exception as error:  # Ray raises many kinds, and says what it is in the text
            text = str(error).partition("\n")[0]
            raise LaunchError(
                f"no Ray cluster at {self.address or 'this machine'}: {text}; "
                "set hydra.launcher.address, or use hydra/launcher=convlab_local"
            ) from error


class _RaySite:
    """A Ray cluster as a sweep sees it."""

    def __init__(self, ray: Any, threads: int) -> None:
        self._ray, self._threads = ray, threads
        self._run = ray.remote(num_cpus=threads, max_retries=0)(run_described)

    def submit(self, job: Job, policy: Policy) -> Hashable:
        flight: Hashable = self._run.remote(describe(job, policy, self._threads))
        return flight

    def poll(self, flights: Sequence[Hashable]) -> dict[Hashable, Outcome | str]:
        ended, _ = self._ray.wait(list(flights), num_returns=len(flights), timeout=_LOOK_SECONDS)
        return {flight: self._result(flight) for flight in ended}

    def cancel(self, flight: Hashable) -> None:
        self._ray.cancel(flight, force=True)

    def _result(self, flight: Hashable) -> Outcome | str:
        try:
            return read_outcome(self._ray.get(flight))
        except self._ray.exceptions.RayError as error:
            return f"died ({type(error).__name__})"


def _import_ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise MissingExtraError("hydra/launcher=convlab_ray needs Ray: pip install 'convlab[ray]'") from error
    return ray
