"""Writes the validation page and its pictures: ``python -m tools.validation.page --write``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from sim.results.scores import Reliability
from sim.results.validation import Validation
from sim.results.wording import write_share
from sim.rules.parameters import load_registry
from sim.scoring.scores import find_classes, measure_reliability
from tools.validation import pictures as pictures
from tools.validation import tables as tables
from tools.validation.assessment import BLOCS, FITTED, Assessed, Assessment, assess
from tools.validation.pictures import words
from tools.validation.profiles import LIMIT, Profile
from tools.validation.recovery import DRAWS, LEVEL, Recovery
from tools.validation.text import REASONS, TEMPLATE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOCS = Path(__file__).parents[2] / "docs"
DOTS_PER_INCH = 110
WIDTH = 120


def page(found: Assessment) -> str:
    """The whole page."""
    peers, *others = found.profiles
    deviations = {name: p.prior[1] for name, p in load_registry().items() if p.prior is not None}
    movers = tables.moved_with(peers, found.beliefs, deviations)
    columns = list(dict.fromkeys([*BLOCS, *movers[:4]]))
    shared = [one for one in found.from_priors.unknowns if one.resolution_index is None]
    text = TEMPLATE.format(
        summary=tables.summary(found.votes),
        folds=found.votes[0].held_out.scores.folds,
        cuts=found.votes[0].held_out.scores.fold_seeds,
        lead_line=_lead_line(found),
        next_line=_next_line(found),
        coverage_line=f"Recovery of known numbers: intervals of {write_share(LEVEL)} held {_coverage(_pool(found))}.",
        identified_line=_identified_line(found),
        shared=len(shared),
        texts=len(found.from_priors.unknowns) - len(shared),
        fitted=", ".join(f"{words(vote.resolution)} ({tables.day(vote)})" for vote in found.votes),
        members=found.votes[0].in_sample.n,
        closer=" ".join(_closer(vote.in_sample) for vote in found.votes),
        in_sample=_by_vote(found, lambda vote: tables.scores(vote.in_sample)),
        held_out=_by_vote(found, lambda vote: tables.scores(vote.held_out.scores)),
        leads=tables.leads([vote.held_out.scores for vote in found.votes]),
        next_votes=_by_vote(found, lambda vote: tables.scores(vote.next_vote)),
        later=tables.later(found.later, found.later_pooled),
        earlier_closer=_closer(found.earlier),
        earlier=tables.scores(found.earlier),
        error_in=f"{_reliability(found, is_held_out=False).error:.3f}",
        error_out=f"{_reliability(found, is_held_out=True).error:.3f}",
        beliefs=tables.beliefs(found.beliefs),
        limit=LIMIT,
        open_lines="\n".join(
            f"- {words(one.name)}: {_ends(one)}, the best of the values {one.best:g}" for one in found.profiles
        ),
        peer_line=_peer_line(peers, movers),
        peer_profile=tables.profile_table(peers, columns),
        bloc_line=_bloc_line(peers, found.without_blocs),
        other_profiles="\n\n".join(
            tables.profile_table(one, tables.moved_with(one, found.beliefs, deviations)[:4]) for one in others
        ),
        draws=DRAWS,
        level=write_share(LEVEL),
        sets_priors=len(found.from_priors.truths),
        sets_fit=len(found.near_fit.truths),
        from_priors=tables.recovery_table(found.from_priors),
        near_fit=tables.recovery_table(found.near_fit),
        recovery_lines=_recovery_lines(found),
        misses_count=", ".join(tables.misses_count(found)),
        most=tables.MOST_MISSES,
        misses=_by_vote(found, lambda vote: tables.misses(vote, found.world, REASONS)),
        key=pictures.key_of_misses(),
        tile_pictures="\n\n".join(
            f"![Members held out, {words(vote.resolution)}](pictures/validation-misses-{name}.png)"
            for name, vote in zip(FITTED, found.votes, strict=True)
        ),
    )
    return "\n\n".join(_wrap_block(block) for block in text.split("\n\n"))


def _wrap_block(block: str) -> str:
    """Wrap prose to a common width; tables, headings and pictures are unchanged."""
    if block.startswith(("|", "#", "!")):
        return block
    lines = block.split("\n") if block.startswith("- ") else [" ".join(block.split())]
    return "\n".join(
        fill(line, WIDTH, subsequent_indent="  " if line.startswith("- ") else "", break_on_hyphens=False)
        for line in lines
    )


def _by_vote(found: Assessment, write_part: Callable[[Assessed], str]) -> str:
    return "\n\n".join(
        f"**{words(vote.resolution)}, {tables.day(vote)}**\n\n{write_part(vote)}" for vote in found.votes
    )


def _closer(found: Validation) -> str:
    """Which rules have a lower RPS than the model."""
    rules = [words(name) for name, scores in found.baselines.items() if scores.rps < found.declared.rps]
    return f"Closer than the model on {words(found.resolution)} by RPS: {_and(rules) or 'no rule'}."


def _lead_line(found: Assessment) -> str:
    leads = {tables.day(vote): vote.held_out.scores.lead_declared for vote in found.votes}
    better = [day for day, of in leads.items() if all(lead.p975 < 0 for _, lead in of)]
    others = [day for day in leads if day not in better]
    said = "Held-out members: lower than the best regression by both scores, with 95 % intervals that exclude 0, on "
    rest = f"; on {_and(others)} not by both" if others else ""
    return f"{said}{_and(better) or 'none of the votes'}{rest}."


def _next_line(found: Assessment) -> str:
    ahead: list[str] = []
    behind: list[str] = []
    for vote in found.votes:
        persistence = vote.next_vote.baselines["persistence"]
        where = ahead if vote.next_vote.declared.log_loss < persistence.log_loss else behind
        where.append(f"{tables.day(vote)} ({vote.next_vote.declared.log_loss:.3f} to {persistence.log_loss:.3f})")
    rest = f"; worse on {_and(behind)}" if behind else ""
    return f"Next vote: log loss better than that of repeating the last vote on {_and(ahead) or 'no day'}{rest}."


def _coverage(found: Recovery) -> str:
    rate = found.rate()
    over_sets = f"{write_share(rate.by_set_low)} to {write_share(rate.by_set_high)} over sets of votes"
    if rate.by_set_low > LEVEL:
        verdict = "more often than they state"
    elif rate.by_set_high < LEVEL:
        verdict = "less often than they state"
    else:
        side = "below" if rate.rate < LEVEL else "above"
        verdict = f"{side} what they state, by no more than chance allows"
    return f"{write_share(rate.rate)} of the truths ({over_sets}): {verdict}"


def _pool(found: Assessment) -> Recovery:
    return found.from_priors.with_more(found.near_fit)


def _recovery_lines(found: Assessment) -> str:
    lines = []
    kinds = {
        "drawn from the priors": found.from_priors,
        "near the fit": found.near_fit,
        "of both kinds": _pool(found),
    }
    for what, recovery in kinds.items():
        short = [
            f"{group} ({write_share(recovery.rate(columns).rate)})"
            for group, columns in recovery.columns().items()
            if recovery.rate(columns).high < LEVEL
        ]
        rest = f" Short by the binomial interval: {_and(short)}." if short else ""
        lines.append(f"- *Truths {what}*: the intervals held {_coverage(recovery)}.{rest}")
    return "\n".join(lines)


def _identified_line(found: Assessment) -> str:
    unknown = [words(one.name) for one in found.beliefs if not one.is_identified]
    return f"Not identified by these votes, so that they depend on their priors: {_and(unknown)}."


def _ends(found: Profile) -> str:
    low, high = found.left_open
    return f"{low:g} to {high:g} of the {found.values[0]:g} to {found.values[-1]:g} tried"


def _peer_line(peers: Profile, movers: Sequence[str]) -> str:
    changes = [
        f"{words(name)} goes from {peers.others[name][0]:.2f} to {peers.others[name][-1]:.2f}"
        for name in (*BLOCS, *movers)
    ]
    low, high = peers.left_open
    lost = max(-peers.fall(peers.log_likelihood)[(peers.values >= low) & (peers.values <= high)])
    return (
        f"From {low:g} to {high:g} the log likelihood changes by at most {lost:.2f}: what peers explain at one value "
        f"is explained at another by causes that peers share. As peer influence goes from {peers.values[0]:g} to "
        f"{peers.values[-1]:g}, {_and(list(dict.fromkeys(changes)))}. The value that ships depends on its prior as "
        "much as on the votes."
    )


def _bloc_line(peers: Profile, without: Profile) -> str:
    lost = float(peers.log_likelihood.max() - without.log_likelihood.max())
    return (
        f"Without a weight for groups that lean to a side the best log likelihood is {lost:.2f} lower. The votes are "
        f"then most likely at a peer influence of {without.best:g} (with them: {peers.best:g}), and values from "
        f"{without.left_open[0]:g} to {without.left_open[1]:g} are not ruled out."
    )


def _and(parts: Sequence[str]) -> str:
    return ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1] if parts else ""


def _reliability(found: Assessment, *, is_held_out: bool) -> Reliability:
    scored = [vote.votes >= 0 for vote in found.votes]
    chances = [vote.held_out.chances if is_held_out else vote.chances for vote in found.votes]
    return measure_reliability(
        np.concatenate([one[rows] for one, rows in zip(chances, scored, strict=True)]),
        np.concatenate([find_classes(vote.votes[rows]) for vote, rows in zip(found.votes, scored, strict=True)]),
    )


def figures(found: Assessment) -> dict[str, Figure]:
    """The pictures of the page by the name of their file."""
    from matplotlib.figure import Figure as NewFigure

    def new(width: float, height: float) -> Figure:
        return NewFigure(figsize=(width, height), layout="constrained")

    drawn = {
        name: new(*size)
        for name, size in {"reliability": (8.8, 4.6), "baselines": (11.5, 3.8), "profiles": (9.6, 7.2)}.items()
    }
    for ax, is_held_out, title in zip(
        drawn["reliability"].subplots(1, 2), (False, True), ("in-sample", "members held out"), strict=True
    ):
        pictures.plot_reliability(_reliability(found, is_held_out=is_held_out), ax=ax, title=title)
    for ax, vote in zip(drawn["baselines"].subplots(1, 3), found.votes, strict=True):
        title = f"{words(vote.resolution)}, {tables.day(vote)}"
        pictures.plot_baselines(vote.held_out.scores, ax=ax, title=title)
    for ax, one in zip(drawn["profiles"].subplots(2, 2).flat, found.profiles, strict=True):
        pictures.plot_profile(one, ax=ax, others=BLOCS if one.name == "peer_influence" else ())
    drawn["beliefs"] = new(8.6, 0.24 * len(found.beliefs) + 1.2)
    pictures.plot_beliefs(found.beliefs, ax=drawn["beliefs"].subplots())
    for name, vote in zip(FITTED, found.votes, strict=True):
        drawn[f"misses-{name}"] = new(9.8, 6.4)
        pictures.plot_misses(
            vote.held_out.chances,
            observed=np.where(vote.votes >= 0, find_classes(vote.votes), -1),
            world=found.world,
            ax=drawn[f"misses-{name}"].subplots(),
            title=f"{words(vote.resolution)}, {tables.day(vote)}",
        )
    return {f"validation-{name}.png": figure for name, figure in drawn.items()}


def write(found: Assessment, docs: Path = DOCS) -> None:
    """Write the page and its pictures."""
    (docs / "validation.md").write_text(page(found), encoding="utf-8")
    for name, figure in figures(found).items():
        figure.savefig(docs / "pictures" / name, dpi=DOTS_PER_INCH, metadata={"Software": None})


def main(arguments: Sequence[str] | None = None) -> int:
    """Work out the page and print it, or write it with its pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/validation.md and its pictures; takes minutes")
    is_written = parser.parse_args(arguments).write
    found = assess(lambda what: print(what, file=sys.stderr, flush=True))
    if is_written:
        write(found)
    else:
        print(page(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
