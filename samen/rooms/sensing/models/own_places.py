"""The table of a person's own places: the names that they gave, sealed."""

from uuid import uuid4

from django.db import models

from samen.rooms.sensing.models.way_in import Participant


class OwnPlace(models.Model):
    """One name with where it is, or a place that its person wants left out. It goes when no measurement lies there any more."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="own_places")
    body = models.BinaryField()  # sealed: words, and the middles in degrees
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["participant", "at"], name="sensing_place_of_person")]
