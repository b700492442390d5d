"""An alarm that no human has answered in time goes further: to those on duty, then to who leads care, and to the operator's log."""

import logging
from datetime import datetime
from smtplib import SMTPException

from django.core.mail import EmailMessage

from samen.rooms.crisis.jobs.watching import address
from samen.rooms.crisis.store import late
from samen.words import say

log = logging.getLogger("samen.crisis")


def tell(now: datetime) -> int:
    """Tell whoever is next that somebody waits too long. Gives how many mails left; nobody's words or name are in them."""
    gone = 0
    for step, waiting in late.waiting(now).items():
        if not waiting:
            continue
        log.error(
            "%s contact(s) of the help line wait past the time by which a human should have answered.", len(waiting)
        )
        sent = 0
        for account in late.to_tell(step, now):
            language = account.language
            link = address("crisis:console")
            body = say("crisis.late.body", language, n=len(waiting), link=link)
            try:
                sent += EmailMessage(say("crisis.late.subject", language), body, to=[account.email]).send()
            except (OSError, SMTPException) as wrong:
                log.error("A mail about a late contact did not leave (%s).", type(wrong).__name__)
        if sent:  # who was told of it at least once; otherwise the next minute tries again
            late.told(waiting, step)
        gone += sent
    return gone
