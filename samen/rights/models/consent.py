"""Consent as dated statements, the notices shown, and the counter that makes a stop work at once."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from samen.people.models import Person, one_of
from samen.rights.models.system import DIGEST, WORD, SystemState
from samen.rights.words import Category, Purpose, Recipient


class PersonState(models.Model):
    """What holds for one person across all systems."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.PROTECT, related_name="+")
    epoch = models.PositiveBigIntegerField(default=1)
    restricted_at = models.DateTimeField(null=True)  # GDPR art. 18: nothing runs while this is set
    crisis_until = models.DateTimeField(null=True)  # until then only what brings a human runs


class Statement(models.Model):
    """One yes or no to one use of one system (or stream). Append-only: a withdrawal is a new row."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=WORD)  # id of the system or stream
    category = models.CharField(max_length=WORD)
    purpose = models.CharField(max_length=WORD)
    recipient = models.CharField(max_length=WORD)
    yes = models.BooleanField()
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    # Of a stream: the yes is for what was measured from this moment on. Empty for an AI system, and in a no.
    since = models.DateTimeField(null=True)
    taught_back = models.BooleanField(default=True)
    words = models.CharField(max_length=DIGEST)  # digest of what was read before saying so
    language = models.CharField(max_length=5)
    # Who pressed. Empty for somebody without an account, and for the machine, which can only say no: migration 0003.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    leaf = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            one_of("statement_category_known", "category", Category),
            one_of("statement_purpose_known", "purpose", Purpose),
            one_of("statement_recipient_known", "recipient", Recipient),
            models.CheckConstraint(condition=Q(yes=False) | Q(until__isnull=False), name="a_yes_ends"),
        ]
        indexes = [models.Index(fields=["person", "subject", "-at"], name="statement_of_person")]


class Notice(models.Model):
    """The person was shown what a system is and does, in these words."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=WORD)
    words = models.CharField(max_length=DIGEST)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "subject", "words"], name="one_notice_per_words")]


class PilotSeat(models.Model):
    """One of the places of a pilot. The number is unique, so two people never take the last one."""

    system = models.ForeignKey(SystemState, on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "number"], name="pilot_seat_once"),
            models.UniqueConstraint(fields=["system", "person"], name="one_pilot_seat_each"),
        ]


class StopOrder(models.Model):
    """A person's stop, written first; the work that follows is repeated until `done_at` stands, also after a crash."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=WORD)
    what = models.CharField(max_length=WORD, blank=True)
    at = models.DateTimeField()
    epoch = models.PositiveBigIntegerField()
    # Empty for somebody without an account.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    cleared = models.JSONField(default=dict)
    leaf = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            one_of("stop_kind_known", "kind", ("all", "system", "category")),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(leaf__isnull=False), name="a_done_stop_is_on_the_ledger"
            ),
        ]
        indexes = [models.Index(fields=["person", "-at"], name="stop_of_person")]
