"""One entry of the guide: a service as pages and searches use it, read from its HSDS document, and written from our own lists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from samen.rooms.companion import hsds
from samen.rooms.companion.hours import DAYS, BadHours, Hours, hours_of

SPACE = UUID("6f3a0d0e-6a52-5b7c-9d0d-9a1c3e5f7b21")  # ids of what we list follow from their names, in this space
ZONES = {"nl": "Europe/Amsterdam", "be": "Europe/Brussels", "eu": "Europe/Brussels"}
COUNTRIES = tuple(ZONES)
WITHOUT_TRAVEL = frozenset({"phone", "chat", "mail", "text", "online", "home"})
WITHOUT_CALLING = frozenset({"chat", "mail", "text", "online"})
WAYS = ("phone", "chat", "text", "mail", "online", "visit", "group", "home")
ACCESS = ("from_home", "without_calling", "wheelchair")


class BadEntry(ValueError):
    """An entry of our own lists cannot be used: the message names it and what it lacks."""


@dataclass(frozen=True)
class Spot:
    """A place where a service can be visited."""

    town: str
    street: str = ""
    postcode: str = ""
    latitude: float | None = None
    longitude: float | None = None
    how: str = ""  # how to get there


@dataclass(frozen=True)
class Phone:
    """A number to call: as people dial it, and as a phone takes it."""

    shown: str
    tel: str
    what: str = ""


@dataclass(frozen=True)
class Entry:
    """What finding and showing a service needs, in no language."""

    id: str
    name: str
    status: str
    country: str
    needs: frozenset[str]
    languages: frozenset[str]
    ways: frozenset[str]
    access: frozenset[str]
    free: bool | None  # None: nobody said
    youngest: int | None
    oldest: int | None
    spots: tuple[Spot, ...]
    hours: Hours | None
    checked: date | None
    certain: bool  # False: nobody checked it, and the page says so
    page: str  # date of the page it was read in; empty when the page has none
    room: str  # "", "waiting" (there is a waiting list) or "full"
    made_up: bool
    numbers: tuple[str, ...]  # ids of numbers in the crisis room's directory
    areas: tuple[str, ...]  # towns it is meant for; none: its whole country

    @property
    def anywhere(self) -> bool:
        """Say whether it can be used without going somewhere."""
        return bool(self.ways & WITHOUT_TRAVEL) or not self.spots


def entry_of(document: Mapping[str, Any]) -> Entry:
    """Read an entry from its document. What cannot be read of its hours is left out: it never takes the entry away."""
    own = document.get(hsds.OWN) or {}
    country = own.get("country") or _country(document)
    spots = tuple(_spots(document))
    ways = frozenset(own.get("ways") or _ways(document, spots))
    return Entry(
        id=str(document["id"]),
        name=str(document.get("name") or ""),
        status=str(document.get("status") or "active"),
        country=country,
        needs=frozenset(_needs(document)),
        languages=frozenset(_languages(document)),
        ways=ways,
        access=frozenset(_access(document, own, ways)),
        free=own.get("free"),
        youngest=_age(document.get("minimum_age")),
        oldest=_age(document.get("maximum_age")),
        spots=spots,
        hours=_hours(document, own, country),
        checked=_day(document.get("assured_date")),
        certain=bool(own.get("certain", document.get("assured_date"))),
        page=str(own.get("page") or ""),
        room=str(own.get("room") or ""),
        made_up=bool(own.get("made_up", False)),
        numbers=tuple(own.get("numbers") or ()),
        areas=tuple(own.get("areas") or ()),
    )


def text(document: Mapping[str, Any], field: str, language: str) -> str:
    """Give a text of a document in a language, or as it was written when nobody wrote it in that one."""
    texts = (document.get(hsds.OWN) or {}).get("texts") or {}
    return str((texts.get(language) or {}).get(field) or document.get(field) or "")


def phones(document: Mapping[str, Any]) -> list[Phone]:
    """Give the numbers of a service and of its places, each once."""
    rows = [*(document.get("phones") or ())]
    for joined, location in hsds.places_of(document):
        rows += [*(joined.get("phones") or ()), *(location.get("phones") or ())]
    found: dict[str, Phone] = {}
    for each in rows:
        shown = str(each.get("number") or "").strip(' "')
        tel = ("+" if shown.startswith("+") else "") + "".join(sign for sign in shown if sign.isdigit())
        if tel:
            found.setdefault(tel, Phone(shown, tel, str(each.get("description") or "")))
    return list(found.values())


def bring(document: Mapping[str, Any], language: str) -> list[str]:
    """Give what to bring along."""
    own = text(document, "bring", language)
    return (
        [own]
        if own
        else [str(each["document"]) for each in document.get("required_documents") or () if each.get("document")]
    )


def _hours(document: Mapping[str, Any], own: Mapping[str, Any], country: str) -> Hours | None:
    rows = [*(document.get("schedules") or ())]
    for joined, location in hsds.places_of(document):
        rows += [*(joined.get("schedules") or ()), *(location.get("schedules") or ())]
    try:
        return hours_of(rows, own.get("zone") or ZONES.get(country, "Europe/Brussels"), own.get("holidays") or "unsure")
    except BadHours:
        return None


def _spots(document: Mapping[str, Any]) -> Iterable[Spot]:
    for _, location in hsds.places_of(document):
        if location.get("location_type", "physical") != "physical":
            continue
        address: Mapping[str, Any] = next(iter(location.get("addresses") or ()), {})
        yield Spot(
            town=str(address.get("city") or ""),
            street=str(address.get("address_1") or ""),
            postcode=str(address.get("postal_code") or ""),
            latitude=location.get("latitude"),
            longitude=location.get("longitude"),
            how=str(location.get("transportation") or ""),
        )


def _country(document: Mapping[str, Any]) -> str:
    for _, location in hsds.places_of(document):
        for address in location.get("addresses") or ():
            if address.get("country"):
                return str(address["country"]).lower()[:2]
    return ""


def _needs(document: Mapping[str, Any]) -> Iterable[str]:
    for each in document.get("attributes") or ():
        term = each.get("taxonomy_term") or {}
        code = term.get("code") or each.get("value")
        if code and each.get("link_type", "need") == "need":
            yield str(code)


def _languages(document: Mapping[str, Any]) -> Iterable[str]:
    rows = [*(document.get("languages") or ())]
    for _, location in hsds.places_of(document):
        rows += location.get("languages") or ()
    return (str(each["code"]).lower()[:2] for each in rows if each.get("code"))


def _ways(document: Mapping[str, Any], spots: tuple[Spot, ...]) -> Iterable[str]:
    if document.get("phones"):
        yield "phone"
    if document.get("email"):
        yield "mail"
    if spots:
        yield "visit"


def _access(document: Mapping[str, Any], own: Mapping[str, Any], ways: frozenset[str]) -> Iterable[str]:
    yield from own.get("access") or ()
    if ways & WITHOUT_TRAVEL:
        yield "from_home"
    if ways & WITHOUT_CALLING:
        yield "without_calling"
    for _, location in hsds.places_of(document):
        if any(
            "wheelchair" in str(each.get("description")).lower() or "rolstoel" in str(each.get("description")).lower()
            for each in location.get("accessibility") or ()
        ):
            yield "wheelchair"


def _age(said: Any) -> int | None:
    return int(said) if isinstance(said, int | float) and not isinstance(said, bool) else None


def _day(said: Any) -> date | None:
    try:
        return date.fromisoformat(str(said)[:10]) if said else None
    except ValueError:
        return None


# --- from our own lists ---


def id_of(*names: str) -> str:
    """Give the id of something that we list: the same for the same name, in every service."""
    return str(uuid5(SPACE, "/".join(names)))


def named(service: str, number: str, shown: str) -> dict[str, Any]:
    """Give a number of the crisis room's directory as a phone of a service that names it."""
    return {"id": id_of("phone", service, number), "number": shown, "type": "voice"}


