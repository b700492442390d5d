"""Tables of a person's talks with the companion. All words lie sealed; the person reads, exports and deletes them."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from samen.people.models import Person

WORD = 64


class Talk(models.Model):
    """One talk: where it stands, and what was answered."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=8)
    begun_at = models.DateTimeField()
    last_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    turn = models.PositiveIntegerField(default=0)
    state_sealed = models.BinaryField()

    class Meta:
        constraints = [
            # One talk is open at a time, so that nobody answers into another one by a page that was left open.
            models.UniqueConstraint(fields=["person"], condition=Q(closed_at=None), name="one_open_talk")
        ]
        indexes = [models.Index(fields=["person", "-last_at"], name="talk_of_person")]


class Exchange(models.Model):
    """One turn: what the person gave, and what was said. Without a reply it waits for the run that gives one."""

    talk = models.ForeignKey(Talk, on_delete=models.CASCADE, related_name="exchanges")
    turn = models.PositiveIntegerField()
    client_id = models.CharField(max_length=WORD)
    at = models.DateTimeField()
    given_sealed = models.BinaryField()
    reply_sealed = models.BinaryField(null=True)
    record = models.UUIDField(null=True)  # the inference that said it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["talk", "turn"], name="one_exchange_a_turn"),
            # The same press sent twice is one turn.
            models.UniqueConstraint(fields=["talk", "client_id"], name="exchange_once"),
        ]


class Share(models.Model):
    """A person's own yes that somebody who cares for them may read one talk, until a time."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    talk = models.ForeignKey(Talk, on_delete=models.CASCADE, related_name="shares")
    account = models.UUIDField()  # who may read
    name = models.CharField(max_length=200)
    at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Sharing without an end cannot be stored.
            models.CheckConstraint(condition=Q(until__gt=models.F("at")), name="share_ends")
        ]
