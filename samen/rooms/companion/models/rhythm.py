"""Tables of what a person asked for themselves: a rhythm, and what they said when a questionnaire was offered."""

from django.db import models

from samen.people.models import OwnWish, Person


class Wished(OwnWish):
    """One rhythm."""

    class Meta:
        indexes = [models.Index(fields=["mail", "next_at"], name="mail_due")]


class Offers(models.Model):
    """What one person said to offers of questionnaires, sealed."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.PROTECT, related_name="+")
    said_sealed = models.BinaryField()