def as_own(service: Mapping[str, Any]) -> dict[str, Any]:
    """Give a service from a file as we keep it: numbers of the crisis room's directory are named, never written a second time."""
    own = dict(service.get(hsds.OWN) or {})
    if own.get("list") and str(service["id"]) != id_of("service", str(own["list"])):
        own.pop("list")  # an entry of our lists has the id that follows from its name
    copies = {id_of("phone", str(service["id"]), each) for each in own.get("numbers", ())}
    phones_ = [each for each in service.get("phones") or () if each.get("id") not in copies]
    made = {**service, "phones": phones_, hsds.OWN: own}
    return {key: value for key, value in made.items() if not (key in ("phones", hsds.OWN) and not value)}


def term(need: str, words: Mapping[str, str]) -> dict[str, Any]:
    """Give a need as a term of a taxonomy."""
    return {
        "id": id_of("need", need),
        "code": need,
        "name": words["en"],
        "description": words["en"],
        "taxonomy": "samen-needs",
        "taxonomy_id": id_of("taxonomy", "needs"),
        "language": "en",
    }


def document_of(written: Mapping[str, Any], needs: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Turn an entry of our own lists into a service with its organization. Raises: BadEntry."""
    name = str(written.get("id", "an entry without id"))
    try:
        return _document(written, needs)
    except (KeyError, TypeError, ValueError) as wrong:
        raise BadEntry(f"{name}: {wrong!r}") from wrong


def _document(written: Mapping[str, Any], needs: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    entry, country = written["id"], written["country"]
    if country not in COUNTRIES:
        raise ValueError(f"country {country}")
    texts = {language: _texts(written, language) for language in ("en", "nl")}
    service = id_of("service", entry)
    called = written.get("organization") or texts["nl"]["name"]
    made: dict[str, Any] = {
        "id": service,
        "organization_id": id_of("organization", called),
        **texts["nl"],
        "status": written.get("status", "active"),
        "url": written.get("site", ""),
        "email": written.get("mail", ""),
        "minimum_age": written.get("ages", [None, None])[0],
        "maximum_age": written.get("ages", [None, None])[1],
        "assured_date": written["checked"].isoformat() if written.get("checked") else None,
        "phones": [
            {"id": id_of("phone", entry, each), "number": each, "type": "voice"} for each in written.get("phones", ())
        ],
        "languages": [{"id": id_of("language", entry, each), "code": each} for each in written["languages"]],
        "schedules": [schedule(entry, place, row) for place, row in enumerate(_rows(written.get("open")))],
        "service_areas": [
            {"id": id_of("area", entry), "name": country.upper(), "extent": country.upper(), "extent_type": "text"}
        ],
        "attributes": [attribute(service, need, needs[need]) for need in written["needs"]],
        "organization": {
            "id": id_of("organization", called),
            "name": called,
            "description": written.get("about_organization") or called,
            **({"website": written["site"]} if written.get("site") else {}),
        },
        hsds.OWN: {
            "texts": texts,
            "country": country,
            "ways": [each for each in WAYS if each in written["ways"]],
            "free": written.get("free"),
            "certain": written.get("certainty") == "read",
            "source": written.get("source", ""),
            "page": written.get("page", ""),
            "numbers": list(written.get("numbers", ())),
            "holidays": written.get("holidays", "unsure"),
            "zone": written.get("zone") or ZONES[country],
            "room": written.get("room", ""),
            "access": list(written.get("access", ())),
            "made_up": bool(written.get("made_up", False)),
            "areas": list(written.get("areas", ())),
        },
    }
    if spots := written.get("places"):
        made["service_at_locations"] = [
            at_place(entry, service, place, each, country) for place, each in enumerate(spots)
        ]
    if bring_along := texts["nl"].get("bring"):
        made["required_documents"] = [{"id": id_of("bring", entry), "service_id": service, "document": bring_along}]
    made.pop("bring", None)
    return {key: value for key, value in made.items() if value not in (None, "", [])}


def _texts(written: Mapping[str, Any], language: str) -> dict[str, str]:
    named = written["name"]
    made = {
        "name": named if isinstance(named, str) else named[language],
        "description": written["about"][language],
    }
    fields = {
        "alert": "note",
        "fees_description": "cost",
        "eligibility_description": "for",
        "application_process": "apply",
        "bring": "bring",
    }
    return made | {field: written[key][language] for field, key in fields.items() if key in written}


def _rows(said: Any) -> list[tuple[str, str, str]]:
    """Read hours as we write them: "always", or rows of days, opening and closing time ("MO-FR", "09:00", "17:00")."""
    if not said:
        return []
    if said == "always":
        return [(",".join(DAYS), "00:00", "00:00")]
    return [(days_of(days), opens, closes) for days, opens, closes in said]


def days_of(said: str) -> str:
    """Give the days of a row: `MO-FR` as each of its days."""
    first, dash, last = said.partition("-")
    if not dash:
        return said
    return ",".join(DAYS[DAYS.index(first) : DAYS.index(last) + 1])


def schedule(entry: str, place: int, row: tuple[str, str, str]) -> dict[str, Any]:
    """Give a row of hours as HSDS writes it."""
    days, opens, closes = row
    monthly = any(each.strip()[:1] in "-123456789" for each in days.split(","))
    return {
        "id": id_of("schedule", entry, str(place)),
        "freq": "MONTHLY" if monthly else "WEEKLY",
        "byday": days,
        "opens_at": opens,
        "closes_at": closes,
    }


def attribute(service: str, need: str, words: Mapping[str, str]) -> dict[str, Any]:
    """Tie a service to a need."""
    return {
        "id": id_of("attribute", service, need),
        "link_id": service,
        "link_entity": "service",
        "link_type": "need",
        "value": need,
        "taxonomy_term_id": id_of("need", need),
        "taxonomy_term": term(need, words),
    }


def at_place(entry: str, service: str, place: int, spot: Mapping[str, Any], country: str) -> dict[str, Any]:
    """Give a place at which a service is offered, with its location and address."""
    location = id_of("location", entry, str(place))
    address = {
        "id": id_of("address", entry, str(place)),
        "location_id": location,
        "address_1": spot["street"],
        "city": spot["town"],
        "state_province": spot.get("province")
        or spot["town"],  # required by the specification, also where a country has none
        "postal_code": spot["postcode"],
        "country": country.upper(),
        "address_type": "physical",
    }
    made: dict[str, Any] = {
        "id": location,
        "location_type": "physical",
        "name": spot.get("name") or spot["town"],
        "latitude": spot.get("latitude"),
        "longitude": spot.get("longitude"),
        "transportation": spot.get("how", ""),
        "addresses": [address],
        "accessibility": [
            {"id": id_of("access", entry, str(place)), "location_id": location, "description": each}
            for each in spot.get("access", ())
        ],
    }
    joined = {"id": id_of("at", entry, str(place)), "service_id": service, "location_id": location}
    return {**joined, "location": {key: value for key, value in made.items() if value not in (None, "", [])}}
