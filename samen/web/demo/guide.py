"""Made-up places of help around the towns of the demo and of the bench, each marked as made up wherever it is shown."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from samen.rooms.companion import entry
from samen.rooms.companion.store import guide, places
from samen.web.demo import texts

SEED = 2026
LOCAL = 60  # in the demo
TOWNS = {
    "nl": ("Utrecht", "Amersfoort", "Nieuwegein", "Zeist", "Amsterdam", "Rotterdam"),
    "be": ("Gent", "Antwerpen", "Leuven"),
}
WEEKS = (
    [["MO-FR", "09:00", "17:00"]],
    [["TU,TH", "13:00", "16:30"], ["SA", "10:00", "12:00"]],
    [["1TU", "19:30", "21:30"]],
    [["MO-SU", "08:00", "22:00"]],
    [["FR", "20:00", "01:00"]],
)
SPOKEN = (["nl"], ["nl"], ["nl", "en"], ["nl", "ar", "tr"], ["nl", "fr"], ["nl", "pl", "uk"])
CHECKED_WITHIN = 500  # days: some are out of date, so that one sees how that looks


def open_guide(now: datetime) -> None:
    """Take over the entries that ship, and put made-up places around them. Nobody answers there: they have no number to call."""
    guide.ship(at=now)
    guide.keep(services(SEED, LOCAL, today=timezone.localdate(now), towns=TOWNS), by="Demo", what="imported", at=now)


def services(
    seed: int, number: int, *, today: date = date(2026, 11, 26), towns: dict[str, tuple[str, ...]] | None = None
) -> list[dict[str, Any]]:
    """Give so many made-up services: in the towns named, or all over both countries."""
    chance, words = Random(seed), texts.read("guide")
    spots = [(country, name) for country, names in towns.items() for name in names] if towns else places.town_names()
    return [_service(chance, words, place, *chance.choice(spots), today) for place in range(number)]


def _service(chance: Random, words: Any, place: int, country: str, name: str, today: date) -> dict[str, Any]:
    kind = chance.choice(words["kind"])
    town = places.town(name, country)
    first = chance.choice(words["first"])
    called = {
        language: words["name"][language].format(kind=kind["name"][language], first=first, town=name)
        for language in ("en", "nl")
    }
    written: dict[str, Any] = {
        "id": f"made-up-{country}-{place}",
        "country": country,
        "name": called,
        "about": kind["about"],
        "needs": kind["needs"],
        "languages": chance.choice(SPOKEN),
        "ways": kind["ways"],
        "free": chance.choice((True, True, True, False, None)),
        "open": chance.choice(WEEKS),
        "holidays": chance.choice(("closed", "closed", "unsure")),
        "room": chance.choice(("", "", "", "", "", "waiting", "full")),
        "status": chance.choice(("active",) * 19 + ("temporarily closed",)),
        "ages": chance.choice(([None, None], [18, None], [12, 25])),
        "checked": today - timedelta(days=chance.randrange(CHECKED_WITHIN)),
        "certainty": "read",
        "made_up": True,
    }
    if town is not None:
        written["places"] = [
            {
                "street": f"{chance.choice(words['street'])} {chance.randrange(1, 180)}",
                "town": name,
                "postcode": f"{chance.randrange(1000, 9999)}"
                if country == "be"
                else f"{chance.randrange(1000, 9999)} AB",
                "latitude": round(town.latitude + chance.uniform(-0.03, 0.03), 4),
                "longitude": round(town.longitude + chance.uniform(-0.05, 0.05), 4),
                "access": ["wheelchair"] if chance.random() < 0.6 else [],
            }
        ]
    return entry.document_of(written, places.needs())
