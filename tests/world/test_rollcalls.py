"""Roll calls as people have them are read whole: every layout, value, day and encoding in use, and what is wrong."""

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.world import ROLL_CALL_VOTES, load_world
from sim.world.rollcalls.dates import read_day, read_days
from sim.world.rollcalls.files import read_rollcalls, write_rollcalls
from sim.world.rollcalls.importing import import_rollcalls
from sim.world.rollcalls.values import NO_RECORD, NOT_A_MEMBER, read_vote

WORLD = load_world("un-2022")
DAYS = {"A/RES/40/1": dt.date(2021, 6, 25), "A/RES/40/2": dt.date(2021, 12, 9)}
NAMES = {
    "BOL": "BOLIVIA (PLURINATIONAL STATE OF)",
    "CIV": "CÔTE D'IVOIRE",
    "COD": "DEMOCRATIC REPUBLIC OF THE CONGO",
    "KOR": "Republic of Korea",
    "GBR": "UK",
    "TUR": "Turkey",
}
VOTES = {
    "A/RES/40/1": dict(zip(NAMES, ("yes", "no", "abstain", "absent", "yes", "yes"), strict=True)),
    "A/RES/40/2": dict(zip(NAMES, ("no", "no", "yes", "abstain", "absent", "yes"), strict=True)),
}
LETTERS = {"yes": "Y", "no": "N", "abstain": "A", "absent": "X"}
NUMBERS = {"yes": "1", "abstain": "2", "no": "3", "absent": "8"}


def library():
    """As the UN Digital Library exports them."""
    yield ["undl_id", "ms_code", "ms_name", "ms_vote", "date", "session", "resolution", "draft", "title", "undl_link"]
    for resolution, votes in VOTES.items():
        for code, vote in votes.items():
            yield ["0", code, NAMES[code], LETTERS[vote], DAYS[resolution], "40", resolution, "", "a, title", "http"]


def voeten():
    """As in Voeten's files: numbers, and members by code and name."""
    yield ["rcid", "ccode", "member", "vote", "Country", "Countryname", "unres", "date"]
    for number, (resolution, votes) in enumerate(VOTES.items()):
        for code, vote in votes.items():
            yield [9000 + number, 200, 1, NUMBERS[vote], code, NAMES[code], resolution, DAYS[resolution]]


def names_alone():
    yield ["Resolution", "Date of vote", "Member State", "Vote"]
    for resolution, votes in VOTES.items():
        for code, vote in votes.items():
            yield [resolution, f"{DAYS[resolution]:%d %B %Y}", NAMES[code], vote.upper()]


def explained():
    """With a title, and a second row of headings."""
    yield ["Votes of the Assembly", "", "", ""]
    yield ["resolution", "date", "country", "vote"]
    yield ["symbol", "day of the vote", "name of the state", "how it voted"]
    yield from list(names_alone())[1:]
    yield ["Source: the records of the Assembly"]


def by_resolution():
    yield ["resolution", "date", "title", *NAMES]
    for resolution, votes in VOTES.items():
        yield [resolution, DAYS[resolution], "about something", *(LETTERS[vote] for vote in votes.values())]


def by_resolution_twice_headed():
    yield ["", "", *NAMES]
    yield ["", "", *NAMES.values()]
    for resolution, votes in VOTES.items():
        yield [resolution, DAYS[resolution], *votes.values()]


def by_member():
    yield ["code", "name", *VOTES]
    yield ["", "", *DAYS.values()]
    for code, name in NAMES.items():
        yield [code, name, *(votes[code] for votes in VOTES.values())]


LAYOUTS = (library, voeten, names_alone, explained, by_resolution, by_resolution_twice_headed, by_member)


def written(path, rows, delimiter=",", encoding="utf-8", end="\n"):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def table(*rows):
    """Rows of a short table in the plainest layout, under its headings."""
    return [["resolution", "date", "country", "vote"], *rows]


def plain(vote="Y", country="Turkey", date="2021-12-09", resolution="A/RES/40/1"):
    return [resolution, date, country, vote]


def read(path, **options):
    return import_rollcalls(path, WORLD, Path("out.csv"), **options)


def refused(path, **options):
    with pytest.raises(InputError) as caught:
        read(path, **options)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_every_layout_is_read(tmp_path, layout):
    found = read(written(tmp_path / "votes.csv", layout()))
    assert found.votes == VOTES
    assert found.dates == DAYS
    assert not found.report.unmatched_members
    assert not found.report.unread_votes
    assert (found.report.votes, found.report.members) == (12, 6)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_encoding_delimiter_and_line_end_is_read(tmp_path, delimiter, encoding, end):
    found = read(written(tmp_path / "votes.csv", library(), delimiter, encoding, end))
    assert found.votes == VOTES
    assert found.report.encoding == {"utf": "UTF", "cp1": "Windows"}[encoding[:3]] + {
        "utf-8": "-8",
        "utf-8-sig": "-8",
        "cp1252": "-1252",
    }.get(encoding, "-16")


