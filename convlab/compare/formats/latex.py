"""A comparison as LaTeX, for a paper's tables."""

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
    '"': r"\textquotedbl{}",
    "'": r"{\textquotesingle}",
    "`": r"\textasciigrave{}",
    "±": r"$\pm$",
    "–": r"\textendash{}",
    "[": "{[}",
    "]": "{]}",
}


def to_latex(comparison: Comparison) -> str:
    """Writes the verdict as paragraphs, and every table as a ``tabular`` that needs no package.

    Args:
        comparison: of the runs; names in it may come from anybody.

    Returns:
        LaTeX to be included; ``\\usepackage[T1]{fontenc}`` and ``textcomp`` give all signs.
    """
    verdict = "\n\n".join(f"{escape_latex(sentence)}." for sentence in comparison.sentences)
    return "\n\n".join([verdict, *(_tabular(table) for table in tables(comparison))]) + "\n"


def escape_latex(text: str) -> str:
    """Text that LaTeX sets as it is.

    Example:
        >>> print(escape_latex("he_normal 5%"))
        he\\_normal 5\\%
    """
    escaped = "".join(_ESCAPES.get(sign, sign) for sign in text)
    return escaped.replace("--", "-{}-").replace("--", "-{}-")  # twice, for three in a row


def _tabular(table: Table) -> str:
    columns = "l" * table.keys + "r" * (len(table.headings) - table.keys)
    title = [f"\\textbf{{{escape_latex(table.title)}}}", ""] if table.title else []
    remark = ["", f"\\small{{{escape_latex(table.remark)}}}"] if table.remark else []
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
