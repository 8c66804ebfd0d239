"""What a run tells of its months: the document, the table that is kept, what is printed, and its repetition."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from sim.case import DRAW_RUN, draw_case, prepare
from sim.cli.output import print_table
from sim.errors import InputError
from sim.months.series import REPORTED_HELP
from sim.results.series import MEMBER_SERIES
from sim.runner.batch import ENGINES, Batch, simulate_batch
from sim.runner.folder.files import MONTHS
from sim.runner.folder.repeat import repeat
from sim.runner.months import MonthsSamples
from sim.runner.result import RunResult
from sim.runner.run import run_case
from sim.runner.sweep import keep_run
from sim.specs import read_scenario
from sim.summaries.about_tables import about_tables, make_about_table
from sim.summaries.run_tables import make_short_months_tables
from sim.summaries.summary import summarise_run

SHORT = ["months.end=2022-04-30"]


@pytest.fixture(scope="module")
def result() -> RunResult:
    """Money is no limit here: what the target earns moves the help of those that nothing deters."""
    settings = [*SHORT, "parameters.revenue_weight=0"]
    base = prepare(read_scenario("2022-2023", settings))
    return run_case(prepare(read_scenario("2022-2023-no-secondary-sanctions", settings)), 40, base=base)


def test_the_document_has_the_months(result: RunResult) -> None:
    months = summarise_run(result).months
    assert months is not None
    assert months.months == ["2022-02", "2022-03", "2022-04"]
    assert months.replicates == 40
    assert {"revenue", "members_joined", "listings", "unsold_crude"} <= set(months.totals)
    assert {len(values) for series in months.totals.values() for _, values in series} == {3}
    assert len(months.members) == 193
    assert set(MEMBER_SERIES) <= set(months.units)
    for member in months.two_faced:
        assert member.supports_and_helps_covertly <= member.supports_and_helps_target + 1e-9
    assert months.base is not None
    assert months.base["listings"].what_if == 0
    assert months.base["listings"].base > 0


def test_a_scenario_without_months_has_none() -> None:
    found = run_case(prepare(read_scenario("es-11-1")), 3)
    assert found.months is None
    assert summarise_run(found).months is None


def test_months_of_a_target_whose_fuels_are_unknown_have_no_fuel_and_are_held_against_nothing(tmp_path: Path) -> None:
    """What is published is of the other target, so neither flows nor acts of help are scored."""
    unknown = ["dependence_energy", "dependence_food", "align_consultation"]
    settings = [*SHORT, "roles.target=IRN", "event=[]", *(f"parameters.{name}=0" for name in unknown)]
    found = run_case(prepare(read_scenario("2022-2023", settings)), 5)
    months = summarise_run(found).months
    assert months is not None
    assert months.scores is None
    assert months.acts == []
    assert not [name for name in (*months.totals, *months.units) if "crude" in name]
    assert make_short_months_tables(months)
    keep_run(found.case, tmp_path / "kept")


def test_a_kept_run_has_the_table_and_repeats_exactly(tmp_path: Path) -> None:
    keep_run(prepare(read_scenario("2022-2023", [*SHORT, "replicates=12"])), tmp_path / "kept")
    table = pq.read_table(tmp_path / "kept" / MONTHS)
    assert table.column_names == ["point", "replicates", "month", "series", "iso3", "mean", "p05", "p95"]
    assert table.num_rows > 193 * 3 * len(MEMBER_SERIES)
    assert repeat(tmp_path / "kept", tmp_path / "again") == []


def test_what_is_printed_names_the_months_and_the_whole(result: RunResult) -> None:
    written = io.StringIO()
    months = summarise_run(result).months
    assert months is not None
    for table in make_short_months_tables(months):
        print_table(Console(file=written, width=160), table)
    for text in ("2022-03", "Help to the target", "compared with the base", "sanction"):
        assert text in written.getvalue()


def test_drawn_parameters_are_the_same_in_both_engines() -> None:
    case = prepare(read_scenario("2022-2023", ["months.end=2022-04-30", "parameter_uncertainty=true"]))
    ensemble, mesa = (run_case(case, 7, engine) for engine in ENGINES)
    for one, other in zip(ensemble.votes, mesa.votes, strict=True):
        assert one.tallies.tolist() == other.tallies.tolist()
    assert isinstance(ensemble.months, MonthsSamples)
    assert isinstance(mesa.months, MonthsSamples)
    for name, samples in ensemble.months.members.items():
        assert samples.tolist() == mesa.months.members[name].tolist(), name


def test_a_draw_is_as_a_scenario_that_sets_its_parameters() -> None:
    """Votes and months of a draw's replicates are those of the scenario with its parameters and texts written in."""
    case = prepare(read_scenario("2022-2023", [*SHORT, "parameter_uncertainty=true"]))
    assert case.fit is not None
    together = simulate_batch(case, Batch(0, 0, 3 * DRAW_RUN))
    for first in range(0, 3 * DRAW_RUN, DRAW_RUN):
        own, rows = draw_case(case, first), slice(first, first + DRAW_RUN)
        names = case.fit.drawn_parameters(np.int64(first))  # type: ignore[arg-type]
        settings = [f"parameters.{name}={own.parameters[name]!r}" for name in names]
        for number, ballot in enumerate(own.ballots):
            settings.append(f"vote.{number}.severity={float(ballot.severity)!r}")
            settings.append(f"vote.{number}.divisiveness={[float(part) for part in ballot.divisiveness]}")
        alone = simulate_batch(prepare(read_scenario("2022-2023", [*SHORT, *settings])), Batch(0, first, DRAW_RUN))
        for vote, own_vote in zip(together.votes, alone.votes, strict=True):
            assert vote.actions is not None
            assert own_vote.actions is not None
            assert vote.actions[rows].tolist() == own_vote.actions.tolist()
        assert isinstance(together.months, MonthsSamples)
        assert isinstance(alone.months, MonthsSamples)
        for part in ("members", "totals"):
            for name, samples in getattr(alone.months, part).items():
                assert getattr(together.months, part)[name][rows].tolist() == samples.tolist(), name


