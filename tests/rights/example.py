"""A small AI system for tests of the ring, and a service around it in which everything it needs is in order.

It borrows the sentences of progress-watch; its functions do what the test puts into `behave`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from samen.people import store as people
from samen.people.access import Allowed, Ground
from samen.people.models import Account, Person
from samen.people.roles import Role, Scope
from samen.rights import door, gate
from samen.rights.models.system import Ballot
from samen.rights.panel import Vote
from samen.rights.register import Registered
from samen.rights.store import consent, service
from samen.rights.store import systems as register
from samen.rights.words import (
    Aim,
    Category,
    Context,
    Evidence,
    Explanation,
    Finding,
    Gathered,
    Gives,
    Item,
    Oversight,
    Permit,
    Phrase,
    Purpose,
    Recipient,
    RiskClass,
    Stage,
    System,
    Use,
)

WORDS = "treatment.progress_watch"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
USE = Use(Category.QUESTIONNAIRES, Purpose.SELF_UNDERSTANDING, Recipient.PERSON)
CARE = Use(Category.QUESTIONNAIRES, Purpose.CARE, Recipient.CARE_TEAM)


@dataclass
class Behaviour:
    """What the example does when it is run; a test changes one of these."""

    gather: Callable[[Permit], Any] | None = None
    infer: Callable[[Gathered], Any] | None = None
    explain: Callable[[Gathered, Finding], Any] | None = None
    seen: list[str] = field(default_factory=list)


behave = Behaviour()


def said(key: str) -> Phrase:
    return Phrase(f"{WORDS}.{key}")


WHY = Explanation(
    says=said("short"),
    says_to_staff=said("short"),
    factors=(said("reads"),),
    would_change=said("how_sure"),
    sure=said("how_sure"),
    decides=said("who_decides"),
    object=said("objecting"),
)


def gather(permit: Permit) -> Gathered:
    door.require(permit, Category.QUESTIONNAIRES, permit.person)
    behave.seen.append("gather")
    if behave.gather:
        return behave.gather(permit)
    item = Item(Category.QUESTIONNAIRES, "QuestionnaireResponse/1", f"{WORDS}.name", permit.issued)
    return Gathered(items=(item,), data={"n": 1})


def infer(gathered: Gathered) -> Finding:
    behave.seen.append("infer")
    if behave.infer:
        return behave.infer(gathered)
    return Finding(code="echo", value={"n": gathered.data["n"]}, sureness=f"{WORDS}.how_sure")


def explain(gathered: Gathered, finding: Finding) -> Explanation:
    return behave.explain(gathered, finding) if behave.explain else WHY


def system(**changes: Any) -> System:
    """The example's manifest, or one with something else in it."""
    declared: dict[str, Any] = {
        "id": "example-echo",
        "version": "1.0",
        "owner": "Samen",
        "accountable": Role.CLINICAL_LEAD,
        "context": Context.CARE,
        "risk_class": RiskClass.LIMITED,
        "aim": Aim.UNDERSTANDING,
        "uses": (USE, CARE),
        "gives": Gives.BAND,
        "oversight": Oversight.SUGGEST,
        "reviewer": Role.CLINICIAN,
        "languages": ("en", "nl"),
        "validated_for": (),
        "not_validated_for": (),
        "evidence": (Evidence("right", 0.9, True),),
        "needed_until": date(2030, 1, 1),
        "words": WORDS,
        "alternative": "help",
        "sources": ("rights/checks.py",),
        "gather": gather,
        "infer": infer,
        "explain": explain,
        "gather_many": lambda permits: {each.person: gather(each) for each in permits},
        "material": lambda piece: Gathered(items=(), data=piece),
        "seconds": 0.5,
    }
    return System(**(declared | changes))


SUGGEST: Registered = door.register(system())
INFORM: Registered = door.register(
    system(id="example-inform", uses=(USE,), oversight=Oversight.INFORM, reviewer=None, gather_many=None)
)


