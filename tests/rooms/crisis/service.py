"""A help line in service: its AI system in use the real way, and counsellors who can answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from samen.people import store as people
from samen.people.models import Account
from samen.people.roles import Role
from samen.rights.panel import Vote
from samen.rights.store import service
from samen.rights.store import systems as register
from samen.rights.words import Stage
from samen.rooms.crisis import systems
from samen.rooms.crisis.jobs import line
from samen.rooms.crisis.store import contacts, duty
from samen.rooms.crisis.store.contacts import Mine
from tests import named
from tests.rights.example import settle_all

MEANS = "ik heb de pillen al klaargelegd, vanavond is het voorbij"
SAFE = "ik had ruzie met mijn zus en nu praten we niet meer"


@dataclass(frozen=True)
class Crew:
    """Who makes a line work; `panel` and the rest are there for `settle_all`."""

    panel: tuple[Account, ...]
    secretary: Account
    lead: Account


def counsellor(number: int, *, limit: int = 5, now: datetime | None = None) -> Account:
    """Give a counsellor on duty."""
    now = now or timezone.now()
    made = people.create_account(f"c{number}@example.org", f"Counsellor {number}")
    people.grant_role(made, Role.COUNSELLOR, now=now - timedelta(days=30))
    duty.begin(made, limit=limit, now=now - timedelta(hours=2))  # tests take their moment when they are read in
    return made


def in_service(now: datetime | None = None) -> Crew:
    """Bring `crisis.triage` into general use, as the people of a service would."""
    now = now or timezone.now()
    before = now - timedelta(days=2)
    lead, secretary = named.staff("Dr Visser", before), named.staff("Hanna", before)
    panel = tuple(people.create_account(f"{name}@example.org", name) for name in ("pam", "pat", "pum"))
    for place, member in enumerate(panel):
        people.grant_role(member, Role.PANEL_MEMBER, now=before)
        register.seat(member, lived_experience=place < 2, by=secretary, at=before)
    crew = Crew(panel, secretary, lead)
    for name in ("human-route", "help-page", "canary", "reconciliation"):
        service.ask(name, lambda: "", at=now)
    service.train(lead, at=before)  # somebody answers who asks for a human: the way without AI that the gate looks for
    service.go_on_duty(lead, Role.CLINICAL_LEAD, starts=before, ends=now + timedelta(days=30))
    each = systems.TRIAGE
    register.enter(each, at=before)
    figures = [register.Figure(one.measure, *(float(one.at_least),) * 3, 500) for one in each.manifest.evidence]
    for stage in (Stage.PILOT, Stage.GENERAL):
        register.file_evidence(
            each,
            stage,
            figures,
            protocol="talks with and without danger",
            protocol_at=before - timedelta(days=30),
            results_at=before,
            by=lead,
        )
    register.ratify_need(
        each,
        ["I waited for hours", "Nobody saw it", "I gave up"],
        without="First come.",
        other_way="Own word.",
        until=now + timedelta(days=300),
        by=panel[0],
        at=before,
    )
    for member in panel:
        register.vote(each, Vote.YES, by=member, reason="It is clear", at=before)
    settle_all(crew, before)  # type: ignore[arg-type]
    register.move(each, Stage.PILOT, by=lead, reason="Start small", at=before, cap=100)
    register.move(each, Stage.GENERAL, by=lead, reason="It held up", at=before)
    return crew


def writes(
    text: str, *, computer: bool = True, at: datetime | None = None, urgency: int | None = None, language: str = "nl"
) -> Mine:
    """Let somebody unknown begin a talk, choose, and write."""
    at = at or timezone.now()
    mine = contacts.of_token(contacts.begin("web", language, now=at).token)
    assert mine is not None
    line.tell_and_choose(mine, yes=computer, at=at, language=language)
    if urgency is not None:
        contacts.say_urgency(mine.access, mine.contact, urgency)
    line.take_in(mine, text, client_id=f"m-{mine.contact}", at=at)
    return mine
