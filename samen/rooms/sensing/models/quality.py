"""The table of the book of quality: how much came in of a stream on a day, without what was measured."""

from django.db import models

from samen.rooms.sensing.models.way_in import CODE, Participant


class Came(models.Model):
    """One stream of one person on one day of UTC, as `daybook.KIND` has it."""

    id = models.BigAutoField(primary_key=True)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="came")
    stream = models.CharField(max_length=CODE)
    day = models.IntegerField()  # since 1970
    rows = models.PositiveIntegerField()
    last = models.BigIntegerField()  # ms
    cycles = models.PositiveIntegerField()
    third_0 = models.PositiveIntegerField()
    third_1 = models.PositiveIntegerField()
    third_2 = models.PositiveIntegerField()
    lit_h = models.FloatField(null=True)
    dark_h = models.FloatField(null=True)
    drain = models.FloatField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["participant", "stream", "day"], name="sensing_came_once")]