@dataclass(frozen=True)
class House:
    """A service in order: named humans, and a person who said yes."""

    noor: Person
    sam: Account
    lead: Account
    panel: tuple[Account, ...]
    secretary: Account
    overseer: Account

    def own(self, scope: Scope = Scope.RIGHTS) -> Allowed:
        return Allowed(
            person=self.noor.id, scope=scope, ground=Ground.OWN, role=Role.PERSON, actor=self.noor.account_id
        )

    def care(self, scope: Scope = Scope.FINDINGS) -> Allowed:
        return Allowed(person=self.noor.id, scope=scope, ground=Ground.CARE, role=Role.CLINICIAN, actor=self.sam.id)


def human(name: str, *roles: Role, at: datetime = NOW) -> Account:
    account = people.create_account(f"{name}@example.org", name.title())
    for role in roles:
        people.grant_role(account, role, now=at - timedelta(days=400))
    return account


def house(*, at: datetime = NOW, stage: Stage = Stage.PILOT) -> House:
    """Make a service in which both example systems may run for Noor, and behave as they were declared."""
    behave.gather = behave.infer = behave.explain = None  # what a test before this one made them do
    behave.seen.clear()
    before = at - timedelta(days=2)
    made = House(
        noor=people.create_person("Noor", "nl", people.create_account("noor@example.org", "Noor"), now=before),
        sam=human("sam", Role.CLINICIAN, at=at),
        lead=human("lead", Role.CLINICAL_LEAD, at=at),
        panel=tuple(human(name, Role.PANEL_MEMBER, at=at) for name in ("pia", "piet", "puck")),
        secretary=human("secretary", Role.PANEL_SECRETARY, at=at),
        overseer=human("overseer", Role.OVERSEER, at=at),
    )
    for place, member in enumerate(made.panel):
        register.seat(member, lived_experience=place < 2, by=made.secretary, at=before)
    people.start_care(made.noor.id, made.sam, role=Role.CLINICIAN, purpose="treatment", by=made.lead, now=before)
    for account in (made.sam, made.lead):
        service.train(account, at=before)
    service.go_on_duty(made.sam, Role.CLINICIAN, starts=at - timedelta(days=1), ends=at + timedelta(days=30))
    for name in ("human-route", "help-page", "canary", "reconciliation"):
        service.ask(name, lambda: "", at=at)
    for each in (SUGGEST, INFORM):
        in_use(each, made, before, stage)
        say_yes(made, each, at=before)
    return made


def in_use(each: Registered, made: House, at: datetime, stage: Stage = Stage.PILOT) -> None:
    """Bring a system to a stage the real way: entered, evidence, need, ballots paid, moved by a lead."""
    register.enter(each, at=at)
    for reached in (Stage.PILOT, Stage.GENERAL):
        register.file_evidence(
            each,
            reached,
            [register.Figure("right", 0.97, 0.95, 0.99, 400)],
            protocol="echo what goes in",
            protocol_at=at - timedelta(days=30),
            results_at=at,
            by=made.lead,
        )
    register.ratify_need(
        each,
        ["I want to know", "I lose the thread", "Nobody tells me"],
        without="We guess.",
        other_way="A talk.",
        until=at + timedelta(days=365),
        by=made.panel[0],
        at=at,
    )
    for member in made.panel:
        register.vote(each, Vote.YES, by=member, reason="It is clear", at=at)
    settle_all(made, at)
    if stage is not Stage.DESIGN:
        register.move(each, Stage.PILOT, by=made.lead, reason="Start small", at=at, cap=5)
    if stage is Stage.GENERAL:
        register.move(each, Stage.GENERAL, by=made.lead, reason="It held up", at=at)


def settle_all(made: House, at: datetime) -> None:

    for ballot in Ballot.objects.filter(settled_at=None):
        register.settle(ballot, declined=False, by=made.secretary, at=at)


def say_yes(made: House, each: Registered, *, at: datetime, uses: Sequence[Use] | None = None) -> None:
    consent.notice(made.own(), each, at=at)
    for use in uses if uses is not None else each.manifest.uses:
        consent.say(made.own(), each, use, yes=True, at=at, language="nl")


def run(made: House, each: Registered = SUGGEST, *, at: datetime = NOW, person: UUID | None = None) -> Any:
    return gate.run(each, person=person or made.noor.id, clock=lambda: at)
