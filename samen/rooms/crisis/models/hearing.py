"""What hears at this service: models fitted here, which one is in use, where its thresholds stand, and whether talk changes."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from samen.people.models import Account

LANGUAGES = ("en", "nl")
STATES = ("waiting", "fitting", "ready", "failed")


def by_another(name: str) -> models.CheckConstraint:
    """Give the rule that whoever proposed something does not approve it."""
    return models.CheckConstraint(
        condition=Q(approved_by=None, approved_at=None)
        | (Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_by=F("by"))),
        name=name,
    )


class Candidate(models.Model):
    """A model fitted at this service from the written messages and its own labels. It hears nobody before it is adopted."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=8, default="waiting")
    problem = models.CharField(max_length=40, default="")  # code of why it failed
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    model = models.TextField(default="")  # as a model file holds it
    sha256 = models.CharField(max_length=64, default="", db_index=True)
    card = models.TextField(default="")
    learnt = models.JSONField(default=list)  # numbers of the labelled messages that it learnt from
    scores = models.JSONField(default=list)  # of messages held out: see training/candidate.py
    report = models.JSONField(default=dict)  # beside the model in use: see selftest/compare.py

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="candidate_language"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="candidate_state"),
            models.CheckConstraint(condition=~Q(state="ready") | ~Q(sha256=""), name="candidate_ready_has_model"),
        ]


class Adoption(models.Model):
    """A proposal to use a model for a language, in force once another human approved it. None: the one that came along."""

    language = models.CharField(max_length=2)
    candidate = models.ForeignKey(Candidate, null=True, on_delete=models.PROTECT, related_name="adoptions")
    reason = models.TextField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    approved_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            by_another("adoption_approved_by_another"),
            models.CheckConstraint(condition=~Q(reason=""), name="adoption_has_reason"),
        ]


class OperatingPoint(models.Model):
    """From which sureness on a model asks and alarms: proposed with its cost, in force once another human approved it."""

    version = models.PositiveIntegerField(unique=True)
    language = models.CharField(max_length=2)
    sha256 = models.CharField(max_length=64)  # of the model whose scale this is
    ask = models.FloatField()
    alarm = models.FloatField()
    cost = models.JSONField()  # what was shown when it was proposed
    reason = models.TextField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    approved_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ask__gt=0) & Q(ask__lte=1) & Q(alarm__gt=0) & Q(alarm__lte=1), name="point_within_scale"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="point_has_reason"),
            by_another("point_approved_by_another"),
        ]


class HeardCount(models.Model):
    """How many messages of a day read alike: counts alone, with nobody's words and nobody's name."""

    day = models.DateField()
    language = models.CharField(max_length=5)
    version = models.CharField(max_length=64)  # digest of what heard: other models are another period
    action = models.CharField(max_length=5)
    bin = models.PositiveSmallIntegerField()  # tenth of the sureness
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "language", "version", "action", "bin"], name="heard_once"),
        ]


class DriftNotice(models.Model):
    """What the line hears has left its limits: stays until somebody who leads care has looked at it and says what they found."""

    language = models.CharField(max_length=5)
    version = models.CharField(max_length=64)
    sign = models.CharField(max_length=8)  # alarms, asks, scores
    figures = models.JSONField()
    at = models.DateTimeField()
    seen_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True)
    found = models.TextField(default="")

    class Meta:
        constraints = [
            # One open notice for each sign: the same drift is not told anew each night.
            models.UniqueConstraint(
                fields=["language", "version", "sign"], condition=Q(seen_at=None), name="drift_open_once"
            ),
        ]
