"""The Mesa model: members that weigh, announce, look at their peers, revise and vote.

This is the model to read, step through, extend and watch. Every equation is in `sim.rules`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import mesa
import numpy as np

from sim.arrays import FloatArray, Number
from sim.case import Case, drawn, prepare, with_seed
from sim.case.ballot import NOT_GIVEN, Ballot
from sim.case.utilities import Position, own_utilities
from sim.ensemble import FIRST_ANNOUNCEMENTS, revision_occasion
from sim.errors import InputError, Problem
from sim.months import decisions
from sim.months.members import Members
from sim.months.phases import PHASES, Each
from sim.months.position import position_of
from sim.months.record import MonthRecord, MonthView
from sim.months.state import NOISES, START, State, initial_state
from sim.randomness import Draws
from sim.rules.choice import ACTIONS, STANCES, choose
from sim.rules.influence import listened_to, peer_stance, with_peers
from sim.specs import Scenario, read_scenario, scenario_from


class _CountsOnTheModel:
    """Numbers the agents of a model on the model itself; the table of Mesa 3.3 keeps every model alive (issue 3179)."""

    def __getitem__(self, model: mesa.Model) -> Iterator[int]:
        numbers: Iterator[int] = model.__dict__.setdefault("_agent_numbers", count(1))
        return numbers


class MemberState(mesa.Agent):
    """A member state: what it stands to lose and to gain, what it has announced, what it remembers."""

    model: AlignmentModel
    _ids = _CountsOnTheModel()

    def __init__(self, model: AlignmentModel, index: int) -> None:
        super().__init__(model)
        self.index = index
        self.iso3 = model.case.world.iso3[index]
        self.name = model.case.world.names[index]
        self.listens_to, self.peer_weights = listened_to(model.case.peers, index)
        self.votes: list[int] = []
        if model.case.plan is not None:
            self.plan = model.case.plan.parts[index]
            self.inputs, self.parameters = self.plan.inputs, model.case.parameters
            draws = [self.draw(process, START) for process in NOISES]
            self.state = initial_state(self.inputs, self.parameters, draws)
        self.action = ACTIONS.index("absent")

    def weigh(self) -> None:
        """Weigh the four actions on the resolution at hand, and draw the noise that is kept through the rounds."""
        ballot = self.model.ballot.of_member(self.index)
        earlier = [STANCES[vote] for vote in self.votes]
        self.utilities = own_utilities(
            ballot, self.model.case.parameters, earlier, self if self.model.case.plan else None
        )
        self.noise = self.draw("vote", ballot.resolution)
        self.is_given = ballot.given != NOT_GIVEN

    def draw(self, process: str, occasion: str, where: object = True) -> np.float64:
        """One's own uniform number for a process and an occasion."""
        return np.float64(self.model.draw(process, occasion, self.iso3))

    def hear(self, values: FloatArray) -> FloatArray:
        """Values (N,) of the peers, weighted as their stances are in a vote."""
        return peer_stance(self.peer_weights, values[self.listens_to])

    def choose(self, peers: Number) -> int:
        """Choose an action, given the mean stance of the peers."""
        influence = self.model.case.parameters["peer_influence"]
        return int(choose(with_peers(self.utilities, influence, peers), self.noise))

    def announce(self) -> None:
        """Say for the first time what one will do, before anyone has been looked at."""
        first = FIRST_ANNOUNCEMENTS[int(self.model.case.parameters["first_announcement"])]
        if self.is_given:
            self.action = int(self.model.ballot.given[self.index])
        else:
            self.action = self.choose(0.0) if first is None else first

    def desired_action(self) -> int:
        """What one would do, given what the peers last announced."""
        if self.is_given:
            return self.action
        return self.choose(self.hear(self.model.stances))

    def revise(self) -> None:
        """Come round to the desired action, unless inertia keeps one from it this round."""
        desired = self.desired_action()
        if desired != self.action:
            occasion = revision_occasion(self.model.ballot.resolution, self.model.round)
            if self.draw("revision", occasion) >= self.model.case.parameters["inertia"]:
                self.action = desired

    def position(self, ballot: Ballot) -> Position:
        """Where one is on the day of a vote, as the months have left it."""
        return position_of(self, ballot.conflict, ballot.dependence, ballot.threats)

    def take_in(self, month: int, place: int) -> None:
        """Take in what an event does at once."""
        touch = self.plan.touches.get((month, place))
        if touch is not None:
            self.state.take_in(touch, self.parameters)

    def sanction(self) -> None:
        """Join the coalition of those who sanction the target, or stay out of it."""
        decisions.sanction(self)

    def offer(self) -> None:
        """Shed what substitutes replace, and say what one could take up of the target's fuels."""
        decisions.offer(self)

    def trade(self) -> None:
        """Buy at the market's price."""
        decisions.trade(self)

    def help_target(self) -> None:
        """Help the target, openly, covertly or not at all."""
        decisions.help_target(self)

    def help_victim(self) -> None:
        """Help the victim, or not."""
        decisions.help_victim(self)

    def get_listed(self) -> None:
        """Have one's firms listed."""
        decisions.get_listed(self)

    def learn(self) -> None:
        """Learn from listings what to expect."""
        decisions.learn(self)

    def drift(self) -> None:
        """Let dependence and alignment follow."""
        decisions.drift(self)


