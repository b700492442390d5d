"""Tables of a person's own watch: whom they named, the rule they wrote, what was told to whom. All words lie sealed."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from samen.people.models import Person, one_of
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.watching import Source, Whom

WORD = 32
DIGEST = 64


class OwnContact(models.Model):
    """Somebody whom a person named. Nothing is ever told to whoever did not say yes themselves."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    body = models.BinaryField()  # sealed: name and address
    token_hash = models.CharField(max_length=DIGEST, unique=True)
    asked_at = models.DateTimeField()
    said_yes_at = models.DateTimeField(null=True)
    said_no_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(said_yes_at=None) | Q(said_no_at=None), name="contact_yes_or_no")
        ]
        indexes = [models.Index(fields=["person", "asked_at"], name="own_contact_of_person")]


class WatchRule(models.Model):
    """What the person wrote. A change is a new row; the newest holds, and the earlier ones stay readable to them."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    body = models.BinaryField()  # sealed: steps, message, never
    level = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    until = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # A rule without an end cannot be stored: who is watched over is asked anew.
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="watch_rule_ends"),
            models.CheckConstraint(
                condition=Q(level__in=[Level.DANGER.value, Level.IMMINENT.value]), name="watch_rule_level"
            ),
        ]
        indexes = [models.Index(fields=["person", "-at"], name="watch_rule_of_person")]


class Alert(models.Model):
    """Danger that was heard under a rule, with the inference that said so. It ends when somebody answered, or it was wrong."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(WatchRule, on_delete=models.PROTECT, related_name="alerts")
    record = models.UUIDField(null=True)  # the inference record; empty only for a rehearsal
    source = models.CharField(max_length=WORD)
    level = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=WORD, blank=True)

    class Meta:
        constraints = [
            one_of("alert_source_known", "source", Source),
            one_of("alert_end_known", "ended_by", ("", "answered", "wrong", "stopped", "all-told")),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="") | Q(ended_at__gte=F("at")), name="alert_end"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-at"], name="alert_of_person"),
            models.Index(fields=["at"], condition=Q(ended_at=None), name="alert_open"),
        ]


class Told(models.Model):
    """One who was told, and whether they answered. Each step of an alert at most once, whatever crashes in between."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="told")
    step = models.PositiveSmallIntegerField()
    whom = models.CharField(max_length=WORD)
    token_hash = models.CharField(max_length=DIGEST, unique=True)
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    leaf = models.PositiveBigIntegerField(null=True)  # the disclosure on the ledger

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "step"], name="told_once"),
            one_of("told_whom_known", "whom", Whom),
        ]
