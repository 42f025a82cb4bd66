"""``convlab run``: one experiment, or a sweep of them."""

from collections.abc import Sequence

from convlab import experiment
from convlab.cli import console
from convlab.cli.launcher_overrides import split_launcher
from convlab.cli.progress import Progress
from convlab.cli.run_options import parser, print_help
from convlab.cli.sweep import run_sweep
from convlab.cli.text import result_lines
from convlab.config import Composer
from convlab.errors import ConfigError, DivergenceError
from convlab.launching import make_launcher
from convlab.launching.launcher import Policy
from convlab.launching.sweeps import composed_jobs
from convlab.records.documents import to_yaml
from convlab.results import Result
from convlab.settings import Settings


def main(words: Sequence[str]) -> int:
    """Runs what the overrides describe; see `convlab.cli.main`."""
    options = parser().parse(words)
    chosen, overrides = split_launcher(options.overrides)
    with Composer(options.config_dir) as composer:
        if options.help:
            print_help(composer)
            return 0
        if options.cfg and options.multirun:
            raise ConfigError("--cfg shows the config of one experiment: leave out --multirun")
        if options.multirun:
            jobs = composed_jobs(composer, overrides)
            launcher = make_launcher(**chosen)
        elif chosen:
            raise ConfigError("a launcher runs the jobs of a sweep: add -m, or leave out hydra/launcher")
        else:
            settings = composer.compose(overrides)
    if options.multirun:
        return run_sweep(jobs, launcher, Policy(rerun=options.rerun, retry=options.retry))
    if options.cfg:
        print(to_yaml(settings.to_mapping()).decode(), end="")
        return 0
    return _run_one(settings, rerun=options.rerun)


def _run_one(settings: Settings, *, rerun: bool) -> int:
    with Progress(console.progress()) as listener:
        try:
            result = experiment.run(settings, listener=listener, rerun=rerun)
        except KeyboardInterrupt as interrupt:
            raise KeyboardInterrupt(listener.where_it_stopped) from interrupt
    if result.status == "diverged":
        raise DivergenceError(f"training diverged: {result.message} ({result.directory})")
    _print_result(result)
    return 0


def _print_result(result: Result) -> None:
    out = console.output()
    if result.reused:
        out.print("this experiment was finished before: nothing was trained; --rerun repeats it")
    for line in result_lines(result.to_mapping()):
        out.print(line)
    out.print(f"run                  {result.directory}")
    out.print(f"more                 convlab show {result.directory}")
