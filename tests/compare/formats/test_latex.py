"""LaTeX: names are set as they are and command nothing."""

import re
from pathlib import Path

import pytest

from convlab.compare import compare
from convlab.compare.formats import to_latex
from convlab.compare.formats.latex import escape_latex

OWN_COMMANDS = {
    "textbf", "begin", "end", "hline", "small", "pm", "textendash", "textquotesingle", "textquotedbl",
    "textless", "textgreater", "textbar", "textbackslash", "textasciitilde", "textasciicircum",
    "textasciigrave",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("he_normal 5% & more", "he\\_normal 5\\% \\& more"),
        ("\\input{x}", "\\textbackslash{}input\\{x\\}"),
        ("$a^b~c#", "\\$a\\textasciicircum{}b\\textasciitilde{}c\\#"),
        ("---", "-{}-{}-"),
        ("0.97 ± 0.01", "0.97 $\\pm$ 0.01"),
    ],
)
def test_escapes(text: str, escaped: str) -> None:
    assert escape_latex(text) == escaped


def test_no_name_is_a_command(hostile_runs: Path) -> None:
    text = to_latex(compare(hostile_runs))
    assert set(re.findall(r"\\([A-Za-z]+)", text)) <= OWN_COMMANDS
    assert not re.search(r"(?<!\\)[%#]", text)
    assert text.count("\\begin{tabular}") == text.count("\\end{tabular}") > 2


def test_every_row_has_the_cells_of_its_heading(hostile_runs: Path) -> None:
    for table in to_latex(compare(hostile_runs)).split("\\begin{tabular}")[1:]:
        rows = [line for line in table.partition("\\end{tabular}")[0].splitlines() if line.endswith("\\\\")]
        assert len({len(re.findall(r"(?<!\\)&", row)) for row in rows}) == 1
