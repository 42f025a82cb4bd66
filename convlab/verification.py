"""Whether what is on disk of a run is what convlab wrote: checksums, hashes, and that the parts agree."""

import math
from collections.abc import Callable
from typing import Any

from convlab.errors import RecordError
from convlab.records.cell import cell_name
from convlab.records.checkpoint import verify_checkpoints
from convlab.records.run_directory import RunDirectory
from convlab.settings import WITHOUT_EFFECT_ON_RESULT

_COMPARED = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


def verify_run(run: RunDirectory) -> list[str]:
    """Checks a run on disk.

    Args:
        run: its folder.

    Returns:
        One sentence for each thing that is wrong; none for a sound run. A run that is under way or was
        interrupted is sound too.
    """
    checks: list[Callable[[RunDirectory], list[str]]] = [
        _documents,
        _metrics,
        lambda item: verify_checkpoints(item.checkpoints),
        _name,
        _result,
    ]
    problems = []
    for check in checks:
        try:
            problems += check(run)
        except RecordError as error:
            problems.append(str(error))
    return list(dict.fromkeys(problems))


def _documents(run: RunDirectory) -> list[str]:
    """Reading them raises what is wrong."""
    status, _ = run.status, run.config
    if status == "finished" and not (run.path / "record.json").exists():
        return [f"{run.path}: record.json is missing"]
    return []


def _metrics(run: RunDirectory) -> list[str]:
    lines, dropped = run.metrics_file.read()
    problems = [f"{run.path}/metrics.jsonl: {dropped} lines are torn or altered"] if dropped else []
    epochs = [line["epoch"] for line in lines if "epoch" in line]
    if epochs != list(range(1, len(epochs) + 1)):
        problems.append(f"{run.path}/metrics.jsonl: epochs are missing or repeated: {epochs}")
    return problems


def _name(run: RunDirectory) -> list[str]:
    """The folder is named by a hash of all that determines the result."""
    if not (run.path / "record.json").exists():
        return []
    settings = {key: value for key, value in run.config.items() if key not in WITHOUT_EFFECT_ON_RESULT}
    record = run.record
    name = cell_name(
        {
            "settings": settings,
            "data_fingerprint": record.get("data_fingerprint"),
            "plugins": record.get("plugins"),
        }
    )
    if name == run.path.resolve().name:
        return []
    return [f"{run.path}: config.yaml or record.json was altered, they belong to a run named {name}"]


def _result(run: RunDirectory) -> list[str]:
    result, metrics = run.result, run.metrics
    if result is None or result["status"] != "finished":
        return []
    problems = []
    if len(metrics) != result.get("epochs"):
        problems.append(
            f"{run.path}: result.json tells of {result.get('epochs')} epochs, metrics of {len(metrics)}"
        )
    for name in _COMPARED if metrics else ():
        if not _same(result.get(name), metrics[-1].get(name, math.nan)):
            found = f"{result.get(name)} in result.json, {metrics[-1].get(name)} in the metrics"
            problems.append(f"{run.path}: {name} is {found}")
    return problems


def _same(left: Any, right: Any) -> bool:
    return bool(left == right or (left != left and right != right))
