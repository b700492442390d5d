"""Rounds of labels: two people label each message by themselves, and neither meets the other's before both are through.

That blindness lives here and not in a page: no function gives another's label of a round that is not complete.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry
from samen.people import store as people
from samen.people.access import NotAllowed
from samen.people.models import Account
from samen.people.roles import Duty, may
from samen.people.sealing import KeyDestroyed
from samen.people.store import roles_of
from samen.rooms.crisis.models.labels import Label, LabelItem, LabelRound, LabelSeat, Settled
from samen.rooms.crisis.store.candidates import NotNow, decides

TEXT = "labels.text"
MOST = 1000  # messages of one round: more than that and nobody gets through
SEATS = (1, 2)


@dataclass(frozen=True)
class Said:
    """What somebody says of a message; without a level: they cannot say."""

    level: int | None
    topic: str = ""
    trap: bool | None = None


@dataclass(frozen=True)
class New:
    """A message to be labelled; for a written one, what its author said of it."""

    text: str
    family: str
    author: Said | None = None


@dataclass(frozen=True)
class Standing:
    """How far a round is, without what anybody said: who sits where and how much of it they have done."""

    round: LabelRound
    messages: int
    done: Mapping[int, int]  # by seat
    seats: Mapping[int, LabelSeat]  # held now
    open: int  # messages that wait to be settled
    settled: int  # messages from which something can be learnt

    @property
    def complete(self) -> bool:
        """Say whether both are through."""
        return self.round.complete_at is not None

    @property
    def waits(self) -> str:
        """Say what it waits for: somebody to label, somebody to settle, nothing."""
        if self.round.discarded_at is not None:
            return "discarded"
        return "labels" if not self.complete else "settling" if self.open else "nothing"


@dataclass(frozen=True)
class Next:
    """The message that somebody labels next."""

    item: int
    text: str
    number: int  # the how-manieth
    of: int


@dataclass(frozen=True)
class Both:
    """A message with what both said, once a round is complete."""

    item: LabelItem
    text: str
    labels: tuple[Label, Label]
    settled: Settled | None

    @property
    def agreed(self) -> bool:
        """Say whether they said the same."""
        one, other = (_of(each) for each in self.labels)
        return one == other


# --- rounds -----------------------------------------------------------------------------------------------------------


def begin(
    language: str, origin: str, title: str, new: Sequence[New], *, sampled: bool, by: Account, at: datetime
) -> LabelRound:
    """Begin a round. Messages of the service are sealed under a key of the round's own. Raises: NotAllowed; NotNow when empty."""
    decides(by, at)
    if not new:
        raise NotNow("EMPTY")
    with transaction.atomic():
        keeper = people.create_person("", language, now=at) if origin == "local" else None
        made = LabelRound.objects.create(
            language=language, origin=origin, title=title.strip(), sampled=sampled, keeper=keeper, by=by, at=at
        )
        seal = people.sealer(keeper.id).seal if keeper else None
        LabelItem.objects.bulk_create(
            LabelItem(
                round=made,
                place=place,
                family=each.family,
                text="" if seal else each.text,
                sealed=seal(each.text, TEXT) if seal else b"",
                author_level=each.author.level if each.author else None,
                author_topic=each.author.topic if each.author else "",
                author_trap=each.author.trap if each.author else None,
            )
            for place, each in enumerate(new[:MOST], start=1)
        )
        facts = {"labels": str(made.pk), "origin": origin, "language": language, "messages": len(new[:MOST])}
        ledger.append([Entry(Kind.REGISTER, facts=facts)], at=at)
    return made


def rounds() -> Sequence[Standing]:
    """Give every round, newest first, and how far each is."""
    return [standing(each) for each in LabelRound.objects.select_related("by").order_by("-at")]


def one(found: UUID) -> LabelRound:
    """Give one round. Raises: LabelRound.DoesNotExist."""
    return LabelRound.objects.select_related("by", "keeper").get(pk=found)


def standing(found: LabelRound) -> Standing:
    """Say how far a round is."""
    seats = {each.place: each for each in found.seats.filter(left_at=None).select_related("account")}
    done = {each.place: each.labels.count() for each in seats.values()}
    messages = found.items.count()
    holds = Settled.objects.filter(item__round=found).exclude(_unconfirmed())
    return Standing(
        round=found,
        messages=messages,
        done={place: done.get(place, 0) for place in SEATS},
        seats=seats,
        open=messages - holds.count() if found.complete_at else 0,
        settled=holds.exclude(level=None).count(),
    )


def _unconfirmed() -> Q:
    return Q(how="together", confirmed_at=None)


