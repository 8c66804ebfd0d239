"""Pictures of sweeps and networks: what is drawn is what was given."""

import time
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from scipy.interpolate import RegularGridInterpolator
from scipy.spatial import KDTree

from sim.results.wording import write_number
from sim.specs.labels import label_key
from sim.summaries.tallies import CODES, NEAR, REPORTED
from sim.views.pictures.indices import plot_indices
from sim.views.pictures.network import find_clusters, find_places, find_strongest_ties, plot_network
from sim.views.pictures.sweeps import plot_sweep
from sim.views.styles import STYLES
from sim.whatif.sensitivity import analyse, check_questions


def test_the_network_draws_the_heaviest_ties_and_no_mark_on_another(founding):
    ax, ties = plot_network(founding), find_strongest_ties(founding.case)
    clusters = find_clusters(founding.case, ties)
    places = find_places(clusters, founding.case.world.size)
    weights = np.asarray(founding.case.peers)
    for member in range(0, founding.case.world.size, 17):
        own = [weight for who, _, weight in ties if who == member]
        assert own == sorted(weights[member], reverse=True)[: len(own)]
    lines = next(c for c in ax.collections if c.get_gid() == "ties")
    assert np.allclose(np.array(lines.get_segments()), [places[[one, other]] for one, other, _ in ties])
    gaps = np.linalg.norm(places[:, None] - places[None], axis=2) + np.eye(len(places))
    shapes = [mark.vertices for c in ax.collections if c.get_gid() in STYLES for mark in c.get_paths()]
    assert gaps.min() > 2 * max(np.linalg.norm(corners, axis=1).max() for corners in shapes)
    labels = [" ".join(text.get_text().split()) for text in ax.texts if text.get_gid() == "names"]
    assert len(labels) == len(clusters) > 1
    looked_to = np.zeros(founding.case.world.size)
    for _, peer, weight in ties:
        looked_to[peer] += weight
    for cluster, label in zip(clusters, labels):
        first = cluster.members[looked_to[cluster.members].argmax()]
        assert label.startswith(founding.case.world.names[first])


def test_clusters_of_two_thousand_members_are_apart_and_take_seconds():
    rng, size = np.random.default_rng(1), 2000
    ties = [
        (member, int(peer), 1.0)
        for member in range(size)
        for peer in (member // 50 * 50 + rng.integers(0, 50, 3)) % size
    ]
    case = SimpleNamespace(world=SimpleNamespace(size=size, names=[f"Member {i}" for i in range(size)]))
    begun = time.process_time()
    clusters = find_clusters(case, ties)
    places = find_places(clusters, size)
    assert time.process_time() - begun < 20
    assert len(KDTree(places).query_pairs(0.9)) == 0
    assert sorted(np.concatenate([cluster.members for cluster in clusters])) == list(range(size))
    for one, other in combinations(clusters, 2):
        assert np.linalg.norm(one.middle - other.middle) > one.radius + other.radius


def test_the_heat_map_is_the_table_of_points_with_the_line_of_the_split(grid):
    ax = plot_sweep(grid)
    rows = pq.read_table(grid.folder / "points.parquet").to_pylist()
    middle = [row for row in rows if row["vote.target_threat"] == 1]
    wanted = np.array([row["support_mean"] for row in middle]).reshape(5, 5).T
    assert np.allclose(ax.collections[0].get_array().reshape(wanted.shape), wanted)
    lines = {
        name: [
            path.vertices for c in ax.collections if c.get_gid() == name for path in c.get_paths() if len(path.vertices)
        ]
        for name in ("aim", "near")
    }
    between = {
        name: RegularGridInterpolator(
            (range(5), range(5)), np.reshape([row[f"{name}_mean"] for row in middle], (5, 5)).T
        )
        for name in REPORTED
    }
    aims = {"support": 141, "abstain": 35, "oppose": 5, "absent": 12}
    assert between["support"](np.concatenate(lines["aim"])[:, ::-1]) == pytest.approx(141, abs=1)
    off = [abs(between[name](np.concatenate(lines["near"])[:, ::-1]) - aim) for name, aim in aims.items()]
    assert np.max(off, axis=0) == pytest.approx(NEAR, abs=1)


def test_the_lines_of_a_sweep_are_the_table_of_points(line):
    ax = plot_sweep(line)
    rows = pq.read_table(line.folder / "points.parquet").to_pylist()
    drawn = {found.get_label(): found for found in ax.lines if found.get_label() in CODES}
    for name in REPORTED:
        assert drawn[name].get_xdata().tolist() == [row["parameters.enforcement"] for row in rows]
        means = np.array([row[f"{name}_mean"] for row in rows])
        assert np.allclose(drawn[name].get_ydata(), means - means[0])
        (label,) = (text.get_text() for text in ax.texts if text.get_gid() == f"end-{name}")
        assert label == f"{name}\n{write_number(means[0], 1)} to {write_number(means[-1], 1)}"
    low, high = ax.get_ylim()
    widest = max(np.ptp(found.get_ydata()) for found in drawn.values())
    assert high - low < max(4 * widest, 7)  # what changes is not lost between far levels


def test_the_axis_of_a_share_does_not_go_beyond_what_a_share_can_be(line):
    low, high = plot_sweep(line, output="two-thirds").get_ylim()
    assert -0.1 < low < high < 1.1


def test_bars_of_indices_are_the_figures(effects):
    (found,), _ = analyse(effects.experiment, effects.folder, check_questions(effects.experiment, ["support"]))
    ax = plot_indices(found)
    (bars,) = (c for c in ax.containers if c.get_label().startswith("mean"))
    assert np.allclose([bar.get_width() for bar in bars], [lever.mu_star for lever in found.levers[: len(bars)]])
    labels = [" ".join(label.get_text().split()) for label in ax.get_yticklabels()]
    assert labels == [label_key(lever.lever) for lever in found.levers[: len(bars)]]


def test_names_of_clusters_cover_no_member_of_another(founding):
    ax = plot_network(founding)
    figure = ax.get_figure()
    FigureCanvasAgg(figure).draw()
    places = ax.transData.transform(find_places(find_clusters(founding.case, find_strongest_ties(founding.case)), 193))
    for text in ax.texts:
        box = text.get_window_extent()
        assert not any(box.contains(*place) for place in places)
