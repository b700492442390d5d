"""A service's own versions of modules: written by one human, read by another, approved by whoever leads care and did not write it."""

import uuid

from django.db import models
from django.db.models import F, Q

from samen.people.models import Account

OPEN = ("draft", "sent", "reviewed")
READ = ("reviewed", "approved", "superseded")
APPROVED = ("approved", "superseded")


class Draft(models.Model):
    """One version of a module. Its text is a file as content/modules holds them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    module = models.CharField(max_length=64)
    base = models.CharField(max_length=64)  # digest of the version that it was made from
    content = models.TextField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="draft")  # draft, sent, reviewed, approved, superseded, withdrawn
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reviewed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Two people never write on the same module past each other.
            models.UniqueConstraint(fields=["module"], condition=Q(state__in=OPEN), name="module_one_draft"),
            # One version of a module is in use.
            models.UniqueConstraint(fields=["module"], condition=Q(state="approved"), name="module_one_approved"),
            # Nobody reviews what they wrote, and nothing counts as reviewed that nobody reviewed.
            models.CheckConstraint(
                condition=~Q(state__in=READ) | (Q(reviewed_by__isnull=False) & ~Q(reviewed_by=F("by"))),
                name="module_reviewed_by_another",
            ),
            # Nobody approves what they wrote, and nothing is in use that nobody approved.
            models.CheckConstraint(
                condition=~Q(state__in=APPROVED) | (Q(approved_by__isnull=False) & ~Q(approved_by=F("by"))),
                name="module_approved_by_another",
            ),
        ]


class Step(models.Model):
    """Who did what with a version, and why. Only ever added to."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="steps")
    what = models.CharField(max_length=10)  # begun, saved, sent, back, reviewed, approved, superseded, withdrawn
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(default="", blank=True)
    digest = models.CharField(max_length=64)  # of the text as it was then

    class Meta:
        constraints = [
            # A decision without its reason is none.
            models.CheckConstraint(
                condition=Q(what__in=("begun", "saved", "superseded")) | ~Q(reason=""), name="module_step_has_reason"
            ),
        ]
