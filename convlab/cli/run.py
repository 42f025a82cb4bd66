"""``convlab run``: one experiment, or a sweep of them."""

from collections.abc import Sequence

from convlab import experiment
from convlab.cli import console
from convlab.cli.live import Live, looking_every_epoch
from convlab.cli.progress import Progress
from convlab.cli.run_options import parser, print_help
from convlab.cli.sweep import Sweep, run_sweep
from convlab.cli.text import result_lines
from convlab.config import Composer
from convlab.errors import ConfigError, DivergenceError
from convlab.records.documents import to_yaml
from convlab.results import Result
from convlab.settings import Settings


def main(words: Sequence[str]) -> int:
    """Runs what the overrides describe; see `convlab.cli.main`."""
    options = parser().parse(words)
    with Composer(options.config_dir) as composer:
        if options.help:
            print_help(composer)
            return 0
        if options.cfg and options.multirun:
            raise ConfigError("--cfg shows the config of one experiment: leave out --multirun")
        if options.live and options.multirun:
            raise ConfigError("--live shows one experiment as it trains: leave out --multirun")
        if options.multirun:
            sweep = Sweep.plan(composer, options.overrides)
        else:
            settings = composer.compose(options.overrides)
    if options.multirun:
        return run_sweep(sweep, rerun=options.rerun)
    if options.cfg:
        print(to_yaml(settings.to_mapping()).decode(), end="")
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
