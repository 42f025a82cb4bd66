"""The machine and the programs that a measurement describes, and the environment that PyTorch is fair in."""

import os
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from convlab import kernels
from convlab.bench import peer
from convlab.bench.options import Options
from convlab.records.environment import environment

# Without this, glibc gives large arrays back to the system when they are freed and asks for them anew:
# PyTorch, which allocates every result, then spends its time in page faults.
WARM_HEAP = "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=17179869184"
# our instruction sets -> what holds oneDNN and PyTorch's own loops to the same
_PEER_LIMITS: Mapping[str, Mapping[str, str]] = {
    "baseline": {"ONEDNN_MAX_CPU_ISA": "SSE41", "ATEN_CPU_CAPABILITY": "default"},
    "avx2": {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"},
}


def missing_environment(options: Options, isa: str | None, *, timed: bool) -> dict[str, str]:
    """Variables that a fair comparison with PyTorch needs, and that this process was not started with.

    Args:
        options: whether PyTorch takes part.
        isa: the instruction set that is forced on us, or None.
        timed: whether time is what is measured.

    Returns:
        Values by name; what is set to something else stays as it is.
    """
    if not peer.takes_part(options):
        return {}
    wanted = {**({"GLIBC_TUNABLES": WARM_HEAP} if timed else {}), **_PEER_LIMITS.get(isa or "", {})}
    return {name: value for name, value in wanted.items() if name not in os.environ}


def describe(options: Options, *, timed: bool) -> dict[str, Any]:
    """CPU, instruction set and versions, as in the record of a run, and what PyTorch was given."""
    found = environment(isa=kernels.isa(), threads=max(options.threads), plugins={})
    names = ("cpu", "cores", "isa", "convlab", "numpy", "python", "revision", "modified")
    described = {name: found[name] for name in names}
    if peer.takes_part(options):
        described["torch"] = version("torch")
        described["limits"] = {name: os.environ[name] for name in _PEER_LIMITS["avx2"] if name in os.environ}
        if timed:
            described["warm_heap"] = "mmap_threshold" in os.environ.get("GLIBC_TUNABLES", "")
    return described


def header(machine: Mapping[str, Any], options: Options) -> str:
    """The same in one line for people."""
    parts = [
        f"{machine['cpu']}, {machine['cores']} cores",
        f"isa {machine['isa']}",
        f"threads {', '.join(map(str, options.threads))}",
        f"precision {', '.join(options.precisions)}",
        *(f"{name} {machine[name]}" for name in ("convlab", "torch", "numpy", "python") if name in machine),
    ]
    if "warm_heap" in machine:
        parts.append("warm heap" if machine["warm_heap"] else "cold heap")
    parts += map("=".join, machine.get("limits", {}).items())
    return "; ".join(parts)
