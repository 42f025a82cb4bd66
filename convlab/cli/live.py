"""``convlab run --live``: the layers and their filters after every epoch, in the terminal."""

from collections.abc import Mapping
from dataclasses import replace

from convlab.cli.progress import Progress
from convlab.inspect import filter_lines, health_line, read_filters, read_health
from convlab.inspect.picture import evenly_chosen
from convlab.records.run_directory import RunDirectory
from convlab.settings import Settings

PIPED_WIDTH = 100
SHOWN_LAYERS = 6
_PROBES = ("filters", "layer_health")


def looking_every_epoch(settings: Settings) -> Settings:
    """The settings with the probes that `Live` shows, after every epoch; results stay the same."""
    others = [choice for choice in settings.probes if _name(choice) not in _PROBES]
    return replace(settings, probes=(*others, *({"name": name, "every": 1} for name in _PROBES)))


class Live(Progress):
    """Shows after every epoch what `Progress` shows, the health of the layers and the first filters."""

    def epoch_done(self, metrics: Mapping[str, float | int]) -> None:
        """Prints what the epoch reached and what it made of the layers."""
        super().epoch_done(metrics)
        if self.directory is None:
            return
        run, epoch, console = RunDirectory(self.directory), int(metrics["epoch"]), self._console
        width = console.width if console.is_terminal else PIPED_WIDTH
        health = read_health(run, epoch)
        shown = evenly_chosen(list(health), SHOWN_LAYERS)
        console.print(f"  {health_line({layer: health[layer] for layer in shown})}")
        if epoch not in run.probe_epochs("filters"):  # a network without convolutions
            return
        first = read_filters(run, lambda _: [epoch])[1][0]
        colors = console.color_system is not None
        for line in filter_lines(first.weights[0], first.limit, width - 2, colors=colors):
            console.print("  ", line, sep="")


def _name(choice: object) -> object:
    return choice["name"] if isinstance(choice, Mapping) else choice
