"""How the made-up service began: who works there, and how `progress-watch` came into use the way any system must."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from samen.people import store as people
from samen.people.models import Account
from samen.people.roles import Role
from samen.rights import gate, jobs
from samen.rights.models.system import Ballot
from samen.rights.panel import Vote
from samen.rights.store import service
from samen.rights.store import systems as register
from samen.rights.words import Denied, Stage
from samen.rooms.treatment import validation
from samen.rooms.treatment.systems import PROGRESS
from samen.web.demo import texts

BEFORE = 97  # days ago: the service begins, a week before its first person
PILOT, GENERAL = 90, 55  # days ago
PLACES = 40  # in the pilot
MATERIAL = 4000  # made-up courses in the validation run: fewer leave the intervals too wide for the bounds
SEED = 20260302  # of the material, as registered in the protocol


@dataclass(frozen=True)
class Staff:
    """Everybody who works there, by key."""

    accounts: Mapping[str, Account]

    def __getitem__(self, key: str) -> Account:
        return self.accounts[key]

    def of(self, role: Role) -> list[Account]:
        """Give everybody in a role."""
        return [self.accounts[each.key] for each in texts.workers() if each.role is role]


def hire(now: datetime) -> Staff:
    """Make the accounts, roles, courses and duties of everybody who works there."""
    start = now - timedelta(days=BEFORE)
    made = {}
    for worker in texts.workers():
        account = people.create_account(worker.email, worker.name)
        people.grant_role(account, worker.role, now=start)
        if worker.role in (Role.CLINICIAN, Role.CLINICAL_LEAD):
            service.train(account, at=start)
            service.go_on_duty(account, worker.role, starts=start, ends=now + timedelta(days=180))
        made[worker.key] = account
    return Staff(made)


def enter(staff: Staff, now: datetime) -> None:
    """Enter the system, validate it on made-up material through the gate, and bring need and ballots on file."""
    start = now - timedelta(days=BEFORE)
    jobs.enter_systems(now=start)
    jobs.hourly(now=start + timedelta(hours=1))
    _file_evidence(staff, start + timedelta(hours=2))
    _ask_panel(staff, start + timedelta(days=3))


def _file_evidence(staff: Staff, at: datetime) -> None:
    """Run the room's own validation as one run without a person, and file what it measured."""
    cases = validation.cases(SEED, MATERIAL)
    ran = gate.trial(PROGRESS, [each.material for each in cases], actor=staff["visser"].id, clock=lambda: at)
    if isinstance(ran, Denied):
        raise RuntimeError(f"The validation run was denied: {ran.code} {ran.detail}. The demo cannot go on without it.")
    said = iter(ran.findings)
    measured = validation.measure(lambda _: next(said)[0].code, SEED, MATERIAL)
    figures = [register.Figure(name, each.value, each.low, each.high, each.n) for name, each in measured.items()]
    for stage in (Stage.PILOT, Stage.GENERAL):
        register.file_evidence(
            PROGRESS,
            stage,
            figures,
            protocol=texts.read("panel")["protocol"],
            protocol_at=at - timedelta(days=30),
            results_at=at + timedelta(minutes=30),
            by=staff["visser"],
        )


def _ask_panel(staff: Staff, at: datetime) -> None:
    """Let the panel ratify the need and vote; its work is paid, or its member declines."""
    words = texts.read("panel")
    seats = staff.of(Role.PANEL_MEMBER)
    for place, account in enumerate(seats):
        conflict = words["conflict"] if place == len(seats) - 1 else ""
        register.seat(account, lived_experience=place < 3, by=staff["kees"], at=at, conflict=conflict)
    register.ratify_need(
        PROGRESS,
        words["statements"],
        without=words["without"],
        other_way=words["other_way"],
        until=at + timedelta(days=365),
        by=staff["pia"],
        at=at + timedelta(hours=1),
    )
    reasons: Sequence[tuple[Vote, str]] = [*((Vote.YES, each) for each in words["yes"]), (Vote.NO, words["no"][0])]
    for place, account in enumerate(seats):
        vote, reason = reasons[place % len(reasons)]
        register.vote(PROGRESS, vote, by=account, reason=reason, at=at + timedelta(hours=2, minutes=place))
    pay(staff, at + timedelta(days=1))


def pay(staff: Staff, at: datetime) -> None:
    """Settle every ballot that is open: paid, or declined by its member."""
    for place, ballot in enumerate(Ballot.objects.filter(settled_at=None).select_related("seat").order_by("at")):
        declines = place == 1
        by = ballot.seat.account if declines else staff["kees"]
        register.settle(ballot, declined=declines, by=by, at=at + timedelta(minutes=place))


def move(staff: Staff, stage: Stage, at: datetime) -> None:
    """Let the clinical lead move the system on, with the reason as the register shows it."""
    register.move(
        PROGRESS,
        stage,
        by=staff["visser"],
        reason=texts.read("panel")[str(stage)],
        at=at,
        cap=PLACES if stage is Stage.PILOT else 0,
    )
