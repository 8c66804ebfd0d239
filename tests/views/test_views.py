"""Pictures: what is drawn is what was given, and how they are kept."""

import re
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pypdfium2 as pdfium
import pytest
from matplotlib.colors import to_hex
from PIL import Image
from support.drawn import written
from support.results import ran

from sim.errors import InputError
from sim.results.series import FUELS
from sim.results.wording import write_share
from sim.runner.folder.manifest import hash_document
from sim.runner.result import frequencies
from sim.specs import read_scenario
from sim.summaries.months import report_months
from sim.summaries.summary import list_misses, summarise_vote
from sim.summaries.tallies import CODES, REPORTED
from sim.views.frame import save
from sim.views.geography import make_map
from sim.views.kinds import KINDS, OF_RUNS, Wish, draw_run, draw_sweep
from sim.views.pictures.against import plot_change, plot_movers
from sim.views.pictures.chamber import find_typical_replicate, plot_chamber
from sim.views.pictures.explanation import list_path_steps, plot_explanation
from sim.views.pictures.map import plot_map
from sim.views.pictures.members import order_of, plot_members
from sim.views.pictures.months import plot_months
from sim.views.pictures.network import plot_network
from sim.views.pictures.reasons import plot_answers, plot_reasons
from sim.views.pictures.ridges import plot_tallies
from sim.views.styles import LOOKS, MISS, SENDERS, STYLES, TARGET
from sim.views.svg import draw_inline_svg
from sim.whatif.explanation.explain import explain
from sim.world.labels import label_quantity


def test_lines_of_reasons_add_up_to_what_the_utilities_differ_by(months):
    seen = {"replicates": 20, "parameters": {"vote_feedback": 1}}
    found = explain(months.case.spec.model_copy(update=seen), "IND", tries_levers=False)
    drawn = {line.get_label(): line.get_ydata() for line in plot_reasons(found).lines}
    others = ("together", "vote")
    parts = [values for label, values in drawn.items() if not label.startswith("_") and label not in others]
    assert np.allclose(np.sum(parts, axis=0), drawn["together"])
    utilities = np.stack([month.utilities[found.index] for month in found.monthly])
    assert np.allclose(drawn["together"], utilities[:, found.likeliest] - utilities[:, found.next])
    answers = {line.get_label(): line.get_ydata() for line in plot_answers(found).lines}
    assert np.allclose(np.sum([answers[name] for name in REPORTED], axis=0), 1)
    counts = found.monthly[3].counts[found.index]
    for name in REPORTED:
        assert answers[name][3] == pytest.approx((counts[CODES[name]] + 0.5) / 22)


def test_the_corner_names_the_hash_and_the_title_what_is_seen(threat):
    texts = [text for text, _ in written(draw_run(threat, "change", Wish()))]
    reported = " ".join(" ".join(texts).split())
    assert hash_document(threat.case.spec.document())[:12] in reported
    assert "World un," in reported
    assert "200 runs" in reported
    assert threat.base.case.spec.title in reported


def is_named(text, kind):
    return (text.get_gid() or "") == f"{kind}-{text.get_text()}"


def marks(ax):
    return {c.get_gid(): len(c.get_offsets()) for c in ax.collections if c.get_gid() in STYLES}


def test_the_chamber_seats_the_votes_that_were_given(founding):
    call = founding.case.world.rollcall("A/RES/ES-11/1")
    seen = marks(plot_chamber(founding, is_observed=True))
    assert seen == {name: int((call.votes == code).sum()) for name, code in CODES.items()}
    tally = founding.votes[0].tallies[find_typical_replicate(founding, 0)]
    assert marks(plot_chamber(founding)) == {name: tally[code] for name, code in CODES.items()}


