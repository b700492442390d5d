"""The one mail a day that somebody can ask for when they planned something. It says nothing of what it is about."""

from datetime import datetime

from django.conf import settings

from samen.people.jobs import wishes
from samen.people.jobs.links import address
from samen.rooms.sensing.store import planned as store
from samen.words import say


def nudge(now: datetime) -> int:
    """Send the mails that are due. Gives how many left."""
    return wishes.send_due(store.KIND, _mail, now)


def _mail(language: str) -> tuple[str, str]:
    subject = say("sensing.planning.mail.subject", language, service=settings.SAMEN.service_name)
    return subject, say("sensing.planning.mail.body", language, link=address("sensing:activities"))
