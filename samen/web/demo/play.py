"""Lets what was made up happen, moment by moment, through the paths that the product itself uses. Nothing is put in beside them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from samen.people import store as people
from samen.people.access import Allowed, CarePurpose
from samen.people.models import Account, CareRelationship
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights import gate, jobs
from samen.rights.incidents import Kind
from samen.rights.oversight import Decided, State, Verdict
from samen.rights.store import cases, consent, inference, stopping
from samen.rights.words import Held, Stage
from samen.rooms.record import door as record
from samen.rooms.treatment import store as treatment
from samen.rooms.treatment.questionnaires import questionnaire
from samen.rooms.treatment.systems import PROGRESS
from samen.web.demo import founding, story, texts
from samen.web.demo.fhir import condition, encounter
from samen.web.demo.founding import Staff
from samen.web.demo.population import Event, Population
from samen.web.demo.population import Person as Made

SHARED = (Scope.CONTACT, Scope.ANSWERS, Scope.NOTES)  # what the made-up people show their supporters
OPENS = {"own": 0, "care": 1}  # which use of progress-watch somebody speaks about


@dataclass
class Waiting:
    """A finding that waits for its clinician."""

    record: UUID
    person: int
    since: datetime


@dataclass
class Town:
    """The service while its ninety days go by."""

    now: datetime
    staff: Staff
    made: dict[int, Made]
    ids: dict[int, UUID]
    accounts: dict[int, Account]
    random: Random
    queue: list[tuple[datetime, int, Event]] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    answered: set[int] = field(default_factory=set)  # who filled something in since the last evening
    record_later: list[tuple[Allowed, dict[str, Any]]] = field(default_factory=list)
    notes_later: list[tuple[Allowed, str, str, datetime]] = field(default_factory=list)
    counter: Any = field(default_factory=count)

    def add(self, event: Event) -> None:
        """Let something happen later; what would lie in the future is left for the visitor."""
        if event.at <= self.now:
            heappush(self.queue, (event.at, next(self.counter), event))

    def own(self, person: int, scope: Scope, at: datetime) -> Allowed:
        """Open an area of somebody's own data to themselves."""
        return _allowed(self.accounts[person], self.ids[person], scope, at)

    def seen_by(self, key: str, person: int, scope: Scope, at: datetime, what: str) -> Allowed:
        """Open an area of somebody's data to a professional, and write down the look, as each page does."""
        access = _allowed(self.staff[key], self.ids[person], scope, at)
        people.note_access(access, what=what, at=at)
        return access


def _allowed(account: Account, person: UUID, scope: Scope, at: datetime) -> Allowed:
    outcome = people.allowed(account, person, scope, now=at)
    if not isinstance(outcome, Allowed):
        raise PermissionError(f"The story lets somebody look who may not: {outcome.code}, {scope}.")
    return outcome


def play(
    population: Population, staff: Staff, *, seed: int, now: datetime, progress: Callable[[int, int], None]
) -> None:
    """Let everything happen up to now. `progress` is told how many of how many days have passed."""
    town = _settle(population, staff, seed, now)
    town.queue = [(event.at, next(town.counter), event) for event in [*population.events, *_calendar(now)]]
    heapify(town.queue)
    first = town.queue[0][0]
    days = (now - first).days + 1
    while town.queue:
        at, _, event = heappop(town.queue)
        HAPPENS[event.kind](town, event)
        if event.kind == "evening":
            progress(min((at - first).days + 1, days), days)


def _settle(population: Population, staff: Staff, seed: int, now: datetime) -> Town:
    """Make everybody's account and person. Whoever has no address has no account."""
    accounts = {
        each.number: people.create_account(each.email, each.name, each.language)
        for each in population.people
        if each.email
    }
    rows = [(each.name, each.language, accounts.get(each.number)) for each in population.people]
    made = people.create_people(rows, now=now - timedelta(days=founding.BEFORE))
    ids = {each.number: person.id for each, person in zip(population.people, made, strict=True)}
    for email, name in supporters():
        people.create_account(email, name)
    return Town(now, staff, {each.number: each for each in population.people}, ids, accounts, Random(f"{seed}-play"))


def supporters() -> list[tuple[str, str]]:
    """Give address and name of those who support somebody."""
    return [
        story.SUPPORTER,
        *((f"supporter{n}@example.org", texts.name(Random(f"supporter-{n}"))[0]) for n in range(1, 7)),
    ]


def _calendar(now: datetime) -> list[Event]:
    """Give what the service does by itself: the stages, and each morning's and evening's work."""
    found = []
    for days in range(founding.BEFORE - 5, -1, -1):
        day = (now - timedelta(days=days)).replace(second=0, microsecond=0)
        found += [
            Event(day.replace(hour=8, minute=40), -1, "morning"),
            Event(day.replace(hour=18, minute=30), -1, "evening"),
        ]
    found = [each for each in found if each.at < now]
    found += [Event(now, -1, "evening")]
    for stage, days in ((Stage.PILOT, founding.PILOT), (Stage.GENERAL, founding.GENERAL)):
        found.append(Event((now - timedelta(days=days)).replace(hour=8, minute=0), -1, "stage", str(stage)))
    return found


