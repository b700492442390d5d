"""What the clock of a person's own device showed: local days, and rows in local time."""

from dataclasses import dataclass
from typing import Any

import polars as pl
from django.conf import settings

from samen.people.access import Allowed, NotAllowed
from samen.rights.words import Permit
from samen.rooms.sensing import segments, zones
from samen.rooms.sensing.models.features import Clock
from samen.rooms.sensing.models.way_in import Participant


@dataclass(frozen=True)
class Span:
    """Local days of a person: laid out, in order, each with its edges in ms UTC; and the spans of their clock."""

    laid: pl.DataFrame
    spans: pl.DataFrame

    @property
    def days(self) -> list[dict[str, Any]]:
        """Give the days as rows of segments."""
        return list(self.laid.iter_rows(named=True))


def in_local_time(grant: Allowed | Permit, rows: pl.DataFrame) -> pl.DataFrame:
    """Add `local` to a person's rows of one stream: what the clock of their own device showed. Takes: rows by time, at least one."""
    if isinstance(grant, Allowed):
        grant.require(grant.scope)
    participant = Participant.objects.filter(person=grant.person).first() if grant.person else None
    if participant is None:
        raise NotAllowed("There are no measurements of this person here.")
    return zones.localised(rows, laid(participant, rows["time"][0], rows["time"][-1]).spans)


def laid(participant: Participant, first: int, last: int) -> Span:
    """Give the local days of a person that two times (ms UTC) and what lies between touch."""
    key = participant.key
    clocks = list(Clock.objects.filter(participant=participant).order_by("device", "begins"))
    devices = sorted({each.device for each in clocks}) or [""]
    edges = {
        "first": zones.EARLIEST,
        "last": zones.LATEST,
    }  # which zone holds when does not hang on the rows that are read
    seen = pl.DataFrame(
        [{"person": key, "device": device, **edges} for device in devices],
        schema={"person": pl.String, "device": pl.String, "first": pl.Int64, "last": pl.Int64},
    )
    changes = pl.DataFrame(
        [{"device": each.device, "zone": each.zone, "begins": each.begins} for each in clocks], schema=zones.CHANGES
    )
    spans = zones.spans(seen, changes, settings.TIME_ZONE)
    asked = seen.head(1).with_columns(pl.lit(first).alias("first"), pl.lit(max(first, last)).alias("last"))
    return Span(segments.laid_out(segments.DAILY, asked, spans), spans)
