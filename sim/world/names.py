"""What people call states: codes, short, formal, everyday and former names, and names of places that are not members.

Names and codes come from pycountry, the ISO 3166 lists of Debian: it is data alone, installs everywhere, and gives no
wrong answer on the lists of the tests. countrynames knows more names, but takes Nassau for the Bahamas, fails on East
Germany and needs a C++ compiler; country_converter is under the GPL and does not run with pandas 3. What pycountry
lacks is in ``sim/data/names.toml``.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sim.errors import suggest_nearest

APOSTROPHES = re.compile("[.'\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}`\N{ACUTE ACCENT}\u02bc]")
SMALL = frozenset(("the", "of", "and"))
SHORTENED = {
    "barb": "barbuda",
    "dem": "democratic",
    "eq": "equatorial",
    "fed": "federal",
    "herz": "herzegovina",
    "is": "islands",
    "n": "north",
    "rep": "republic",
    "s": "south",
    "st": "saint",
}
"""Words that tables and maps shorten."""
CODE_LENGTH = 3
"""Letters up to which a name is a code: too few to guess what was meant."""
NAMING = ("alpha_2", "alpha_3", "name", "official_name", "common_name")
"""What pycountry names a country by."""
NEAR, AS_NEAR = 0.8, 0.05
"""How similar a name has to be to be suggested, and how much less similar the next may be to be suggested with it."""


@dataclass(frozen=True)
class Place:
    """A state, or a part of one, that people name.

    Parameters
    ----------
    key : its ISO 3166 code, or the name where it has none.
    note : why it has no vote in the Assembly; may be empty.
    """

    key: str
    name: str
    note: str = ""


def fold(name: str) -> str:
    """A name in lower case, without accents, apostrophes, dots and other marks, with single spaces.

    Examples
    --------
    >>> fold("  TÜRKİYE"), fold("Côte d’Ivoire"), fold("U.S.A.")
    ('turkiye', 'cote divoire', 'usa')
    """
    bare = APOSTROPHES.sub("", name).casefold().replace("\N{LATIN SMALL LETTER DOTLESS I}", "i")
    letters = (letter for letter in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(letter))
    return " ".join(re.findall(r"\w+", "".join(letters)))


def place_of(name: str) -> Place | None:
    """The place that a name or code means, or None; never a guess.

    Examples
    --------
    >>> place_of("Bolivia (Plurinational State of)").key, place_of("UK").key, place_of("Kosovo").note
    ('BOL', 'GBR', 'Kosovo is not a member of the United Nations.')
    """
    places = _places()
    return places.get((fold(name),)) or places.get(_words(name))


def hint_for_code(reference: str, codes: Container[str], others: Iterable[str] = ()) -> str:
    """What to add to a message about a text that is not the code of a member; may be empty.

    Parameters
    ----------
    codes : those of the members.
    others : what else is allowed, such as keys of groups.
    """
    place = place_of(reference)
    if place is not None:
        return f"Did you mean '{place.key}'?" if place.key in codes else place.note
    return suggest_nearest(reference, others) if len(reference) > CODE_LENGTH else ""


def nearest(name: str, meanings: Mapping[str, object]) -> list[str]:
    """The names that are most like a misspelt one, one for each meaning; none for a code.

    Parameters
    ----------
    meanings : what each known name means.
    """
    if len(name.strip()) <= CODE_LENGTH:
        return []
    folded = {fold(known): known for known in meanings if len(known) > CODE_LENGTH}
    wanted = fold(name)
    near = difflib.get_close_matches(wanted, list(folded), n=5, cutoff=NEAR)
    found: dict[object, str] = {}
    for known in near:
        if _likeness(wanted, known) >= _likeness(wanted, near[0]) - AS_NEAR:
            found.setdefault(meanings[folded[known]], folded[known])
    return list(found.values())


def _likeness(wanted: str, known: str) -> float:
    return difflib.SequenceMatcher(None, known, wanted).ratio()


@cache
def load_known_names() -> dict[str, Place]:
    """Every name of every place, codes left out."""
    return {name: place for name, place in _named() if len(name) > CODE_LENGTH}


@cache
def _places() -> dict[tuple[str, ...], Place]:
    """Places by their folded names, as a whole and as sets of words; what two share by its words means neither."""
    found: dict[tuple[str, ...], Place] = {}
    shared = set()
    for name, place in _named():
        found.setdefault((fold(name),), place)
        if len(name) > CODE_LENGTH and found.setdefault(_words(name), place) != place:
            shared.add(_words(name))
    return {key: place for key, place in found.items() if key not in shared}


def _words(name: str) -> tuple[str, ...]:
    """The words of a name in the order of the alphabet, written out, without the small ones."""
    words = fold(name).split()
    return tuple(sorted(SHORTENED.get(word, word) for word in words if word not in SMALL)) if len(words) > 1 else ()


def _named() -> list[tuple[str, Place]]:
    """Every name and code with its place. Those of ``names.toml`` come first, and so count first."""
    import pycountry  # slow to load, and seldom needed

    own = tomllib.loads(files("sim").joinpath("data/names.toml").read_text(encoding="utf-8"))
    found = []
    for other in own["others"]:
        code, name = other.get("code", ""), other["names"][0]
        place = Place(code or name, name, other["note"])
        found += [(known, place) for known in (*other["names"], code) if known]
    for country in map(dict, pycountry.countries):
        place = Place(country["alpha_3"], country.get("common_name", country["name"]))
        names = [country[key] for key in NAMING if key in country]
        found += [(name, place) for name in (*names, *own["names"].get(place.key, ()))]
    return found
