"""Tables of times."""

from convlab.bench.cells import Cell
from convlab.bench.tables import Table, time_tables
from convlab.bench.timing import Times


def cell(name: str, task: str, threads: int, ours: float, theirs: float | None) -> Cell:
    peers = {} if theirs is None else {"NCHW": Times((theirs,)), "channels_last": Times((2 * theirs,))}
    return Cell(name, task, threads, "float32", Times((ours,)), peers, work=ours * 5e9)


def test_losing_cells_come_first() -> None:
    cells = [
        cell(name, "step", threads, 0.001, seconds)
        for name, seconds in (("a", 0.003), ("b", 0.0005), ("c", 0.002))
        for threads in (1, 2)
    ]
    table = time_tables(cells)[-1]
    assert [row[0] for row in table.rows] == ["b", "c", "a"]
    assert table.rows[0][2:6] == ("1.00", "5", "0.500 n", "0.50 ±0%")


def test_the_summary_has_geometric_means_and_the_lowest_of_each_pass_and_of_both() -> None:
    cells = [
        cell("a", "forward", 1, 1.0, 4.0),
        cell("a", "backward", 1, 1.0, 2.0),
        cell("b", "forward", 1, 1.0, 1.0),
        cell("b", "backward", 1, 1.0, 2.0),
    ]
    assert time_tables(cells)[0].rows == (
        ("float32", "1", "forward", "2.00", "1.00", "b"),
        ("float32", "1", "backward", "2.00", "2.00", "a"),
        ("float32", "1", "total", "2.12", "1.50", "b"),
    )


def test_without_pytorch_only_our_columns_are_there() -> None:
    (table,) = time_tables([cell("a", "forward", 1, 0.0123, None)])
    assert table.headings == ("", "pass", "1 thread: convlab ms", "GFLOP/s")
    assert table.rows == (("a", "forward", "12.3", "5"),)


def test_markdown() -> None:
    assert Table("T", ("", "x"), (("a", "1"), ("b", "2"))).to_markdown() == (
        "**T**\n\n|  | x |\n|---|---:|\n| a | 1 |\n| b | 2 |"
    )
