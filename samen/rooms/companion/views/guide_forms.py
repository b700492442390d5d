"""The form with which an editor keeps an entry of the guide, and what it makes of the entry's document."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from samen.rooms.companion import entry as entries
from samen.rooms.companion import hsds
from samen.rooms.companion.entry import COUNTRIES, WAYS, id_of
from samen.rooms.companion.hours import DAYS, BadHours, OnHoliday, hours_of
from samen.rooms.companion.store import places
from samen.words import has, say

WORDS = "companion.guide_desk"
LANGUAGES = ("nl", "en")
STATUSES = ("active", "temporarily closed", "inactive", "defunct")
ROOMS = ("", "waiting", "full")
ROW = re.compile(r"([A-Z0-9,\-]+)\s+(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})")
# Texts that the form holds in both languages: the field of the document, and the field of the form.
WRITTEN = {"description": "about", "fees_description": "cost", "bring": "bring", "alert": "note", "name": ""}


class EntryForm(forms.Form):
    """One entry, as an editor keeps it."""

    name = forms.CharField(max_length=200)
    name_en = forms.CharField(required=False, max_length=200)
    about_nl = forms.CharField(max_length=600, widget=forms.Textarea)
    about_en = forms.CharField(max_length=600, widget=forms.Textarea)
    needs = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    country = forms.ChoiceField()
    phones = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    site = forms.URLField(required=False, assume_scheme="https")
    mail = forms.EmailField(required=False)
    hours = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 4}))
    holidays = forms.ChoiceField()
    ways = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    spoken = forms.CharField(required=False, max_length=60)
    free = forms.ChoiceField(required=False)
    cost_nl = forms.CharField(required=False, max_length=300)
    cost_en = forms.CharField(required=False, max_length=300)
    youngest = forms.IntegerField(required=False, min_value=0, max_value=120)
    oldest = forms.IntegerField(required=False, min_value=0, max_value=120)
    bring_nl = forms.CharField(required=False, max_length=300)
    bring_en = forms.CharField(required=False, max_length=300)
    street = forms.CharField(required=False, max_length=200)
    postcode = forms.CharField(required=False, max_length=12)
    town = forms.CharField(required=False, max_length=100)
    wheelchair = forms.BooleanField(required=False)
    status = forms.ChoiceField()
    room = forms.ChoiceField(required=False)
    note_nl = forms.CharField(required=False, max_length=300)
    note_en = forms.CharField(required=False, max_length=300)
    source = forms.URLField(required=False, assume_scheme="https")

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        """Fill labels and choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.reader = language
        for name, field in self.fields.items():
            field.label = self.say(f"field.{name}")
            if has(f"{WORDS}.help.{name}"):
                field.help_text = self.say(f"help.{name}")
        self._choose("needs", [(each, words[language]) for each, words in places.needs().items()])
        self._choose("country", [(each, say(f"companion.guide.country.{each}", language)) for each in COUNTRIES])
        self._choose("ways", [(each, say(f"companion.guide.way.{each}", language)) for each in WAYS])
        self._choose("holidays", [(str(each), self.say(f"holidays.{each}")) for each in OnHoliday])
        self._choose("free", [(each, self.say(f"free.{each or 'unknown'}")) for each in ("", "yes", "no")])
        self._choose("status", [(each, self.say(f"status.{each.partition(' ')[0]}")) for each in STATUSES])
        self._choose("room", [(each, self.say(f"room.{each or 'yes'}")) for each in ROOMS])

    def say(self, key: str) -> str:
        """Give a sentence of the editors' pages."""
        return say(f"{WORDS}.{key}", self.reader)

    def _choose(self, name: str, listed: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = listed

    def clean_hours(self) -> str:
        """Refuse hours that cannot be read."""
        said: str = self.cleaned_data["hours"]
        try:
            rows = schedules(said, "check")
            hours_of(rows, "Europe/Amsterdam")
        except (BadHours, ValueError) as wrong:
            raise forms.ValidationError(self.say("problem.hours")) from wrong
        return said

    def clean_town(self) -> str:
        """Refuse a town that nobody can be told the distance of."""
        said: str = self.cleaned_data["town"]
        if said and places.town(said, self.cleaned_data.get("country", "")) is None:
            raise forms.ValidationError(self.say("problem.town"))
        return said

    def clean(self) -> dict[str, Any]:
        """Refuse an entry that nobody can reach, and ages that contradict each other."""
        said = super().clean() or {}
        young, old = said.get("youngest"), said.get("oldest")
        if young is not None and old is not None and young > old:
            self.add_error("oldest", self.say("problem.ages"))
        if bool(said.get("street")) != bool(said.get("town")):
            self.add_error("street", self.say("problem.place"))
        return said


def schedules(said: str, entry: str) -> list[dict[str, Any]]:
    """Read hours as an editor writes them, one row a line: `MO-FR 09:00-17:00`. Raises: ValueError."""
    made = []
    for place, line in enumerate(filter(None, map(str.strip, said.splitlines()))):
        found = ROW.fullmatch(line.upper())
        if found is None:
            raise ValueError(line)
        days, opens, closes = found.groups()
        made.append(entries.schedule(entry, place, (entries.days_of(days), opens.zfill(5), closes.zfill(5))))
    return made


def hours_text(document: Mapping[str, Any]) -> str:
    """Write hours as an editor reads them."""
    lines = []
    for each in document.get("schedules") or ():
        opens, closes = str(each.get("opens_at") or "")[:5], str(each.get("closes_at") or "")[:5]
        if opens and closes:
            lines.append(f"{each.get('byday', ','.join(DAYS))} {opens}-{closes}")
    return "\n".join(lines)


def of_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give what stands in the form for an entry."""
    entry, own = entries.entry_of(document), document.get(hsds.OWN) or {}
    spot = entry.spots[0] if entry.spots else entries.Spot("")
    made: dict[str, Any] = {
        "name": entry.name,
        "name_en": english if (english := entries.text(document, "name", "en")) != entry.name else "",
        "needs": sorted(entry.needs),
        "country": entry.country,
        "phones": "\n".join(each.shown for each in entries.phones(document)),
        "site": document.get("url", ""),
        "mail": document.get("email", ""),
        "hours": hours_text(document),
        "holidays": own.get("holidays", "unsure"),
        "ways": sorted(entry.ways),
        "spoken": " ".join(sorted(entry.languages)),
        "free": {True: "yes", False: "no", None: ""}[entry.free],
        "youngest": entry.youngest,
        "oldest": entry.oldest,
        "street": spot.street,
        "postcode": spot.postcode,
        "town": spot.town,
        "wheelchair": "wheelchair" in entry.access,
        "status": entry.status,
        "room": entry.room,
        "source": own.get("source", ""),
    }
    fields = {name: field for field, name in WRITTEN.items() if name}
    texts = own.get("texts") or {}
    for language in LANGUAGES:
        for name, field in fields.items():
            made[f"{name}_{language}"] = (texts.get(language) or {}).get(field) or (
                document.get(field, "") if name != "bring" else ""
            )
    return made


def edited(document: Mapping[str, Any], said: Mapping[str, Any], *, number: str) -> dict[str, Any]:
    """Lay what an editor said over an entry's document; what the form does not know stays as it was."""
    own, country = dict(document.get(hsds.OWN) or {}), said["country"]
    before = entries.entry_of({"id": number, **document})
    texts = {}
    for language in LANGUAGES:
        old = (own.get("texts") or {}).get(language, {})
        texts[language] = {
            **{field: each for field, each in old.items() if field not in WRITTEN},
            **_texts(said, language),
        }
    own |= {
        "texts": texts,
        "country": country,
        "ways": [each for each in WAYS if each in said["ways"]],
        "free": {"yes": True, "no": False}.get(said["free"]),
        "holidays": said["holidays"],
        "room": said["room"],
        "source": said["source"],
    }
    if said["wheelchair"] != ("wheelchair" in before.access):
        rest = [each for each in own.get("access", ()) if each != "wheelchair"]
        own["access"] = [*rest, *(["wheelchair"] if said["wheelchair"] else [])]
    if own.get("source") != (document.get(hsds.OWN) or {}).get("source"):
        own["page"] = ""
    made = {
        **document,
        "id": number,
        "name": said["name"],
        "description": said["about_nl"],
        "status": said["status"],
        "url": said["site"],
        "email": said["mail"],
        "fees_description": said["cost_nl"],
        "alert": said["note_nl"],
        "minimum_age": said["youngest"],
        "maximum_age": said["oldest"],
        "phones": _phones(document, said["phones"], number),
        "languages": _languages(document, said["spoken"], number, before),
        "schedules": document.get("schedules", [])
        if said["hours"] == hours_text(document)
        else schedules(said["hours"], number),
        "attributes": _needs(document, said["needs"], number),
        hsds.OWN: own,
    }
    if said["bring_nl"]:
        made["required_documents"] = [
            {"id": id_of("bring", number), "service_id": number, "document": said["bring_nl"]}
        ]
    if said["town"] and _moved(document, said):
        town = places.town(said["town"], country)
        spot = {"street": said["street"], "town": said["town"], "postcode": said["postcode"]}
        where = {"latitude": town.latitude, "longitude": town.longitude} if town else {}
        made["service_at_locations"] = [entries.at_place(number, number, 0, {**spot, **where}, country)]
    return {key: value for key, value in made.items() if value not in (None, "", [])}


def _texts(said: Mapping[str, Any], language: str) -> dict[str, str]:
    fields = {field: name for field, name in WRITTEN.items() if name}
    return {field: said[f"{name}_{language}"] for field, name in fields.items() if said[f"{name}_{language}"]} | {
        "name": (said["name_en"] if language == "en" else "") or said["name"]
    }


def _languages(document: Mapping[str, Any], said: str, number: str, before: entries.Entry) -> list[dict[str, Any]]:
    codes = said.lower().replace(",", " ").split()
    if set(codes) == before.languages:
        return list(document.get("languages") or ())
    return [{"id": id_of("language", number, each), "code": each} for each in codes]


def _phones(document: Mapping[str, Any], said: str, number: str) -> list[dict[str, Any]]:
    """Keep a number that is there with all that is known of it; add what is new, leave out what is gone."""
    known = {str(each.get("number", "")).strip(' "'): each for each in document.get("phones") or ()}
    lines = [each.strip() for each in said.splitlines() if each.strip()]
    return [known.get(each) or {"id": id_of("phone", number, each), "number": each, "type": "voice"} for each in lines]


def _needs(document: Mapping[str, Any], said: list[str], number: str) -> list[dict[str, Any]]:
    others = [each for each in document.get("attributes") or () if each.get("link_type", "need") != "need"]
    return [*others, *(entries.attribute(number, each, places.needs()[each]) for each in said)]


def _moved(document: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    spots = entries.entry_of(document).spots if document.get("id") else ()
    return not spots or (spots[0].town, spots[0].street, spots[0].postcode) != (
        said["town"],
        said["street"],
        said["postcode"],
    )
