"""The network: whom members look to when they decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray
from sim.case import Case
from sim.rules.influence import list_peers
from sim.runner.result import RunResult
from sim.views.frame import SMALL, finish, make_panel, write_corner, write_day
from sim.views.pictures.marks import draw_legend, draw_marks, find_most_likely, label_counts
from sim.views.styles import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes


HEAVIEST = 3
"""Ties of each member that are drawn."""
NAMED = 24
RADIUS = 0.021
LAYOUT_SEED = 1
TIES_COLOUR = "#A9B4BE"


def strongest_ties(case: Case) -> list[tuple[int, int, float]]:
    """Each member's heaviest ties to peers: who looks, to whom, and with what weight; heaviest first for each."""
    found = []
    for member in range(case.world.size):
        peers, weights = list_peers(case.peers, member)
        heaviest = np.lexsort((peers, -weights))[:HEAVIEST]
        found += [(member, int(peers[place]), float(weights[place])) for place in heaviest]
    return found


def places_of(case: Case) -> FloatArray:
    """Places (N, 2) in [-1, 1] at which members that look to each other are near, and no two marks overlap."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(case.world.size))
    for member, peer, weight in strongest_ties(case):
        known = graph.get_edge_data(member, peer, {"weight": 0.0})["weight"]
        graph.add_edge(member, peer, weight=known + weight)
    spacing = 2.4 / np.sqrt(max(case.world.size, 1))
    found = nx.spring_layout(graph, k=spacing, iterations=200, seed=LAYOUT_SEED)
    places = np.array([found[member] for member in range(case.world.size)], dtype=np.float64)
    return _spread_apart(places / np.abs(places).max(), 2.3 * RADIUS)


def _spread_apart(places: FloatArray, gap: float) -> FloatArray:
    """Push places that are nearer than a gap apart until none are."""
    for _ in range(500):
        between = places[:, None] - places[None]
        distance = np.linalg.norm(between, axis=2) + np.eye(len(places)) * 9
        if distance.min() >= gap:
            break
        short = np.maximum(gap * 1.02 - distance, 0)
        places = places + (between / np.maximum(distance, 1e-9)[..., None] * short[..., None]).sum(axis=1) / 2
    return places


def plot_network(result: RunResult, *, number: int = 0, ax: Axes | None = None) -> Axes:
    """Draw each member's heaviest ties to its peers, the members by their most likely action.

    Parameters
    ----------
    number : which vote, from 0.
    """
    from matplotlib.collections import LineCollection

    vote, case = result.votes[number], result.case
    on = make_panel(ax, 5.4)
    ties, places = strongest_ties(case), places_of(case)
    weights = np.array([weight for _, _, weight in ties])
    lines = LineCollection(
        [places[[one, other]] for one, other, _ in ties],
        linewidths=0.3 + 1.7 * weights / max(float(weights.max(initial=0.0)), 1e-9),
        colors=TIES_COLOUR,
        zorder=1,
        gid="ties",
        clip_on=False,
    )
    on.ax.add_collection(lines)
    actions, said = find_most_likely(vote)
    draw_marks(on.ax, places, actions, RADIUS)
    reach = np.abs(places).max(axis=0) + 4 * RADIUS
    on.ax.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]), aspect="equal")
    on.ax.set_axis_off()
    _name(on.ax, case, ties, places)
    draw_legend(on.ax, label_counts(actions), (0.5, 0.0))
    title = (
        f"Whom members look to: the {HEAVIEST} heaviest ties of each, and the codes of those looked to most, where "
        f"there is room. {vote.resolution}, {write_day(vote.date)}: {said}"
    )
    return finish(on, title, write_corner(case, result.replicates))


def _name(ax: Axes, case: Case, ties: list[tuple[int, int, float]], places: FloatArray) -> None:
    """Write the codes of those looked to most next to their marks, where there is room."""
    looked_to = np.zeros(case.world.size)
    for _, peer, weight in ties:
        looked_to[peer] += weight
    width, height = 0.115, 0.05
    placed: list[FloatArray] = []
    for member in np.argsort(-looked_to, kind="stable")[:NAMED]:
        for shift in ((0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0)):
            middle = places[member] + np.array(shift) * (RADIUS + np.array([width, height]) / 2)
            is_free = all((np.abs(middle - other) > (width, height)).any() for other in placed)
            covers = (np.abs(places - middle) < (width / 2 + RADIUS * 0.7, height / 2 + RADIUS * 0.7)).all(axis=1)
            covers[member] = False
            if is_free and not covers.any():
                placed.append(middle)
                label = ax.text(
                    middle[0],
                    middle[1],
                    case.world.iso3[member],
                    ha="center",
                    va="center",
                    fontsize=SMALL - 1,
                    color=INK,
                )
                label.set(zorder=6, gid=f"name-{case.world.iso3[member]}", fontweight="bold")
                break