def labelled_before(language: str) -> frozenset[str]:
    """Give the written messages that already stand in a round, so that the next round takes others."""
    found = LabelItem.objects.filter(round__language=language, round__origin="written")
    return frozenset(found.values_list("text", flat=True))


def discard(found: LabelRound, *, by: Account, at: datetime) -> None:
    """Throw the texts of a round away: their key is destroyed, so every copy is unreadable. What was said of them stays."""
    decides(by, at)
    if found.keeper_id is None:
        raise NotNow("WRITTEN")
    with transaction.atomic():
        LabelRound.objects.filter(pk=found.pk, discarded_at=None).update(discarded_at=at)
        people.destroy_key(found.keeper_id, now=at)


# --- labelling --------------------------------------------------------------------------------------------------------


def sit(found: LabelRound, *, by: Account, at: datetime) -> LabelSeat:
    """Take one of the two seats. Raises: NotAllowed; NotNow when both are taken, or for who left one."""
    _answers(by, at)
    with transaction.atomic():
        LabelRound.objects.select_for_update(of=("self",)).get(pk=found.pk)
        mine = found.seats.filter(account=by).first()
        if mine is not None:
            if mine.left_at is not None:
                raise NotNow("LEFT")
            return mine
        if found.complete_at is not None or found.discarded_at is not None:
            raise NotNow("COMPLETE")
        held = set(found.seats.filter(left_at=None).values_list("place", flat=True))
        free = [place for place in SEATS if place not in held]
        if not free:
            raise NotNow("TAKEN")
        return LabelSeat.objects.create(round=found, place=free[0], account=by, since=at)


def leave(found: LabelRound, *, by: Account, at: datetime) -> None:
    """Give one's seat up: whoever takes it begins anew, and what was said from it counts no more. Raises: NotNow when complete."""
    if found.complete_at is not None:
        raise NotNow("COMPLETE")
    found.seats.filter(account=by, left_at=None).update(left_at=at)


def _answers(by: Account, at: datetime) -> None:
    if not may(roles_of(by, at), Duty.ANSWER):
        raise NotAllowed("Clinicians and counsellors label messages.")


def seat_of(found: LabelRound, account: Account) -> LabelSeat | None:
    """Give the seat that somebody holds."""
    return found.seats.filter(account=account, left_at=None).first()


def coming(seat: LabelSeat) -> Next | None:
    """Give the message that a seat labels next, in the order of the round; None when it is through. Raises: KeyDestroyed."""
    items = seat.round.items
    waiting = items.exclude(labels__seat=seat).order_by("place").first()
    if waiting is None:
        return None
    done = seat.labels.count()
    return Next(waiting.pk, texts(seat.round, [waiting])[waiting.pk], done + 1, items.count())


def own(seat: LabelSeat) -> Sequence[Label]:
    """Give what somebody said from their own seat, newest first."""
    return list(seat.labels.select_related("item").order_by("-at", "-id"))


def say(seat: LabelSeat, item: int, said: Said, *, at: datetime) -> Label:
    """Write down what a seat says of a message, for good. The last word of both completes the round.

    Raises: NotNow for a message of another round, one said already, or a seat that was given up.
    """
    with transaction.atomic():
        found = LabelRound.objects.select_for_update(of=("self",)).get(pk=seat.round_id)
        held = found.seats.filter(pk=seat.pk, left_at=None).exists()
        this = found.items.filter(pk=item).exclude(labels__seat=seat).first()
        if not held or this is None:
            raise NotNow("SAID")
        made = Label.objects.create(item=this, seat=seat, level=said.level, topic=said.topic, trap=said.trap, at=at)
        _complete(found, at)
    return made


def _complete(found: LabelRound, at: datetime) -> None:
    """Complete a round when both are through: what they agree on is settled at once."""
    said = LabelSeat.objects.filter(round=found, left_at=None).annotate(n=Count("labels")).values_list("n", flat=True)
    messages = found.items.count()
    if len(said) < len(SEATS) or any(n < messages for n in said):
        return
    found.complete_at = at
    found.save(update_fields=["complete_at"])
    pairs = _pairs(found)
    Settled.objects.bulk_create(
        Settled(item_id=item, level=one.level, topic=one.topic, trap=one.trap, how="agreed", at=at)
        for item, (one, other) in pairs.items()
        if _of(one) == _of(other)
    )
    facts = {"labels": str(found.pk), "complete": True, "messages": messages}
    ledger.append([Entry(Kind.REGISTER, facts=facts)], at=at)


