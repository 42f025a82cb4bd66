"""A comparison as LaTeX, for a paper's tables."""

import re
from unicodedata import normalize

from convlab.compare.comparison import Comparison
from convlab.compare.tables import Table, tables

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\texttt{\char34}",  # \textquotedbl is missing in the encoding OT1
    "'": r"{\textquotesingle}",
    "`": r"\textasciigrave{}",
    "±": r"$\pm$",
    "–": r"\textendash{}",
    # \\ would take a star or a bracket at the start of the next row for its own
    "*": "{*}",
    "[": "{[}",
    "]": "{]}",
}
# dashes, and a low quote
_LIGATURE = re.compile("-(?=-)|,(?=,)")
_NEGATIVE = re.compile(r"(?<![^\s(])-(?=[\d.])")
_MISSING_IN_OT1 = frozenset("«»ÐÞðþĄąĘęĮįŲų")


def to_latex(comparison: Comparison) -> str:
    """Writes the verdict as paragraphs, and every table as a ``tabular`` that needs no package.

    Args:
        comparison: of the runs; names in it may come from anybody.

    Returns:
        LaTeX to be included, in UTF-8; a sign that LaTeX's own fonts lack stands there as its number, such
        as U+1F600.
    """
    verdict = "\n\n".join(f"{escape_latex(sentence)}." for sentence in comparison.sentences)
    return "\n\n".join([verdict, *(_tabular(table) for table in tables(comparison))]) + "\n"


def escape_latex(text: str) -> str:
    """Text that LaTeX sets as it is.

    Example:
        >>> print(escape_latex("he_normal 5%"))
        he\\_normal 5\\%
    """
    escaped = "".join(_ESCAPES.get(sign) or _set(sign) for sign in text)
    apart = _LIGATURE.sub(r"\g<0>{}", escaped)
    return _NEGATIVE.sub("$-$", apart)


def _set(sign: str) -> str:
    """A sign itself if every LaTeX has it: of ASCII, of Latin-1, or a Latin letter with an accent."""
    has_accent = sign < "\u0180" and normalize("NFD", sign)[0].isascii()
    known = (has_accent or sign < "\u0100") and sign not in _MISSING_IN_OT1
    return sign if known else f"U+{ord(sign):04X}"


def _tabular(table: Table) -> str:
    columns = "l" * table.keys + "r" * (len(table.headings) - table.keys)
    title = [f"\\textbf{{{escape_latex(table.title)}}}", ""] if table.title else []
    remark = ["", f"{{\\small {escape_latex(table.remark)}}}"] if table.remark else []
    rows = [_row(row) for row in table.rows]
    return "\n".join(
        [
            *title,
            f"\\begin{{tabular}}{{{columns}}}",
            "\\hline",
            _row(table.headings),
            "\\hline",
            *rows,
            "\\hline",
            "\\end{tabular}",
            *remark,
        ]
    )


def _row(cells: tuple[str, ...]) -> str:
    return " & ".join(escape_latex(cell) for cell in cells) + r" \\"
