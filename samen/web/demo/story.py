"""The people of the demo whose months are told by hand: Noor, and three whose choices everybody should be able to look at.

Pure. Days count back from now; minutes are minutes of the day.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from samen.web.demo import texts
from samen.web.demo.population import Event, Person, Population, fill, moment

NOOR, DAAN, RIA, YOUSSEF = range(4)  # numbers; the made-up others come after these
FIRST_FREE = 4
SUPPORTER = ("bram@example.org", "Bram Visscher")

# Noor's scores as she gave them: days ago, then how ill she felt (0 to 1) for mood, worry, and wellbeing.
NOOR_FELT = (
    (86, 0.74, 0.66, 0.76),
    (72, 0.70, 0.68, 0.72),
    (57, 0.62, 0.55, 0.66),
    (43, 0.52, 0.52, 0.55),
    (29, 0.42, 0.40, 0.44),
    (15, 0.30, 0.34, 0.34),
    (1, 0.22, 0.28, 0.26),
)
NOOR_TALKS = (
    (80, "talk"),
    (71, "walk"),
    (64, "talk"),
    (55, "phone"),
    (47, "talk"),
    (32, "phone"),
    (30, "home"),
    (19, "walk"),
    (6, "talk"),
)


def told(now: datetime) -> Population:
    """Give the people of the story and what happens to them."""
    people = (_noor(now), _daan(now), _ria(now), _youssef(now))
    events = [*_noors(now), *_daans(now), *_rias(now), *_youssefs(now)]
    return Population(people, tuple(sorted((each for each in events if each.at <= now), key=lambda each: each.at)))


def join(first: Population, second: Population) -> Population:
    """Give two groups as one; the second's people are numbered after the first's."""
    moved = len(first.people)
    people = [_moved_person(each, moved) for each in second.people]
    events = [*first.events, *(_moved(each, moved) for each in second.events)]
    return Population((*first.people, *people), tuple(sorted(events, key=lambda each: (each.at, each.person))))


def _moved_person(person: Person, by: int) -> Person:
    return Person(**{**vars(person), "number": person.number + by})


def _moved(event: Event, by: int) -> Event:
    return Event(**{**vars(event), "person": event.person + by})


def _noor(now: datetime) -> Person:
    return Person(
        number=NOOR, name="Noor Hofstede", language="nl", email="noor@example.org", clinician="sam", helper="joris",
        condition="F32_1", course="improving", wish="yes", began=moment(now, 89, 10 * 60), ended=None,
    )  # fmt: skip


def _noors(now: datetime) -> list[Event]:
    def at(days: int, hour: int, minute: int = 0) -> datetime:
        return moment(now, days, hour * 60 + minute)

    own = texts.read("noor")
    found = [
        Event(at(89, 10), NOOR, "begins"),
        Event(at(89, 11), NOOR, "visit", "intake"),
        Event(at(87, 14), NOOR, "diagnosed", "F32_1"),
        Event(at(86, 9), NOOR, "notice"),
        Event(at(86, 9, 5), NOOR, "consent", "own", yes=False),
        Event(at(86, 9, 6), NOOR, "consent", "care", yes=False),
        Event(at(78, 20), NOOR, "notice"),
        Event(at(78, 20, 4), NOOR, "consent", "own", yes=True),
        Event(at(78, 20, 5), NOOR, "consent", "care", yes=True),
        Event(at(74, 13), NOOR, "supporter", "give", text=SUPPORTER[0]),
        Event(at(61, 23, 10), NOOR, "stop"),
        Event(at(46, 16), NOOR, "notice"),
        Event(at(46, 16, 4), NOOR, "consent", "own", yes=True),
        Event(at(46, 16, 5), NOOR, "consent", "care", yes=True),
        Event(at(33, 2, 40), NOOR, "emergency", "brigit"),
        Event(at(27, 19, 30), NOOR, "case", "explain", text=own["explain"]),
        Event(at(9, 12), NOOR, "case", "correct", text=own["correct"]),
        Event(now - timedelta(hours=2), NOOR, "case", "human", text=own["human"]),
        *(Event(at(day, 10 + day % 6), NOOR, "visit", kind) for day, kind in NOOR_TALKS),
        *(Event(at(day, 21, day % 60), NOOR, "note", text=text) for day, text in zip(own["note_days"], own["notes"], strict=True)),
        *(Event(at(day, 12), NOOR, "life-event", text=text) for day, text in zip(own["event_days"], own["events"], strict=True)),
    ]  # fmt: skip
    return found + [
        event for felt in NOOR_FELT for event in _filled(Random(f"noor-{felt[0]}"), NOOR, at(felt[0], 9, 30), felt[1:])
    ]


def _filled(random: Random, person: int, at: datetime, felt: Sequence[float]) -> list[Event]:
    """Let somebody fill in all three questionnaires."""
    return [
        Event(at + timedelta(minutes=4 * place), person, "answers", name, answers=_calm(fill(random, name, ill)))
        for place, (name, ill) in enumerate(zip(("phq-9", "gad-7", "who-5"), felt, strict=True))
    ]


def _calm(answers: object) -> dict[str, int | None]:
    """Leave the hard question at nothing: this story is not about a crisis."""
    return {**dict(answers), "phq-9.9": 0} if "phq-9.9" in dict(answers) else dict(answers)  # type: ignore[call-overload]


def _plain(number: int, name: str, clinician: str, began: datetime, wish: str = "yes") -> Person:
    return Person(
        number=number, name=name, language="nl", email=f"{name.split()[0].lower()}@example.org", clinician=clinician,
        helper="", condition="F41_1", course="steady", wish=wish, began=began, ended=None,
    )  # fmt: skip


def _course(number: int, now: datetime, days: Sequence[int], ill: float) -> list[Event]:
    return [
        event
        for day in days
        for event in _filled(Random(f"{number}-{day}"), number, moment(now, day, 610), (ill, ill, ill))
    ]


def _yes(number: int, now: datetime, day: int) -> list[Event]:
    start = moment(now, day, 14 * 60)
    return [
        Event(start, number, "notice"),
        *(Event(start + timedelta(minutes=3), number, "consent", use, yes=True) for use in ("own", "care")),
    ]


def _begun(person: Person) -> list[Event]:
    return [
        Event(person.began, person.number, "begins"),
        Event(person.began + timedelta(hours=1), person.number, "visit", "intake"),
        Event(person.began + timedelta(days=2), person.number, "diagnosed", person.condition),
    ]


def _daan(now: datetime) -> Person:
    return _plain(DAAN, "Daan Prins", "sam", moment(now, 84, 9 * 60))


def _daans(now: datetime) -> list[Event]:
    """Let Daan say yes, and stop everything three weeks ago."""
    stops = Event(moment(now, 21, 22 * 60), DAAN, "stop")
    night = Event(moment(now, 48, 3 * 60 + 20), DAAN, "emergency", "ilse")
    return [*_begun(_daan(now)), *_yes(DAAN, now, 82), *_course(DAAN, now, (81, 62, 41, 24), 0.5), night, stops]


def _ria(now: datetime) -> Person:
    return _plain(RIA, "Ria Terpstra", "ilse", moment(now, 88, 11 * 60))


def _rias(now: datetime) -> list[Event]:
    """Let Ria leave, and have what is known about her erased."""
    asks = Event(moment(now, 33, 15 * 60), RIA, "case", "erase", text=texts.words("nl", "cases", "erase")[0])
    gone = Event(moment(now, 26, 16 * 60), RIA, "erase")
    return [*_begun(_ria(now)), *_yes(RIA, now, 85), *_course(RIA, now, (84, 60, 42), 0.3), asks, gone]


def _youssef(now: datetime) -> Person:
    return _plain(YOUSSEF, "Youssef Benali", "mehmet", moment(now, 70, 10 * 60))


def _youssefs(now: datetime) -> list[Event]:
    """Let Youssef say yes, think again, and object."""
    objects = Event(moment(now, 18, 20 * 60), YOUSSEF, "case", "object", text=texts.words("nl", "cases", "object")[0])
    withdraws = [Event(moment(now, 18, 20 * 60 + 5), YOUSSEF, "consent", use, yes=False) for use in ("own", "care")]
    return [
        *_begun(_youssef(now)),
        *_yes(YOUSSEF, now, 66),
        *_course(YOUSSEF, now, (65, 44, 23), 0.6),
        objects,
        *withdraws,
    ]
