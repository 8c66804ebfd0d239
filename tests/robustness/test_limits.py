"""Inputs of a size or a form that took minutes, the memory, or a traceback: a clear message, at once."""

import gzip
import os
import time

import pytest
from support.commands import sim
from support.mutation import harbours, scenario_on

from sim.files.spreadsheet import as_csv

HEAD = 'title = "x"\nquestion = "q"\nbase = "harbour-blockade"\n'
MANY = range(19_000)
PIECES = {
    "a key of 600 parts": (HEAD + ".".join(["a"] * 600) + " = 1\n", "has a key of more than 32 parts (line 4)"),
    "deep lists": (f"{HEAD}x = {'[' * 100}{']' * 100}\n", "is nested too deeply: at most 32"),
    "deep tables": (f"{HEAD}x = {'{a = ' * 100}1{'}' * 100}\n", "is nested too deeply: at most 32"),
    "too many keys": (HEAD + "".join(f"k{n} = 1\n" for n in range(20_001)), "more than 20,000 keys"),
    "many unknown keys": (HEAD + "".join(f"k{n} = 1\n" for n in MANY), "k99: there is no such key"),
    "many settings": (f"{HEAD}[set]\n" + "".join(f"k{n} = 1\n" for n in MANY), "set.k99: there is no such key"),
    "many unknown parameters": (
        f"{HEAD}[parameters]\n" + "".join(f"k{n} = 1\n" for n in MANY),
        "parameters.k99: there is no such parameter",
    ),
    "many unknown members": (
        f"{HEAD}[roles]\nsenders = {[f'stranger{n}' for n in MANY]}\n",
        "roles.senders.99: there is no member",
    ),
    "no base": ('title = "x"\nquestion = "q"\nbase = ""\n', "x.toml, base: an empty text is given"),
    "no parameter file": (f'fit = "nofile"\n{HEAD}', 'x.toml, fit: "nofile" is no file.'),
    "an empty parameter file": (f'fit = ""\n{HEAD}', "x.toml, fit: is empty."),
}


@pytest.mark.parametrize(("text", "message"), PIECES.values(), ids=PIECES)
def test_a_scenario_beyond_a_limit_is_refused_at_once(text, message, tmp_path):
    (tmp_path / "x.toml").write_text(text, encoding="utf-8")
    begun = time.process_time()
    done = sim("check", "x.toml", cwd=tmp_path)
    assert time.process_time() - begun < 20
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) <= 101


CHANGES = "".join(
    '[[change]]\nmembers = ["GUL"]\nattribute = "dependence.arms"\nset = 0.5\nreason = "r"\n' for _ in range(3000)
)
DESIGN = 'scenario = "x.toml"\nreplicates = 20\n[design]\nkind = "zip"\n[design.over]\n'


