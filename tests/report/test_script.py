"""The page's own script, in a browser: sort, hide, switch, zoom, light and dark."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from convlab.records.run_directory import RunDirectory
from convlab.report import report_page

MakeRun = Callable[..., RunDirectory]
Act = Callable[[str], str]


@pytest.fixture
def act(
    runs: Path, tmp_path: Path, make_run: MakeRun, in_browser: Callable[[Path], tuple[str, list[str]]]
) -> Act:
    """Runs a script on a report whose policy is taken away, and gives what it wrote as the page's title."""
    for seed in range(3):
        for score, initializer in ((0.9, "he_normal"), (0.5, "uniform"), (0.1, "a9")):
            make_run(initializer, seed=seed, score=score)

    def run(script: str) -> str:
        page = re.sub(r'<meta http-equiv="[^>]*>', "", report_page([runs]))
        path = tmp_path / "page.html"
        path.write_text(page.replace("</body>", f"<script>{script}</script></body>"))
        dom, complaints = in_browser(path)
        assert complaints == []
        return dom.split("<title>")[1].split("</title>")[0]

    return run


def test_a_heading_sorts_and_sorts_back(act: Act) -> None:
    script = """
      const rows = () => [...document.querySelectorAll("#leaderboard tbody tr")];
      const order = () => rows().map(row => row.cells[0].textContent);
      const heading = document.querySelectorAll("#leaderboard th button")[1];
      const seen = [order()];
      for (const _ of [1, 2]) { heading.click(); seen.push(order()); }
      document.title = seen.map(names => names.join()).join(" ");
    """
    down = "he_normal,uniform,a9"
    assert act(script) == f"{down} {down} a9,uniform,he_normal"


def test_names_sort_by_their_letters_whatever_digits_they_have(act: Act) -> None:
    script = """
      document.querySelector("#leaderboard th button").click();
      const rows = [...document.querySelectorAll("#leaderboard tbody tr")];
      document.title = rows.map(row => row.cells[0].textContent).join();
    """
    assert act(script) == "uniform,he_normal,a9"


def test_a_name_hides_its_curves_and_shows_them_again(act: Act) -> None:
    script = """
      const hidden = () => document.querySelectorAll(".arm.off").length;
      const button = document.querySelector("#curves .legend button");
      button.click();
      const first = hidden() + button.getAttribute("aria-pressed");
      button.click();
      document.title = first + " " + hidden();
    """
    assert act(script) == "4false 0"  # loss and accuracy, over epochs and over seconds


def test_curves_go_over_seconds_when_asked(act: Act) -> None:
    script = """
      document.querySelector("[data-axis=seconds]").click();
      document.title = [...document.querySelectorAll("[data-panel]")].map(p => p.dataset.panel + p.hidden);
    """
    assert act(script) == "epochtrue,secondsfalse"


def test_a_drag_zooms_and_the_button_resets(act: Act) -> None:
    script = """
      const chart = document.querySelector("svg.zooms");
      const inside = chart.querySelector(".inside");
      chart.setPointerCapture = () => {};
      const box = inside.getBoundingClientRect();
      const at = chart.getScreenCTM();
      const send = (type, x, y) => chart.dispatchEvent(new PointerEvent(type, {
        pointerId: 1, clientX: at.e + at.a * (48 + 400 * x), clientY: at.f + at.d * (10 + 232 * y) }));
      const texts = () => [...chart.querySelectorAll(".ticks text")].map(t => t.textContent).join();
      const before = texts();
      send("pointerdown", 0.25, 0.5); send("pointermove", 0.6, 0.7); send("pointerup", 0.75, 0.75);
      const zoomed = inside.getAttribute("viewBox").split(" ").map(Number).map(Math.round).join();
      const changed = texts() !== before;
      document.querySelector("[data-reset]").click();
      const same = inside.getAttribute("viewBox") === "0 0 1000 1000" && texts() === before;
      document.title = [zoomed, changed, same, chart.querySelectorAll(".selection").length].join(" ");
    """
    assert act(script) == "250,500,500,250 true true 0"


def test_the_slider_moves_all_films_and_play_begins_at_the_start(act: Act, make_run: MakeRun) -> None:
    for seed in range(3):
        make_run("filmed", seed=seed, score=0.7, probes=True)
    script = """
      const [button, slider] = ["button", "input"].map(name => document.querySelector(`.films ${name}`));
      const seen = () => [...document.querySelectorAll("#filters .pair")].map(pair => {
        const film = pair.querySelector(".film");
        return pair.querySelector("figure:last-child figcaption").textContent.split("epoch ").pop()
          + ":" + film.querySelector("image").getAttribute("y") / film.viewBox.baseVal.height; });
      const states = [seen()];
      slider.value = 1; slider.dispatchEvent(new Event("input")); states.push(seen());
      slider.value = slider.max; button.click(); states.push(seen(), button.getAttribute("aria-pressed"));
      button.click(); states.push(button.textContent);
      document.title = states.join(" ");
    """
    last, middle, first = (f"{text},{text}" for text in ("3:-2", "1:-1", "before:0"))
    assert act(script).split(" ") == [last, middle, *first.split(" "), "true", "Play"]


def test_the_theme_changes_and_changes_back(act: Act) -> None:
    script = """
      const color = () => getComputedStyle(document.body).backgroundColor;
      const seen = [color()];
      for (const _ of [1, 2]) { document.getElementById("theme").click(); seen.push(color()); }
      document.title = [seen[0] !== seen[1], seen[0] === seen[2]];
    """
    assert act(script) == "true,true"
