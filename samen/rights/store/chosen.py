"""One human whom a person chooses to look at what a system says of them, out of those who care for them; nobody else then sees it."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.models import Account
from samen.people.roles import Role, Scope
from samen.rights.models.inference import ChosenHuman, InferenceRecord
from samen.rights.words import System


class NotInCare(ValueError):
    """Who was chosen does not care for the person now, in a role that decides on this system."""


def who_may(access: Allowed, system: System, now: datetime) -> list[Account]:
    """Give whom the person can choose: who cares for them now in the role that decides, or leads that care."""
    roles = (system.reviewer, Role.CLINICAL_LEAD)
    found = {each.account_id: each.account for each in people.team_of(access, now) if each.role in roles}
    return list(found.values())


def choose(access: Allowed, system: System, account: UUID | None, *, now: datetime) -> None:
    """Keep whom the person chose; None: everybody again. What waits already goes with the choice. Raises: NotAllowed, NotInCare."""
    _own(access)
    if account is None:
        ChosenHuman.objects.filter(person=access.person, system=system.id).delete()
        return
    if account not in {each.pk for each in who_may(access, system, now)}:
        raise NotInCare(str(account))
    ChosenHuman.objects.update_or_create(
        person_id=access.person, system_id=system.id, defaults={"account_id": account, "at": now}
    )


def of(access: Allowed, system: str) -> Account | None:
    """Give whom the person chose for a system."""
    access.require(Scope.RIGHTS)
    row = ChosenHuman.objects.select_related("account").filter(person=access.person, system=system).first()
    return None if row is None else row.account


def forget(person: UUID) -> int:
    """Forget whom an erased person chose."""
    return ChosenHuman.objects.filter(person=person).delete()[0]


def open_to(rows: QuerySet[InferenceRecord], account: UUID) -> QuerySet[InferenceRecord]:
    """Leave out of these findings what their person lets somebody else alone look at."""
    chosen = ChosenHuman.objects.filter(person=OuterRef("person"), system=OuterRef("system"))
    return rows.exclude(Exists(chosen.exclude(account=account)))


def _own(access: Allowed) -> None:
    access.require(Scope.RIGHTS)
    if access.ground is not Ground.OWN:
        raise NotAllowed("Only the person chooses who looks.")
