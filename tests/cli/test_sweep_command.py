"""``sim sweep`` and its report: what was expected, what the answer rests on, and how sure the means are."""

import html
import re

import pytest
from support.commands import sim
from support.experiment_files import VALID

EXPECTED = "More belief, more support."
RESTS = "Rests on: belief in enforcement (assumed)"


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """What a sweep prints, and the text of its report."""
    folder = tmp_path_factory.mktemp("swept")
    text = VALID.partition('"vote.severity" =')[0].replace("replicates = 5", "replicates = 16")
    written = EXPECTED.replace(", ", ",\n")
    text += f'[expected]\ndirection = """\n{written}\n"""\n'
    (folder / "x.toml").write_text(text, encoding="utf-8")
    printed = sim("sweep", "x.toml", "--out", "out", cwd=folder)
    assert printed.returncode == 0, printed.stderr
    assert sim("report", "out", cwd=folder).returncode == 0
    page = html.unescape(re.sub("<[^>]*>", " ", (folder / "out" / "report.html").read_text(encoding="utf-8")))
    return {"screen": " ".join(printed.stdout.split()), "page": " ".join(page.split())}


@pytest.mark.parametrize("where", ["screen", "page"])
def test_the_expectation_and_what_the_answer_rests_on_come_before_the_points(swept, where):
    text = swept[where]
    assert text.count(f"Expected before the run: {EXPECTED}") == 1
    assert text.count(RESTS) == 1
    assert text.index("Expected before the run") < text.index(RESTS) < text.index("Mean members per action")


@pytest.mark.parametrize("where", ["screen", "page"])
def test_the_table_of_points_says_how_sure_its_means_are(swept, where):
    text = swept[where].replace("\N{NO-BREAK SPACE}", " ")
    assert "Means over 16 runs of each point." in text
    assert "about 4.0 times narrower than that of the runs" in text
    assert "All points share their random numbers" in text
    assert "support 90 % of runs abstain" in text
