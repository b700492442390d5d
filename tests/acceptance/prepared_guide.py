"""What stands for the blanks in the guide's addresses: one made-up service with a place, and a report about it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from samen.rooms.companion import entry
from samen.rooms.companion.store import guide, places
from tests.rights import example

WRITTEN = {
    "id": "walk-house",
    "country": "nl",
    "name": "The House",
    "about": {"en": "A place to sit", "nl": "Een plek om te zitten"},
    "needs": ["lonely"],
    "languages": ["nl"],
    "ways": ["visit"],
    "made_up": True,
    "places": [{"street": "Kade 1", "town": "Utrecht", "postcode": "3511 AA", "latitude": 52.09, "longitude": 5.12}],
}


def samples(house: example.House, now: datetime) -> dict[str, Any]:
    """Make what the guide's addresses are about."""
    made = entry.document_of(WRITTEN, places.needs())
    guide.keep([made], by="The walk", what="imported", at=now)
    service = UUID(made["id"])
    guide.report(service, "hours", at=now)
    return {
        "service": service,
        "organization": made["organization"]["id"],
        "at": made["service_at_locations"][0]["id"],
        "taxonomy": entry.id_of("taxonomy", "needs"),
        "term": entry.id_of("need", "lonely"),
        "report": next(each.id for each in guide.reports() if each.service_id == service),
    }
