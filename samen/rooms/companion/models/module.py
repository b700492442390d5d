"""A service's own versions of modules: written by one human, read by another, approved by a third, who leads care.

Beside them stands what colleagues say about a screen. The text of a version that was sent to be read, and what was done with it,
never change again: triggers say so (migration 0006).
"""

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
            # Three humans stand behind what is in use: whoever read a version is not the one who takes it into use.
            models.CheckConstraint(
                condition=~Q(state__in=APPROVED) | ~Q(approved_by=F("reviewed_by")),
                name="module_read_and_approved_by_two",
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


class Remark(models.Model):
    """What somebody who works here says about a screen, with better words where they have them. About a text, never about a person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    module = models.CharField(max_length=64)
    screen = models.CharField(max_length=64, default="", blank=True)  # empty: about the whole exercise
    digest = models.CharField(max_length=64)  # of the text that they read
    text = models.TextField(default="", blank=True)
    en = models.TextField(default="", blank=True)  # proposed in place of the screen's own words
    nl = models.TextField(default="", blank=True)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.TextField(default="", blank=True)
    answered_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # An empty remark says nothing that anybody could answer.
            models.CheckConstraint(condition=~Q(text="", en="", nl=""), name="module_remark_says_something"),
            # It is closed by a human, at a time, with an answer; or it is open.
            models.CheckConstraint(
                condition=Q(answered_by=None, answered_at=None, answer="")
                | (Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
                name="module_remark_answered_whole",
            ),
        ]
        indexes = [models.Index(fields=["module"], name="module_remarks")]
