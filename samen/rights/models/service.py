"""What must hold of the service around an AI system: people on duty, probes, and cases with a clock."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from samen.people.models import Person, one_of
from samen.people.roles import Role
from samen.rights.incidents import Kind
from samen.rights.models.inference import InferenceRecord
from samen.rights.models.system import WORD, SystemState


class Training(models.Model):
    """A human passed the short course on what AI systems can and cannot do (AI Act art. 4; rights.md K3.1)."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("at")), name="training_ends")]
        indexes = [models.Index(fields=["account", "until"], name="training_of_account")]


class DutyTime(models.Model):
    """A human is there to decide, in this role, from one moment to another."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=WORD)
    starts = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("duty_role_known", "role", Role),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="duty_ends"),
        ]
        indexes = [models.Index(fields=["role", "ends", "starts"], name="duty_now")]


class Probe(models.Model):
    """The last answer of something that must work: the way to a human, the help page, the canary, the reconciliation."""

    name = models.CharField(primary_key=True, max_length=WORD)
    good_at = models.DateTimeField(null=True)  # the last good answer; cleared by a bad one
    asked_at = models.DateTimeField()
    detail = models.CharField(max_length=400, blank=True)


class Case(models.Model):
    """Something a person asked, or the machine noticed, with a term. Its text is sealed with the person's key."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=WORD)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    system = models.ForeignKey(SystemState, null=True, on_delete=models.PROTECT, related_name="cases")
    record = models.ForeignKey(InferenceRecord, null=True, on_delete=models.PROTECT, related_name="cases")
    about = models.CharField(max_length=100, blank=True)  # such as a row of the list of who looked
    text = models.BinaryField(null=True)  # sealed for a person; plain when there is none
    opened_at = models.DateTimeField()
    due = models.DateTimeField()
    law_due = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.BinaryField(null=True)  # sealed, what the person reads
    outcome = models.CharField(max_length=WORD, blank=True)
    leaf = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            one_of("case_kind_known", "kind", Kind),
            models.CheckConstraint(condition=Q(due__gt=F("opened_at")), name="case_has_a_term"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_by__isnull=False), name="cases_are_closed_by_humans"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-opened_at"], name="case_of_person"),
            models.Index(fields=["system", "due"], name="case_open", condition=Q(closed_at=None)),
        ]


class Tally(models.Model):
    """How often something happened with a system up to a place in the log, so that no page counts from the first day."""

    system = models.CharField(max_length=WORD)
    what = models.CharField(max_length=WORD)
    code = models.CharField(max_length=WORD, blank=True)
    times = models.PositiveBigIntegerField()
    upto = models.PositiveBigIntegerField()  # counted with: ledger position, or the row's id for denied runs

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "what", "code"], name="tally_once")]
