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

from samen.rooms.crisis.triage import SHIPPED, Branch, Policy, branches, turn_has_come

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
    unread_share: float = 0.0  # share of contacts who said no to the computer, and wait by time
    patience_minutes: float | None = None  # mean wait before somebody leaves; None: nobody leaves
    contacts: int = 30_000
    seed: int = 1


@dataclass(frozen=True)
class Tried:
    """A policy to try, by name. None is first come, first served, which every other policy is compared with."""

    name: str
    policy: Policy | None = None


FIRST_COME = Tried("first come")


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

    tried: Tried
    high: Waits
    other: Waits


@dataclass(frozen=True)
class _Contact:
    place: int
    at: float
    talk: float
    high: bool
    heard: bool
    read: bool
    leaves: float  # when they leave if nobody answered


def simulate(scenario: Scenario, policies: Sequence[Tried]) -> tuple[Outcome, ...]:
    """Try each policy on the same contacts. Raises: BadScenario."""
    _check(scenario, policies)
    made = _contacts(scenario)
    return tuple(_outcome(each, made, _Line(scenario, each.policy, made).run()) for each in policies)


def _check(scenario: Scenario, policies: Sequence[Tried]) -> None:
    if scenario.counsellors < 1:
        raise BadScenario(f"counsellors is {scenario.counsellors}. At least one human must answer.")
    if not 0 < scenario.load < 1:
        raise BadScenario(
            f"load is {scenario.load}. From 1 on the line never empties: more counsellors, or fewer contacts."
        )
    if len(scenario.hours) != 24 or min(scenario.hours) < 0 or sum(scenario.hours) <= 0:
        raise BadScenario("hours must be 24 weights of at least 0, one for each hour of the day.")
    for name in ("high_share", "sensitivity", "specificity", "unread_share"):
        if not 0 <= getattr(scenario, name) <= 1:
            raise BadScenario(f"{name} is {getattr(scenario, name)}. It is a share between 0 and 1.")
    if min(scenario.talk_minutes, scenario.contacts) <= 0 or scenario.talk_spread < 0:
        raise BadScenario("talk_minutes and contacts must be above 0, talk_spread at least 0.")
    for each in policies:
        if each.policy and not (0 <= each.policy.reserved < 1 and each.policy.overtaken >= 0):
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
        read = chance.random() >= scenario.unread_share
        talk = chance.lognormvariate(location, scenario.talk_spread)
        patience = chance.expovariate(1 / scenario.patience_minutes) if scenario.patience_minutes else math.inf
        made.append(_Contact(len(made), at, talk, high, heard and read, read, at + patience))
    return made


@dataclass(frozen=True)
class _Wait:
    minutes: float
    answered: bool
    overtaken: int


class _Line:
    """One line under one policy: who waits in which lane, who answers, and what came of each."""

    def __init__(self, scenario: Scenario, policy: Policy | None, made: Sequence[_Contact]) -> None:
        self.counsellors, self.policy, self.made = scenario.counsellors, policy, made
        self.some_leave, self.some_unread = scenario.patience_minutes is not None, scenario.unread_share > 0
        self.urgent: deque[_Contact] = deque()
        self.others: deque[_Contact] = deque()
        self.busy: list[tuple[float, bool]] = []  # when a talk ends, and whether it came from the lane "other"
        self.gone: list[int] = []  # places of those who were answered, in order: who was overtaken by how many
        self.waits: dict[int, _Wait] = {}

    def run(self) -> dict[int, _Wait]:
        """Let everyone come and be answered, or leave."""
        for contact in self.made:
            self._end_talks(until=contact.at)
            (self.urgent if contact.heard and self.policy else self.others).append(contact)
            self._answer(contact.at)
        self._end_talks(until=math.inf)
        return self.waits

    def _end_talks(self, until: float) -> None:
        while self.busy and self.busy[0][0] <= until:
            self._answer(heapq.heappop(self.busy)[0])

    def _answer(self, now: float) -> None:
        self._let_go(now)
        while len(self.busy) < self.counsellors and (self.urgent or self.others):
            contact = self._next()
            self._note(contact, now, answered=True)
            heapq.heappush(self.busy, (now + contact.talk, not contact.heard))
            self._let_go(now)

    def _next(self) -> _Contact:
        """Choose by the same rules as the line itself (triage.py)."""
        if self.policy is None:
            return self.others.popleft()
        with_others = sum(other for _, other in self.busy)
        for branch in branches(self.policy, counsellors=self.counsellors, with_others=with_others):
            if (contact := self._by(branch, self.policy)) is not None:
                (self.urgent if contact.heard else self.others).remove(contact)
                return contact
        raise BadScenario("The policy names nobody although somebody waits.")

    def _by(self, branch: Branch, policy: Policy) -> _Contact | None:
        match branch:
            case Branch.BOUND:
                oldest = min((lane[0] for lane in (self.urgent, self.others) if lane), key=lambda each: each.place)
                return oldest if self._overtaken(oldest) >= policy.overtaken else None
            case Branch.TIME:
                unread = next((each for each in self.others if not each.read), None) if self.some_unread else None
                return unread if unread and turn_has_come(self._overtaken(unread), self._older(unread)) else None
            case Branch.OTHER:
                return self.others[0] if self.others else None
            case _:  # the simulation makes no difference between imminent and high
                return self.urgent[0] if self.urgent else None

    def _older(self, contact: _Contact) -> int:
        return sum(each.place < contact.place for lane in (self.urgent, self.others) for each in lane)

    def _let_go(self, now: float) -> None:
        if not self.some_leave:
            return
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


def _outcome(tried: Tried, made: Sequence[_Contact], waits: Mapping[int, _Wait]) -> Outcome:
    counted = made[int(len(made) * WARM_UP) :]
    groups = [[waits[each.place] for each in counted if each.high is high] for high in (True, False)]
    return Outcome(tried, *(_waits(each) for each in groups))


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


def of_table(table: Mapping[str, Any]) -> tuple[Scenario, tuple[Tried, ...]]:
    """Read a scenario and its policies from a parsed TOML file; first come is always among them.

    Raises: BadScenario for a name or a value that it does not know.
    """
    settings = {name: value for name, value in table.items() if name != "policy"}
    if "hours" in settings:
        settings["hours"] = tuple(map(float, settings["hours"]))
    try:
        named = [
            Tried(each["name"], Policy(0, each["reserved"], each["overtaken"])) for each in table.get("policy", ())
        ]
        scenario = Scenario(**settings)
        _check(scenario, named)
    except (TypeError, KeyError) as wrong:
        raise BadScenario(
            f"The scenario cannot be read: {wrong}. docs/operator/crisis-line.md lists the settings."
        ) from wrong
    return scenario, (FIRST_COME, *(named or [Tried("shipped", SHIPPED)]))
