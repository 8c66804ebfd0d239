"""What a run tells of its months: the document, the table that is kept, what is printed, and its repetition."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from sim.case import prepare
from sim.cli.months import print_months
from sim.evaluation.summary import summary
from sim.months.series import MEMBER_SERIES
from sim.runner.keep import MONTHS, keep
from sim.runner.repeat import repeat
from sim.runner.run import ENGINES, RunResult, run
from sim.specs import read_scenario

SHORT = ["months.end=2022-04-30"]


@pytest.fixture(scope="module")
def result() -> RunResult:
    base = prepare(read_scenario("2022-2023", SHORT))
    return run(prepare(read_scenario("2022-2023-no-secondary-sanctions", SHORT)), 40, base=base)


def test_the_document_has_the_months(result: RunResult) -> None:
    months = summary(result)["months"]
    assert isinstance(months, dict)
    assert months["months"] == ["2022-02", "2022-03", "2022-04"]
    assert months["replicates"] == 40
    assert {"revenue", "members_joined", "listings", "unsold_crude"} <= set(months["totals"])
    assert {len(series[name]) for series in months["totals"].values() for name in ("mean", "p05", "p95")} == {3}
    assert len(months["members"]) == 193
    assert set(MEMBER_SERIES) <= set(months["units"])
    for member in months["two_faced"]:
        assert member["supports_and_helps_covertly"] <= member["supports_and_helps_target"] + 1e-9
    assert months["base"]["listings"]["what_if"] == 0
    assert months["base"]["listings"]["base"] > 0


def test_a_scenario_without_months_has_none() -> None:
    found = run(prepare(read_scenario("es-11-1")), 3)
    assert found.months is None
    assert "months" not in summary(found)


def test_a_kept_run_has_the_table_and_repeats_exactly(tmp_path: Path) -> None:
    keep(run(prepare(read_scenario("2022-2023", SHORT)), 12), tmp_path / "kept", 0.0)
    (tmp_path / "again").mkdir()
    table = pq.read_table(tmp_path / "kept" / MONTHS)
    assert table.column_names == ["month", "series", "iso3", "mean", "p05", "p95"]
    assert table.num_rows > 193 * 3 * len(MEMBER_SERIES)
    assert repeat(tmp_path / "kept", tmp_path / "again") == []


def test_what_is_printed_names_the_months_and_the_whole(result: RunResult) -> None:
    written = io.StringIO()
    months = summary(result)["months"]
    print_months(Console(file=written, width=160), months)  # type: ignore[arg-type]
    for text in ("2022-03", "Help to the target", "against the base", "sanction"):
        assert text in written.getvalue()


def test_drawn_parameters_are_the_same_in_both_engines() -> None:
    case = prepare(read_scenario("2022-2023", ["months.end=2022-04-30", "parameter_uncertainty=true"]))
    ensemble, mesa = (run(case, 7, engine) for engine in ENGINES)
    for one, other in zip(ensemble.votes, mesa.votes, strict=True):
        assert one.tallies.tolist() == other.tallies.tolist()
    assert ensemble.months is not None
    assert mesa.months is not None
    for name, samples in ensemble.months.members.items():
        assert samples.tolist() == mesa.months.members[name].tolist(), name
