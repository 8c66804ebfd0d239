"""The Mesa model: member states that vote on resolutions, and decide month by month on sanctions, trade and help.

Each resolution is directed against one member, the *target*. Some members, the *senders*, sanction it from the start or
join later; the *victim* is the member that it attacked. A member supports, abstains, opposes or is absent; its stance
is 1, 0, -1 or 0.

This is the model to read, step through, extend and watch. The equations are in `sim.rules`, and the decisions of a
month in `sim.months.decisions`. `sim.ensemble` simulates many runs at once and gives the same votes, run for run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import mesa
import numpy as np

from sim.arguments import FLAG, check_arguments, check_subclass
from sim.arrays import FloatArray, Number
from sim.case import Case
from sim.case.agenda import list_steps
from sim.case.ballot import NOT_FIXED, OUTSIDE, Ballot
from sim.case.request import is_of_mesa, read_request
from sim.case.utilities import MonthlyTerms, compute_own_utilities
from sim.deliberation import FIRST_ANNOUNCEMENTS, name_revision
from sim.months import decisions
from sim.months.members import AgentAssembly
from sim.months.phases import PHASES, Each
from sim.months.record import MonthRecord, MonthView
from sim.months.state import NOISES, START, MonthState, draw_assumptions, make_initial_state
from sim.months.terms import find_monthly_terms
from sim.randomness import Draws, to_level, to_normal
from sim.results.showing import Shown
from sim.results.tables import Column, Table, table
from sim.rules.choice import ABSENT, ACTIONS, STANCES, choose
from sim.rules.influence import compute_peer_stance, list_peers, with_peers
from sim.rules.parameters import Parameters
from sim.specs import Scenario


class _NumbersOfMesa33:
    """Numbers the agents of a model on the model, as later versions of Mesa do themselves.

    Mesa 3.3 counts them in a table that keeps every model in memory (its issue 3179). It has no public way to avoid the
    table, so this private name of Mesa is replaced; later versions do not use it.
    """

    def __getitem__(self, model: mesa.Model) -> Iterator[int]:
        model.agent_id_counter = getattr(model, "agent_id_counter", 0) + 1
        yield model.agent_id_counter


class MemberState(mesa.Agent):
    """A member state. Each method is one decision, and a subclass may change any of them: see `AlignmentModel`.

    Parameters
    ----------
    index : place in the order of the world's members.

    Attributes
    ----------
    action, votes : its last announcement, and its votes so far, as codes of `ACTIONS`.
    utilities, noise, fixed : in the current vote, the utility of each action before it looks at its peers, its uniform
        number, and its action where that is fixed: the target opposes, the victim supports, pledges are kept; it is
        `OUTSIDE` for a member that may not vote.
    state : with months, its alignment, dependence, isolation and beliefs, and whether it sanctions.
    month : what it knows and does in the current month.
    """

    model: AlignmentModel
    month: MonthRecord
    _ids = _NumbersOfMesa33()

    def __init__(self, model: AlignmentModel, index: int) -> None:
        super().__init__(model)
        case = model.case
        self.index, self.iso3, self.name = index, case.world.iso3[index], case.world.names[index]
        self.parameters = model.parameters
        self.peers, self.peer_weights = list_peers(case.peers, index)
        self.action = ABSENT
        self.votes: list[int] = []
        if case.plan is not None:
            self.plan = case.plan.parts[index]
            self.inputs = self.plan.inputs
            draws = [self.draw(process, START) for process in NOISES]
            self.state = make_initial_state(self.inputs, self.parameters, draws)

    @property
    def action_name(self) -> str:
        """The name of the action that it last announced; ``no vote`` of a member that may not vote."""
        return "no vote" if self.action == OUTSIDE else ACTIONS[self.action]

    # A vote

    def weigh(self) -> None:
        """Weigh the four actions, and draw the noise that it keeps: in part its own through the run, in part new."""
        ballot = self.model.ballot.of_member(self.index)
        months = self if self.model.case.has_feedback else None
        self.utilities = compute_own_utilities(ballot, self.parameters, months=months)
        fresh = to_normal(self.draw("vote", ballot.resolution))
        mixed = ballot.known.mix_noise(*ballot.divisiveness, lambda name: to_normal(self.draw("position", name)), fresh)
        self.noise = float(to_level(mixed))
        self.fixed = None if ballot.fixed == NOT_FIXED else int(ballot.fixed)

    def choose(self, peers: Number) -> int:
        """Choose an action, given the mean stance of its peers: random utility, with logit noise."""
        utilities = with_peers(self.utilities, self.parameters["peer_influence"], peers)
        return int(choose(utilities, self.noise))

    def announce(self) -> None:
        """Announce an action first: its choice at neutral peers, or the announcement that the scenario sets."""
        first = FIRST_ANNOUNCEMENTS[int(self.parameters["first_announcement"])]
        if self.fixed is not None:
            self.action = self.fixed
        else:
            self.action = self.choose(0.0) if first is None else first

    def desired_action(self) -> int:
        """The action it would choose, given the last announcements of its peers."""
        return self.choose(self.hear(self.model.stances)) if self.fixed is None else self.fixed

    def revise(self) -> None:
        """Switch to the desired action, unless inertia prevents that in this round."""
        desired = self.desired_action()
        if desired != self.action:
            occasion = name_revision(self.model.ballot.resolution, self.model.round)
            if self.draw("revision", occasion) >= self.parameters["inertia"]:
                self.action = desired

    def vote(self) -> None:
        """Cast the vote that it last announced."""
        self.votes.append(self.action)

    # A month: `sim.months.phases.PHASES` is the order

    def take_in(self, month: int, place: int) -> None:
        """Apply the immediate effects of an event on its alignment, isolation or beliefs."""
        touch = self.plan.touches.get((month, place))
        if touch is not None:
            self.state.apply_touch(touch, self.parameters)

    def sanction(self) -> None:
        """Join the coalition that sanctions the target after it has attacked, or stay out of it."""
        decisions.sanction(self)

    def expect_punishment(self) -> None:
        """Weigh what a month of open help would cost it in secondary sanctions."""
        decisions.expect_punishment(self)

    def offer(self) -> None:
        """Offer how much of the target's fuels it keeps buying, and how much more it could buy."""
        decisions.offer(self)

    def trade(self) -> None:
        """Buy the target's fuels at the price that clears the market."""
        decisions.trade(self)

    def help_target(self) -> None:
        """Help the target, openly or covertly: goods, finance, arms, fighters, labour, territory."""
        decisions.help_target(self)

    def help_victim(self) -> None:
        """Help the victim with arms, volunteers and aid, or not."""
        decisions.help_victim(self)

    def get_listed(self) -> None:
        """Have its firms listed by the coalition, by a hazard that rises with its visible help to the target."""
        decisions.get_listed(self)

    def learn(self) -> None:
        """Update its belief that help to the target is punished, from its own and its peers' months of help."""
        decisions.learn(self)

    def drift(self) -> None:
        """Let its dependence and alignment follow the changes of the month."""
        decisions.drift(self)

    # Inputs of decisions

    def hear(self, values: FloatArray) -> FloatArray:
        """The mean of its peers' values, out of the values of all members (N,), weighted by how much each counts."""
        return compute_peer_stance(self.peer_weights, values[self.peers])

    def draw(self, process: str, occasion: str, where: object = True) -> np.float64:
        """Its uniform number in [0, 1) for a process and an occasion; the same at every call."""
        return self.model.draw(process, occasion, self.iso3)

    def monthly_terms(self, ballot: Ballot) -> MonthlyTerms:
        """Its alignment, dependence, sanction risk and grievance on the day of a vote, after the months before it."""
        return find_monthly_terms(self, ballot.conflict, ballot.dependence, ballot.threats)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {self.action_name}>"


