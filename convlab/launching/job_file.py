"""A job handed over as a file, and its outcome handed back as one: for queues that run a command elsewhere.

python -m convlab.launching.job_file JOB.json OUTCOME.json
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from convlab import kernels
from convlab.errors import ConvlabError
from convlab.launching.attempt import JobListener, attempt
from convlab.launching.job import Job, Outcome
from convlab.launching.launcher import Policy


def describe(job: Job, policy: Policy, threads: int) -> str:
    """A job as JSON, with all that another process needs to run it.

    Args:
        job: what to run; a relative ``runs_dir`` means the same folder there.
        policy: what is done about a run that is on disk already.
        threads: of the compiled core, for runs that do not say.
    """
    described = {
        "job": job.to_mapping(),
        "policy": {"rerun": policy.rerun, "retry": policy.retry},
        "threads": threads,
        "folder": str(Path.cwd()),
    }
    return json.dumps(described)


def run_described(text: str) -> str:
    """Runs what `describe` described in this process.

    Returns:
        The outcome as JSON, which `read_outcome` reads.
    """
    described: dict[str, Any] = json.loads(text)
    os.chdir(described["folder"])
    listener = JobListener(lambda epochs, steps: None, lambda epoch, step: None, lambda text: None)
    with kernels.use_threads(described["threads"]):
        try:
            outcome = attempt(Job.from_mapping(described["job"]), listener, Policy(**described["policy"]))
        except ConvlabError as error:  # the plugins there are not those of the sweep
            outcome = Outcome(described["job"]["number"], "failed", str(error))
    return json.dumps(outcome.to_mapping())


def read_outcome(text: str) -> Outcome:
    """The outcome that `run_described` wrote."""
    return Outcome(**json.loads(text))


def main() -> None:
    """Runs the job of one file and writes its outcome to another, which appears complete or not at all."""
    job, outcome = map(Path, sys.argv[1:])
    partial = outcome.with_suffix(".partial")
    partial.write_text(run_described(job.read_text()))
    partial.replace(outcome)


if __name__ == "__main__":
    main()
