"""The features of a study as a file for its researchers: of whoever takes part now, from what each lets be read for research alone."""

from datetime import date, datetime, time, timedelta

import polars as pl
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from samen.ledger import store as ledger
from samen.ledger.kinds import Kind as Leaf
from samen.ledger.leaf import Entry
from samen.rooms.sensing import computing, sharing
from samen.rooms.sensing.models.way_in import Study
from samen.rooms.sensing.store import sharing as shared

WHAT = "sensing-study-features"  # what the log calls such a file


def features(found: Study, first: date, last: date, *, at: datetime) -> tuple[pl.DataFrame, int]:
    """Compute a study's features by day, first and last day included, in the meaning that it chose; gives of how many people too.

    Each who lets anything be read sees that the study looked, and the log says that a file was handed out and of how many.
    People stand under the names that programs give them.
    """
    begins, before = _ms(first), _ms(last + timedelta(days=1))
    wanted = computing.Study(profile=found.profile, zone=settings.TIME_ZONE)
    with transaction.atomic():
        those = shared.members(found, at=at)
    parts = []
    for member in those:  # outside of the transaction: computing takes seconds, and everybody who writes would wait
        read = shared.of_member(member, begins, before)
        if read.tables:
            parts.append(computing.part_of(read, sharing.study_of(member, wanted), explained=False))
    facts = {"what": WHAT, "study": found.code, "people": len(parts)}
    with transaction.atomic():
        ledger.append([Entry(Leaf.RELEASE_OF_EXPORT, facts=facts)], at=at)
    return (computing.all_parts(parts, found.profile).features if parts else pl.DataFrame()), len(parts)


def _ms(day: date) -> int:
    return int(timezone.make_aware(datetime.combine(day, time.min)).timestamp() * 1000)
