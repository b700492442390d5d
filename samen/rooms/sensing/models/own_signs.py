"""Tables of a person's own early signs: what they wrote, sealed; what was told to whom; and when a day was looked at."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from samen.people.models import one_of
from samen.rooms.sensing.models.way_in import Participant
from samen.rooms.sensing.own_signs import Whom

WORD = 32


class OwnSign(models.Model):
    """One sign, as its person wrote it. A change is a new row; removing it removes it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="signs")
    body = models.BinaryField()  # sealed: words, measure, threshold, days, whom, message
    at = models.DateTimeField()
    until = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # A sign without an end cannot be stored: its person is asked anew.
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="sensing_sign_ends")
        ]
        indexes = [models.Index(fields=["participant", "at"], name="sensing_sign_of_person")]


class SignSeen(models.Model):
    """A sign was there on a day, by its person's own rule; and who was told. Each day once, whatever crashes in between."""

    sign = models.ForeignKey(OwnSign, on_delete=models.CASCADE, related_name="seen")
    day = models.DateField()
    record = models.UUIDField()  # the inference record that says so
    whom = models.CharField(max_length=WORD)
    at = models.DateTimeField()
    receivers = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    leaf = models.PositiveBigIntegerField(null=True)  # the disclosure on the ledger, where somebody was told

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sign", "day"], name="sensing_sign_seen_once"),
            one_of("sensing_sign_whom_known", "whom", Whom),
        ]


class LookedOn(models.Model):
    """The newest day for which the person's systems were run, so that each day is looked at once."""

    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="looked_on")
    day = models.DateField()
