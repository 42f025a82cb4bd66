"""``convlab run``: one experiment, a sweep of them, or a study."""

from collections.abc import Sequence

from convlab import experiment
from convlab.cli import console
from convlab.cli.launcher_overrides import split_launcher
from convlab.cli.live import Live, looking_every_epoch
from convlab.cli.progress import Progress
from convlab.cli.run_options import parser, print_help
from convlab.cli.study import plan_study, run_study
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
from convlab.study import Protocol


def main(words: Sequence[str]) -> int:
    """Runs what the overrides describe; see `convlab.cli.main`."""
    options = parser().parse(words)
    chosen, overrides = split_launcher(options.overrides)
    policy = Policy(rerun=options.rerun, retry=options.retry)
    with Composer(options.config_dir) as composer:
        if options.help:
            print_help(composer)
            return 0
        if options.live and (options.multirun or options.cfg):
            raise ConfigError("--live shows one experiment as it trains: leave out --multirun and --cfg")
        if options.multirun:
            if options.cfg:
                raise ConfigError("--cfg shows the config of one experiment: leave out --multirun")
            jobs, launcher = composed_jobs(composer, overrides), make_launcher(**chosen)
        else:
            settings, protocol = composer.compose(overrides), composer.protocol(overrides)
            if protocol is not None and not options.cfg:
                if options.live:
                    raise ConfigError("--live shows one experiment as it trains: a study has many")
                study = plan_study(composer, overrides, Protocol.from_mapping(protocol))
                return run_study(study, make_launcher(**chosen), policy)
    if options.multirun:
        return run_sweep(jobs, launcher, policy)
    if chosen:
        raise ConfigError("a launcher runs the jobs of a sweep: add -m, or leave out hydra/launcher")
    if options.cfg:
        described = settings.to_mapping() | ({"protocol": protocol} if protocol is not None else {})
        print(to_yaml(described).decode(), end="")
        return 0
    if options.live:
        settings = looking_every_epoch(settings)
    return _run_one(settings, Live if options.live else Progress, rerun=options.rerun)


def _run_one(settings: Settings, shown: type[Progress], *, rerun: bool) -> int:
    with shown(console.progress()) as listener:
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
