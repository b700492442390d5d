"""The table of questions to the guide, as somebody asks them of `companion.guide`: there for as long as a run takes."""

from uuid import uuid4

from django.db import models

from samen.people.models import Person


class Question(models.Model):
    """What somebody asks in their own words, sealed: from the press of a button until the run that answers it, and no longer."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    language = models.CharField(max_length=8)
    text_sealed = models.BinaryField()
