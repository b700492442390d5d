"""Names that a person gave to places of their own, kept sealed. Nobody else reads them: there is no access for it."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Category, Permit
from samen.rooms.sensing import own_places
from samen.rooms.sensing.models.own_places import OwnPlace
from samen.rooms.sensing.models.way_in import Participant
from samen.rooms.sensing.own_places import Name
from samen.rooms.sensing.store import keys, tables
from samen.rooms.sensing.store.events import FIRST, LAST
from samen.rooms.sensing.store.own_signs import by_own_rule

ABOUT = "sensing.own-place"
GPS = "gps"


def _own(access: Allowed) -> None:
    access.require(Scope.RIGHTS)
    if access.ground is not Ground.OWN:
        raise NotAllowed("Names of places are the person's own: nobody else gives, reads or removes them.")


def of_person(access: Allowed) -> list[Name]:
    """Give a person's names, oldest first."""
    _own(access)
    rows = list(OwnPlace.objects.filter(participant__person=access.person).order_by("at", "id"))
    if not rows:
        return []
    sealer = people.sealer(access.person)
    return [_name(row, sealer) for row in rows]


def _name(row: OwnPlace, sealer: people.Sealer) -> Name:
    kept = json.loads(sealer.open_text(row.body, ABOUT))
    return Name(
        str(row.id), kept["words"], tuple((north, east) for north, east in kept["middles"]), timezone.localdate(row.at)
    )


def under(permit: Permit) -> list[Name]:
    """Give the names under a permit for a person's location. Raises: NotPermitted."""
    rights.require(permit, Category.LOCATION, permit.person)
    return [] if permit.person is None else of_person(by_own_rule(permit.person))


def give(access: Allowed, words: str, middle: tuple[float, float], *, at: datetime) -> bool:
    """Give a place a name; a name that was there before then stands for both places. Says whether it was there.

    What stood for this place alone goes: a place has one name. Raises: NotAllowed; ValueError with the code of what is wrong.
    """
    _own(access)
    with transaction.atomic():
        plain = _words(words)
        now = of_person(access)
        same = next((each for each in now if not each.left_out and each.words.casefold() == plain.casefold()), None)
        before = own_places.name_of(middle, now)
        if same is not None and before is not None and before.id == same.id:
            return True
        _lift(access, before, middle)
        if same is not None:
            _write(access, same.id, same.words, (*same.middles, middle))
            return True
        _make(access, plain, middle, len(now), at)
    return False


def leave_out(access: Allowed, middle: tuple[float, float], *, at: datetime) -> None:
    """Let nothing be said of a place any more; a name that stood for it goes. Raises: NotAllowed; ValueError."""
    _own(access)
    with transaction.atomic():
        now = of_person(access)
        before = own_places.name_of(middle, now)
        if before is None or not before.left_out:
            _lift(access, before, middle)
            _make(access, "", middle, len(now), at)


def _words(words: str) -> str:
    plain = " ".join(words.split())
    if not plain:
        raise ValueError("NO_WORDS")
    if len(plain) > own_places.LONGEST_NAME:
        raise ValueError("TOO_LONG")
    return plain


def _make(access: Allowed, words: str, middle: tuple[float, float], kept: int, at: datetime) -> None:
    if kept >= own_places.MOST_NAMES:
        raise ValueError("TOO_MANY")
    OwnPlace.objects.create(
        participant=keys.participant_of(access, at=at), body=_sealed(access, words, (middle,)), at=at
    )


def _lift(access: Allowed, before: Name | None, middle: tuple[float, float]) -> None:
    """Take a place out of what stood for it."""
    if before is None:
        return
    rest = tuple(each for each in before.middles if own_places.name_of(middle, [Name("", "", (each,))]) is None)
    if rest:
        _write(access, before.id, before.words, rest)
    else:
        _row(access, before.id).delete()


def _sealed(access: Allowed, words: str, middles: Sequence[tuple[float, float]]) -> bytes:
    return people.sealer(access.person).seal(json.dumps({"words": words, "middles": middles}), ABOUT)


def _row(access: Allowed, place: UUID | str) -> QuerySet[OwnPlace]:
    return OwnPlace.objects.filter(id=place, participant__person=access.person)


def _write(access: Allowed, place: UUID | str, words: str, middles: Sequence[tuple[float, float]]) -> None:
    _row(access, place).update(body=_sealed(access, words, middles))


def rename(access: Allowed, place: UUID, words: str) -> bool:
    """Give a name other words; those of another name put the two together. False when it is not there. Raises: ValueError."""
    _own(access)
    with transaction.atomic():
        plain = _words(words)
        now = of_person(access)
        mine = next((each for each in now if each.id == str(place) and not each.left_out), None)
        if mine is None:
            return False
        others = [each for each in now if each.id != mine.id and not each.left_out]
        same = next((each for each in others if each.words.casefold() == plain.casefold()), None)
        if same is None:
            _write(access, place, plain, mine.middles)
        else:
            _write(access, same.id, same.words, (*same.middles, *mine.middles))
            _row(access, place).delete()
    return True


def remove(access: Allowed, place: UUID) -> bool:
    """Take a name back, or let a place be said of again; False when it is not there."""
    _own(access)
    return bool(_row(access, place).delete()[0])


def forget_unseen(access: Allowed, participant: Participant) -> int:
    """Let go of names of places where no measurement lies any more, because their person deleted those; gives how many."""
    access.require(Scope.RIGHTS, participant.person_id)
    mine = by_own_rule(participant.person_id)
    now = of_person(mine)
    if not now:
        return 0
    rows = tables.between(access, participant, {GPS: FIRST}, FIRST, LAST, only=(GPS,)).get(GPS)
    stay = {each.id: each for each in own_places.still_seen(now, rows)} if rows is not None else {}
    for each in now:
        if each.id not in stay:
            _row(mine, each.id).delete()
        elif stay[each.id] != each:
            _write(mine, each.id, each.words, stay[each.id].middles)
    return len(now) - len(stay)
