"""Files of every kind as a user gives them, each in a folder of its own, with one file of it damaged at random."""

import gzip
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

from sim.specs import find_shipped_folder
from sim.world import load_world
from support.commands import sim
from support.dated import FILES as DATED

TOKENS = [b"nan", b"inf", b"-1", b"1e999", b"9" * 40, b"true", b"2022-13-45", b"[]", b"{}", b"[/]", b"..", b"-", b""]
TOKENS += [b"'", b'"', b"''", b'""', b"=", b"\n", b"\r", b",", b"[[", b"a." * 40, b"x" * 300, b"$\\frac$", b"%s{}"]
TOKENS += [b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b[31m", "\N{RIGHT-TO-LEFT OVERRIDE}\N{SNOWMAN}".encode()]

OWN = """title = "mine"
question = "who?"
base = "harbour-blockade"
[set]
"parameters.enforcement" = 0.8
"vote.severity" = -3.0
[[change]]
members = ["ELM", "FER", "-FER"]
attribute = "dependence.energy"
multiply = 0.5
reason = "why"
[[pledge]]
members = ["GUL"]
action = "support"
reason = "why"
[expected]
direction = "more"
support = "up"
movers = ["ELM"]
"""
EXPERIMENT = """title = "small"
scenario = "harbour-blockade"
replicates = 20
outputs = ["tally", "members", "votes"]
[design]
kind = "factorial"
[design.over]
"parameters.enforcement" = { from = 0.0, to = 1.0, steps = 2 }
"vote.severity" = { values = [-4.5, -3.0] }
[target_split]
support = 3
abstain = 2
"""
TABLE = EXPERIMENT.split("[design]")[0] + '[design]\nkind = "table"\nfile = "points.csv"\n'
GOAL = """title = "g"
scenario = "harbour-blockade"
replicates = 20
[goal]
rule = "two-thirds"
probability = 0.9
[[lever]]
kind = "number"
key = "vote.severity"
from = -6.0
to = -3.0
step = 0.5
cost = 3.0
[[lever]]
kind = "pledge"
members = ["ELM", "FER"]
action = "support"
cost = 0.5
"""
FIT = """[settings]
seed = 1
[data]
"ties.csv" = "00"
[parameters]
enforcement = 0.7
peer_region = 0.3
[intervals]
enforcement = [0.6, 0.8]
[[text]]
resolution = "SH/2"
severity = -4.0
divisiveness = [0.7, 0.6]
target_threat = 1.0
sender_threat = 0.5
[draws.parameters]
enforcement = [0.6, 0.7, 0.8]
peer_region = [0.3, 0.3, 0.4]
"""
ROLLCALLS = "resolution,date,iso3,vote\nSH/2,2031-03-02,ELM,yes\nSH/2,2031-03-02,FER,no\nSH/2,2031-03-02,GUL,abstain\n"
WIDE = "\ufeffName;SH/2;SH/3\n;02.03.2031;04.03.2031\nElmsund;Y;N\nGullrock;A;\nFernholt;X;1\n"
ON_WORLD = OWN.replace("harbour-blockade", "based.toml").replace("[set]", '[set]\nworld = "own"')


@dataclass(frozen=True)
class Sort:
    """A sort of input: what makes its folder, which of its files is damaged, and the command that reads it."""

    files: dict[str, str | bytes]
    arguments: tuple[str, ...]
    damaged: tuple[str, ...] = ()


def scenario_on(world):
    text = (find_shipped_folder("scenarios") / "harbour-blockade.toml").read_text(encoding="utf-8")
    return text.replace('"seven-harbours"', f'"{world}"')


def harbours():
    """The files of the shipped world of the seven harbours, with the table that describes its columns."""
    folder = load_world("seven-harbours").folder
    found = {f"own/{path.name}": path.read_bytes() for path in folder.iterdir()}
    columns = b"file,column,label,unit,year,source,terms,note"
    found["own/columns.csv"] = columns + b"\nmembers.csv,population,people,1,2030,s,,\n"
    return found


def sorts(kept):
    """Every sort of input, by name; `kept` is the folder of a kept run, `kept/run`, and of a sweep, `kept/sweep`."""
    own = harbours()
    dated = {f"own/{name}": text for name, text in DATED.items()}
    run = {f"run/{path.name}": path.read_bytes() for path in (kept / "run").iterdir() if path.is_file()}
    sweep = {f"sweep/{path.name}": path.read_bytes() for path in (kept / "sweep").iterdir() if path.is_file()}
    points = b"parameters.enforcement,vote.severity\n0.1,-4\n0.5,-3\n1,-4.5\n"
    return {
        "scenario": Sort({"x.toml": scenario_on("seven-harbours")}, ("check", "x.toml")),
        "what-if": Sort({"x.toml": OWN}, ("check", "x.toml")),
        "experiment": Sort({"x.toml": EXPERIMENT}, ("check", "x.toml")),
        "table of points": Sort({"x.toml": TABLE, "points.csv": points}, ("check", "x.toml")),
        "goal": Sort({"x.toml": GOAL}, ("check", "x.toml")),
        "parameter file": Sort({"x.toml": f'fit = "f.toml"\n{OWN}', "f.toml": FIT}, ("check", "x.toml"), ("f.toml",)),
        "world": Sort({"x.toml": scenario_on("own"), **own}, ("check", "x.toml"), tuple(own)),
        "figures": Sort({"x.toml": scenario_on("own"), **own}, ("world", "ELM", "--scenario", "x.toml"), tuple(own)),
        "dated world": Sort(
            {"x.toml": scenario_on("own").replace("2031", "2014"), **dated}, ("check", "x.toml"), tuple(dated)
        ),
        "roll calls": Sort({"v.csv": ROLLCALLS}, ("validate", "harbour-blockade", "--rollcalls", "v.csv")),
        "roll calls of others": Sort(
            {"v.csv": WIDE},
            ("rollcalls", "import", "v.csv", "--out", "o.csv", "--world", "seven-harbours", "--dates", "dmy"),
        ),
        "known roll calls": Sort(
            {"x.toml": f'known_rollcalls = ["v.csv"]\n{OWN}', "v.csv": ROLLCALLS}, ("check", "x.toml"), ("v.csv",)
        ),
        "kept run": Sort(run, ("run", "harbour-blockade", "--replicates", "20", "--out", "run")),
        "repeated run": Sort(run, ("rerun", "run")),
        "kept sweep": Sort(sweep, ("rerun", "sweep")),
    }


def keep_examples(folder):
    """A kept run and a kept sweep, to be damaged."""
    (folder / "experiment.toml").write_text(EXPERIMENT, encoding="utf-8")
    run = sim("run", "harbour-blockade", "--replicates", 20, "--out", folder / "run")
    sweep = sim("sweep", folder / "experiment.toml", "--out", folder / "sweep")
    assert (run.returncode, sweep.returncode) == (0, 0), run.stderr + sweep.stderr
    return folder


def lay_out(sort, folder, seed=None):
    """Write the files of a sort of input, one of them damaged if there is a seed."""
    chance = random.Random(seed)
    damaged = "" if seed is None else chance.choice(sort.damaged or tuple(sort.files))
    for name, content in sort.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(mutate(data, chance) if name == damaged else data)
    return damaged


def mutate(data, chance):
    """Some bytes after one to three random damages; those of a packed file inside or outside."""
    if data.startswith(b"\x1f\x8b") and chance.random() < 0.7:
        return gzip.compress(mutate(gzip.decompress(data), chance))
    for _ in range(chance.randint(1, 3)):
        data = chance.choice(DAMAGES)(data, chance)
    return data


def _spot(data, chance):
    return chance.randrange(len(data) + 1)


def _cut(data, chance):
    first = _spot(data, chance)
    return data[:first] + data[first + chance.choice((1, 3, 20, 500)) :]


def _flip(data, chance):
    changed = bytearray(data)
    if changed:
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _insert(data, chance):
    at = _spot(data, chance)
    return data[:at] + chance.choice(TOKENS) + data[at:]


def _replace_word(data, chance):
    """One cell, value or name is another."""
    words = sorted({word for word in data.replace(b",", b" ").replace(b"\n", b" ").split(b" ") if word})
    return data.replace(chance.choice(words), chance.choice(TOKENS), 1) if words else data


def _edit_lines(data, chance):
    lines = data.split(b"\n")
    one, other = (chance.randrange(len(lines)) for _ in range(2))
    match chance.randrange(4):
        case 0:
            lines[one], lines[other] = lines[other], lines[one]
        case 1:
            lines.insert(one, lines[other])
        case 2:
            del lines[one]
        case _:
            lines[one] *= 50
    return b"\n".join(lines)


def _recode(data, chance):
    text = data.decode("utf-8", "replace")
    return text.encode(chance.choice(("utf-16", "utf-8-sig", "latin-1", "utf-32")), "replace")


def _truncate(data, chance):
    return data[: _spot(data, chance)]


DAMAGES = (_cut, _flip, _insert, _replace_word, _replace_word, _edit_lines, _recode, _truncate)


def clear(folder: Path):
    """Remove what a case wrote."""
    shutil.rmtree(folder, ignore_errors=True)
