"""Tables of the way in: who sends, by which key, for which study, and batches that lie on disk until they are archived.

A person's measurements stand under a random key of their own, never under their id: removing the row that joins the two
leaves nothing that leads back.
"""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from samen.people.models import Person, one_of

CODE = 64  # longest id that a program sees or sends
KEY_KINDS = ("device", "researcher")


class Participant(models.Model):
    """Somebody who lets devices send."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=CODE, unique=True)  # what programs call them
    key = models.CharField(max_length=32, unique=True)  # what their measurements stand under, 128 random bits
    bucket = models.PositiveSmallIntegerField()  # the part of the archive that holds them
    salt_sealed = models.BinaryField()  # of the hashes of numbers and addresses, under the person's key
    language = models.CharField(max_length=5, default="nl")
    at = models.DateTimeField()


class Study(models.Model):
    """A study: its activities and sensors, and the key of who does it."""

    code = models.CharField(max_length=CODE, unique=True)
    researcher = models.CharField(max_length=CODE)
    name = models.CharField(max_length=200)
    profile = models.CharField(max_length=16, default="samen")  # whose meaning its features have
    at = models.DateTimeField()

    class Meta:
        constraints = [one_of("sensing_study_profile_known", "profile", ("samen", "rapids", "forest"))]


class Enrolment(models.Model):
    """A person takes part in a study; they alone end it."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="enrolments")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="enrolments")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    streams = models.JSONField(null=True)  # that this study may read; null: all that is open for research

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "study"], condition=Q(ended_at=None), name="enrolled_once_at_a_time"
            )
        ]


class AccessKey(models.Model):
    """A key with which a program comes in: a device for one person, or a researcher for one study. Kept as a digest."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=16)
    access_key = models.CharField(max_length=CODE, unique=True)
    digest = models.CharField(max_length=64)
    participant = models.ForeignKey(Participant, null=True, on_delete=models.CASCADE, related_name="keys")
    study = models.ForeignKey(Study, null=True, on_delete=models.PROTECT, related_name="keys")
    name = models.CharField(max_length=100)  # of the device, as its person calls it
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("access_key_kind_known", "kind", KEY_KINDS),
            models.CheckConstraint(
                condition=Q(kind="device", participant__isnull=False) | Q(kind="researcher", study__isnull=False),
                name="access_key_is_of_somebody",
            ),
        ]


class Thing(models.Model):
    """An activity or a sensor of a study, in LAMP's shape."""

    code = models.CharField(max_length=CODE, unique=True)
    kind = models.CharField(max_length=16)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="things")
    spec = models.CharField(max_length=CODE)
    name = models.CharField(max_length=200)
    rest = models.JSONField(default=dict)  # schedule, settings, category and what else came
    at = models.DateTimeField()

    class Meta:
        constraints = [one_of("thing_kind_known", "kind", ("activity", "sensor"))]


class Attachment(models.Model):
    """A tag that a program hung on a participant, study, activity, sensor or researcher."""

    of = models.CharField(max_length=CODE)
    target = models.CharField(max_length=CODE)  # me, or a kind of thing: whom it is for
    key = models.CharField(max_length=200)
    by = models.CharField(max_length=CODE)  # participant or study whose key hung it there: nobody else reads it
    value = models.JSONField()
    participant = models.ForeignKey(Participant, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "target", "key", "by"], name="attachment_once")]


class StudyLook(models.Model):
    """A researcher's key read something of a person on a day: the person sees that."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="looks")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    n = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["participant", "study", "day"], name="study_look_once_a_day")]


class Batch(models.Model):
    """What a program was told is kept: sealed under the person's key until the archive holds it, on disk."""

    id = models.BigAutoField(primary_key=True)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="batches")
    device = models.UUIDField()
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    first = models.BigIntegerField()  # ms
    last = models.BigIntegerField()  # ms
    n = models.PositiveIntegerField()
    keys = models.BinaryField()  # of its events, 16 bytes each
    sealed = models.BinaryField()
    drain = models.BigIntegerField(null=True)  # the move into the archive that took it

    class Meta:
        indexes = [
            models.Index(fields=["participant", "kind", "last"], name="batch_of_participant"),
            models.Index(fields=["drain"], name="batch_by_drain"),
        ]


class Tally(models.Model):
    """What became of a person's events of one stream, and when it was last heard of."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="tallies")
    stream = models.CharField(max_length=CODE)
    stored = models.PositiveBigIntegerField(default=0)
    doubled = models.PositiveBigIntegerField(default=0)
    quarantined = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    oldest = models.BigIntegerField(null=True)  # ms, time of the oldest event
    newest = models.BigIntegerField(null=True)  # ms, time of the newest event
    device = models.UUIDField(null=True)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["participant", "stream"], name="sensing_tally_once")]


class Drain(models.Model):
    """One move of batches into the archive, numbered: the archive holds the number, so that it happens once."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    safe_at = models.DateTimeField(null=True)  # when all of it was on disk
