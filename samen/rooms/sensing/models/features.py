"""Tables of features: a value for each day and feature of a person, which days wait to be computed, and what their clock showed."""

from django.db import models

from samen.rooms.sensing.models.way_in import CODE, Participant

FEATURE = 96  # longest name of a feature
DIGEST = 32  # 16 bytes as hex


class Value(models.Model):
    """One feature of one local day of a person; null with a reason where there is none."""

    id = models.BigAutoField(primary_key=True)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="values")
    day = models.DateField()
    feature = models.CharField(max_length=FEATURE)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)  # the interval in which it lies, where gaps matter
    high = models.FloatField(null=True)
    coverage = models.FloatField(null=True)  # share of the day that was measured, 0 to 1
    reason = models.CharField(max_length=16, blank=True, default="")  # silence.py's word, for a value that is not there
    version = models.CharField(max_length=16)
    parameters = models.CharField(max_length=DIGEST)  # digest of the settings
    input = models.CharField(max_length=DIGEST)  # digest of the rows that were read
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participant", "day", "feature"], name="sensing_value_once"),
            models.CheckConstraint(  # what is not there says why
                condition=models.Q(value__isnull=False, reason="") | models.Q(value=None) & ~models.Q(reason=""),
                name="sensing_value_or_reason",
            ),
        ]


class Due(models.Model):
    """A day (of UTC) of a person got rows, and its features are to be computed."""

    id = models.BigAutoField(primary_key=True)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="due")
    day = models.DateField()
    at = models.DateTimeField()  # of the newest rows: what comes while it is computed makes it due again

    class Meta:
        constraints = [models.UniqueConstraint(fields=["participant", "day"], name="sensing_due_once")]


class Clock(models.Model):
    """From when on which zone holds for a device of a person; without any, the service's own zone."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="clocks")
    device = models.CharField(max_length=CODE)  # as its rows name it
    zone = models.CharField(max_length=64)
    begins = models.BigIntegerField()  # ms UTC

    class Meta:
        constraints = [models.UniqueConstraint(fields=["participant", "device", "begins"], name="sensing_clock_once")]


class Imported(models.Model):
    """A part of files that was imported for a person, known by its content: when it comes again it is not read again."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="imports")
    digest = models.CharField(max_length=DIGEST)
    counts = models.JSONField()  # its account, stream by stream
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["participant", "digest"], name="sensing_import_once")]
