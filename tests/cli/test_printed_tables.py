"""How tables look on a screen."""

import io

import pytest
from rich.cells import cell_len

from sim.cli.output import Screen, print_table
from sim.results.tables import COUNT, SHARE, Column, Table, table


def print_to_text(shown: Table, width: int = 60) -> list[str]:
    written = io.StringIO()
    print_table(Screen(file=written, width=width, highlight=False, markup=False, emoji=False), shown)
    return written.getvalue().splitlines()


def test_numbers_are_set_to_the_right_and_text_to_the_left() -> None:
    shown = table("Votes", [Column("member"), Column("runs", COUNT)], [["A", 12_000], ["Bolivia", 7]], "Note.")
    assert print_to_text(shown) == ["Votes", "member     runs", "A        12,000", "Bolivia       7", "Note."]


def test_a_heading_of_several_lines_ends_next_to_the_rows() -> None:
    columns = [Column("member"), Column("share of the population of the world", SHARE), Column("what it did in words")]
    lines = print_to_text(
        table("", columns, [["A", 0.5, "much of what was asked of it, and a little more of the rest"]]), 40
    )
    head = next(place for place, line in enumerate(lines) if line.startswith("member"))
    assert head > 0
    assert "50 %" in lines[head + 1]
    assert lines[head + 1].startswith("A")
    assert {len(line) for line in lines} == {len(lines[0])}


@pytest.mark.parametrize("width", [20, 30, 44, 80])
def test_letters_of_double_width_keep_the_columns_in_line(width: int) -> None:
    columns = [Column("name"), Column("runs", COUNT), Column("words")]
    rows = [["日本国", 5, "日本国 日本国 日本国 日本国"], ["Peru", 10, "short"]]
    lines = print_to_text(table("", columns, rows), width)
    assert all(cell_len(line) <= width for line in lines)
    if width > 40:
        assert len({cell_len(line) for line in lines}) == 1
