"""HTML in which nothing that came from a file can become markup."""

from html import escape
from typing import Any

from convlab.records.text import printable

TEXT_LIMIT = 2000
_VOID = frozenset({"image", "img", "input", "meta"})


class Markup(str):
    """Text that is HTML already. Any other text is escaped wherever it goes."""

    __slots__ = ()


def element(name: str, *children: Any, **attributes: Any) -> Markup:
    """An HTML element.

    Args:
        name: of the element.
        children: markup as it is, anything else as escaped text; None is left out.
        attributes: values, escaped; ``class_`` is class and ``data_arm`` is data-arm. True writes the name
            alone, None and False leave it out.

    Returns:
        The element.

    Example:
        >>> element("p", "1 < 2", class_="note")
        '<p class="note">1 &lt; 2</p>'
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{joined(*children)}</{name}>")


def joined(*children: Any) -> Markup:
    """Pieces one after the other: markup as it is, anything else escaped, None left out."""
    return Markup("".join(escaped(child) for child in children if child is not None))


def escaped(value: Any) -> Markup:
    """A value as text: control characters visible, long text cut, nothing in it markup.

    Example:
        >>> escaped("</script>")
        '&lt;/script&gt;'
    """
    return value if isinstance(value, Markup) else Markup(escape(printable(value, TEXT_LIMIT), quote=True))


def _attribute(key: str, value: Any) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escaped(value)}"'