@pytest.mark.parametrize(
    ("last", "status"), [("change.2999.set", 0), ("change.2999.ste", 2)], ids=["sound", "with one that is not"]
)
def test_a_design_of_thousands_of_factors_is_checked_at_once(last, status, tmp_path):
    (tmp_path / "x.toml").write_text(HEAD + CHANGES, encoding="utf-8")
    names = [*(f"change.{n}.set" for n in range(2999)), last]
    factors = "".join(f'"{name}" = {{ values = [0.1, 0.2] }}\n' for name in names)
    (tmp_path / "d.toml").write_text(f'title = "d"\nquestion = "q"\n{DESIGN}{factors}', encoding="utf-8")
    begun = time.process_time()
    done = sim("check", "d.toml", cwd=tmp_path)
    assert time.process_time() - begun < 60
    assert done.returncode == status, done.stderr
    assert ("change.2999.ste" in done.stderr) == (status == 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[[text]]\nresolution = "r"\nseverity = 1.0\ndivisiveness = 1.0\n',
            "text.0.divisiveness: 1.0 is given where a",
        ),
        ("[intervals]\nenforcement = 0.3\n", "intervals.enforcement: 0.3 is given where a list of 2 is needed"),
    ],
)
def test_a_parameter_file_of_a_wrong_type_is_told(text, message, tmp_path):
    (tmp_path / "f.toml").write_text(f"settings = {{}}\ndata = {{}}\nparameters = {{}}\n{text}", encoding="utf-8")
    (tmp_path / "x.toml").write_text(f'fit = "f.toml"\n{HEAD}', encoding="utf-8")
    done = sim("check", "x.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert f"f.toml, {message}" in done.stderr


def test_scenarios_that_start_from_one_another_are_limited(tmp_path):
    for number in range(60):
        text = HEAD.replace("harbour-blockade", f"{number + 1}.toml")
        (tmp_path / f"{number}.toml").write_text(text, encoding="utf-8")
    done = sim("check", "0.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert "49.toml, base: more than 50 scenarios start from one another" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "pipe"),
        ("rollcalls", "import", "pipe", "--out", "o.csv"),
        ("validate", "harbour-blockade", "--rollcalls", "pipe"),
        ("check", "/dev/zero"),
        ("rollcalls", "import", "/dev/zero", "--out", "o.csv"),
    ],
)
def test_pipes_and_devices_are_refused(arguments, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    done = sim(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "a device or a pipe" in done.stderr


def test_a_packed_file_counts_by_what_it_holds(tmp_path, monkeypatch):
    from sim.files.reading import UnreadableError, read_bytes

    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b"0" * 5_000_000))
    with pytest.raises(UnreadableError, match="at most 1 megabytes"):
        read_bytes(tmp_path / "bomb.gz", 2**20)
    (tmp_path / "large").write_bytes(b"0" * 2_000_000)
    with pytest.raises(UnreadableError, match="Leave out what is not needed, or split it"):
        read_bytes(tmp_path / "large", 2**20)


LONG = "x" * 300
TARGETS = [
    ("run", "harbour-blockade", "--replicates", "20", "--out", LONG),
    ("run", "harbour-blockade", "--replicates", "20", "--plot", f"{LONG}.png"),
    ("run", "harbour-blockade", "--replicates", "20", "--plot", "nowhere/x.png"),
    ("init", f"{LONG}.toml"),
    ("init", "nowhere/x.toml"),
    ("calibrate", "--out", "nowhere/x.toml"),
    ("calibrate", "--out", LONG),
    ("compare", "harbour-blockade", "es-11-1", "--csv", "/dev/null"),
    ("check", LONG),
    ("plot", LONG, "--kind", "chamber", "--out", "x.png"),
    ("report", LONG),
    ("rollcalls", "import", LONG, "--out", "o.csv"),
    ("validate", "harbour-blockade", "--rollcalls", LONG),
]


@pytest.mark.parametrize("arguments", TARGETS, ids=lambda given: " ".join(given)[:40])
def test_what_could_not_be_read_or_written_is_refused_before_anything_is_computed(arguments, tmp_path):
    done = sim(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["columns.csv", "members.csv"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: b"\xef\xbb\xbf" + data, ""),
        (lambda data: data.replace(b"iso3", b"code", 1).replace(b"column", b"field", 1), "missing column"),
        (lambda data: data.decode().encode("utf-16"), "is not UTF-8 text"),
    ],
    ids=["mark", "column", "encoding"],
)
def test_what_describes_a_world_is_read_or_refused(name, change, message, tmp_path):
    for path, data in harbours().items():
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(change(data) if path == f"own/{name}" else data)
    (tmp_path / "x.toml").write_text(scenario_on("own"), encoding="utf-8")
    done = sim("world", "ELM", "--scenario", "x.toml", cwd=tmp_path)
    assert done.returncode == (2 if message else 0), done.stderr
    assert message in done.stderr


def test_no_cell_of_an_export_is_a_formula():
    cells = ["=1+1", "+A1", "-A1", "@x", "\tx", "-0.5", "+3", "1e-3", "plain", -0.5, None]
    written = as_csv(["c"], [{"c": cell} for cell in cells]).split("\n")[1:-1]
    assert written == ["'=1+1", "'+A1", "'-A1", "'@x", "'\tx", "-0.5", "+3", "1e-3", "plain", "-0.5", '""']
