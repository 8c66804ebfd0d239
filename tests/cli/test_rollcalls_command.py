"""``sim rollcalls import``: the report, the file that it writes, and its mistakes."""

import pytest
from support.commands import document, sim

ROWS = """resolution;date;country;vote
R/1;2/3/2022;Turkey;Y
R/1;2/3/2022;Côte d'Ivoire;N
R/1;2/3/2022;Kosovo;Y
R/1;2/3/2022;Mali;
R/1;2/3/2022;Chad;perhaps
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "votes.csv"
    path.write_bytes(ROWS.encode("cp1252"))
    return path


def test_the_report_names_what_was_read_and_what_was_not(file, tmp_path):
    out = tmp_path / "own.csv"
    done = sim("rollcalls", "import", file, "--out", out, "--dates", "dmy")
    assert done.returncode == 0, done.stderr
    for text in (
        "Windows-1252, semicolons",
        "1 roll call read, with 2 votes of 2 members.",
        "Kosovo is not a member of the United Nations.",
        "perhaps",
        "not as an absence: 1",
        "own.csv: written",
    ):
        assert text in " ".join(done.stdout.split())
    assert out.read_text(encoding="utf-8").splitlines() == [
        "resolution,date,iso3,vote",
        "R/1,2022-03-02,CIV,no",
        "R/1,2022-03-02,TUR,yes",
    ]
    assert sim("validate", "es-11-1", "--rollcalls", out).returncode == 0


def test_the_document_has_the_same(file, tmp_path):
    found = document("rollcalls", "import", file, "--out", tmp_path / "own.csv", "--dates", "mdy")
    assert found["resolutions"] == [
        {
            "resolution": "R/1",
            "date": "2022-02-03",
            "yes": 1,
            "no": 1,
            "abstain": 0,
            "absent": 0,
            "missing": 191,
        }
    ]
    assert [entry["text"] for entry in found["unmatched_members"]] == ["Kosovo"]
    assert [entry["text"] for entry in found["unread_votes"]] == ["perhaps"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--out", "own.csv"],
            "'2/3/2022' could be either of two days. Give the order, with --dates",
        ),
        (["--out", "own.csv", "--dates", "ymd"], "--dates: got 'ymd'; allowed are dmy, mdy."),
        (["--out", "own.csv", "--date", "today"], "--date: got 'today'"),
        (["--out", "own.csv", "--world", "nowhere"], "neither a shipped world nor a folder"),
        (["--out", "votes.csv"], "is the file to read"),
        (["--out", "nowhere/own.csv"], "does not exist"),
        ([], "--out"),
    ],
)
def test_mistakes_are_reported_and_nothing_is_written(file, options, message):
    done = sim("rollcalls", "import", file.name, *options, cwd=file.parent)
    assert done.returncode == 2
    assert message in done.stderr
    assert not (file.parent / "own.csv").exists()


def test_a_file_that_is_no_roll_call_is_one_error(tmp_path):
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = sim("rollcalls", "import", tmp_path / "notes.csv", "--out", tmp_path / "own.csv")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "is not a file of roll calls" in done.stderr
