"""Many experiments at once: where they run, and how one that dies leaves the others alone."""

from convlab.launching.job import Job, Outcome
from convlab.launching.launcher import Launcher, Watcher
from convlab.launching.launchers import LAUNCHERS, make_launcher
from convlab.launching.sweeps import sweep

__all__ = ["LAUNCHERS", "Job", "Launcher", "Outcome", "Watcher", "make_launcher", "sweep"]
