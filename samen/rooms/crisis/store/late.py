"""Contacts whom a human should have answered by now: who is told, and that they were."""

from datetime import datetime, timedelta

from django.db.models import Q

from samen.people.models import Account, carrying
from samen.people.roles import Duty
from samen.rooms.crisis.models.contact import Contact
from samen.rooms.crisis.store import duty

FURTHER = timedelta(minutes=5)  # after those on duty were told and nobody came, who leads care is told
TOLD_DUTY, TOLD_LEADS = 1, 2


def waiting(now: datetime) -> dict[int, list[Contact]]:
    """Give who waits past their time, by whom is to be told of it next."""
    late = Contact.objects.filter(state="waiting", deadline__lt=now)
    there = bool(duty.count(now))
    further = late.filter(told_late=TOLD_DUTY, deadline__lt=now - FURTHER)
    first = late.filter(told_late=0)
    return {TOLD_DUTY: list(first) if there else [], TOLD_LEADS: [*further, *([] if there else first)]}


def to_tell(step: int, now: datetime) -> list[Account]:
    """Give who is told: those on duty now, or who leads care."""
    if step == TOLD_DUTY:
        return duty.there(now)
    leads = Account.objects.filter(is_active=True, grants__role__in=carrying(Duty.LEAD), grants__starts__lte=now)
    return list(leads.filter(Q(grants__ends=None) | Q(grants__ends__gt=now)).distinct())


def told(contacts: list[Contact], step: int) -> None:
    """Keep that somebody was told of these, so that the next minute says nothing new."""
    Contact.objects.filter(id__in=[each.id for each in contacts], told_late__lt=step).update(told_late=step)