def test_the_map_fills_each_member_in_its_action_and_gives_small_ones_a_dot(founding):
    ax, drawn = plot_map(founding), make_map(founding.case.world)
    likeliest = founding.votes[0].counts.argmax(axis=1)
    for collection in ax.collections:
        if collection.get_gid() in STYLES:
            own = drawn.dots[likeliest[drawn.dotted] == CODES[collection.get_gid()]]
            assert np.array_equal(collection.get_offsets(), own)
    assert sum(marks(ax).values()) == len(drawn.dotted)
    filled = {}
    for patch in ax.patches:
        if patch.get_url():
            name = patch.get_url().removeprefix("title:").partition(":")[0]
            filled[name] = (to_hex(patch.get_facecolor()).upper(), bool(patch.get_hatch()))
    names = founding.case.world.names
    assert set(filled) == {names[i] for i in drawn.shapes}
    for member in drawn.shapes:
        style = STYLES[next(name for name, code in CODES.items() if code == likeliest[member])]
        is_empty = style.fill == "none"
        assert filled[names[member]] == ("#FFFFFF" if is_empty else style.fill, is_empty)


def test_a_map_as_svg_names_every_member_and_its_chances_under_the_pointer(founding, tmp_path):
    figure = plot_map(founding).get_figure()
    for number, to in enumerate((tmp_path / "map.svg", BytesIO())):
        figure.savefig(to, format="svg")
        svg = to.read_text(encoding="utf-8") if number == 0 else to.getvalue().decode()
        for text in (svg, draw_inline_svg(figure, "p1", "a map")):
            drawn = ElementTree.fromstring(text).iter()
            titles = [found.text for found in drawn if found.tag in ("title", "{http://www.w3.org/2000/svg}title")]
            assert {title.partition(":")[0] for title in titles} == set(founding.case.world.names)
            assert 'href="title' not in text
    share = founding.votes[0].counts[founding.case.world.index["IND"], CODES["abstain"]] / founding.replicates
    (india,) = {title for title in titles if title.startswith("India:")}
    assert f"abstain {write_share(share)}" in india


def heights(container):
    return {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in container}


@pytest.mark.parametrize(("drawing", "of"), [(plot_tallies, "tallies"), (plot_change, "change")])
def test_rows_are_the_frequencies_and_the_observed_are_marked(founding, threat, drawing, of):
    result = founding if of == "tallies" else threat
    vote = result.votes[0]
    values = vote.tallies if of == "tallies" else vote.change.tallies
    ax = drawing(result)
    for container in ax.containers:
        code = CODES[container.get_label()]
        seen, times = np.unique(values[:, code], return_counts=True)
        drawn = heights(container)
        assert list(drawn) == seen.tolist()
        assert np.allclose(list(drawn.values()) / max(drawn.values()), times / times.max())
    lines = {found.get_gid(): found.get_xdata()[0] for found in ax.lines if "observed" in (found.get_gid() or "")}
    observed = summarise_vote(result, 0).observed
    assert lines == ({f"observed-{name}": observed.of(name) for name in REPORTED} if of == "tallies" else {})


def test_nothing_observed_is_drawn_of_a_what_if(threat):
    for ax in (plot_tallies(threat), plot_members(threat)):
        drawn = [*ax.lines, *ax.patches, *ax.texts]
        assert not [one for one in drawn if (one.get_gid() or "").startswith(("observed", "miss"))]
        assert "observed" not in " ".join(label.get_text() for label in ax.get_yticklabels())
    assert len(draw_run(threat, "chamber", Wish()).axes) == 1
    for kind, wish in (("reliability", Wish()), ("map", Wish(is_observed=True))):
        with pytest.raises(InputError, match="is a what-if"):
            draw_run(threat, kind, wish)


def test_member_columns_are_the_probabilities_and_the_misses_are_named(founding):
    ax = plot_members(founding)
    chances = frequencies(founding.votes[0].counts)
    order, call = order_of(chances), founding.case.world.rollcall("A/RES/ES-11/1")
    steps = {patch.get_gid(): patch.get_data() for patch in ax.patches}
    for name, code in CODES.items():
        assert np.allclose(steps[name].values - steps[name].baseline, chances[order, code])
        shown = np.abs(steps[f"observed-{name}"].values - steps[f"observed-{name}"].baseline) > 1e-9
        assert (shown == (call.votes[order] == code)).all()
    named = {text.get_text() for text in ax.texts if is_named(text, "miss")}
    missed = {miss.name for miss in list_misses(founding, 0)}
    assert len(named) == len(missed)
    assert all(name in missed or any(full.startswith(name[:-1]) for full in missed) for name in named)


