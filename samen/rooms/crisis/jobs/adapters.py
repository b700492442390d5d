"""Ways in and out besides the pages: a folder of mail (Maildir), and an SMS gateway that calls us and that we call.

Local stand-ins: any Maildir for mail, and Django's mail backend for what goes out; an SMS gateway is any web address that takes a form
with `to` and `text`. Somebody who writes by mail or SMS is told at the first message what the computer does, and no computer
reads before they answered yes.
"""

import email
import mailbox
import re
from datetime import datetime
from email.message import Message
from email.policy import default
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from samen.rooms.crisis import numbers
from samen.rooms.crisis.jobs import line
from samen.rooms.crisis.store import contacts
from samen.rooms.crisis.store.contacts import Mine, Talk
from samen.words import say

YES = {"en": "yes", "nl": "ja"}
NO = {"en": "no", "nl": "nee"}
STOP = "stop computer"
QUOTED = re.compile(r"^(>|On .+ wrote:$|Op .+ schreef.*:$)", re.IGNORECASE)
GATEWAY_SECONDS = 10


def each_minute(now: datetime) -> int:
    """Look into the mail folder of the line, where the service has one."""
    folder = settings.SAMEN.line_mail
    return take_mail(Path(folder), now=now, language=settings.SAMEN.language) if folder else 0


def take_mail(folder: Path, *, now: datetime, language: str) -> int:
    """Take in every new mail of a Maildir; gives how many. A mail leaves `new` only after its message is on the disk."""
    box = mailbox.Maildir(folder, factory=None, create=False)
    done = 0
    for key, kept in sorted(box.iteritems(), key=lambda each: (each[1].get_date(), each[0])):  # as they came
        if kept.get_subdir() != "new":
            continue
        mail = email.message_from_bytes(kept.as_bytes(), policy=default)
        sender = parseaddr(str(mail["From"]))[1].lower()
        number = str(mail["Message-ID"] or key)[:60]
        if sender and (text := _text(mail)):
            take("mailbox", sender, text, client_id=number, at=now, language=language)
            done += 1
        kept.set_subdir("cur")
        kept.add_flag("S")
        box[key] = kept
    return done


def take(channel: str, address: str, text: str, *, client_id: str, at: datetime, language: str) -> Mine:
    """Take in one message of a mailbox or a telephone: the same talk goes on as long as it is open."""
    mine = contacts.of_address(channel, address)
    if mine is None:
        made = contacts.begin(channel, language, now=at, address=address)
        found = contacts.of_token(made.token)
        if found is None:
            raise RuntimeError("A talk that was just begun is not there.")
        mine = found
        line.take_in(mine, text, client_id=client_id, at=at)
        send(channel, address, say("crisis.adapters.first", language, number=_urgent(language, at)))
        return mine
    talk = contacts.talk(mine.access, mine.contact)
    said = _choice(talk, text) if talk is not None else None
    if talk is not None and said is not None:
        line.tell_and_choose(mine, yes=said, at=at, language=talk.language)
        send(channel, address, say(f"crisis.adapters.{'yes' if said else 'no'}", talk.language))
        return mine
    taken = line.take_in(mine, text, client_id=client_id, at=at)
    if taken.answer:
        send(channel, address, taken.answer)
    return mine


def _choice(talk: Talk, text: str) -> bool | None:
    """Read a message as the answer to whether a computer may read: while none was given, and to stop it at any time."""
    word = text.strip().strip(".!").lower()
    if word == STOP:
        return False
    if talk.wants_computer is not None or word not in (YES[talk.language], NO[talk.language]):
        return None
    return word == YES[talk.language]


def _urgent(language: str, at: datetime) -> str:
    listed = numbers.of_country(numbers.load(language, timezone.localdate(at)), settings.SAMEN.country)
    return listed[0].shown


def send(channel: str, address: str, text: str) -> None:
    """Let an answer go out where its person does not read it on a page."""
    if not address:
        return
    if channel == "mailbox":
        EmailMessage(subject=settings.SAMEN.service_name, body=text, to=[address]).send()
    elif channel == "sms" and settings.SAMEN.sms_gateway:
        form = urlencode({"to": address, "text": text}).encode()
        with urlopen(Request(settings.SAMEN.sms_gateway, data=form), timeout=GATEWAY_SECONDS):
            return


def _text(mail: Message) -> str:
    """Give what somebody wrote in a mail, without what they answered to."""
    part = mail.get_body(("plain",)) if hasattr(mail, "get_body") else None
    written = part.get_content() if part is not None else ""
    lines = []
    for each in str(written).splitlines():
        if QUOTED.match(each.strip()):
            break
        lines.append(each)
    return "\n".join(lines).strip()