class AlignmentModel(mesa.Model):
    """One replicate of a scenario. A step is a round of deliberation; a vote ends with its last round.

    Where the scenario has months, the first round of a vote comes after the months and events that lead up to it, and
    the last vote is followed by those that are left.

    Parameters
    ----------
    scenario : name of a shipped scenario, path of a scenario file, a `Scenario`, or a prepared `Case`.
    seed, rng : the scenario's seed, in either of Mesa's two spellings; the file's own by default.
    replicate : which replicate of the scenario to run, from 0.
    **overrides : other values for keys of the scenario, checked like ``--set``. ``__`` stands for the dot:
        ``parameters__enforcement=0.8``, ``vote__severity=1.2``.

    Raises
    ------
    InputError : the scenario, an override or the seed is not valid; all problems are listed.
    """

    running: bool

    def __init__(
        self,
        scenario: str | Path | Scenario | Case = "es-11-1",
        *,
        seed: int | None = None,
        rng: int | None = None,
        replicate: int = 0,
        **overrides: object,
    ) -> None:
        self.case = drawn(_case(scenario, _seed(seed, rng), overrides), replicate)
        self.spec = self.case.spec
        super().__init__(rng=self.spec.seed)
        self.replicate = replicate
        self._draws = Draws(self.spec.seed)
        for index in range(self.case.world.size):
            MemberState(self, index)
        self.members = list(self.agents)
        self.stances = np.zeros(self.case.world.size)
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "resolution": lambda model: model.ballot.resolution,
                "round": "round",
                **{name: (lambda model, code=code: model.tally()[code]) for code, name in enumerate(ACTIONS)},
            },
            agent_reporters={"iso3": "iso3", "action": lambda member: ACTIONS[member.action]},
        )
        self.vote_number, self.round = 0, -1
        self.month_number, self.place = 0, 0
        self.months: list[tuple[State, MonthView]] = []

    @property
    def ballot(self) -> Ballot:
        """The resolution that is being voted on, or was voted on last."""
        return self.case.ballots[self.vote_number]

    def step(self) -> None:
        """A round: the first weighs and announces, each later one revises at once from the stances before it."""
        if not self.running:
            return
        if self.round == self.case.rounds:
            self.vote_number, self.round = self.vote_number + 1, -1
        self.round += 1
        if self.round == 0:
            self.live(until=self.vote_number)
            self.agents.do("weigh").do("announce")
        else:
            self.agents.do("revise")
        self.stances = STANCES[[member.action for member in self.members]]
        self.datacollector.collect(self)
        if self.round == self.case.rounds:
            for member in self.members:
                member.votes.append(member.action)
            self.running = self.vote_number + 1 < len(self.case.ballots)
            if not self.running:
                self.live(until=None)

    def live(self, until: int | None) -> None:
        """Live through events and months until a vote, by its number, or to the end."""
        plan = self.case.plan
        if plan is None:
            return
        while self.month_number < len(plan.months):
            items = plan.months[self.month_number].items
            while self.place < len(items):
                item, self.place = items[self.place], self.place + 1
                if item == until:
                    return
                self.agents.do("take_in", self.month_number, self.place - 1)
            for member in self.members:
                member.month = MonthRecord(member.plan.conditions[self.month_number])
            everyone = Members(plan, self.case.parameters, self.members)
            for phase in PHASES:
                if isinstance(phase, Each):
                    self.agents.do(phase.name)
                else:
                    phase.function(everyone)
            self.months.append((everyone.state(), everyone.view(self.month_number)))
            self.month_number, self.place = self.month_number + 1, 0

    def run(self) -> AlignmentModel:
        """Step to the end of the last vote, and return the model."""
        while self.running:
            self.step()
        return self

    def run_vote(self) -> AlignmentModel:
        """Step to the end of the vote at hand, or of the next one, and return the model."""
        self.step()
        while self.running and self.round < self.case.rounds:
            self.step()
        return self

    def tally(self) -> list[int]:
        """Members per action code, as last announced."""
        return [int(count) for count in np.bincount([member.action for member in self.members], minlength=4)]

    def is_settled(self) -> bool:
        """Whether nobody would act otherwise after one more look at the peers."""
        return all(member.desired_action() == member.action for member in self.members)

    def draw(self, process: str, occasion: str, iso3: str) -> float:
        """The uniform number of this replicate for a process, an occasion and a member."""
        return self._draws.uniforms(process, occasion, iso3, self.replicate)[0]


def _seed(seed: int | None, rng: int | None) -> int | None:
    if seed is not None and rng is not None:
        raise InputError([Problem("AlignmentModel", "seed", "got both seed and rng.", "Give one of them.")])
    given = seed if seed is not None else rng
    is_whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
    if given is not None and not (is_whole and 0 <= given < 2**63):
        message = f"got {given!r}; a whole number from 0 to 2**63 - 1 is needed."
        raise InputError([Problem("AlignmentModel", "seed" if seed is not None else "rng", message)])
    return None if given is None else int(given)


def _case(scenario: str | Path | Scenario | Case, seed: int | None, overrides: dict[str, object]) -> Case:
    if isinstance(scenario, Case) and not overrides:
        return scenario if seed is None else with_seed(scenario, seed)
    texts = [f"{key.replace('__', '.')}={_written(value)}" for key, value in overrides.items()]
    if seed is not None:
        texts.append(f"seed={seed}")
    if isinstance(scenario, str | Path):
        return prepare(read_scenario(scenario, texts))
    spec = scenario.spec if isinstance(scenario, Case) else scenario
    if texts:
        return prepare(scenario_from(spec.document(), spec.title, Path(), texts))
    return prepare(spec)


def _written(value: object) -> str:
    """A value as ``--set`` takes it: numbers and lists as in TOML, everything else as text."""
    return json.dumps(value) if isinstance(value, bool | int | float | list | tuple) else str(value)
