"""Tables of activities: surveys that somebody here wrote, pages that were sent already, and what a person planned."""

from django.db import models

from samen.people.models import Account, OwnWish, Person, one_of
from samen.rooms.sensing.models.way_in import CODE, Study

STATES = ("draft", "open", "ended")


class Survey(models.Model):
    """A survey of one's own service, of a study, or given to one person. What is asked lies in `body` (activities/asking.py)."""

    code = models.CharField(max_length=CODE, unique=True)
    study = models.ForeignKey(Study, null=True, on_delete=models.PROTECT, related_name="+")  # None = for all here
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+"
    )  # whom alone it was given to
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, default="draft")
    body = models.JSONField(default=dict)
    at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("sensing_survey_state_known", "state", STATES),
            # What one person was given, with their yes to care, goes to no study.
            models.CheckConstraint(
                condition=models.Q(person=None) | models.Q(study=None), name="sensing_survey_for_one_or_a_study"
            ),
        ]


class Sheet(models.Model):
    """A page that a person sent: sent again, by a second press or after a lost answer, it counts no second time."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    sheet = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "sheet"], name="sensing_sheet_once")]


class Planned(OwnWish):
    """What a person wants to do, and when."""

    class Meta:
        indexes = [models.Index(fields=["mail", "next_at"], name="sensing_plan_due")]
