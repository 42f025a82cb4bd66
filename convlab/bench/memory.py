"""Peak memory of whole training steps, each program in a process of its own."""

import json
import math
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from convlab import kernels
from convlab.bench import peer
from convlab.bench.networks import chosen_networks
from convlab.bench.options import Options
from convlab.bench.tables import Table, without_empty_columns
from convlab.errors import BenchmarkError

LEGEND = (
    "Peak resident memory of three training steps: parameters, gradients, momentum, activations, the batch "
    "and whatever a program allocates for itself. Behind the + is what its code and libraries took before, "
    "in steps of the smallest network on two images; the ratio leaves that out. Each number is from a "
    "process of its own, with the system's default heap."
)
_MEGABYTE = 1e6


@dataclass(frozen=True)
class Peak:
    """The peak memory of one program's training step.

    Attributes:
        name: of the network.
        program: our precision, or PyTorch's layout.
        peak: bytes that the step takes.
        code: bytes that the program's code and its own buffers took when it first ran.
    """

    name: str
    program: str
    peak: int
    code: int

    def __str__(self) -> str:
        return f"{self.name}, {self.program}: {self.text} MB"

    @property
    def is_ours(self) -> bool:
        """Whether it is convlab's."""
        return self.program.startswith("convlab")

    @property
    def text(self) -> str:
        """Both in megabytes."""
        return f"{self.peak / _MEGABYTE:.1f} + {self.code / _MEGABYTE:.0f}"

    def to_mapping(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def measure_memory(options: Options, remark: Callable[[str], None]) -> Iterator[Peak]:
    """Measures every network and program.

    Args:
        options: which networks, precisions and images; of the threads, the largest number.
        remark: is not used: all of this can be measured.

    Yields:
        The peak of one program on one network.

    Raises:
        ConfigError: if a network is unknown.
        BenchmarkError: if a program fails.
    """
    programs = {f"convlab {precision}": precision for precision in options.precisions}
    if peer.takes_part(options):
        programs |= {f"PyTorch {layout}": layout for layout in peer.LAYOUTS}
    for network in chosen_networks(options):
        for label, program in programs.items():
            words = (network.name, program, str(max(options.threads)), str(options.images or 0))
            rounds = [_measured(words) for _ in range(options.rounds)]
            yield Peak(
                network.name, label, *(round(statistics.median(sizes)) for sizes in zip(*rounds, strict=True))
            )


def _measured(words: Sequence[str]) -> tuple[int, int]:
    # a heap that keeps what it was given suits timing, and would count here
    environment = {name: value for name, value in os.environ.items() if name != "GLIBC_TUNABLES"}
    environment["CONVLAB_ISA"] = kernels.isa()
    command = [sys.executable, "-P", "-m", "convlab.bench.peak_memory", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise BenchmarkError(f"bench memory: {' '.join(words)}: {reason[0]}")
    step, code = json.loads(done.stdout)
    return step, code


def memory_tables(found: Sequence[Peak]) -> list[Table]:
    """A row for every network, the worst beside PyTorch first; a ratio behind each of our columns."""
    rows: dict[str, list[Peak]] = {}
    for peak in found:
        rows.setdefault(peak.name, []).append(peak)
    programs = [peak.program for peak in next(iter(rows.values()), [])]
    headings = [column for program in programs for column in (program, "ratio")]
    ordered = sorted(rows.items(), key=lambda row: min(_ratio(peak, row[1]) for peak in row[1]))
    texts = [
        (name, *(text for peak in row for text in (peak.text, _ratio_text(peak, row))))
        for name, row in ordered
    ]
    title = "Peak memory of a training step in MB; ratio: PyTorch's least divided by ours"
    return [without_empty_columns(title, ("", *headings), texts)]


def _ratio(peak: Peak, row: Sequence[Peak]) -> float:
    """The least of PyTorch's peaks divided by one of ours; infinite where there is none."""
    theirs = [other.peak for other in row if not other.is_ours]
    return min(theirs) / peak.peak if theirs and peak.is_ours else math.inf


def _ratio_text(peak: Peak, row: Sequence[Peak]) -> str:
    ratio = _ratio(peak, row)
    return f"{ratio:.2f}" if math.isfinite(ratio) else ""