# --- the service's own work -------------------------------------------------------------------------------------------


def _stage(town: Town, event: Event) -> None:
    founding.move(town.staff, Stage(event.what), event.at)


def _evening(town: Town, event: Event) -> None:
    """Put the day's papers in the record, look at the service's own barriers, and run for everybody who answered."""
    record.save_many(town.record_later, now=event.at)
    record.add_own_entries(town.notes_later, now=event.at)
    town.record_later, town.notes_later = [], []
    jobs.hourly(now=event.at)
    who = [town.ids[number] for number in sorted(town.answered)]
    numbers = {town.ids[number]: number for number in town.answered}
    outcomes = gate.run_many(PROGRESS, who, clock=lambda: event.at) if who else {}
    for person in who:
        outcome = outcomes[person]
        if isinstance(outcome, Held):
            town.waiting.append(Waiting(outcome.record, numbers[person], event.at))
    town.answered = set()


def _morning(town: Town, event: Event) -> None:
    """Let clinicians decide on what waits: within some days, never on the last day that they have."""
    for place, each in enumerate(list(town.waiting)):
        age = (event.at - each.since).days
        if age >= 5 or (age >= 1 and town.random.random() < 0.4):
            _decide(town, each, event.at + timedelta(minutes=place))


def _decide(town: Town, each: Waiting, at: datetime) -> None:
    town.waiting.remove(each)
    made = town.made[each.person]
    access = town.seen_by(made.clinician, each.person, Scope.FINDINGS, at, "rights:review")
    shown = inference.record(access, each.record)
    if shown is None or shown.state is not State.HELD or shown.body is None:
        return  # stopped or erased meanwhile
    inference.decide(access, each.record, _ruling(town, made, shown.body.finding.code), at=at)
    _reaction(town, each, at)


def _ruling(town: Town, made: Made, code: str) -> Decided:
    """Decide as a clinician might: mostly agree, sometimes put it otherwise, sometimes throw it out."""
    language = made.language
    verdict = Verdict.ACCEPT if made.number == story.NOOR else town.random.choices(list(Verdict), (80, 10, 10))[0]
    if verdict is Verdict.CHANGE and code not in texts.read(f"words_{language}")["change"]:
        verdict = Verdict.ACCEPT
    changed = texts.pick(town.random, language, "change", f"{code}_to") if verdict is Verdict.CHANGE else ""
    return Decided(verdict, texts.pick(town.random, language, str(verdict), code), changed)


def _reaction(town: Town, each: Waiting, at: datetime) -> None:
    """Let some answer back: this does not fit me, explain more, I want a human."""
    if each.person == story.NOOR or town.random.random() > 0.07:
        return
    kind = town.random.choices(("misfit", "human", "explain"), (3, 2, 2))[0]
    text = texts.pick(town.random, town.made[each.person].language, "cases", kind)
    evening = (at + timedelta(days=1)).replace(hour=20, minute=town.random.randrange(60))
    town.add(Event(evening, each.person, "case", kind, text=text, record=each.record))


# --- what happens to people -------------------------------------------------------------------------------------------


def _begins(town: Town, event: Event) -> None:
    made = town.made[event.person]
    _care(town, made, made.clinician, event.at)
    if made.helper:
        _care(town, made, made.helper, event.at)
    if made.number % 9 == 4:
        _care(town, made, "visser", event.at)


def _care(town: Town, made: Made, key: str, at: datetime) -> None:
    worker = next(each for each in texts.workers() if each.key == key)
    people.start_care(
        town.ids[made.number],
        town.staff[key],
        worker.role,
        CarePurpose(worker.purpose),
        by=town.staff["visser"],
        now=at,
    )


def _ends(town: Town, event: Event) -> None:
    """End all care of a person; what still waits about them is decided first."""
    for each in [each for each in town.waiting if each.person == event.person]:
        _decide(town, each, event.at - timedelta(minutes=5))
    for care in CareRelationship.objects.filter(person=town.ids[event.person], ends=None):
        people.end_care(care, by=town.staff["visser"], now=event.at)


def _visit(town: Town, event: Event) -> None:
    made = town.made[event.person]
    access = town.seen_by(made.clinician, event.person, Scope.RECORD, event.at - timedelta(minutes=5), "record:person")
    name = next(each.name for each in texts.workers() if each.key == made.clinician)
    text = texts.words(made.language, "visits", event.what)[0]
    town.record_later.append((access, encounter(event.what, text, name, event.at)))
    if made.helper and town.random.random() < 0.3:
        town.seen_by(made.helper, event.person, Scope.CONTACT, event.at + timedelta(hours=1), "people:mine")


def _diagnosed(town: Town, event: Event) -> None:
    made = town.made[event.person]
    access = town.seen_by(made.clinician, event.person, Scope.RECORD, event.at, "record:person")
    text = texts.words(made.language, "conditions", event.what)[0]
    town.record_later.append((access, condition(event.what.replace("_", "."), text, event.at)))


