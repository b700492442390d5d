"""Once a day for each person who said yes: what stood out, and their own early signs. Who is told is the person's own rule."""

import logging
from datetime import date, datetime, timedelta
from smtplib import SMTPException
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from samen.people.access import Allowed
from samen.rights import door as rights
from samen.rights import gate
from samen.rights.register import Registered
from samen.rights.words import Denied, Held, Outcome, Released, Use
from samen.rooms.crisis import door as crisis
from samen.rooms.sensing import own_signs, systems
from samen.rooms.sensing.models.own_signs import SignSeen
from samen.rooms.sensing.own_signs import Whom
from samen.rooms.sensing.store import looked
from samen.rooms.sensing.store import own_signs as store
from samen.words import say

log = logging.getLogger("samen.sensing")
FROM_HOUR = 8  # o'clock: the night's phones have sent what they had, and nobody is written to before
AT_ONCE = 20  # people in one minute


def each_minute(at: datetime) -> int:
    """Look at the newest day of those whose day was not looked at yet; gives of how many people."""
    if timezone.localtime(at).hour < FROM_HOUR:
        return 0
    on = systems.newest_day(at)
    found = looked.waiting(on, AT_ONCE)
    for person in found:
        look(person, at=at)
        looked.note(store.by_own_rule(person), on)
    return len(found)


def look(person: UUID, *, at: datetime) -> dict[str, Outcome]:
    """Run what its person said yes to, and tell whom their own rule names."""
    outcomes = {each.id: run(each, person) for each in systems.ON_MY_DAYS}
    outcomes[systems.OWN_SIGNS.id] = look_for_signs(person, at=at)
    return outcomes


def run(system: Registered, person: UUID, actor: Allowed | None = None) -> Outcome:
    """Run a system for those of its uses that the person says yes to; for all, and so denied, when there are none."""
    access = store.by_own_rule(person)
    now = timezone.now()
    mine = frozenset(use for use in system.manifest.uses if rights.says_yes(access, system, use, now))
    return gate.run(system, person=person, actor=actor, uses=mine or None)


def look_for_signs(person: UUID, *, at: datetime, actor: Allowed | None = None) -> Outcome:
    """Look for a person's own signs, those alone whose use has their yes, and tell whom their rule names."""
    access = store.by_own_rule(person)
    _send_again(access, at)
    kept = [each for each in store.of_person(access) if each.sign.on(at)]
    asked: set[Use] = {own_signs.use(each.sign) for each in kept}
    uses = frozenset(use for use in asked if rights.says_yes(access, systems.OWN_SIGNS, use, at))
    if not uses:
        return Denied("NO_CONSENT")
    outcome = gate.run(systems.OWN_SIGNS, person=person, actor=actor, uses=uses)
    match outcome:
        case Released(record=record, finding=finding):
            on = date.fromisoformat(finding.value["on"])
            there = {row["id"] for row in finding.value["signs"] if row["code"] == "seen"}
            for each in kept:
                if str(each.id) in there:
                    _tell(access, each, on, record, at)
        case Held() | Denied():
            log.info("Own signs were not looked for: %s.", outcome)
    return outcome


def _tell(access: Allowed, kept: store.Kept, on: date, record: UUID, at: datetime) -> None:
    """Note that a sign is there, and tell whom its person chose: once a week at most, and nobody whose yes is not there."""
    last = next((each.day for each in kept.seen if each.receivers), None)
    whom = kept.sign.whom
    to: dict[str, str] = {}
    if whom is not Whom.ME and own_signs.is_news(last, on):
        to = crisis.receivers(access, contact=kept.sign.contact if whom is Whom.CONTACT else "", at=at)
    seen = store.note_seen(access, kept, on, record, to, at=at)
    if seen is not None and to:
        _send(access, kept, seen, to, at)


def _send_again(access: Allowed, at: datetime) -> None:
    """Finish what a crash or a mail server cut off, of the last two days; later it would be no news."""
    waiting = store.unsent(access, timezone.localdate(at) - timedelta(days=2))
    kept = {each.id: each for each in store.of_person(access)} if waiting else {}
    for seen in waiting:
        each = kept.get(seen.sign_id)
        if each is not None and each.sign.on(at):
            contact = each.sign.contact if each.sign.whom is Whom.CONTACT else ""
            _send(access, each, seen, crisis.receivers(access, contact=contact, at=at), at)


def _send(access: Allowed, kept: store.Kept, seen: SignSeen, to: dict[str, str], at: datetime) -> None:
    person = crisis.called(access.person)
    numbers = crisis.numbers.of_country(
        crisis.numbers.load(kept.sign.language, timezone.localdate(at)), settings.SAMEN.country
    )
    emergency = next((each.shown for each in numbers if each.urgent), "112")
    try:
        for address, name in to.items():
            crisis.post(letter(kept.sign, name=name, person=person, emergency=emergency), address)
    except (OSError, SMTPException) as wrong:
        log.error("A mail about an own sign did not leave (%s). It is tried again.", type(wrong).__name__)
        return
    store.sent(access, seen, at=at)


def letter(sign: own_signs.Sign, *, name: str, person: str, emergency: str) -> crisis.Letter:
    """Write what whoever is told reads: the person's own words, and nothing of their days."""
    words = "sensing.own_signs.mail"
    body = say(f"{words}.text", sign.language, name=name, person=person, message=sign.message, emergency=emergency)
    return crisis.Letter(say(f"{words}.subject", sign.language, person=person), body)
