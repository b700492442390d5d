"""Tables of texts that turned out to be wrong, and of who was told: persons under their own key, and colleagues."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from samen.people.models import Account, Person
from samen.rooms.companion.models.talk import WORD


class Recall(models.Model):
    """A text that was wrong, with what is right instead, as those read it who met it. About a text, never about a person."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    modules = models.JSONField()
    screen = models.CharField(max_length=WORD, default="", blank=True)  # empty: anywhere in these exercises
    version = models.CharField(max_length=WORD, default="", blank=True)  # a draft, "shipped", or empty: every version
    source = models.CharField(
        max_length=400, default="", blank=True
    )  # what they rest on, where that was what was wrong
    en = models.TextField()
    nl = models.TextField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    looked_at = models.DateTimeField()  # when talks were last looked through for it
    people = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)  # how many of them read it

    class Meta:
        constraints = [
            # Nobody is told that something was wrong without being told what is right, in a language that they read.
            models.CheckConstraint(condition=~Q(en="") & ~Q(nl=""), name="recall_says_what_is_right")
        ]


class Told(models.Model):
    """That a person is told of one. Which one lies sealed: it would say what exercise they did."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    about_sealed = models.BinaryField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "read_at"], name="told_of_person")]


class Warned(models.Model):
    """That a colleague is told of one: who wrote, read or approved the text, or may read a talk in which it was said."""

    recall = models.ForeignKey(Recall, on_delete=models.CASCADE, related_name="warned")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recall", "account"], name="recall_warns_once")]
