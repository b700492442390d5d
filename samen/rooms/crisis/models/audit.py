"""Talks that raised no alarm, read again by humans who do not know what a computer made of them; and reviews of what was missed."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q, Value

from samen.people.models import WORD, Account, one_of
from samen.rooms.crisis.models.contact import Contact

VERDICTS = ("none", "missed", "unclear")
CAUSES = ("words", "language", "spelling", "context", "threshold", "late", "human", "busy", "other")


class AuditRound(models.Model):
    """One sample: drawn by chance with a seed that is kept, from talks of a period, in groups of which the sizes are kept."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    seed = models.BigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    groups = models.JSONField()  # by group: how many talks it held when it was drawn
    population = models.CharField(max_length=64)  # digest over the ids that it was drawn from
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)  # as they stood at the end

    class Meta:
        # One at a time: who could begin another while one goes badly, could shop for a good one.
        constraints = [models.UniqueConstraint(Value(1), name="audit_open_once", condition=Q(ended_at=None))]


class AuditItem(models.Model):
    """One talk of a sample. When its person is erased, the verdicts stay and the talk is gone."""

    round = models.ForeignKey(AuditRound, on_delete=models.CASCADE, related_name="items")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    place = models.PositiveIntegerField()  # drawn by chance: says nothing of the group
    group = models.CharField(max_length=60)
    held_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "contact"], name="audited_once_in_a_round"),
            models.UniqueConstraint(fields=["round", "place"], name="audit_in_order"),
        ]


class AuditVerdict(models.Model):
    """What a reader says of a talk, before they know what a computer made of it. It never changes: a trigger says so (migration)."""

    item = models.ForeignKey(AuditItem, on_delete=models.PROTECT, related_name="verdicts")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    verdict = models.CharField(max_length=WORD)
    words = models.BinaryField(default=b"")  # sealed under the key of whose talk it is

    class Meta:
        constraints = [
            one_of("audit_verdict_known", "verdict", VERDICTS),
            models.UniqueConstraint(fields=["item", "by"], name="audit_verdict_once"),
        ]


class MissReview(models.Model):
    """What is learnt from one talk after something happened: opened by one human, closed by another."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    hazard = models.CharField(max_length=8)
    event = models.BinaryField()  # what happened, sealed under the key of whose talk it is
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    causes = models.JSONField(default=list)
    why = models.BinaryField(default=b"")  # the causes in words, sealed
    closed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Whoever opened it does not close it.
            models.CheckConstraint(
                condition=Q(closed_by=None, closed_at=None)
                | (Q(closed_by__isnull=False, closed_at__isnull=False) & ~Q(closed_by=F("by"))),
                name="miss_closed_by_another",
            ),
        ]


class Measure(models.Model):
    """What will be done about it, by whom, and by when. It names nobody in care."""

    review = models.ForeignKey(MissReview, on_delete=models.CASCADE, related_name="measures")
    text = models.CharField(max_length=500)
    owner = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    due = models.DateField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="measure_has_words")]
