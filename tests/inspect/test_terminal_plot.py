"""A line and points in characters."""

from convlab.inspect.terminal_plot import Series, terminal_plot

NOTHING = Series("", [])


def test_a_line_with_points_above_it() -> None:
    line = Series("value", [(-1.0, 0.0), (1.0, 1.0)])
    marks = Series("slope", [(-1.0, 1.0), (1.0, 1.0)])
    assert terminal_plot("f", line, marks, 20, 3, encoding="ascii") == [
        "f  * value  o slope",
        "   1 |o         ***o",
        " 0.5 |    ******    ",
        "   0 |****          ",
        "     +--------------",
        "      -1           1",
    ]


def test_no_points_are_not_in_the_legend() -> None:
    plot = terminal_plot("", Series("value", [(0.0, 0.0), (1.0, 1.0)]), NOTHING, 20, 2, encoding="utf-8")
    assert plot[0] == "⠒⠒ value"
    assert len(plot) == 5


def test_a_constant_is_in_the_middle() -> None:
    plot = terminal_plot("", Series("value", [(0.0, 2.0), (1.0, 2.0)]), NOTHING, 20, 3, encoding="ascii")
    assert [("*" in line) for line in plot[1:4]] == [False, True, False]
