"""A person's features by day, read under the person's own consents. `refreshing.py` computes and keeps them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from django.utils import timezone

from samen.people.access import Allowed, Ground
from samen.rights import door as rights
from samen.rights.words import Permit, Purpose
from samen.rooms.sensing.daily import SILENT
from samen.rooms.sensing.kinds import SPACE
from samen.rooms.sensing.models.features import Value
from samen.rooms.sensing.models.way_in import Participant, Tally
from samen.rooms.sensing.sources import categories_of, consents_of

OWNERS = (Ground.OWN, Ground.PORTABILITY)


class Kept(NamedTuple):
    """One feature of one local day, as `Value` holds it; a year of them is read at once, so that each is no more than this."""

    day: date
    feature: str
    value: float | None
    low: float | None
    high: float | None
    coverage: float | None
    reason: str
    version: str
    parameters: str
    input: str


def days(grant: Allowed | Permit, since: date, until: date, names: Sequence[str] = ()) -> tuple[Kept, ...]:
    """Give a person's values of days, since <= day < until, by day and name; of some features, or of all that may be read.

    The person reads what is theirs. Somebody else reads what the person lets streams be read for: care. A permit reads the
    categories that it names. Raises: NotAllowed, NotPermitted.
    """
    participant = _participant(grant)
    if participant is None:
        return ()
    rows = Value.objects.filter(participant=participant, day__gte=since, day__lt=until).order_by("day", "feature")
    rows = rows.filter(feature__in=names) if names else rows
    found = [Kept(*row) for row in rows.values_list(*Kept._fields).iterator(chunk_size=2000)]
    may = _readable(grant, participant, {row.feature for row in found}, named=bool(names))
    edges = _edges(participant)
    return tuple(
        row._replace(reason=_silence(row, edges)) if row.reason == SILENT else row
        for row in found
        if row.feature in may
    )


def _edges(participant: Participant) -> dict[str, tuple[date, date]]:
    """Give the first and last day of each stream of a person, as far as it ever came."""
    return {
        row.stream: (_day(row.oldest), _day(row.newest))
        for row in Tally.objects.filter(participant=participant)
        if row.newest is not None and row.oldest is not None
    }


def _day(time: int) -> date:
    return datetime.fromtimestamp(time / 1000, UTC).date()


def _silence(row: Kept, edges: Mapping[str, tuple[date, date]]) -> str:
    """Say of a day without a row whether anything came before or after: as it is now, so that no day need be computed anew."""
    own = [edges[stream] for stream in consents_of(row.feature) if stream in edges]
    if not own:
        return "never"
    if row.day < min(first for first, _ in own):
        return "not_yet"
    return "no_more" if row.day > max(last for _, last in own) else SILENT


def _participant(grant: Allowed | Permit) -> Participant | None:
    if isinstance(grant, Allowed):
        grant.require(grant.scope)
    return Participant.objects.filter(person=grant.person).first() if grant.person else None


def _readable(grant: Allowed | Permit, participant: Participant, names: set[str], *, named: bool) -> set[str]:
    """Give which of these features may be read under a grant."""
    if isinstance(grant, Permit):
        of_names = {name: categories_of(name) for name in names}
        may = {name for name, needed in of_names.items() if named or needed <= grant.categories}
        for category in {each for name in may for each in of_names[name]}:
            rights.require(
                grant, category, participant.person_id
            )  # what was asked for by name is not left out in silence
        return may
    grant.require(grant.scope, participant.person_id)
    if grant.ground in OWNERS:
        return names
    opened = open_for(participant, Purpose.CARE, timezone.now())
    return {name for name in names if consents_of(name) <= opened.keys()}


def open_for(participant: Participant, purpose: Purpose, now: datetime) -> dict[str, int]:
    """Give the streams that a person says yes to for a purpose, and from when on (ms)."""
    said = rights.open_streams(participant.person_id, now, lock=False)
    return {
        subject.removeprefix(SPACE): int(since.timestamp() * 1000)
        for subject, uses in said.items()
        for use, since in uses.items()
        if use.purpose is purpose
    }
