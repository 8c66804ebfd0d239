"""The network: whom members look to when they decide, in clusters of members that look to each other."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.case import Case
from sim.rules.influence import list_peers
from sim.runner.result import RunResult
from sim.views.frame import SMALL, WIDTH, finish, make_panel, write_corner, write_day
from sim.views.pictures.marks import draw_legend, draw_marks, find_most_likely, label_counts, label_members
from sim.views.styles import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes


HEAVIEST = 3
"""Ties of each member that are drawn."""
NAMED = 3
"""Members of a cluster that are named: those that are looked to most."""
LETTERS = 16
"""Letters of the names of a cluster on a line."""
RADIUS = 0.32
"""Radius of a mark; the unit is the least distance between two."""
SUNFLOWER = 0.62
"""Distance from the middle of a cluster of the first member, where each later one is the root of its number further."""
SEED = 1
MOST_PUSHES = 2000
ROOM = (WIDTH - 0.2, 4.4)
"""Inches, across and up, in which the clusters are."""
TIES_COLOUR, GROUND = "#A9B4BE", "#F1F4F6"


@dataclass(frozen=True)
class Cluster:
    """Members that look to each other.

    Parameters
    ----------
    members : their places in the world, those that are looked to most first.
    middle : the middle of its circle.
    radius : of its circle.
    label : the names of its main members, in lines.
    """

    members: NDArray[np.intp]
    middle: FloatArray
    radius: float
    label: str


def find_strongest_ties(case: Case) -> list[tuple[int, int, float]]:
    """Each member's heaviest ties to peers: who looks, to whom, and with what weight; heaviest first for each."""
    found = []
    for member in range(case.world.size):
        peers, weights = list_peers(case.peers, member)
        heaviest = np.lexsort((peers, -weights))[:HEAVIEST]
        found += [(member, int(peers[place]), float(weights[place])) for place in heaviest]
    return found


def find_clusters(case: Case, ties: Sequence[tuple[int, int, float]]) -> list[Cluster]:
    """Clusters of members by their ties (Blondel et al. 2008), in circles near those they look to."""
    import networkx as nx

    looked_to = np.zeros(case.world.size)
    graph = nx.Graph()
    graph.add_nodes_from(range(case.world.size))
    for member, peer, weight in ties:
        looked_to[peer] += weight
        known = graph.get_edge_data(member, peer, {"weight": 0.0})["weight"]
        graph.add_edge(member, peer, weight=known + weight)
    groups = [
        sorted(group, key=lambda i: (-looked_to[i], i)) for group in nx.community.louvain_communities(graph, seed=SEED)
    ]
    groups.sort(key=lambda group: (-len(group), group[0]))
    of_member = {member: number for number, group in enumerate(groups) for member in group}
    between = nx.Graph()
    between.add_nodes_from(range(len(groups)))
    for member, peer, _ in ties:
        one, other = of_member[member], of_member[peer]
        known = between.get_edge_data(one, other, {"weight": 0.0})["weight"]
        between.add_edge(one, other, weight=known + 1.0)
    placed = nx.spring_layout(between, seed=SEED, iterations=100)
    radii = np.array([SUNFLOWER * np.sqrt(len(group)) + 0.9 for group in groups])
    labels = [_label([case.world.names[i] for i in group[:NAMED]]) for group in groups]
    wanted = np.array([placed[number] for number in range(len(groups))]).reshape(-1, 2)
    wanted = wanted / np.maximum(wanted.std(axis=0), 1e-9) * np.sqrt((radii**2).sum()) * np.array(ROOM) / max(ROOM)
    middles = _fit(wanted, radii, labels)
    return [
        Cluster(np.array(group), middle, float(radius), label)
        for group, middle, radius, label in zip(groups, middles, radii, labels, strict=True)
    ]


def find_places(clusters: Sequence[Cluster], size: int) -> FloatArray:
    """Places (N, 2): the members of a cluster as the seeds of a sunflower (Vogel 1979), the main ones in the middle."""
    places = np.zeros((size, 2))
    for cluster in clusters:
        number = np.arange(len(cluster.members))
        angle, away = number * np.pi * (3 - np.sqrt(5)), SUNFLOWER * np.sqrt(number + 0.5)
        places[cluster.members] = cluster.middle + np.stack([away * np.cos(angle), away * np.sin(angle)], axis=1)
    return places


