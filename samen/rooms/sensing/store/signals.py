"""What a person sees of their own streams: what is open, by which device, when it was last heard of, how much is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from samen.people.access import Allowed
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Purpose, Use
from samen.rooms.sensing import kinds
from samen.rooms.sensing.models.way_in import AccessKey, Tally


@dataclass(frozen=True)
class Signal:
    """One stream of a person."""

    name: str
    since: Mapping[str, datetime]  # purpose -> from when on it may be kept; none where no yes holds
    device: str = ""
    seen_at: datetime | None = None
    stored: int = 0
    refused: int = 0

    @property
    def is_on(self) -> bool:
        """Say whether anything of it may be kept now."""
        return bool(self.since)

    @property
    def first(self) -> datetime | None:
        """Give from when on anything of it may be kept."""
        return min(self.since.values(), default=None)


def of(access: Allowed, now: datetime) -> list[Signal]:
    """Give every stream, those first that are on or were heard of."""
    access.require(Scope.RIGHTS)
    said = rights.open_streams(access.person, now, lock=False)
    devices = dict(AccessKey.objects.filter(participant__person=access.person).values_list("id", "name"))
    tallies = {row.stream: row for row in Tally.objects.filter(participant__person=access.person)}
    found = [
        _signal(name, said.get(f"{kinds.SPACE}{name}", {}), tallies.get(name), devices) for name in kinds.CATEGORIES
    ]
    return sorted(found, key=lambda each: (not each.is_on, each.seen_at is None))


def _signal(name: str, said: Mapping[Use, datetime], row: Tally | None, devices: Mapping[UUID, str]) -> Signal:
    since = {str(purpose): at for purpose in kinds.RECEIVES if (at := said.get(kinds.use_for(name, purpose)))}
    if row is None:
        return Signal(name, since)
    return Signal(name, since, devices.get(row.device, "") if row.device else "", row.seen_at, row.stored, row.refused)


def purposes() -> list[Purpose]:
    """Give what a stream may be kept for, in the order in which a person is asked."""
    return list(kinds.RECEIVES)
