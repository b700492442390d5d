"""The one mail that somebody can ask for at the time of their rhythm. It says nothing of what it is about."""

from datetime import datetime

from django.conf import settings

from samen.people.jobs import wishes
from samen.people.jobs.links import address
from samen.rooms.companion.store import rhythm as store
from samen.words import say


def remind(now: datetime) -> int:
    """Send the mails that are due. Gives how many left."""
    return wishes.send_due(store.KIND, _mail, now)


def _mail(language: str) -> tuple[str, str]:
    subject = say("companion.rhythm.mail.subject", language, service=settings.SAMEN.service_name)
    return subject, say("companion.rhythm.mail.body", language, link=address("companion:rhythm"))
