"""One row per permit used, one per inference, one per human decision. The triggers of migration 0002 guard what rows cannot say."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from samen.people.models import Person, carrying, one_of
from samen.people.roles import Duty, Role
from samen.rights.models.system import DIGEST, WORD, SystemState
from samen.rights.oversight import State, Verdict
from samen.rights.words import Oversight


class PermitRow(models.Model):
    """A permit that was used. It is written in the same transaction as what it led to."""

    id = models.UUIDField(primary_key=True, editable=False)
    system = models.ForeignKey(SystemState, on_delete=models.PROTECT, related_name="permits")
    digest = models.CharField(max_length=DIGEST)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")  # empty: a validation run
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    uses = models.JSONField()
    issued = models.DateTimeField()
    expires = models.DateTimeField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(used_at__lt=F("expires")), name="permit_used_in_time"),
            models.CheckConstraint(condition=Q(issued__lte=F("used_at")), name="permit_used_after_issue"),
        ]


class InferenceRecord(models.Model):
    """One thing that an AI system inferred about one person, sealed with that person's key."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    permit = models.OneToOneField(
        PermitRow, on_delete=models.PROTECT, related_name="record"
    )  # no finding without a permit
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    system = models.ForeignKey(SystemState, on_delete=models.PROTECT, related_name="records")
    version = models.CharField(max_length=WORD)
    accountable = models.CharField(max_length=WORD)
    oversight = models.CharField(max_length=WORD)
    reviewer = models.CharField(max_length=WORD, blank=True)
    state = models.CharField(max_length=WORD)
    abstained = models.BooleanField(default=False)
    body = models.BinaryField(null=True)  # sealed: items read, finding, explanation; empty once cleared
    at = models.DateTimeField()
    due = models.DateTimeField(null=True)
    leaf = models.PositiveBigIntegerField(unique=True)

    class Meta:
        constraints = [
            one_of("record_state_known", "state", State),
            one_of("record_oversight_known", "oversight", Oversight),
            one_of("record_accountable_role", "accountable", Role),  # and so never empty
            models.CheckConstraint(
                condition=Q(oversight=Oversight.INFORM.value) | (~Q(reviewer="") & Q(due__isnull=False)),
                name="held_for_somebody_by_some_time",
            ),
            models.CheckConstraint(
                condition=(Q(body__isnull=True) & Q(state=State.CLEARED.value))
                | (Q(body__isnull=False) & ~Q(state=State.CLEARED.value)),
                name="cleared_means_empty",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-at"], name="record_of_person"),
            models.Index(fields=["reviewer", "due"], name="record_queue", condition=Q(state=State.HELD.value)),
            models.Index(fields=["system", "state"], name="record_of_system"),
        ]


class ChosenHuman(models.Model):
    """Who alone looks at what a system says of a person, by that person's choice. Without a row: everybody who would."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    system = models.ForeignKey(SystemState, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "system"], name="one_chosen_human")]


class Decision(models.Model):
    """What a human decided about a held finding. There is no row without a human: `by` is an account, and accounts are humans."""

    record = models.OneToOneField(InferenceRecord, primary_key=True, on_delete=models.PROTECT, related_name="decision")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=WORD)
    verdict = models.CharField(max_length=WORD)
    body = models.BinaryField(null=True)  # sealed: reason, and the changed words
    at = models.DateTimeField()
    leaf = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            one_of("decision_verdict_known", "verdict", Verdict),
            one_of("decision_by_a_deciding_role", "role", carrying(Duty.DECIDE)),
        ]
        indexes = [models.Index(fields=["leaf"], name="decision_by_leaf")]


class ValidationRun(models.Model):
    """A run on material without a person. It has no person column, so it can enter nobody's record."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    permit = models.OneToOneField(PermitRow, on_delete=models.PROTECT, related_name="validation_run")
    system = models.ForeignKey(SystemState, on_delete=models.PROTECT, related_name="validation_runs")
    material = models.CharField(max_length=DIGEST)  # SHA-256 of what went in
    n = models.PositiveIntegerField()
    at = models.DateTimeField()
    leaf = models.PositiveBigIntegerField(unique=True)


class DeniedRun(models.Model):
    """The gate said no. The person sees these too."""

    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    system = models.CharField(max_length=WORD)
    code = models.CharField(max_length=WORD)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "-at"], name="denied_of_person"),
            models.Index(fields=["system", "code", "at"], name="denied_of_system"),
        ]
