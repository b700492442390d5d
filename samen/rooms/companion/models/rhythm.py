"""Tables of what a person asked for themselves: a rhythm, and what they said when a questionnaire was offered."""

from uuid import uuid4

from django.db import models

from samen.people.models import Person


class Wished(models.Model):
    """One rhythm. What it is about lies sealed; in the open stands only when a mail is due, for who asked for one."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    wish_sealed = models.BinaryField()
    mail = models.BooleanField(default=False)
    begun_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    aside_at = models.DateTimeField()  # moments up to here were dealt with
    next_at = models.DateTimeField(null=True)  # when the next mail is due

    class Meta:
        indexes = [models.Index(fields=["mail", "next_at"], name="mail_due")]


class Offers(models.Model):
    """What one person said to offers of questionnaires, sealed."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.PROTECT, related_name="+")
    said_sealed = models.BinaryField()
