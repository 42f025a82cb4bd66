"""Pieces of text that several verbs show."""

import math
from collections.abc import Mapping
from typing import Any


def one_line(text: str) -> str:
    """The text on one line, with terminal escapes and other control characters made visible.

    Example:
        >>> one_line("two\\nlines \\x1b[31m")
        'two lines \\\\x1b[31m'
    """
    words = " ".join(text.split())
    if words.isprintable():
        return words
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in words)


def same(left: Any, right: Any) -> bool:
    """Whether two plain values are equal, tuples and lists alike."""
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def value_text(value: Any) -> str:
    """A plain value for people to read; `convlab.study.arms.override` writes it for Hydra, with quotes.

    Example:
        >>> value_text([0.9, None, True])
        '[0.9,null,true]'
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{','.join(map(value_text, value))}]"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{value_text(item)}" for key, item in value.items()) + "}"
    return str(value)


def counted(number: Any, thing: str) -> str:
    """A number of things.

    Example:
        >>> counted(1, "epoch"), counted(1200, "epoch")
        ('1 epoch', '1,200 epochs')
    """
    text = f"{number:,}" if isinstance(number, int) else str(number)
    return f"{text} {thing}" if number == 1 else f"{text} {thing}s"


def seconds_text(seconds: float) -> str:
    """A duration as people read it.

    Example:
        >>> seconds_text(3.21), seconds_text(75), seconds_text(3700)
        ('3.2 s', '1 min 15 s', '1 h 01 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def result_lines(result: Mapping[str, Any]) -> list[str]:
    """What a run reached, as in result.json; values that are missing or no numbers are left out.

    Example:
        >>> result_lines({"test_accuracy": 0.975, "seconds": 3.21, "epochs": 5})
        ['test accuracy        0.9750', 'time                 3.2 s for 5 epochs']
    """
    lines = []
    test, validation, best = (
        _number(result.get(name))
        for name in ("test_accuracy", "validation_accuracy", "best_validation_accuracy")
    )
    if test is not None:
        lines.append(f"test accuracy        {test:.4f}")
    if validation is not None:
        lines.append(f"validation accuracy  {validation:.4f}" + (f" (best {best:.4f})" if best else ""))
    if _number(result.get("seconds")) is not None:
        epochs = counted(result.get("epochs"), "epoch")
        lines.append(f"time                 {seconds_text(result['seconds'])} for {epochs}")
    if result.get("message"):
        lines.append(f"ended with           {result['message']}")
    return lines


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not math.isnan(value) else None
