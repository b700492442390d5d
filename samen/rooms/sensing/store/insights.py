"""What is known of a person's days, as their pages, a professional with their yes, and the systems of this room may read it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

import polars as pl
from django.utils import timezone

from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Permit, Purpose
from samen.rooms.sensing import kinds, measures, streams
from samen.rooms.sensing.measures import Measure
from samen.rooms.sensing.models.way_in import Participant
from samen.rooms.sensing.store import clocks, features, tables
from samen.rooms.sensing.strips import Known

MOST_DAYS = 400


def own(access: Allowed, since: date, until: date) -> tuple[Known, ...]:
    """Give a person's own days, both ends included. Raises: NotAllowed for anybody else."""
    access.require(Scope.RIGHTS)
    if access.ground is not Ground.OWN:
        raise NotAllowed("These pages are the person's own; others read what is shared with them (`shared`).")
    return _days(access, since, until, measures.MEASURES)


def shared(access: Allowed, since: date, until: date, now: datetime) -> tuple[tuple[Known, ...], tuple[str, ...]]:
    """Give what a person shares with those who care for them, and the streams that they share.

    Only streams whose yes to care holds now, and only days from that yes on. Scope ANSWERS, as what people report themselves.
    """
    access.require(Scope.ANSWERS)
    said = rights.open_streams(access.person, now, lock=False)
    begins: dict[str, date] = {}
    for stream in kinds.CATEGORIES:
        at = said.get(f"{kinds.SPACE}{stream}", {}).get(kinds.use_for(stream, Purpose.CARE))
        if at is not None:
            begins[stream] = timezone.localdate(at)
    asked = [each for each in measures.MEASURES if each.stream in begins]
    found = _days(access, since, until, asked)
    return tuple(each for each in found if each.day >= begins[each.measure.stream]), tuple(begins)


def permitted(permit: Permit, since: date, until: date, names: Collection[str] = ()) -> tuple[Known, ...]:
    """Give the days that a permit opens: of the kinds of data that it names and no others. Raises: NotPermitted."""
    asked = [
        each for each in measures.MEASURES if each.category in permit.categories and (not names or each.name in names)
    ]
    return _days(permit, since, until, asked)


def _person(permit: Permit) -> UUID:
    if permit.person is None:
        raise rights.NotPermitted("A validation run has no person to read about.")
    return permit.person


def _days(grant: Allowed | Permit, since: date, until: date, asked: Sequence[Measure]) -> tuple[Known, ...]:
    if not asked:
        return ()
    columns = {each.column: each for each in asked}
    rows = features.days(
        grant, max(since, until - timedelta(days=MOST_DAYS)), until + timedelta(days=1), tuple(columns)
    )
    return tuple(
        Known(columns[row.feature], row.day, row.value, row.low, row.high, row.coverage, row.reason) for row in rows
    )


def screen_uses(permit: Permit, since: date, until: date) -> pl.DataFrame:
    """Give local and event of the screen stream between two days, under a permit for it. Raises: NotPermitted."""
    empty = pl.DataFrame(schema={"local": pl.Datetime("ms"), "event": pl.String})
    rows = _rows(permit, "screen", since, until)
    if rows is None:
        return empty
    zone = timezone.get_current_timezone_name()
    local = pl.from_epoch("time", time_unit="ms").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    return rows.select(local.dt.replace_time_zone(None).alias("local"), pl.col("event"))


def whereabouts(permit: Permit, since: date, until: date) -> pl.DataFrame:
    """Give the gps stream between two days with what the person's clock showed, under a permit for it. Raises: NotPermitted."""
    rows = _rows(permit, "gps", since, until)
    if rows is None:
        return streams.empty("gps").with_columns(pl.lit(None, pl.Datetime("ms")).alias("local"))
    return clocks.in_local_time(permit, rows)


def _rows(permit: Permit, stream: str, since: date, until: date) -> pl.DataFrame | None:
    """Give a stream's rows between two days, both ends included, as far as a permit and the yes to that stream open them."""
    person = _person(permit)
    rights.require(permit, kinds.CATEGORIES[stream], person)
    participant = Participant.objects.filter(person=person).first()
    first, before = (
        int(timezone.make_aware(datetime.combine(day, time.min)).timestamp() * 1000)
        for day in (since, until + timedelta(days=1))
    )
    said = rights.open_streams(person, permit.issued, lock=False).get(f"{kinds.SPACE}{stream}", {})
    begins = said.get(kinds.use_for(stream, Purpose.SELF_UNDERSTANDING))
    if participant is None or begins is None:
        return None
    machine = people.machine(person, Ground.PORTABILITY, Scope.RIGHTS)
    wanted = {stream: int(begins.timestamp() * 1000)}
    return tables.between(machine, participant, wanted, first, before, only=(stream,)).get(stream)