def _answers(town: Town, event: Event) -> None:
    """Keep a filled-in questionnaire as the form does. Noor's run follows at once, as after the form; others' in the evening."""
    access = town.own(event.person, Scope.ANSWERS, event.at)
    treatment.keep(
        access, questionnaire(event.what), event.answers or {}, at=event.at, language=town.made[event.person].language
    )
    if event.person != story.NOOR or event.what != "who-5":
        town.answered.update({event.person} - {story.NOOR})
        return
    jobs.hourly(now=event.at)
    outcome = gate.run(PROGRESS, person=access.person, actor=access, clock=lambda: event.at)
    if isinstance(outcome, Held):
        town.waiting.append(Waiting(outcome.record, event.person, event.at))


def _writes(town: Town, event: Event) -> None:
    access = town.own(event.person, Scope.NOTES, event.at)
    town.notes_later.append((access, event.kind, event.text, event.at))


def _notice(town: Town, event: Event) -> None:
    consent.notice(town.own(event.person, Scope.RIGHTS, event.at), PROGRESS, at=event.at)


def _consent(town: Town, event: Event) -> None:
    access = town.own(event.person, Scope.RIGHTS, event.at)
    use = PROGRESS.manifest.uses[OPENS[event.what]]
    consent.say(access, PROGRESS, use, yes=event.yes, at=event.at, language=town.made[event.person].language)


def _case(town: Town, event: Event) -> None:
    """Let a person ask something of us, and have it answered within the term; what is young stays open."""
    access = town.own(event.person, Scope.RIGHTS, event.at)
    case = cases.open_case(access, Kind(event.what), at=event.at, text=event.text, record=event.record)
    if event.what == "erase":
        return  # answered when it is done
    wait = (
        timedelta(hours=town.random.randint(14, 20))
        if event.what == "human"
        else timedelta(days=town.random.randint(2, 5))
    )
    town.add(Event(event.at + wait, event.person, "answer", event.what, text=_answer_to(town, event), record=case))


def _answer_to(town: Town, event: Event) -> str:
    if event.person == story.NOOR:
        return str(texts.read("noor").get(f"{event.what}_answer", "")) or texts.words("nl", "cases", "human_answer")[0]
    return texts.pick(town.random, town.made[event.person].language, "cases", f"{event.what}_answer")


def _answer(town: Town, event: Event) -> None:
    if event.record is None or event.person not in town.accounts:
        return
    made = town.made[event.person]
    lead = made.ended is not None and made.ended <= event.at
    by = town.staff["visser" if lead else made.clinician]
    cases.answer(by, event.record, text=event.text, outcome="answered", at=event.at)


def _supporter(town: Town, event: Event) -> None:
    access = town.own(event.person, Scope.RIGHTS, event.at)
    if event.what == "end":
        for proxy in people.supporters_of(access):
            people.end_proxy(access, proxy.pk, now=event.at)
        return
    account = people.account_of(event.text)
    if account is not None:
        people.give_proxy(access, account, SHARED, ends=event.at + timedelta(days=300), now=event.at)


def _stop(town: Town, event: Event) -> None:
    access = town.own(event.person, Scope.RIGHTS, event.at)
    language = town.made[event.person].language
    order = stopping.order(access, rights.systems(), "all", "", at=event.at, language=language)
    stopping.carry_out(order, rights.systems(), jobs.clear_derived, at=event.at + timedelta(seconds=1))
    town.waiting = [each for each in town.waiting if each.person != event.person]


def _erase(town: Town, event: Event) -> None:
    """Answer the open request of somebody who wants everything gone, then destroy their key."""
    for each in cases.mine(town.own(event.person, Scope.RIGHTS, event.at), open_only=True):
        text = texts.words("nl", "cases", "erase_answer")[0]
        cases.answer(town.staff["visser"], each.id, text=text, outcome="done", at=event.at)
    town.waiting = [each for each in town.waiting if each.person != event.person]
    _ends(town, event)
    people.destroy_key(town.ids[event.person], now=event.at + timedelta(minutes=1))


def _emergency(town: Town, event: Event) -> None:
    """Let somebody outside the care relationship open the record in an emergency, and look."""
    reason = texts.read("panel")["emergency"][0 if event.person == story.NOOR else 1]
    people.break_glass(town.staff[event.what], town.ids[event.person], reason, now=event.at)
    town.seen_by(event.what, event.person, Scope.RECORD, event.at + timedelta(minutes=1), "record:person")


HAPPENS: dict[str, Callable[[Town, Event], None]] = {
    "stage": _stage,
    "morning": _morning,
    "evening": _evening,
    "begins": _begins,
    "ends": _ends,
    "visit": _visit,
    "diagnosed": _diagnosed,
    "answers": _answers,
    "note": _writes,
    "life-event": _writes,
    "notice": _notice,
    "consent": _consent,
    "case": _case,
    "answer": _answer,
    "supporter": _supporter,
    "stop": _stop,
    "erase": _erase,
    "emergency": _emergency,
}
