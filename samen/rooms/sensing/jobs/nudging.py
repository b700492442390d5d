"""The one mail a day that somebody can ask for when they planned something. It says nothing of what it is about."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from samen.rooms.sensing.store import planned as store
from samen.words import say

log = logging.getLogger("samen.sensing")

LATE = timedelta(hours=6)  # a mail that could not leave for so long is left out: it would come at a time nobody chose


def nudge(now: datetime) -> int:
    """Send the mails that are due. Gives how many left. Looked at twice, or by two processes, each leaves once."""
    gone = 0
    for person, which in store.due(now):
        access = store.by_own_wish(person)
        mine = store.claim(access, which, now=now)
        if mine is None or now - mine.moment > LATE:
            continue
        body = say("sensing.planning.mail.body", mine.language, link=_address())
        subject = say("sensing.planning.mail.subject", mine.language, service=settings.SAMEN.service_name)
        try:
            gone += EmailMessage(subject, body, to=[mine.to]).send()
        except (OSError, SMTPException) as wrong:
            store.give_back(access, which, mine.moment)
            log.error("A mail of a plan did not leave (%s). It is tried again in a minute.", type(wrong).__name__)
    return gone


def _address() -> str:
    host = settings.SAMEN.hosts[0]
    start = f"https://{host}" if settings.SAMEN.https else f"http://{host}:{settings.SAMEN.port}"
    return start + reverse("sensing:activities")