def test_of_very_many_misses_the_surest_are_named_and_the_rest_counted():
    result = ran("ga-68-262", 50)
    wrong, texts = list_misses(result, 0), plot_members(result).texts
    named = {text.get_text() for text in texts if is_named(text, "miss")}
    assert 0 < len(named) < len(wrong)
    assert named == {miss.iso3 for miss in wrong[: len(named)]}
    assert f"and {len(wrong) - len(named)} more" in [text.get_text() for text in texts]


def test_movers_are_drawn_as_often_as_they_move(threat):
    ax, change = plot_movers(threat), threat.votes[0].change
    names = [label.get_text() for label in ax.get_yticklabels()]
    index = [threat.case.world.names.index(name) for name in names]
    scale = 100 / threat.replicates
    drawn = {container.get_label(): [bar.get_width() for bar in container] for container in ax.containers}
    ways = {"towards the target": change.away, "towards the sanctioning side": change.towards}
    ways["between abstaining and absence"] = change.changed - change.towards - change.away
    assert set(drawn) == {label for label, moved in ways.items() if moved[index].any()} != set(ways)
    for label, widths in drawn.items():
        assert np.allclose(widths, ways[label][index] * scale)
    ends = [bar.get_x() + bar.get_width() for bar in ax.containers[-1]]
    assert np.allclose(ends, change.changed[index] * scale)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(drawn)
    assert min(change.changed[index]) >= np.sort(change.changed)[-len(index)]


def test_the_waterfall_adds_up_to_the_difference_of_the_utilities():
    found = explain(read_scenario("es-11-1"), "BLR", tries_levers=False)
    ax = plot_explanation(found)
    bars = list(ax.containers[0])
    utilities = np.sort(found.anatomy.utilities[found.index])
    assert bars[-1].get_width() == pytest.approx(sum(bar.get_width() for bar in bars[:-1]))
    assert bars[-1].get_width() == pytest.approx(utilities[-1] - utilities[-2])
    ends = [bar.get_x() + bar.get_width() for bar in bars]
    assert np.allclose([bar.get_x() for bar in bars[1:-1]], ends[:-2])


def test_small_steps_are_put_together_but_a_single_one_is_shown_as_it_is():
    found = explain(read_scenario("es-11-3"), "CAF", tries_levers=False)
    terms = {label_quantity(term.name) for term in found.anatomy.terms}
    together = set()
    for member in np.flatnonzero(found.anatomy.is_drawn):
        _, _, steps = list_path_steps(replace(found, index=int(member)))
        together |= {name for name, _ in steps} - terms
    assert together
    assert all(re.fullmatch("([2-9]|[1-9][0-9]+) smaller terms", name) for name in together)


def test_pictures_of_likeliest_actions_name_the_median_tally_that_their_counts_are_not(founding):
    split = summarise_vote(founding, 0).split.with_target
    for plot in (plot_map, plot_network):
        ax = plot(founding)
        assert f"median tally is {split}" in " ".join(ax.get_figure().get_suptitle().split())
        assert ax.get_legend().get_texts()[0].get_text() != f"{split.support:.0f} support"


def test_lines_of_votes_and_fuels_are_named(months):
    seen = {"replicates": 20, "parameters": {"vote_feedback": 1}}
    found = explain(months.case.spec.model_copy(update=seen), "IND", tries_levers=False)
    for ax, named in ((plot_months(months), {"votes", "liquefied gas"}), (plot_reasons(found), {"vote"})):
        assert named <= {text.get_text() for text in ax.get_legend().get_texts()}