class AlignmentModel(Shown, mesa.Model):
    """One run of a scenario. A step is a month or, where the scenario has no months, a vote.

    A month has first its events and votes, in the order of their dates, and then its phases. So a vote depends on
    earlier months and on events up to its day. In a vote all members announce an action, revise it in rounds of
    deliberation, in each of which all see the last announcements of their peers at once, and cast it.

    Parameters
    ----------
    scenario : name of a shipped scenario, path of a scenario file, a dictionary with the keys of a file, a
        `Scenario`, a prepared `Case`, or a scenario of Mesa's own: its ``rng`` is the seed, its ``file`` may be any of
        the former, and everything else in it is an override.
    seed, rng : the scenario's seed, under either of Mesa's two names; by default that of the file.
    replicate : which run of the scenario, from 0. By default 0 where a seed is given, and otherwise a new one for
        every model; it is in ``model.replicate``.
    member_class : the class of the members, `MemberState` or a subclass of it.
    collect_rounds : whether the data collector has a table of the rounds in addition to that of the votes.
    rounds_as_steps : whether each round of deliberation is a step of its own, so that it can be watched.
    **overrides : other values for keys of the scenario, checked like ``--set``. Write ``__`` for the dot:
        ``parameters__enforcement=0.8``, ``vote__severity=1.2``.

    Raises
    ------
    InputError : the scenario, an override, the seed or the replicate is not valid; all problems are listed.
    """

    running: bool

    @check_arguments(
        "AlignmentModel", member_class=check_subclass(MemberState), collect_rounds=FLAG, rounds_as_steps=FLAG
    )
    def __init__(
        self,
        scenario: str | Path | Scenario | Case | object = "es-11-1",
        *,
        seed: int | None = None,
        rng: int | None = None,
        replicate: int | None = None,
        member_class: type[MemberState] = MemberState,
        collect_rounds: bool = False,
        rounds_as_steps: bool = False,
        **overrides: object,
    ) -> None:
        self.case, self.replicate = read_request(scenario, seed=seed, rng=rng, replicate=replicate, overrides=overrides)
        self.spec = self.case.spec
        super().__init__(**({"scenario": scenario} if is_of_mesa(scenario) else {"rng": self.spec.seed}))
        self._draws = Draws(self.spec.seed)
        self.parameters: Parameters = self.case.parameters
        if self.case.plan is not None:
            self.parameters = draw_assumptions(self.parameters, self.draw)
        self.agenda = deque(list_steps(self.case, rounds_as_steps=rounds_as_steps))  # the tasks of each step to come
        self.vote_number, self.round, self.month_name = 0, -1, ""
        self.months: list[tuple[MonthState, MonthView]] = []
        size = self.case.world.size
        self.members = member_class.create_agents(self, size, list(range(size)))
        self.stances = np.zeros(size)
        self.datacollector = make_collector(collect_rounds=collect_rounds)
        if self.case.plan is not None:
            self.everyone = AgentAssembly(self.case.plan, self.parameters, list(self.members))

    def _line(self) -> str:
        votes = self.datacollector.tables["votes"]
        rows = zip(votes["resolution"], *(votes[action] for action in ("support", "abstain", "oppose")), strict=True)
        cast = "; ".join(f"{resolution} {support}/{abstain}/{oppose}" for resolution, support, abstain, oppose in rows)
        return f"'{self.spec.title}': run {self.replicate}, step {self.steps}; {cast or 'no vote yet'}"

    def _tables(self) -> list[Table]:
        votes = self.datacollector.tables["votes"]
        return [table(self.spec.question, [Column(name) for name in votes], [*zip(*votes.values(), strict=True)])]

    @property
    def ballot(self) -> Ballot:
        """The ballot of the current vote, or of the last one."""
        return self.case.ballots[self.vote_number]

    def step(self) -> None:
        """Simulate a month or, without months, a vote: carry out the tasks on the agenda, and collect the data."""
        if not self.running:
            return
        for task in self.agenda.popleft():
            getattr(self, task.method)(*task.numbers)
        self.running = bool(self.agenda)
        self.datacollector.collect(self)

    def open_vote(self, number: int) -> None:
        """Open a vote: all members compute their utilities and announce an action."""
        self.vote_number, self.round = number, 0
        self.members.do("weigh").do("announce")
        self.see_announcements()

    def deliberate(self, turn: int) -> None:
        """Run a round: all members see the announcements of the round before at once, and revise."""
        self.round = turn
        self.members.do("revise")
        self.see_announcements()

    def see_announcements(self) -> None:
        """Let all members see all announcements."""
        self.stances = STANCES[[member.action for member in self.members]]
        if "rounds" in self.datacollector.tables:
            row = {"resolution": self.ballot.resolution, "round": self.round}
            self.datacollector.add_table_row("rounds", {**row, **dict(zip(ACTIONS, self.tally(), strict=True))})

    def close_vote(self) -> None:
        """Close a vote: all members cast the vote that they last announced."""
        is_settled = self.is_settled()
        self.members.do("vote")
        row = {"resolution": self.ballot.resolution, "date": self.ballot.date, "is_settled": is_settled}
        self.datacollector.add_table_row("votes", {**row, **dict(zip(ACTIONS, self.tally(), strict=True))})

    def meet_event(self, month: int, place: int) -> None:
        """Apply the immediate effects of an event on all members."""
        self.members.do("take_in", month, place)

    def pass_month(self, number: int) -> None:
        """Run the phases of a month."""
        for member in self.members:
            member.month = MonthRecord(member.plan.conditions[number])
        for phase in PHASES:
            if isinstance(phase, Each):
                self.members.do(phase.name)
            else:
                phase.function(self.everyone)
        self.month_name = self.everyone.plan.months[number].name
        self.months.append((self.everyone.state(), self.everyone.view(number)))

    def run(self) -> AlignmentModel:
        """Step to the end, and return the model."""
        while self.running:
            self.step()
        return self

    def run_vote(self) -> AlignmentModel:
        """Step until the next vote is over, or to the end, and return the model."""
        votes = self.datacollector.tables["votes"]["resolution"]
        before = len(votes)
        while self.running and len(votes) == before:
            self.step()
        return self

    def tally(self) -> list[int]:
        """Members per action code, as last announced; those that may not vote are left out."""
        announced = [member.action for member in self.members]
        return [announced.count(code) for code in range(len(ACTIONS))]

    def is_settled(self) -> bool:
        """Whether no member would act differently after one more look at its peers."""
        return all(member.desired_action() == member.action for member in self.members)

    def draw(self, process: str, occasion: str, iso3: str) -> np.float64:
        """The uniform number of this run for a process, an occasion and a member."""
        return np.float64(self._draws.uniforms(process, occasion, iso3, self.replicate)[0])


def make_collector(*, collect_rounds: bool) -> mesa.DataCollector:
    """Make the collector of data at the end of a step, with tables of votes and rounds."""
    counts = {action: partial(count, code) for code, action in enumerate(ACTIONS)}
    names = {"sanctions": "state.joined", "isolation": "state.isolation", "help": "month.help.visible"}
    columns = {"iso3": "iso3", "action": "action_name", **names}
    tables = {"votes": ["resolution", "date", *ACTIONS, "is_settled"]}
    if collect_rounds:
        tables["rounds"] = ["resolution", "round", *ACTIONS]
    return mesa.DataCollector(
        model_reporters={
            "replicate": "replicate",
            "month": "month_name",
            "resolution": partial(read, "ballot.resolution"),
            **counts,
        },
        agent_reporters={column: partial(read, name) for column, name in columns.items()},
        tables=tables,
    )


def read(name: str, thing: object) -> object:
    """Read an attribute by its dotted name; None where it is missing. Unlike a lambda it pickles."""
    for part in name.split("."):
        thing = getattr(thing, part, None)
    return thing.item() if isinstance(thing, np.generic | np.ndarray) else thing


def count(code: int, model: AlignmentModel) -> int:
    """Count the members that last announced an action."""
    return model.tally()[code]