@given(st.dictionaries(st.sampled_from(WORLD.iso3), st.sampled_from(ROLL_CALL_VOTES), min_size=3))
def test_what_is_written_is_read_back_by_the_program(tmp_path_factory, votes):
    folder = tmp_path_factory.mktemp("votes")
    rows = table(*([f"{i}", "2021-12-09", code, vote] for i in range(2) for code, vote in votes.items()))
    found = read(written(folder / "votes.csv", rows))
    write_rollcalls(folder / "own.csv", found.rows())
    for call in read_rollcalls(folder / "own.csv", WORLD):
        own = {WORLD.iso3[i]: ROLL_CALL_VOTES[code] for i, code in enumerate(call.votes) if code >= 0}
        assert own == found.votes[call.resolution] == votes


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        ("Y", "yes"),
        (" in favour", "yes"),
        ("1.0", "yes"),
        ("NO", "no"),
        ("against", "no"),
        ("3", "no"),
        ("Abstention", "abstain"),
        ("2", "abstain"),
        ("X", "absent"),
        ("non-voting", "absent"),
        ("8", "absent"),
        ("9", NOT_A_MEMBER),
        ("", NO_RECORD),
        ("NA", NO_RECORD),
        ("0", None),
        ("?", None),
    ],
)
def test_the_cells_of_votes(cell, meaning):
    assert read_vote(cell) == meaning


def test_who_has_no_record_or_was_no_member_is_not_absent(tmp_path):
    rows = table(plain("8", "France"), plain("9", "Palau"), plain("", "Chad"), plain("1", "Mali"))
    found = read(written(tmp_path / "votes.csv", rows))
    assert found.votes == {"A/RES/40/1": {"FRA": "absent", "MLI": "yes"}}
    assert (found.report.blank, found.report.not_members) == (1, 1)
    assert found.report.resolutions[0].missing == WORLD.size - 2


def test_what_is_not_matched_is_counted_and_named(tmp_path):
    strangers = ["Kosovo", "East Germany", "Kosovo", "Atlantis", "EU"]
    rows = table(plain("Y", "Mali"), *(plain("N", name) for name in strangers), plain("maybe", "Chad"))
    report = read(written(tmp_path / "votes.csv", rows)).report
    reported = {entry.text: (entry.rows, entry.reason) for entry in report.unmatched_members}
    assert reported.keys() == set(strangers)
    assert reported["Kosovo"] == (2, "Kosovo is not a member of the United Nations.")
    assert "ended in 1990" in reported["East Germany"][1]
    assert "means 27 members" in reported["EU"][1]
    assert [(entry.text, entry.rows) for entry in report.unread_votes] == [("maybe", 1)]
    assert report.votes == 1


def test_a_code_and_a_name_of_two_members_are_not_matched(tmp_path):
    rows = [["resolution", "date", "code", "country", "vote"], ["R", "2021-12-09", "AUS", "Austria", "Y"]]
    rows += [["R", "2021-12-09", "MLI", "Mali", "Y"]]
    report = read(written(tmp_path / "votes.csv", rows)).report
    assert [(entry.text, entry.reason) for entry in report.unmatched_members] == [
        ("AUS / Austria", "code and name are of two members")
    ]


def test_a_column_of_a_stranger_among_members_is_reported(tmp_path):
    rows = [["resolution", "date", "FRA", "MLI", "TCD", "Atlantis"], ["R", "2021-12-09", "Y", "N", "A", "Y"]]
    report = read(written(tmp_path / "votes.csv", rows)).report
    assert [(entry.text, entry.rows) for entry in report.unmatched_members] == [("Atlantis", 1)]
    assert report.votes == 3


def test_votes_on_one_resolution_that_was_voted_on_twice_are_kept_apart(tmp_path):
    rows = [["rcid", "unres", "date", "country", "vote"]]
    rows += [[number, "R/1", "2021-12-09", "Mali", vote] for number, vote in ((7, "1"), (8, "3"))]
    assert read(written(tmp_path / "votes.csv", rows)).votes == {"R/1 (7)": {"MLI": "yes"}, "R/1 (8)": {"MLI": "no"}}


@pytest.mark.parametrize(
    "text",
    [
        "2022-03-02",
        "2022-03-02 00:00:00+00",
        "2022-03-02T10:00:00Z",
        "20220302",
        "2022/3/2",
        "2 March 2022",
        "March 2, 2022",
        "Wednesday, 2 March 2022",
        "02-Mar-2022",
    ],
)
def test_days_that_can_only_be_one(text):
    assert read_days([text], None) == ({text: dt.date(2022, 3, 2)}, [])