def _label(names: Sequence[str]) -> str:
    return textwrap.fill(", ".join(names), LETTERS)


def _fit(wanted: FloatArray, radii: FloatArray, labels: Sequence[str]) -> FloatArray:
    """Middles of circles such that none is on another, nor on the names above it.

    The smaller the circles are drawn, the more room names take.
    """
    middles, unit = wanted, 12.0
    for _ in range(4):
        wide = np.array([max(map(len, label.splitlines())) * 0.68 * (SMALL - 1) / unit for label in labels])
        high = np.array([(label.count("\n") + 1) * 1.25 * (SMALL - 1) / unit for label in labels])
        size = np.stack([np.maximum(2 * radii, wide) + 0.6, 2 * radii + high + 0.9], axis=1)
        shift = np.stack([np.zeros(len(radii)), high / 2], axis=1)
        middles = _push_boxes(wanted + shift, size) - shift
        extent = np.ptp(np.concatenate([middles - size / 2, middles + size / 2]), axis=0)
        unit = 72 * float((np.array(ROOM) / extent).min())
    return middles


def _push_boxes(middles: FloatArray, size: FloatArray) -> FloatArray:
    """Push boxes (n, 2) that are on each other apart, along the way on which they overlap less."""
    middles = middles.copy()
    for _ in range(MOST_PUSHES):
        between = middles[:, None] - middles[None]
        overlap = (size[:, None] + size[None]) / 2 - np.abs(between)
        hits = np.argwhere(np.triu(overlap.min(axis=2) > 1e-6, 1))
        if not len(hits):
            break
        for one, other in hits:
            axis = int(overlap[one, other].argmin())
            push = (0.5 * overlap[one, other, axis] + 1e-3) * (1 if between[one, other, axis] >= 0 else -1) / 2
            middles[one, axis] += push
            middles[other, axis] -= push
    return middles


def plot_network(result: RunResult, *, number: int = 0, ax: Axes | None = None) -> Axes:
    """Draw each member's heaviest ties to its peers, the members by their most likely action, in clusters.

    Parameters
    ----------
    number : which vote, from 0.
    """
    from matplotlib.collections import LineCollection, PatchCollection
    from matplotlib.patches import Circle

    vote, case = result.votes[number], result.case
    on = make_panel(ax, 6.4)
    ties = find_strongest_ties(case)
    clusters = find_clusters(case, ties)
    places = find_places(clusters, case.world.size)
    circles = [Circle((cluster.middle[0], cluster.middle[1]), cluster.radius) for cluster in clusters]
    on.ax.add_collection(PatchCollection(circles, facecolor=GROUND, linewidth=0, zorder=0))
    weights = np.array([weight for _, _, weight in ties])
    lines = LineCollection(
        [places[[one, other]] for one, other, _ in ties],
        linewidths=0.25 + 1.2 * weights / max(float(weights.max(initial=0.0)), 1e-9),
        colors=TIES_COLOUR,
        zorder=1,
        gid="ties",
    )
    on.ax.add_collection(lines)
    actions, said = find_most_likely(vote)
    draw_marks(on.ax, places, actions, RADIUS, label_members(result, number))
    for cluster in clusters:
        label = on.ax.text(
            cluster.middle[0],
            cluster.middle[1] + cluster.radius + 0.1,
            cluster.label,
            ha="center",
            va="bottom",
            fontsize=SMALL - 1,
            color=INK,
            fontweight="bold",
            zorder=6,
            gid="names",
        )
        label.set_bbox({"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.4})
    on.ax.autoscale_view()
    on.ax.set(aspect="equal")
    on.ax.set_axis_off()
    draw_legend(on.ax, label_counts(actions), (0.5, 0.0))
    title = (
        f"Whom members look to: the {HEAVIEST} heaviest ties of each, in clusters with those looked to most. "
        f"{vote.resolution}, {write_day(vote.date)}: {said}"
    )
    return finish(on, title, write_corner(case, result.replicates))
