"""What the room's self-tests found, as they were signed, and what humans wrote to them: causes and signatures. Nobody's data."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from samen.people.models import Account, one_of
from samen.people.roles import Role

WORD = 80


class SelfTest(models.Model):
    """One report, signed with the key of the log. Its text never changes; a trigger says so (migration)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    at = models.DateTimeField(db_index=True)
    passed = models.BooleanField()
    versions = models.CharField(max_length=64)  # digest over the digests of the systems that were judged
    note = models.TextField()


class Cause(models.Model):
    """What a clinician holds to be the cause of one case that went wrong. The newest counts; none is removed."""

    test = models.ForeignKey(SelfTest, on_delete=models.PROTECT, related_name="causes")
    case = models.CharField(max_length=WORD)
    text = models.TextField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        # A cause without words says nothing.
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="cause_has_words")]
        indexes = [models.Index(fields=["test", "case", "-at"], name="cause_of_case")]


class Signature(models.Model):
    """A human who read the report and its hazard log and answers for it, in the role that may."""

    test = models.ForeignKey(SelfTest, on_delete=models.PROTECT, related_name="signatures")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40)
    statement = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["test", "by"], name="signed_once"),
            models.CheckConstraint(condition=~Q(statement=""), name="signature_has_words"),
            # Only the role that is accountable for these systems signs.
            one_of("signed_by_lead", "role", [Role.CLINICAL_LEAD]),
        ]
