"""The line itself: who is on duty, by which policy it is ordered, and which programs may bring contacts in."""

from django.db import models
from django.db.models import F, Q

from samen.people.models import Account


class Shift(models.Model):
    """A counsellor on duty, from a moment to another, with at most so many talks at once."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    break_since = models.DateTimeField(null=True)
    limit = models.SmallIntegerField(default=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(ends=None), name="shift_open_once"),
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=F("starts")), name="shift_ends_after_start"),
            models.CheckConstraint(condition=Q(limit__gte=1) & Q(limit__lte=5), name="shift_limit_humane"),
        ]
        indexes = [models.Index(fields=["ends", "break_since"], name="shift_now")]


class QueuePolicy(models.Model):
    """One version of how the line is ordered: proposed by one human, in force once another approved it."""

    version = models.PositiveIntegerField(unique=True)
    reserved = models.FloatField()
    overtaken = models.PositiveIntegerField()
    read_first = models.BooleanField(default=False)
    reason = models.TextField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    approved_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reserved__gte=0) & Q(reserved__lt=1), name="policy_reserved_share"),
            models.CheckConstraint(condition=Q(version__gte=1), name="policy_version_from_one"),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | (Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_by=F("by"))),
                name="policy_approved_by_another",
            ),
        ]


class ProgramKey(models.Model):
    """A key with which another program brings contacts in. Only its digest is kept."""

    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