def _of(label: Label | Settled) -> Said:
    """Give what counts of a label: who cannot say, says nothing; below "unclear" the topic is a matter of taste."""
    if label.level is None:
        return Said(None)
    return Said(label.level, label.topic if label.level >= 2 else "", bool(label.trap))


# --- what both said ---------------------------------------------------------------------------------------------------


def both(found: LabelRound) -> Sequence[Both]:
    """Give every message with what both said. Raises: NotNow before both are through: neither meets the other's earlier."""
    if found.complete_at is None:
        raise NotNow("NOT_COMPLETE")
    items = list(found.items.order_by("place"))
    said = _pairs(found)
    settled = {each.item_id: each
               for each in Settled.objects.filter(item__round=found).select_related("by", "confirmed_by")}  # fmt: skip
    opened = texts(found, items) if found.discarded_at is None else {}
    return [Both(each, opened.get(each.pk, ""), said[each.pk], settled.get(each.pk)) for each in items]


def _pairs(found: LabelRound) -> dict[int, tuple[Label, Label]]:
    labels = Label.objects.filter(item__round=found, seat__left_at=None).select_related("seat__account")
    by_item: dict[int, dict[int, Label]] = {}
    for each in labels:
        by_item.setdefault(each.item_id, {})[each.seat.place] = each
    return {item: (each[1], each[2]) for item, each in by_item.items() if set(each) == set(SEATS)}


def settle(found: LabelRound, item: int, said: Said, *, by: Account, at: datetime) -> Settled:
    """Settle a message on which the two differ: a third person at once, one of the two once the other confirms it.

    Raises: NotAllowed; NotNow before both are through, or when it is settled.
    """
    _answers(by, at)
    if found.complete_at is None or found.discarded_at is not None:
        raise NotNow("NOT_COMPLETE")
    with transaction.atomic():
        this = found.items.select_for_update().filter(pk=item).first()
        if this is None:
            raise NotNow("SETTLED")
        before = Settled.objects.filter(item=this).first()
        if before is not None and not (before.how == "together" and before.confirmed_at is None):
            raise NotNow("SETTLED")
        if before is not None:
            before.delete()
        how = "together" if seat_of(found, by) is not None else "third"
        return Settled.objects.create(
            item=this, level=said.level, topic=said.topic, trap=said.trap, how=how, by=by, at=at
        )


def confirm(found: LabelRound, item: int, *, by: Account, at: datetime) -> None:
    """Confirm what the other of the two proposed. Raises: NotNow for anyone else, or when nothing waits."""
    if seat_of(found, by) is None:
        raise NotNow("NOT_YOURS")
    waiting = Settled.objects.filter(item=item, item__round=found, how="together", confirmed_at=None).exclude(by=by)
    if not waiting.update(confirmed_by=by, confirmed_at=at):
        raise NotNow("SETTLED")


def texts(found: LabelRound, items: Iterable[LabelItem]) -> dict[int, str]:
    """Open the texts of some messages of a round. Raises: KeyDestroyed once they were thrown away."""
    if found.keeper_id is None:
        return {each.pk: each.text for each in items}
    opener = people.sealer(found.keeper_id)
    return {each.pk: opener.open_text(each.sealed, TEXT) for each in items}


# --- what is learnt from ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Learnt:
    """A message with what was settled of it."""

    number: int
    text: str
    level: int
    topic: str
    trap: bool
    written: bool


def settled(language: str) -> Sequence[Learnt]:
    """Give every message of a language that was settled and can still be read. Of one text said twice, the newest counts."""
    rows = (
        Settled.objects.filter(item__round__language=language, item__round__discarded_at=None)
        .exclude(level=None)
        .exclude(_unconfirmed())
        .select_related("item__round__keeper")
        .order_by("at", "id")
    )
    by_round: dict[UUID, list[Settled]] = {}
    for row in rows:
        by_round.setdefault(row.item.round_id, []).append(row)
    found: dict[str, Learnt] = {}
    for each in by_round.values():
        here = each[0].item.round
        try:
            opened = texts(here, [row.item for row in each])
        except KeyDestroyed:
            continue
        for row in each:
            if (level := row.level) is not None:
                text, topic = opened[row.item_id], row.topic if level >= 2 else ""
                found[text] = Learnt(row.item_id, text, level, topic, bool(row.trap), here.origin == "written")
    return list(found.values())


def drawn_levels(language: str) -> Sequence[int | None]:
    """Give the settled levels of messages that were drawn by chance from all that comes in: what shares are counted from."""
    rows = Settled.objects.filter(item__round__language=language, item__round__sampled=True).exclude(_unconfirmed())
    return list(rows.values_list("level", flat=True))
