"""Results in files for papers and for other programs: what R and Stata can read, and every row of every table."""

import csv
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.commands import document, sim

import sim as package
from sim.errors import InputError
from sim.results.data import LONGEST_NAME, collect_data, collect_data_of_records, name_columns
from sim.results.described import Result, quantity
from sim.results.parts import ByAction
from sim.results.tables import MEAN, SHARE, Column, table
from sim.views.exports import as_latex, as_markdown

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@given(st.lists(st.text(max_size=80), max_size=30))
def test_every_name_is_one_that_stata_and_r_accept_and_all_differ(keys):
    names = name_columns(keys)
    assert len({name.casefold() for name in names}) == len(keys)
    assert all(NAME.fullmatch(name) and len(name) <= LONGEST_NAME for name in names)


def test_names_stay_readable():
    assert name_columns(["vote.0.severity", "in", "90 % of runs", "change", "change", "parameters.enforcement"]) == [
        "vote_0_severity",
        "in_",
        "c90_of_runs",
        "change",
        "change_2",
        "enforcement",
    ]


class Inner(Result):
    value: float | None = quantity("value", "the figure")
    unit: str = quantity("unit", "what it is counted in")


class Outer(Result):
    name: str = quantity("name", "what it is")
    shares: ByAction[float] = quantity("share", "how often", unit="share")
    ends: tuple[float, float] = quantity("interval", "both ends", unit="members")
    inner: Inner = quantity("inner", "one more")
    nothing: float | None = quantity("nothing", "never given", default=None)
    values: dict[str, float] = quantity("levers", "what is set", named="FACTOR")


def test_what_is_within_a_result_gets_columns_with_labels_and_a_column_of_nothing_is_left_out():
    shares = ByAction[float](support=0.5, abstain=0.25, oppose=0.25, absent=0.0)
    row = Outer(name="a", shares=shares, ends=(1.0, 2.0), inner=Inner(value=3.0, unit="EUR"), values={"vote.x": 1.0})
    found = collect_data("outer", "rows", [row])
    columns = {column.name: column for column in found.columns}
    assert found.records() == [
        {
            "name": "a",
            **{f"shares_{action}": share for action, share in shares},
            "ends_low": 1.0,
            "ends_high": 2.0,
            "inner_value": 3.0,
            "vote_x": 1.0,
        }
    ]
    assert columns["shares_support"].label == "share, support"
    assert columns["shares_support"].unit == "share"
    assert columns["inner_value"].unit == "EUR"
    assert columns["vote_x"].label == "vote.x"


def test_a_long_table_has_a_row_for_each_number():
    wide = collect_data_of_records("wide", "", [{"name": "a", "x": 1, "y": None}, {"name": "b", "x": 2, "y": 3.5}])
    rows = wide.lengthen("long", "", ["name"]).records()
    assert [(row["name"], row["quantity"], row["value"]) for row in rows] == [
        ("a", "x", 1),
        ("b", "x", 2),
        ("b", "y", 3.5),
    ]


