"""May this human see that of this person: one rule, used by the page that asks and by the store that answers.

The answer is a value: `Allowed` opens the stores for exactly one person and one area; `Refused` says why not.
A store that is handed neither refuses to run.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from samen.people.roles import CARDS, Duty, Role, Scope, may


class Ground(StrEnum):
    """Why a human may look; the person reads this word in the list of who looked."""

    OWN = "own"  # it is their own
    CARE = "care"  # a care relationship
    SUPPORT = "support"  # the person's own yes to a supporter
    BREAK_GLASS = "break-glass"  # emergency, with a reason
    DUTY = "duty"  # on duty for the help line: why somebody is next, before anybody took them
    AUDIT = "audit"  # reads a talk of the help line again, to find danger that a computer missed
    IMPORT = "import"  # the machine files what came in; it shows nobody anything
    PORTABILITY = "portability"  # handing the person their own copy


class CarePurpose(StrEnum):
    """What a care relationship is for; the person reads this word beside the professional's name."""

    INTAKE = "intake"
    TREATMENT = "treatment"
    SOCIAL_SUPPORT = "social-support"
    PEER_SUPPORT = "peer-support"
    COUNSELLING = "counselling"
    CONSULTATION = "consultation"  # a colleague thinks along for a while
    CRISIS = "crisis"


class NotAllowed(PermissionError):
    """A store was asked for something that its access decision does not open. A programming error, never a page."""


@dataclass(frozen=True)
class Tie:
    """One standing reason to be let in: a care relationship, a supporter's proxy, or emergency access."""

    ground: Ground
    role: Role
    starts: datetime
    ends: datetime | None  # None = still open
    purpose: str = ""
    scopes: frozenset[Scope] = frozenset()  # only for SUPPORT: what the person said yes to

    def holds(self, now: datetime) -> bool:
        """Say whether the tie holds at this moment."""
        return self.starts <= now and (self.ends is None or now < self.ends)

    def opens(self) -> frozenset[Scope]:
        """Give the areas that this tie opens."""
        seen = CARDS[self.role].sees
        return seen & self.scopes if self.ground is Ground.SUPPORT else seen


@dataclass(frozen=True)
class Allowed:
    """A human may see (and, where the page says so, change) this area of this person's data, for this reason."""

    person: UUID
    scope: Scope
    ground: Ground
    role: Role
    actor: (
        UUID | None
    )  # None only for the machine itself (IMPORT, PORTABILITY) and for somebody without an account (OWN)
    purpose: str = ""

    def require(self, scope: Scope, person: UUID | None = None) -> None:
        """Raise NotAllowed unless this decision opens that area of that person."""
        if scope is not self.scope or (person is not None and person != self.person):
            raise NotAllowed(f'This access decision opens "{self.scope}" of one person; "{scope}" was asked for.')


@dataclass(frozen=True)
class Refused:
    """A human may not see this; the code has its sentence in `people.refused`."""

    code: str  # NO_TIE, ENDED, NOT_YOUR_ROLE, NO_REASON


def decide(
    *, person: UUID, owner: UUID | None, actor: UUID, ties: Iterable[Tie], scope: Scope, now: datetime
) -> Allowed | Refused:
    """Decide whether this human may see this area of this person's data.

    `owner` is the person's own account, if there is one. A person may always see all of their own.
    """
    if owner is not None and actor == owner:
        return Allowed(person=person, scope=scope, ground=Ground.OWN, role=Role.PERSON, actor=actor)
    ties = list(ties)
    standing = [tie for tie in ties if tie.holds(now)]
    # Care before break-glass: emergency access is named as such only where nothing else opens the door.
    for tie in sorted(standing, key=lambda tie: tie.ground is Ground.BREAK_GLASS):
        if scope in tie.opens():
            return Allowed(
                person=person, scope=scope, ground=tie.ground, role=tie.role, actor=actor, purpose=tie.purpose
            )
    if standing:
        return Refused("NOT_YOUR_ROLE")
    return Refused("ENDED" if ties else "NO_TIE")


def may_start_care(
    by: frozenset[Role], whose: frozenset[Role], role: Role, purpose: CarePurpose, *, own: bool
) -> Refused | None:
    """Say why this care relationship may not start, or nothing.

    `by` are the roles of whoever starts it, `whose` those of the professional who will care in `role`. A clinical lead
    may start any; whoever decides on findings may start their own, and whoever answers the help line their own for a
    crisis. The person sees it at once.
    """
    if role not in whose or Duty.CARE not in CARDS[role].duties:
        return Refused("NOT_YOUR_ROLE")
    answers = purpose is CarePurpose.CRISIS and Duty.ANSWER in CARDS[role].duties
    if may(by, Duty.LEAD) or (own and (Duty.DECIDE in CARDS[role].duties or answers)):
        return None
    return Refused("NOT_YOUR_ROLE")