def test_what_is_expected_of_series_is_judged(result: RunResult) -> None:
    """Of the whole and of a member; the figures are those of the change, run by run."""
    months = summarise_run(result).months
    assert months is not None
    assert months.base is not None
    assert set(months.expected) == set(result.case.spec.expected.series)  # type: ignore[union-attr]
    listings = months.expected["listings"]
    assert (listings.expected, listings.found, listings.is_as_expected) == ("down", "down", True)
    assert listings.change == months.base["listings"].change == -listings.base
    assert listings.p05 <= listings.change <= listings.p95 <= 0
    assert months.expected["PRK:helps_target"].found == "unchanged"
    written = io.StringIO()
    assert months.about is not None
    for table in about_tables(months.about):
        print_table(Console(file=written, width=200), table)
    assert "The series that the what-if is about" in written.getvalue()
    assert "as expected" in written.getvalue()


def test_a_mean_outside_the_range_of_most_runs_is_explained(result: RunResult) -> None:
    months = summarise_run(result).months
    assert months is not None
    assert months.about is not None
    listings = months.about.series["listings"]
    outlier = listings.model_copy(update={"change": -15.9, "p05": -16.5, "p95": -16.2})
    hardly = listings.model_copy(update={"change": -16.199, "p05": -16.5, "p95": -16.2})  # written as its end is
    for one, is_explained in ((listings, False), (outlier, True), (hardly, False)):
        table = make_about_table(months.about.model_copy(update={"series": {"listings": one}}))
        assert table is not None
        assert ("a few runs differ much" in table.note) == is_explained


def test_an_expectation_that_fails_says_so() -> None:
    settings = [*SHORT, 'expected.series={helpers="down", "CHN:support_finance"="unchanged"}']
    base = prepare(read_scenario("2022-2023", SHORT))
    found = run_case(prepare(read_scenario("2022-2023-no-secondary-sanctions", settings)), 20, base=base)
    months = summarise_run(found).months
    assert months is not None
    for name in ("helpers", "CHN:support_finance"):
        assert (months.expected[name].found, months.expected[name].is_as_expected) == ("up", False), name


def test_months_are_compared_over_those_that_both_have() -> None:
    """A what-if that ends earlier is compared with the base to that month, not with the base's last one."""
    base, longer = (prepare(read_scenario("2022-2023", [f"months.end=2022-0{end}-28"])) for end in (4, 7))
    for first, second in ((base, longer), (longer, base)):
        months = summarise_run(run_case(first, 20, base=second)).months
        assert months is not None
        assert months.base is not None
        for name, one in months.base.items():
            assert one.change == one.p05 == one.p95 == 0, name


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ('expected.series={helper="up"}', "\"helper\" is not a series of the whole. Did you mean 'helpers'?"),
        ('expected.series={"KGZ:passed"="up"}', "\"passed\" is not a series of a member. Did you mean 'passed_on'?"),
        ('expected.series={"Kirgisia:passed_on"="up"}', '"Kirgisia" is not the code of a member of'),
        ('expected.series={helpers="more"}', "expected.series.helpers"),
    ],
)
def test_an_expectation_of_no_series_is_refused(setting: str, expected: str) -> None:
    with pytest.raises(InputError, match=re.escape(expected)):
        read_scenario("2022-2023-enforcement-doubled", [setting])


def test_an_expectation_of_months_needs_months() -> None:
    with pytest.raises(InputError, match="needs months"):
        read_scenario("es-11-1-no-peers", ['expected.series={helpers="up"}'])


def test_help_has_a_mean_and_an_interval_by_instrument(result: RunResult) -> None:
    months = summarise_run(result).months
    assert months is not None
    for name in (
        "members_joined",
        "helpers",
        "listings",
        "revenue",
        "aid",
        *(f"help_{name}" for name in REPORTED_HELP),
    ):
        series = months.totals[name]
        for low, mean, high in zip(series.p05, series.mean, series.p95, strict=True):
            assert low <= high
            assert mean >= 0
    assert [one.use for one in months.scores.exports] == ["calibrate"] * 6  # type: ignore[union-attr]
