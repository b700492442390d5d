"""What a queue policy would do to the waits of every group, tried on made-up contacts before anybody waits under it.

A discrete-event simulation: contacts come by a Poisson stream that follows the hours of the day, talks last log-normal
minutes, counsellors are never sent away from a talk. The same contacts meet each policy, so that differences are the policy's.
Checked against Erlang's formula for a steady stream (tests) and against the waits in docs/decisions/0007-queue-policy.md.
"""

import heapq
import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

DAY = 24 * 60.0  # minutes
WARM_UP = 0.1  # share of contacts left out at the start: the line begins empty, which no line is
EVEN = (1.0,) * 24


class BadScenario(ValueError):
    """A scenario cannot be simulated: the message names the setting, what is wrong, and what would be right."""


@dataclass(frozen=True)
class Scenario:
    """Who comes, who answers, and how well the detector hears. Times in minutes."""

    counsellors: int
    load: float  # share of the counsellors' time that talks take, over a day
    talk_minutes: float = 45.0  # mean
    talk_spread: float = 0.5  # of the logarithm
    hours: tuple[float, ...] = EVEN  # 24 weights: how busy each hour of the day is
    high_share: float = 0.1  # share of contacts in high danger
    sensitivity: float = 0.95  # of these, heard as such
    specificity: float = 0.95  # of the others, left where they are
    patience_minutes: float | None = None  # mean wait before somebody leaves; None: nobody leaves
    contacts: int = 30_000
    seed: int = 1


@dataclass(frozen=True)
class Policy:
    """How the next contact is chosen."""

    name: str
    lanes: bool = True  # False: first come, first served
    reserved: float = 0.0  # share of counsellors who take those in the lane "other" first
    overtaken: int | None = None  # whoever was overtaken this often is next, whatever the lane; None: no bound


@dataclass(frozen=True)
class Waits:
    """The waits of one group until a human answered. A wait that ended in leaving counts as at least that long."""

    n: int
    mean: float  # of those answered
    median: float
    p95: float
    longest: float
    within_5: float  # share answered within five minutes
    left: float  # share that left before anybody answered
    overtaken: int  # by how many later contacts at most


@dataclass(frozen=True)
class Outcome:
    """What one policy did: the waits by how it really was, not by how it was heard."""

    policy: Policy
    high: Waits
    other: Waits


@dataclass(frozen=True)
class _Contact:
    place: int
    at: float
    talk: float
    high: bool
    heard: bool
    leaves: float  # when they leave if nobody answered


def simulate(scenario: Scenario, policies: Sequence[Policy]) -> tuple[Outcome, ...]:
    """Try each policy on the same contacts. Raises: BadScenario."""
    _check(scenario, policies)
    made = _contacts(scenario)
    return tuple(_outcome(scenario, each, made, _Line(scenario, each, made).run()) for each in policies)


def _check(scenario: Scenario, policies: Sequence[Policy]) -> None:
    if scenario.counsellors < 1:
        raise BadScenario(f"counsellors is {scenario.counsellors}. At least one human must answer.")
    if not 0 < scenario.load < 1:
        raise BadScenario(
            f"load is {scenario.load}. From 1 on the line never empties: more counsellors, or fewer contacts."
        )
    if len(scenario.hours) != 24 or min(scenario.hours) < 0 or sum(scenario.hours) <= 0:
        raise BadScenario("hours must be 24 weights of at least 0, one for each hour of the day.")
    for name in ("high_share", "sensitivity", "specificity"):
        if not 0 <= getattr(scenario, name) <= 1:
            raise BadScenario(f"{name} is {getattr(scenario, name)}. It is a share between 0 and 1.")
    if min(scenario.talk_minutes, scenario.contacts) <= 0 or scenario.talk_spread < 0:
        raise BadScenario("talk_minutes and contacts must be above 0, talk_spread at least 0.")
    for each in policies:
        if not 0 <= each.reserved < 1 or (each.overtaken is not None and each.overtaken < 0):
            raise BadScenario(
                f"policy {each.name}: reserved is a share below 1, overtaken a whole number of at least 0."
            )


