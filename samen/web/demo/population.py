"""The made-up people of the demo as values: who they are, and what happens to them on which day. The same for the same seed.

Pure: seed and moment come in as arguments. Nothing here writes; `play.py` lets each event happen through the real paths.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from samen.rooms.treatment.questionnaires import Questionnaire, questionnaires
from samen.web.demo import texts

DAYS = 90
SMALLEST = 6  # people; the roles of the story need as many

# How a made-up course runs, from how ill (0 to 1) to how ill, with how much noise from one time to the next.
COURSES: Mapping[str, tuple[float, float, float]] = {
    "improving": (0.72, 0.24, 0.06),
    "slowly": (0.62, 0.42, 0.06),
    "worsening": (0.34, 0.70, 0.06),
    "steady": (0.50, 0.50, 0.05),
    "mild": (0.26, 0.22, 0.05),
    "noisy": (0.50, 0.45, 0.22),
    "skips": (0.58, 0.40, 0.06),  # leaves too many questions open, the last time too
    "few": (0.55, 0.50, 0.06),  # filled in once
    "stopped": (0.60, 0.45, 0.06),  # filled in until two months ago
}
WEIGHTS = (26, 14, 12, 14, 8, 10, 6, 6, 4)
CONDITIONS = ("F32_1", "F33_0", "F41_1", "F41_0", "F43_2", "F43_1", "F40_1", "F51_0")  # ICD-10, icd.who.int/browse10
CONDITION_WEIGHTS = (30, 14, 18, 6, 14, 8, 6, 4)
WISHES = ("yes", "half", "no", "withdraws", "unasked")
WISH_WEIGHTS = (58, 6, 16, 6, 14)


@dataclass(frozen=True)
class Person:
    """One made-up person in care."""

    number: int
    name: str
    language: str
    email: str  # empty: has no account, and says yes or no to nothing
    clinician: str  # key of a worker
    helper: str  # key of a social, peer or other worker; empty for none
    condition: str
    course: str
    wish: str  # what they say when asked about progress-watch
    began: datetime
    ended: datetime | None  # when the care relationship ended


@dataclass(frozen=True)
class Event:
    """Something that happens to a person at a moment."""

    at: datetime
    person: int
    kind: (
        str  # begins, diagnosed, visit, answers, note, life-event, notice, consent, case, supporter, stop, erase, ends
    )
    what: str = ""  # which questionnaire, kind of visit, kind of case
    text: str = ""
    yes: bool = True
    answers: Mapping[str, int | None] | None = None
    record: UUID | None = None  # an inference that a case is about, or the case that is answered


@dataclass(frozen=True)
class Population:
    """Everybody, and everything that happens to them in the order of time."""

    people: tuple[Person, ...]
    events: tuple[Event, ...]


def moment(now: datetime, days_ago: int, minute: int) -> datetime:
    """Give a moment of a day, by the clock on the wall; what would lie in the future falls on the day before."""
    at = (now - timedelta(days=days_ago)).replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)
    return at if at <= now - timedelta(minutes=5) else at - timedelta(days=1)


def populate(seed: int, now: datetime, people: int) -> Population:
    """Make up people and ninety days of their lives up to now (aware, in the service's own zone)."""
    random = Random(seed)
    made = [_person(random, number, now) for number in range(people)]
    events = [event for person in made for event in _life(Random(f"{seed}-{person.number}"), person, now)]
    return Population(tuple(made), tuple(sorted(events, key=lambda event: (event.at, event.person))))


def _person(random: Random, number: int, now: datetime) -> Person:
    name, language = texts.name(random)
    clinicians = [each.key for each in texts.workers() if each.role == "clinician"]
    helpers = [each.key for each in texts.workers() if each.purpose and each.role not in ("clinician", "clinical-lead")]
    began = moment(now, random.randint(25, DAYS), random.randint(8 * 60, 16 * 60))
    lasts = random.randint(30, 80)
    over = began + timedelta(days=lasts)
    return Person(
        number=number,
        name=name,
        language=language,
        email=f"person{number}@example.org" if random.random() < 0.93 else "",
        clinician=random.choice(clinicians),
        helper=random.choice(helpers) if random.random() < 0.4 else "",
        condition=random.choices(CONDITIONS, CONDITION_WEIGHTS)[0],
        course=random.choices(tuple(COURSES), WEIGHTS)[0],
        wish=random.choices(WISHES, WISH_WEIGHTS)[0],
        began=began,
        ended=over if random.random() < 0.3 and over < now - timedelta(days=2) else None,
    )


def _life(random: Random, person: Person, now: datetime) -> list[Event]:
    """Let a person's months happen: care and talks for all; answers, own words and choices for who has an account."""
    until = person.ended or now - timedelta(minutes=10)
    found = [Event(person.began, person.number, "begins")]
    found.append(Event(person.began + timedelta(hours=1), person.number, "visit", "intake"))
    found.append(
        Event(person.began + timedelta(days=random.randint(1, 9)), person.number, "diagnosed", person.condition)
    )
    found += _visits(random, person, until)
    if person.email:
        found += _choices(random, person)
        found += _answers(random, person, until)
        found += _own(random, person, until)
        found += _supported(random, person)
    if person.ended:
        found.append(Event(person.ended, person.number, "ends"))
    return [event for event in found if event.at <= until]


def _supported(random: Random, person: Person) -> list[Event]:
    """Let some be supported by somebody close, and some of these end it again."""
    if random.random() > 0.08:
        return []
    at = person.began + timedelta(days=random.randint(3, 20))
    found = [Event(at, person.number, "supporter", "give", text=f"supporter{random.randint(1, 6)}@example.org")]
    if random.random() < 0.4:
        found.append(Event(at + timedelta(days=random.randint(5, 30)), person.number, "supporter", "end"))
    return found


def _visits(random: Random, person: Person, until: datetime) -> list[Event]:
    found, at = [], person.began
    while (at := _later(random, at, 8, 24)) < until:
        kind = random.choices(("talk", "phone", "home", "walk", "group", "medicine"), (10, 4, 2, 2, 3, 2))[0]
        found.append(Event(at, person.number, "visit", kind))
    return found


def _choices(random: Random, person: Person) -> list[Event]:
    if person.wish == "unasked":
        return []
    asked = person.began + timedelta(days=random.randint(1, 12), minutes=random.randint(0, 90))
    found = [Event(asked, person.number, "notice")]
    found.append(Event(asked + timedelta(minutes=3), person.number, "consent", "own", yes=person.wish != "no"))
    found.append(
        Event(asked + timedelta(minutes=4), person.number, "consent", "care", yes=person.wish not in ("no", "half"))
    )
    if person.wish == "withdraws":
        after = asked + timedelta(days=random.randint(20, 45))
        found.append(Event(after, person.number, "consent", "care", yes=False))
    return found


def _answers(random: Random, person: Person, until: datetime) -> list[Event]:
    """Fill in questionnaires, one to three at a time, every two to three weeks."""
    names = ["phq-9", *random.sample(("gad-7", "who-5"), random.choice((0, 1, 1, 2)))]
    start, end, noise = COURSES[person.course]
    if person.course == "stopped":
        until = min(until, person.began + timedelta(days=28))
    found: list[Event] = []
    at = person.began + timedelta(hours=random.randint(3, 30))
    span = max((until - person.began).total_seconds(), 1.0)
    while at < until:
        passed = (at - person.began).total_seconds() / span
        ill = min(max(start + (end - start) * passed + random.gauss(0, noise), 0.02), 0.97)
        skips = 4 if person.course == "skips" and found else (1 if random.random() < 0.06 else 0)
        found += [
            Event(
                at + timedelta(minutes=4 * place),
                person.number,
                "answers",
                name,
                answers=fill(random, name, ill, skips),
            )
            for place, name in enumerate(names)
        ]
        if person.course == "few":
            return found
        at = _later(random, at, 13, 22)
    return found


def fill(random: Random, name: str, ill: float, skips: int = 0) -> Mapping[str, int | None]:
    """Fill in a questionnaire as somebody would who is this ill (0 to 1), leaving some questions open."""
    found: Questionnaire = questionnaires()[name]
    given: dict[str, int | None] = {}
    for question in found.questions:
        least, most = min(question.values), max(question.values)
        share = (1 - ill) if found.higher_is_better else ill
        # The hard question is answered above nothing by few; the help page opens for them, as it does in the product.
        share = max(share - 0.5, 0.0) if question.hard else share
        given[question.id] = min(
            max(round(least + share * (most - least) + random.gauss(0, 0.55 if not question.hard else 0.2)), least),
            most,
        )
    for question in random.sample(found.scored, min(skips, len(found.scored) - 1)):
        given[question.id] = None
    return given


def _own(random: Random, person: Person, until: datetime) -> list[Event]:
    start, end, _ = COURSES[person.course]
    found, at = [], person.began
    writes = random.choice((0, 0, 8, 14, 21))  # some write often, some never
    while writes and (at := _later(random, at, writes - 4, writes + 9)) < until:
        passed = (at - person.began) / max(until - person.began, timedelta(days=1))
        ill = start + (end - start) * passed + random.gauss(0, 0.12)
        mood = "low" if ill > 0.52 else "middle" if ill > 0.34 else "better"
        found.append(
            Event(
                _evening(random, at, until),
                person.number,
                "note",
                text=texts.pick(random, person.language, "notes", mood),
            )
        )
    if random.random() < 0.45:
        at = _later(random, person.began, 4, 60)
        found.append(Event(at, person.number, "life-event", text=texts.pick(random, person.language, "events", "all")))
    return found


def _later(random: Random, at: datetime, least: int, most: int) -> datetime:
    """Give a moment some days later, between eight and six on the clock."""
    on = at + timedelta(days=random.randint(max(least, 1), most))
    return on.replace(hour=random.randint(8, 17), minute=random.randrange(0, 60, 5))


def _evening(random: Random, at: datetime, until: datetime) -> datetime:
    return min(at.replace(hour=random.randint(19, 22)), until)