COMMANDS = {
    "run": ["run", "es-11-1-april-threat", "--replicates", 30],
    "months": ["run", "2022-2023-embargo-day-one", "--replicates", 4, "--set", "months.end=2022-04-30"],
    "several": ["run", "es-11-1", "es-11-1-no-peers", "harbour-blockade", "--replicates", 20],
    "compare": ["compare", "es-11-1", "es-11-1-no-peers", "es-11-3", "--replicates", 20],
    "explain": ["explain", "harbour-blockade", "GUL", "--no-levers", "--replicates", 20],
    "explain all": ["explain", "harbour-blockade", "--all", "--replicates", 20],
    "reach": ["reach", "india-deplores", "--replicates", 20, "--set", "goal.probability=0.3"],
    "validate": ["validate", "es-11-1"],
    "list": ["list", "parameters"],
    "world": ["world", "BLR"],
}


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_every_command_that_prints_tables_writes_them(arguments, tmp_path):
    pytest.importorskip("openpyxl")
    files = {kind: tmp_path / f"all.{end}" for kind, end in ENDS.items()}
    done = sim(*arguments, *(word for kind, file in files.items() for word in (f"--{kind}", file)))
    assert done.returncode == 0, done.stderr
    for file in tmp_path.glob("*.csv"):
        frame = pd.read_csv(file, keep_default_na=file.name != "all-columns.csv")
        assert len(frame), file
        assert all(NAME.fullmatch(name) and len(name) <= LONGEST_NAME for name in frame.columns), file
        if file.name != "all-columns.csv":
            assert not frame.isna().all().any(), file
    main = pd.read_csv(files["csv"])
    stata = pd.read_stata(files["stata"])
    assert list(stata.columns) == list(main.columns)
    assert len(stata) == len(main)
    with pd.io.stata.StataReader(files["stata"]) as reader:
        assert all(reader.variable_labels().values())
    sheets = pd.read_excel(files["xlsx"], sheet_name=None)
    assert len(next(iter(sheets.values()))) == len(main)
    assert "columns" in sheets
    latex = files["latex"].read_text(encoding="utf-8")
    assert latex.count("\\begin{tabular}") == latex.count("\\end{tabular}") > 0
    assert files["markdown"].read_text(encoding="utf-8").count("| --- |") > 0


ENDS = {"csv": "csv", "xlsx": "xlsx", "stata": "dta", "latex": "tex", "markdown": "md"}


def test_every_column_is_described_next_to_the_main_table(tmp_path):
    assert sim("run", "es-11-1", "es-11-2", "--replicates", 10, "--csv", tmp_path / "x.csv").returncode == 0
    described = {(row["table"], row["column"]): row for row in rows_of(tmp_path / "x-columns.csv")}
    wide, long = rows_of(tmp_path / "x.csv"), rows_of(tmp_path / "x-figures.csv")
    assert {("scenarios", name) for name in wide[0]} | {("figures", name) for name in long[0]} == set(described)
    assert described["scenarios", "tally_support_mean"]["unit"] == "members"
    value = next(row["value"] for row in long if row["quantity"] == "tally_support_mean")
    assert float(value) == float(wide[0]["tally_support_mean"])


def rows_of(file):
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def test_a_file_holds_all_rows_though_the_screen_shows_the_first(tmp_path):
    file = tmp_path / "movers.md"
    done = sim("run", "es-11-1-april-threat", "--replicates", 60, "--markdown", file)
    assert "more are not listed" in done.stdout
    moved = document("run", "es-11-1-april-threat", "--replicates", 60)["votes"][0]["base"]["moved"]
    text = file.read_text(encoding="utf-8")
    assert all(f"| {mover['name']} |" in text for mover in moved)


def test_files_are_written_with_json_and_before_a_pipe_may_close(tmp_path):
    done = sim("run", "harbour-blockade", "--replicates", 5, "--json", "--csv", tmp_path / "x.csv")
    assert done.stdout.startswith("{")
    assert (tmp_path / "x.csv").is_file()


def test_signs_of_latex_and_markdown_are_written_so_that_they_are_read_as_text():
    shown = table("A & B: 50 % of_all", [Column("a|b"), Column("x", MEAN), Column("y", SHARE)], [["#1", -2.5, 0.001]])
    written = as_latex(shown)
    assert r"\caption{A \& B: 50~\% of\_all}" in written
    assert r"\#1 & $-$2.5 & $<$1~\% \\" in written
    assert r"| a\|b | x | y |" in as_markdown(shown)


def test_python_writes_the_same_file_as_the_command(tmp_path):
    found = package.run_all(["es-11-1", "es-11-1-no-peers"], replicates=20)
    files = package.export(found, tmp_path / "python.csv")
    assert [file.name for file in files] == ["python.csv", "python-figures.csv", "python-columns.csv"]
    sim("run", "es-11-1", "es-11-1-no-peers", "--replicates", 20, "--csv", tmp_path / "command.csv")
    assert (tmp_path / "python.csv").read_bytes() == (tmp_path / "command.csv").read_bytes()
    with pytest.raises(InputError, match="has to end in one of"):
        package.export(found, tmp_path / "python.parquet")
    with pytest.raises(InputError, match="is needed"):
        package.export(3, tmp_path / "x.csv")