def _contacts(scenario: Scenario) -> list[_Contact]:
    """Make the contacts up: a Poisson stream thinned to the hours of the day (Lewis and Shedler 1979)."""
    chance = Random(scenario.seed)
    weights = [24 * each / sum(scenario.hours) for each in scenario.hours]
    mean_rate = scenario.load * scenario.counsellors / scenario.talk_minutes  # contacts a minute
    highest = mean_rate * max(weights)
    location = math.log(scenario.talk_minutes) - scenario.talk_spread**2 / 2
    made: list[_Contact] = []
    at = 0.0
    while len(made) < scenario.contacts:
        at += chance.expovariate(highest)
        if chance.random() * max(weights) > weights[int(at % DAY // 60)]:
            continue
        high = chance.random() < scenario.high_share
        heard = chance.random() < (scenario.sensitivity if high else 1 - scenario.specificity)
        talk = chance.lognormvariate(location, scenario.talk_spread)
        patience = chance.expovariate(1 / scenario.patience_minutes) if scenario.patience_minutes else math.inf
        made.append(_Contact(len(made), at, talk, high, heard, at + patience))
    return made


@dataclass(frozen=True)
class _Wait:
    minutes: float
    answered: bool
    overtaken: int


class _Line:
    """One line under one policy: who waits in which lane, who answers, and what came of each."""

    def __init__(self, scenario: Scenario, policy: Policy, made: Sequence[_Contact]) -> None:
        self.policy, self.made = policy, made
        self.urgent: deque[_Contact] = deque()
        self.others: deque[_Contact] = deque()
        self.for_others = round(policy.reserved * scenario.counsellors) if policy.lanes else 0
        # A free counsellor who takes whoever is next (0), or the lane "other" first (1).
        self.free = [0] * (scenario.counsellors - self.for_others) + [1] * self.for_others
        self.busy: list[tuple[float, int]] = []
        self.gone: list[int] = []  # places of those answered or gone, in order: who was overtaken by how many
        self.waits: dict[int, _Wait] = {}

    def run(self) -> dict[int, _Wait]:
        """Let everyone come and be answered, or leave."""
        for contact in self.made:
            self._end_talks(until=contact.at)
            urgent = contact.heard and self.policy.lanes
            (self.urgent if urgent else self.others).append(contact)
            self._answer(contact.at)
        self._end_talks(until=math.inf)
        return self.waits

    def _end_talks(self, until: float) -> None:
        while self.busy and self.busy[0][0] <= until:
            now, kind = heapq.heappop(self.busy)
            self.free.append(kind)
            self._answer(now)

    def _answer(self, now: float) -> None:
        self._let_go(now)
        while self.free and (self.urgent or self.others):
            # Whoever takes the lane "other" first is kept for it while anybody else is free.
            kind = min(self.free) if self.urgent else max(self.free)
            self.free.remove(kind)
            contact = self._next(kind)
            self._note(contact, now, answered=True)
            heapq.heappush(self.busy, (now + contact.talk, kind))
            self._let_go(now)

    def _next(self, kind: int) -> _Contact:
        lanes = [lane for lane in (self.urgent, self.others) if lane]
        oldest = min(lanes, key=lambda lane: lane[0].place)
        if self.policy.overtaken is not None and self._overtaken(oldest[0]) >= self.policy.overtaken:
            return oldest.popleft()
        return lanes[-1 if kind == 1 else 0].popleft()

    def _let_go(self, now: float) -> None:
        for lane in (self.urgent, self.others):
            for contact in [each for each in lane if each.leaves <= now]:
                lane.remove(contact)
                self._note(contact, contact.leaves, answered=False)

    def _note(self, contact: _Contact, now: float, *, answered: bool) -> None:
        self.waits[contact.place] = _Wait(now - contact.at, answered, self._overtaken(contact))
        if answered:
            insort(self.gone, contact.place)

    def _overtaken(self, contact: _Contact) -> int:
        """Count the later contacts that were answered already."""
        return len(self.gone) - bisect_left(self.gone, contact.place)


def _outcome(scenario: Scenario, policy: Policy, made: Sequence[_Contact], waits: Mapping[int, _Wait]) -> Outcome:
    counted = made[int(len(made) * WARM_UP) :]
    groups = [[waits[each.place] for each in counted if each.high is high] for high in (True, False)]
    return Outcome(policy, *(_waits(each) for each in groups))


def _waits(each: Sequence[_Wait]) -> Waits:
    if not each:
        return Waits(0, math.nan, math.nan, math.nan, math.nan, math.nan, math.nan, 0)
    answered = [wait.minutes for wait in each if wait.answered]
    return Waits(
        n=len(each),
        mean=sum(answered) / len(answered) if answered else math.nan,
        median=quantile(each, 0.5),
        p95=quantile(each, 0.95),
        longest=max(wait.minutes for wait in each),
        within_5=sum(wait.answered and wait.minutes <= 5 for wait in each) / len(each),
        left=sum(not wait.answered for wait in each) / len(each),
        overtaken=max(wait.overtaken for wait in each),
    )


def quantile(each: Sequence[_Wait], share: float) -> float:
    """Give the wait by which this share was answered, with those who left counted as waiting at least that long.

    Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452. Not a number when too many left to say.
    """
    still, at_risk = 1.0, len(each)
    for wait in sorted(each, key=lambda one: (one.minutes, not one.answered)):
        if wait.answered:
            still *= 1 - 1 / at_risk
            if still <= 1 - share + 1e-12:
                return wait.minutes
        at_risk -= 1
    return math.nan


def of_table(table: Mapping[str, Any]) -> tuple[Scenario, tuple[Policy, ...]]:
    """Read a scenario and its policies from a parsed TOML file. Raises: BadScenario for a name or value that it does not know."""
    settings = {name: value for name, value in table.items() if name != "policy"}
    if "hours" in settings:
        settings["hours"] = tuple(map(float, settings["hours"]))
    try:
        policies = tuple(Policy(**each) for each in table.get("policy", ()))
        scenario = Scenario(**settings)
        _check(scenario, policies)
    except TypeError as wrong:
        raise BadScenario(
            f"The scenario cannot be read: {wrong}. docs/operator/crisis-line.md lists the settings."
        ) from wrong
    return scenario, policies or (Policy("first come", lanes=False), Policy("lanes", reserved=0.05, overtaken=40))
