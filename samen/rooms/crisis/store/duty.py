"""Who answers the line now, who has a break, and when somebody will be there again."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from samen.people.models import Account
from samen.rooms.crisis.models.line import Shift

LONGEST = timedelta(hours=12)  # a shift that nobody ended is over then: a line must not look staffed when it is not


def _now(now: datetime) -> QuerySet[Shift]:
    return Shift.objects.filter(Q(ends=None) | Q(ends__gt=now), starts__lte=now, starts__gt=now - LONGEST)


def begin(account: Account, *, limit: int, now: datetime) -> None:
    """Put a counsellor on duty with at most so many talks at once; again, it changes how many."""
    Shift.objects.filter(account=account, ends=None, starts__lte=now - LONGEST).update(ends=now)
    Shift.objects.update_or_create(
        account=account,
        ends=None,
        defaults={"limit": limit, "break_since": None},
        create_defaults={"limit": limit, "starts": now},
    )


def plan(account: Account, starts: datetime, ends: datetime, *, limit: int = 2) -> None:
    """Write down when a counsellor will be there, so that who comes earlier is told. Raises: ValueError for too long."""
    if not timedelta(0) < ends - starts <= LONGEST:
        raise ValueError("A shift lasts more than nothing and at most twelve hours.")
    Shift.objects.create(account=account, starts=starts, ends=ends, limit=limit)


def end(account: Account, *, now: datetime) -> None:
    """Take a counsellor off duty. Their talks stay theirs until they hand them over or close them."""
    _now(now).filter(account=account).update(ends=now)


def pause(account: Account, *, now: datetime) -> None:
    """Begin a break: nothing new comes until it ends."""
    _now(now).filter(account=account, break_since=None).update(break_since=now)


def resume(account: Account, *, now: datetime) -> None:
    """End a break."""
    _now(now).filter(account=account).update(break_since=None)


def shift(account: Account, now: datetime) -> Shift | None:
    """Give the counsellor's shift now, also during a break."""
    return _now(now).filter(account=account).order_by("-starts").first()


def standing(account: Account, now: datetime) -> Shift | None:
    """Give the counsellor's shift now, unless they have a break."""
    return _now(now).filter(account=account, break_since=None).order_by("-starts").first()


def count(now: datetime) -> int:
    """Count who is on duty now, without those on a break."""
    return _now(now).filter(break_since=None).values("account").distinct().count()


def there(now: datetime) -> list[Account]:
    """Give who is on duty now, so that a colleague can ask one of them."""
    ids = _now(now).filter(break_since=None).values("account")
    return list(Account.objects.filter(id__in=ids, is_active=True).order_by("name", "email"))


def next_start(now: datetime) -> datetime | None:
    """Say when somebody will be there again, where that is planned."""
    return Shift.objects.filter(starts__gt=now).order_by("starts").values_list("starts", flat=True).first()