def test_the_months_are_those_of_the_summary(months):
    reported = report_months(months).totals
    drawn = {found.get_label(): found.get_ydata() for found in plot_months(months, topic="fuel").lines}
    for fuel in ("crude", "coal"):
        assert np.allclose(drawn[FUELS[fuel]], np.array(reported[f"sold_{fuel}"].mean) / 1e3, rtol=1e-3)
    drawn = {found.get_label(): found.get_ydata() for found in plot_months(months, topic="sanctions").lines}
    assert np.allclose(drawn["members that sanction"], reported["members_joined"].mean, rtol=1e-3)


def test_a_colour_has_one_meaning():
    """Actions, the two sides, what is aimed at, and series that are none of these."""
    actions = {colour.upper() for style in STYLES.values() for colour in (style.fill, style.edge)}
    sides, series = {SENDERS, TARGET}, [colour.upper() for colour, _ in LOOKS]
    assert len(actions & {*sides, MISS, *series}) == 0
    assert len({*sides, MISS, *series}) == 3 + len(series)


def test_movers_are_in_the_colours_of_the_sides(threat):
    ways = {
        container.get_label(): to_hex(container[0].get_facecolor()).upper()
        for container in plot_movers(threat).containers
    }
    assert ways["towards the target"] == TARGET


def test_actions_differ_in_lightness_too():
    """In grey, by the luma of their fill on white paper."""

    def luma(style):
        shade = "#FFFFFF" if style.fill == "none" else to_hex(style.fill)
        red, green, blue = (int(shade[i : i + 2], 16) for i in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    shades = sorted(luma(style) for style in STYLES.values())
    assert min(np.diff(shades)) > 50


@pytest.mark.parametrize(
    ("kind", "wish", "reported"),
    [
        ("change", Wish(), "no base"),
        ("months", Wish(), "no months"),
        ("explanation", Wish(), "--member"),
        ("reasons", Wish(member="IND"), "no months"),
        ("sweep", Wish(), "picture of a sweep"),
        ("map", Wish(resolution="A/RES/1"), "not a vote"),
    ],
)
def test_what_a_run_has_not_is_reported(founding, kind, wish, reported):
    with pytest.raises(InputError, match=reported):
        draw_run(founding, kind, wish)


def test_a_world_without_roll_calls_is_reported(line):
    with pytest.raises(InputError, match="picture of a run"):
        draw_sweep(line, "chamber", Wish())
    with pytest.raises(InputError, match="not a lever"):
        draw_sweep(line, "sweep", Wish(over=("parameters.enforcment",)))
    assert set(KINDS) > set(OF_RUNS)


@pytest.fixture(scope="module")
def kept(founding, tmp_path_factory):
    """A picture, its size in inches, and the folder in which it is kept in every format."""
    figure, folder = plot_tallies(founding).get_figure(), tmp_path_factory.mktemp("kept")
    for suffix in ("png", "svg", "pdf"):
        save(figure, folder / f"tallies.{suffix}")
    return figure.get_size_inches(), folder


def test_a_picture_is_kept_at_its_size_in_every_format(kept):
    size, folder = kept
    with Image.open(folder / "tallies.png") as picture:
        dots = np.array(picture.info["dpi"])
        assert np.allclose(picture.size / dots, size, atol=0.02)
    drawn = ElementTree.parse(folder / "tallies.svg").getroot()
    assert [float(drawn.get(side).removesuffix("pt")) for side in ("width", "height")] == pytest.approx(72 * size)
    (page,) = pdfium.PdfDocument(folder / "tallies.pdf")
    assert page.get_size() == pytest.approx(tuple(72 * size), abs=1)


def test_a_vector_picture_names_no_date_and_the_same_parts_every_time(founding, kept, tmp_path):
    save(plot_tallies(founding).get_figure(), tmp_path / "again.svg")
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "again.svg", kept[1] / "tallies.svg")]
    one, other = (set(re.findall(r'\bid="([^"]+)"', text)) for text in texts)
    assert one == other
    assert not any("dc:date" in text for text in texts)