@pytest.mark.parametrize("text", ["", "March 2022", "2022", "9000", "2 Foo 2022", "31/31/2022", "2022-02-30", "Mar 2"])
def test_what_is_no_day(text):
    assert read_days([text], None) == ({}, [])


@given(st.dates(dt.date(1946, 1, 1), dt.date(2100, 1, 1)), st.sampled_from("/.-"))
def test_a_day_in_numbers_is_read_in_the_order_that_is_given(day, mark):
    assert read_day(f"{day.day}{mark}{day.month}{mark}{day.year}", "dmy") == day
    assert read_day(f"{day.month:02}{mark}{day.day:02}{mark}{day.year} 00:00", "mdy") == day


def test_a_day_that_could_be_two_is_refused_until_the_order_is_given(tmp_path):
    file = written(tmp_path / "votes.csv", table(plain(date="2/3/2022"), plain(date="2/3/2022", country="Mali")))
    assert refused(file) == [
        f"{file}, date: '2/3/2022' could be either of two days. Give the order, with --dates dmy or --dates mdy."
    ]
    assert read(file, order="dmy").dates == {"A/RES/40/1": dt.date(2022, 3, 2)}
    assert read(file, order="mdy").dates == {"A/RES/40/1": dt.date(2022, 2, 3)}


def test_another_day_of_the_file_may_settle_the_order(tmp_path):
    rows = table(plain(date="2/3/2022"), plain(date="24/3/2022", resolution="B"))
    assert read(written(tmp_path / "votes.csv", rows)).dates["A/RES/40/1"] == dt.date(2022, 3, 2)
    rows.append(plain(date="3/24/2022", resolution="C"))
    assert "could be either of two days" in refused(written(tmp_path / "votes.csv", rows))[0]


def test_days_that_the_file_leaves_out_are_those_of_the_world_or_given(tmp_path):
    rows = [["country", "A/RES/ES-11/1"], ["Mali", "A"], ["Chad", "Y"], ["France", "Y"]]
    assert read(written(tmp_path / "votes.csv", rows)).dates == {"A/RES/ES-11/1": dt.date(2022, 3, 2)}
    file = written(tmp_path / "votes.csv", [["country", "vote"], ["Mali", "A"], ["Chad", "Y"], ["France", "Y"]])
    assert "votes are on no named resolution" in refused(file)[0]
    assert "'R' has no day" in refused(file, resolution="R")[0]
    assert read(file, resolution="R", day=dt.date(2022, 3, 2)).dates == {"R": dt.date(2022, 3, 2)}


MISTAKES = {
    "no roll calls": ([["a", "b"], ["1", "2"]], "is not a file of roll calls"),
    "nothing": ([], "is empty."),
    "headings alone": (table(), "is not a file of roll calls"),
    "another code": (table(plain("1"), plain("0", "Mali"), plain("-1", "Chad")), "'-1', '0' among them"),
    "no days": (table(plain(date="soon"), plain(date="later", country="Mali")), "'soon', 'later' are not dates."),
    "two days": (table(plain(), plain(date="2021-12-10", country="Mali")), "'A/RES/40/1' has several days."),
    "two votes": (table(plain("Y"), plain("N", "TUR")), "'TUR on A/RES/40/1' is in the file twice"),
    "strangers alone": (table(plain(country="Atlantis")), "holds no vote of a member of un; in it are 'Atlantis'"),
    "no votes": (table(plain("")), "holds no vote of a member of un"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_file_that_is_wrong_is_refused_with_one_message_for_each_kind(tmp_path, name):
    rows, message = MISTAKES[name]
    reported = refused(written(tmp_path / "votes.csv", rows))
    assert len(reported) == 1
    assert message in reported[0]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04\x00\x00", "is a workbook"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is not text"),
        (b"\xff\xfeab\x00", "not text"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, data, message):
    (tmp_path / "votes.csv").write_bytes(data)
    assert message in refused(tmp_path / "votes.csv")[0]


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "cannot be read" in refused(tmp_path / "votes.csv")[0]


def test_repeated_votes_are_counted(tmp_path):
    report = read(written(tmp_path / "votes.csv", table(plain(), plain(), plain("N", "Mali")))).report
    assert (report.votes, report.repeated) == (2, 1)


def test_the_programs_own_format_names_the_import_and_reports_each_mistake_once(tmp_path):
    rows = [["resolution", "date", "iso3", "vote"], *(["R", "2 March", code, "Y"] for code in NAMES)]
    with pytest.raises(InputError) as caught:
        read_rollcalls(written(tmp_path / "votes.csv", rows), WORLD)
    reported = [str(problem) for problem in caught.value.problems]
    assert len(reported) == 3
    assert "lines 2, 3, 4 and 3 more, vote: got 'Y'" in reported[0]
    assert "sim rollcalls import" in reported[-1]
