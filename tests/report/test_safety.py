"""Whatever names, values and messages hold, nothing of it acts."""

import json
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from convlab.records.run_directory import RunDirectory
from convlab.report import report_page, write_report

MakeRun = Callable[..., RunDirectory]
InBrowser = Callable[[Path], tuple[str, list[str]]]
ACT = "document.documentElement.dataset.acted=1"
HOSTILE = (
    f"<script>{ACT}</script>",
    f"</script><script>{ACT}</script>",
    f"</style><script>{ACT}</script>",
    f"</title><script>{ACT}</script>",
    f"<img src=x onerror={ACT}>",
    f'"><img src=x onerror="{ACT}">',
    f"' onmouseover='{ACT}' x='",
    f'" autofocus onfocus="{ACT}" x="',
    f"</svg><svg onload={ACT}>",
    f"<svg><script>{ACT}</script></svg>",
    f"javascript:{ACT}",
    f'<a href="javascript:{ACT}">click</a>',
    '<iframe src="http://example.com/"></iframe>',
    '<link rel="stylesheet" href="http://example.com/x.css">',
    '<meta http-equiv="refresh" content="0;url=http://example.com/">',
    "<!--",
    "]]><![CDATA[",
    "\x00\x1b[2J\n\r</td></table>",
    "\u202e\u2066abc\ud800",
    "&lt;b&gt; &#60;script&#62; {{7*7}} ${alert(1)}",
)
TAGS = {
    *("html", "head", "meta", "title", "link", "style", "script", "body", "header", "nav", "main", "footer"),
    *("section", "article", "div", "span", "h1", "h2", "h3", "p", "ul", "li", "b", "strong", "a", "code"),
    *("button", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "figure", "figcaption"),
    *("img", "image", "input", "label", "svg", "g", "path", "line", "text", "circle", "polyline", "rect"),
}


@pytest.fixture(params=HOSTILE, ids=range(len(HOSTILE)))
def hostile(request: pytest.FixtureRequest) -> str:
    """Each of the names."""
    return str(request.param)


def make_hostile(name: str, runs: Path, make_run: MakeRun) -> None:
    """Runs that have a name wherever they can have one."""
    plain = "".join(letter for letter in name if letter.isprintable())  # a file holds no lone surrogate
    for seed in range(3):
        for initializer in (plain, "zeros"):
            run = make_run(
                initializer,
                seed=seed,
                layers=(plain.replace("/", "|"), "conv2"),
                probes=seed == 1,  # the median, whose probes are shown
                extra={plain: plain},
                score=0.9 + 0.01 * seed,
            )
            run.write_record({"cpu": plain, "plugins": {plain: plain}})
    make_run(plain, seed=3, status="failed", message=plain)
    protocol = {"question": plain, "baseline": "", "seeds": 3, "axes": {"initializer": [plain]}}
    (runs / "study.json").write_text(json.dumps(protocol | {"shrinkage": {plain: {"selected": plain}}}))
    (runs / "tuning.json").write_text(json.dumps({"arms": {plain: {"selected": {plain: plain}}}}))


def digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_a_hostile_name_is_text_and_nothing_else(
    hostile: str, runs: Path, make_run: MakeRun, page_of: Callable[[str], Any]
) -> None:
    make_hostile(hostile, runs, make_run)
    page = page_of(report_page([runs]))
    assert set(page.tags) <= TAGS
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name == "style"]
    links = {(tag, value) for tag, name, value in page.attributes if name in ("href", "src")}
    assert all(value.startswith(("#", "data:image/png;base64,")) or value == "data:," for _, value in links)
    scripts, styles = "".join(page.within["script"]), "".join(page.within["style"])
    assert f"script-src {digest(scripts)};" in page.policy
    assert f"style-src {digest(styles)};" in page.policy
    assert page.tags.count("script") == page.tags.count("style") == 1


def test_the_policy_allows_nothing_else(runs: Path, make_run: MakeRun, page_of: Callable[[str], Any]) -> None:
    make_run()
    page = page_of(report_page([runs]))
    assert page.policy.startswith("default-src 'none'; script-src 'sha256-")
    assert page.policy.endswith("img-src data:; base-uri 'none'; form-action 'none'")
    assert "unsafe" not in page.policy
    assert "http" not in page.policy


def test_nothing_acts_in_a_browser_and_no_request_leaves(
    runs: Path, tmp_path: Path, make_run: MakeRun, in_browser: InBrowser
) -> None:
    for name in HOSTILE:
        make_hostile(name, runs, make_run)
    path = tmp_path / "report.html"
    write_report([runs], path)
    dom, complaints = in_browser(path)
    assert 'id="verdict"' in dom
    assert "data-acted" not in dom
    assert complaints == []
    network = json.loads(path.with_suffix(".network.json").read_text())
    asked = {str(event.get("params", {}).get("url", "")) for event in network["events"]}
    assert not [url for url in asked if "example.com" in url or url.endswith("/x")]


def test_the_browser_tells_of_what_acts(tmp_path: Path, in_browser: InBrowser) -> None:
    path = tmp_path / "bad.html"
    path.write_text(f"<html><body><script>{ACT}; console.error('told')</script></body></html>")
    dom, complaints = in_browser(path)
    assert "data-acted" in dom
    assert "told" in complaints[0]
