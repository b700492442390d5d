"""What clinicians say of messages: rounds, the two seats of each, their labels, and what was settled where these differ.

A label never changes once it is written; a trigger says so (migration).
"""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from samen.people.models import Account, Person

LANGUAGES = ("en", "nl")
WORD = 40


def _level(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(level=None) | (Q(level__gte=0) & Q(level__lte=4)), name=name)


class LabelRound(models.Model):
    """Messages of one language that two people label, each by themselves."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    language = models.CharField(max_length=2)
    origin = models.CharField(max_length=8)  # written: families that came along; local: a file of the service
    title = models.CharField(max_length=100)
    sampled = models.BooleanField(default=False)  # drawn by chance from all that comes in: shares can be counted
    keeper = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")  # nobody: holds the key
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    complete_at = models.DateTimeField(null=True)  # both seats have labelled every message
    discarded_at = models.DateTimeField(null=True)  # the texts were thrown away

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="round_language"),
            # Texts of the service are sealed under a key of their own; what came along is in the repository.
            models.CheckConstraint(
                condition=Q(origin="written", keeper=None) | Q(origin="local", keeper__isnull=False),
                name="round_local_is_sealed",
            ),
        ]


class LabelItem(models.Model):
    """One message of a round. What its author said of it stands beside it for the written ones."""

    round = models.ForeignKey(LabelRound, on_delete=models.PROTECT, related_name="items")
    place = models.PositiveIntegerField()
    family = models.CharField(max_length=80)
    text = models.TextField(default="")  # of the written ones
    sealed = models.BinaryField(default=b"")  # of the service's own
    author_level = models.SmallIntegerField(null=True)
    author_topic = models.CharField(max_length=WORD, default="")
    author_trap = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "place"], name="item_place_once"),
            models.CheckConstraint(condition=Q(text="") | Q(sealed=b""), name="item_text_in_one_way"),
        ]


class LabelSeat(models.Model):
    """One of the two who label a round. Whoever gives a seat up leaves it to another, who begins anew."""

    round = models.ForeignKey(LabelRound, on_delete=models.PROTECT, related_name="seats")
    place = models.PositiveSmallIntegerField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(place__in=(1, 2)), name="seat_one_of_two"),
            models.UniqueConstraint(fields=["round", "place"], condition=Q(left_at=None), name="seat_held_by_one"),
            # The two are different people: also somebody who gave a seat up does not take the other.
            models.UniqueConstraint(fields=["round", "account"], name="seat_once_for_each"),
        ]


class Label(models.Model):
    """What one of the two says of a message; without a level: they cannot say."""

    item = models.ForeignKey(LabelItem, on_delete=models.PROTECT, related_name="labels")
    seat = models.ForeignKey(LabelSeat, on_delete=models.PROTECT, related_name="labels")
    level = models.SmallIntegerField(null=True)
    topic = models.CharField(max_length=WORD, default="")
    trap = models.BooleanField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "seat"], name="label_once"),
            _level("label_level"),
            # From "unclear" up there is a topic: it says what is learnt.
            models.CheckConstraint(
                condition=Q(level=None) | Q(level__lt=2) | ~Q(topic=""), name="label_danger_has_topic"
            ),
        ]


class Settled(models.Model):
    """What holds of a message after both labelled it: they agreed, a third person said so, or both did together."""

    item = models.OneToOneField(LabelItem, on_delete=models.PROTECT, related_name="settled")
    level = models.SmallIntegerField(null=True)  # None: put aside, nothing is learnt from it
    topic = models.CharField(max_length=WORD, default="")
    trap = models.BooleanField(null=True)
    how = models.CharField(max_length=8)  # agreed, third, together
    by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            _level("settled_level"),
            models.CheckConstraint(condition=Q(how__in=("agreed", "third", "together")), name="settled_how"),
            models.CheckConstraint(condition=Q(how="agreed", by=None) | Q(how__in=("third", "together"), by__isnull=False),
                                   name="settled_by_somebody"),
            models.CheckConstraint(condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("by")), name="settled_by_two"),
        ]  # fmt: skip
