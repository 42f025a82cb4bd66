"""The options of ``convlab run``, and its help with what the installed plugins offer."""

import textwrap
from dataclasses import fields

from convlab.cli.arguments import Parser
from convlab.cli.text import value_text
from convlab.config import Composer
from convlab.launching.launchers import DEFAULT, LAUNCHERS, launcher_fields
from convlab.registry import registry
from convlab.settings import GROUPS, LISTS, Settings

WIDTH = 100

USAGE = """\
usage: convlab run [OVERRIDE ...] [-m] [--rerun] [--retry] [--live] [--cfg job] [--config-dir DIR]

Trains one experiment, or with -m a sweep of them. Overrides choose parts (optimizer=sgd), set their fields
(optimizer.lr=0.1) and set values (epochs=5).

examples:
  convlab run
  convlab run data=mnist model=keras_mnist optimizer=adam optimizer.lr=0.002 epochs=5
  convlab run initializer=normal initializers.conv1=gabor biases.conv1=false
  convlab run 'initializers.conv1={name: gabor, orientations: 4}'
  convlab run +experiment=keras_mnist seed=1
  convlab run -m optimizer=sgd,adam optimizer.lr=0.1,0.01 seed='range(3)'
  convlab run -m initializer='glob(*)' epochs=2 study=initializers
  convlab run -m seed='range(8)' hydra.launcher.workers=4 hydra.launcher.timeout=600

options:
  -m, --multirun          run all combinations of lists (a,b), range(...) and glob(...), then compare them
  --rerun                 train again although the experiment was finished before, and replace its record
  --retry                 in a sweep or study, train those again that failed before
  --live                  after every epoch, show the health of the layers and the first filters
  -c job, --cfg job       print the complete config and stop
  -cd DIR, --config-dir DIR
                          search DIR for more YAML, such as DIR/experiment/mine.yaml
  -h, --help              this text
"""


def parser() -> Parser:
    """The options of ``convlab run``; its help is `print_help`."""
    run = Parser("run", add_help=False)
    run.add_argument("overrides", nargs="*")
    run.add_argument("-m", "--multirun", action="store_true")
    run.add_argument("--rerun", action="store_true")
    run.add_argument("--retry", action="store_true")
    run.add_argument("--live", action="store_true")
    run.add_argument("-c", "--cfg", choices=["job"])
    run.add_argument("-cd", "--config-dir")
    run.add_argument("-h", "--help", action="store_true")
    return run


def print_help(composer: Composer) -> None:
    """Prints usage, the options of every group and list, and the settings with their defaults."""
    print(USAGE)
    print("groups ('convlab plugins info NAME' tells the fields of an option):")
    for group in (*GROUPS, "experiment"):
        _print_entry(group, ", ".join(composer.options(group)))
    print("\nlists of plugins, such as augmentations=[crop,flip]:")
    for name in LISTS:
        _print_entry(name, ", ".join(registry().offers(name.removesuffix("s"))))
    print("\nlaunchers of sweeps, chosen with hydra/launcher=NAME and set with hydra.launcher.FIELD=VALUE:")
    for name in LAUNCHERS:
        marked = " (default)" if name == DEFAULT else ""
        _print_entry(name, ", ".join(launcher_fields(name)) + marked)
    print("\nsettings and their defaults:")
    defaults = Settings().to_mapping()
    for item in fields(Settings):
        if item.name not in GROUPS:
            print(f"  {item.name}={value_text(defaults[item.name])}")


def _print_entry(name: str, text: str) -> None:
    lines = textwrap.wrap(text, WIDTH - 20, break_on_hyphens=False)
    print(f"  {name:<18}" + ("\n" + " " * 20).join(lines))
