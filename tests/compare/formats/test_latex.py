"""LaTeX: names are set as they are and command nothing."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from convlab.compare import Question, compare
from convlab.compare.formats import to_latex
from convlab.compare.formats.latex import escape_latex

OWN_COMMANDS = {
    "textbf", "begin", "end", "hline", "small", "pm", "textendash", "textquotesingle", "texttt", "char",
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
        ("-0.69 to 1e-05", "$-$0.69 to 1e-05"),
        ("a,,b", "a,{},b"),
        ("* [x]", "{*} {[}x{]}"),
        ("é ś 😀 Δ ą", "é ś U+1F600 U+0394 U+0105"),
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


@pytest.mark.parametrize("packages", ["", "\\usepackage[T1]{fontenc}"])
def test_latex_sets_it_without_a_complaint(hostile_runs: Path, tmp_path: Path, packages: str) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("no LaTeX installed: apt-get install texlive-latex-base")
    body = to_latex(compare(hostile_runs, Question(target=0.6))) + escape_latex("* ,, -- é 😀 Δ ą « ß")
    page = f"\\documentclass{{article}}{packages}\\begin{{document}}{body}\\end{{document}}"
    (tmp_path / "page.tex").write_text(page)
    options = ["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"]
    ran = subprocess.run(["pdflatex", *options, "page.tex"], cwd=tmp_path, capture_output=True, timeout=60)
    assert ran.returncode == 0, ran.stdout[-500:]
    assert "Missing character" not in (tmp_path / "page.log").read_text("latin-1")
