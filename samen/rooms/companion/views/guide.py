"""The guide to services: what do you need, who offers it, and what is wrong with an entry. For everybody, without a name or a login."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from samen.people.door import Request, public_page, roles
from samen.people.roles import Role
from samen.rights import door as rights
from samen.rooms.companion import entry as entries
from samen.rooms.companion import guide as finding
from samen.rooms.companion import hsds, systems, tokens
from samen.rooms.companion.entry import ACCESS, COUNTRIES, Entry, Phone
from samen.rooms.companion.guide import Hit, Moment, Said, Wanted
from samen.rooms.companion.hours import DAYS, Hours, now_of
from samen.rooms.companion.jobs import guide as jobs
from samen.rooms.companion.store import finding as search
from samen.rooms.companion.store import guide as store
from samen.rooms.companion.store import places
from samen.words import has, say

WORDS = "companion.guide"
GROUPS = ("now", "talk", "mind", "together", "life")
EDITORS = (Role.SOCIAL_WORKER, Role.PEER_WORKER, Role.CLINICAL_LEAD)
LONGEST = 200  # letters of a question
OLDEST = 120
TAKEN = 200  # entries on the page to take along


def language() -> str:
    """Give the language of the reader."""
    return "nl" if (get_language() or "").startswith("nl") else "en"


def sentence(key: str, **blanks: object) -> str:
    """Give a sentence of the guide in the reader's language."""
    return say(f"{WORDS}.{key}", language(), **blanks)


def need_name(need: str) -> str:
    """Give the name of a need as it stands within a sentence."""
    return say(f"companion.guide_need.{need}", language())


class Ask(forms.Form):
    """What narrows a search down; everything may be left out."""

    q = forms.CharField(required=False, max_length=LONGEST)
    place = forms.CharField(required=False, max_length=LONGEST)
    country = forms.ChoiceField(required=False)
    language = forms.ChoiceField(required=False)
    age = forms.IntegerField(required=False, min_value=0, max_value=OLDEST)
    open = forms.BooleanField(required=False)
    free = forms.BooleanField(required=False)
    access = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    need = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        shown = {name: field for name, field in self.fields.items() if name != "need"}
        for name, field in shown.items():
            field.label = sentence(f"ask.{name}")
        choices = {
            "country": [(each, sentence(f"country.{each}")) for each in COUNTRIES],
            "language": [("", sentence("ask.any")), *((each, tongue(each)) for each in store.spoken())],
            "access": [(each, sentence(f"access.{each}")) for each in ACCESS],
            "need": [(each, words[language()]) for each, words in places.needs().items()],
        }
        for name, listed in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = listed


def tongue(code: str) -> str:
    """Give the name of a language; its code when nobody wrote the name."""
    key = f"{WORDS}.tongue.{code}"
    return say(key, language()) if has(key) else code


def wanted_of(said: Mapping[str, Any]) -> Wanted:
    """Read what was asked."""
    country = said.get("country") or settings.SAMEN.country
    town = places.town(said.get("place") or "", country)
    return Wanted(
        words=tokens.asked(said.get("q") or ""),
        needs=tuple(said.get("need") or ()),
        country=town.country if town else country,
        town=town,
        language=said.get("language") or "",
        free=bool(said.get("free")),
        open=bool(said.get("open")),
        access=tuple(said.get("access") or ()),
        age=said.get("age"),
    )


@require_GET
@public_page
def guide(request: Request) -> HttpResponse:
    """Ask what somebody needs, or show who offers it."""
    jobs.ready(request.now)
    form = Ask(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    wanted = wanted_of(said)
    shown: dict[str, Any] = {"form": form, "groups": _groups(), "edits": _edits(request), "offers": _offers(request)}
    if form.is_valid() and not wanted.asks and not said.get("place"):
        return render(request, "companion/guide/start.html", shown)
    found = jobs.look(wanted, request.now)
    page = Paginator(found.hits, finding.SHOWN).get_page(request.GET.get("page"))
    typed = _typed(said.get("q") or "")
    moment = systems.moment_of(request.now)
    documents = store.some([UUID(each.entry.id) for each in page])
    shown |= {
        "page": page,
        "total": len(found.hits),
        "hits": [
            card(finding.with_hours(each, moment), documents[UUID(each.entry.id)].document, typed) for each in page
        ],
        "loosened": [sentence(f"loosened.{each}") for each in found.loosened],
        "asked": [places.needs()[each][language()] for each in wanted.needs],
        "wanted": wanted,
        "unknown_place": bool(said.get("place")) and wanted.town is None,
        "query": request.GET.urlencode(),
    }
    return render(request, "companion/guide/found.html", shown, status=422 if form.errors else 200)


def _groups() -> list[dict[str, Any]]:
    listed = places.needs().items()
    return [
        {
            "title": sentence(f"group.{group}"),
            "needs": [(each, words[language()]) for each, words in listed if words["group"] == group],
        }
        for group in GROUPS
    ]


def _edits(request: Request) -> bool:
    return bool(roles(request) & set(EDITORS))


def _offers(request: Request) -> bool:
    """Say whether the program that reads a question is in use, and who asks is somebody in care who could say yes to it."""
    return Role.PERSON in roles(request) and rights.in_use(systems.GUIDE)


def _typed(question: str) -> dict[str, str]:
    """Give each word of a question as it was typed, by how the index writes it."""
    return {stem: word for word in question.split() for stem in tokens.words(word)}


def card(hit: Hit, document: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, Any]:
    """Give what a hit shows, in the reader's language."""
    here = language()
    return {
        "id": hit.entry.id,
        "name": entries.text(document, "name", here),
        "about": entries.text(document, "description", here),
        "why": [said_why(each, typed) for each in hit.why],
        "notes": [said_why(each, typed) for each in hit.notes],
        "alert": entries.text(document, "alert", here),
        "hit": hit,
        "entry": hit.entry,
        "phones": phones_of(hit.entry, document),
        "site": document.get("url") or "",
        "checked": checked_of(hit.entry),
        "holiday": sentence(f"holiday.{hit.now.holiday}") if hit.now.holiday else "",
    }


def said_why(said: Said, typed: Mapping[str, str]) -> str:
    blanks = dict(said.blanks)
    if "needs" in blanks:
        blanks["needs"] = ", ".join(need_name(each) for each in blanks["needs"])
    if "words" in blanks:
        blanks["words"] = ", ".join(typed.get(each, each) for each in blanks["words"])
    if "spoken" in blanks:
        blanks["spoken"] = tongue(blanks["spoken"])
    return sentence(said.key, **blanks)


def phones_of(entry: Entry, document: Mapping[str, Any]) -> list[Phone]:
    """Give the numbers of an entry: those of the crisis room's directory that it names, then its own."""
    return [*(Phone(each.shown, each.tel) for each in jobs.numbers(entry.numbers)), *entries.phones(document)]


def checked_of(entry: Entry) -> date | None:
    """Give the day of the oldest look at an entry and at the numbers it names."""
    days = [each.checked for each in jobs.numbers(entry.numbers)] + ([entry.checked] if entry.checked else [])
    return min(days, default=None)


@require_GET
@public_page
def service(request: Request, service: UUID) -> HttpResponse:
    """Show one service with everything that is known of it, where that was read, and when."""
    jobs.ready(request.now)
    return render(request, "companion/guide/service.html", _service(request, service))


def _service(request: Request, service: UUID) -> dict[str, Any]:
    kept = store.one(service)
    if kept is None:
        raise Http404
    entry, here, moment = entries.entry_of(kept.document), language(), systems.moment_of(request.now)
    hit = finding.with_hours(_alone(entry, moment), moment)
    own = kept.document.get(hsds.OWN) or {}
    return {
        **card(hit, kept.document, {}),
        "organization": (kept.organization or {}).get("name", ""),
        "facts": _facts(entry, kept.document, here),
        "hours": week(entry.hours),
        "on_holiday": sentence(f"on_holiday.{entry.hours.on_holiday}") if entry.hours else "",
        "bring": entries.bring(kept.document, here),
        "apply": entries.text(kept.document, "application_process", here),
        "mail": kept.document.get("email") or "",
        "source": own.get("source", ""),
        "source_page": own.get("page", ""),
        "kinds": [(each, sentence(f"wrong.{each}")) for each in store.KINDS],
        "gone": entry.status in finding.GONE,
        "edits": _edits(request),
        "service": service,
    }


def _alone(entry: Entry, moment: Moment) -> Hit:
    now = now_of(entry.hours, moment.at, table=moment.holidays, country=entry.country)
    notes = finding.notes(Wanted(), entry, None)
    return Hit(entry=entry, why=(), notes=tuple(notes), now=now, km=None, fresh=finding.freshness(entry, moment))


def _facts(entry: Entry, document: Mapping[str, Any], here: str) -> list[tuple[str, str]]:
    """Give what is known, each with its word; what nobody told says so where it matters."""
    ages = ""
    if entry.youngest is not None or entry.oldest is not None:
        key = (
            "from_to"
            if entry.youngest is not None and entry.oldest is not None
            else "from"
            if entry.youngest is not None
            else "to"
        )
        ages = sentence(f"ages.{key}", youngest=entry.youngest, oldest=entry.oldest)
    cost = entries.text(document, "fees_description", here) or sentence(
        {True: "cost.free", False: "cost.paid", None: "cost.unknown"}[entry.free]
    )
    made = {
        "needs": ", ".join(need_name(each) for each in places.needs() if each in entry.needs),
        "ways": ", ".join(sentence(f"way.{each}") for each in entries.WAYS if each in entry.ways),
        "cost": cost,
        "languages": ", ".join(tongue(each) for each in sorted(entry.languages)) or sentence("unknown"),
        "for": entries.text(document, "eligibility_description", here),
        "ages": ages,
        "access": ", ".join(sentence(f"access.{each}") for each in ACCESS if each in entry.access),
        "place": "; ".join(
            " ".join(filter(None, (f"{each.street},", each.postcode, each.town))) for each in entry.spots if each.town
        ),
        "how": "; ".join(each.how for each in entry.spots if each.how),
        "area": ", ".join(entry.areas) or (sentence(f"country.{entry.country}") if entry.country in COUNTRIES else ""),
    }
    return [(sentence(f"fact.{key}"), value) for key, value in made.items() if value]


def week(hours: Hours | None) -> list[str]:
    """Say the hours of a week in lines: days of one time together."""
    if hours is None:
        return []
    lines = []
    for rule in hours.rules:
        if rule.opens is None or rule.closes is None:
            continue
        when = sentence("hours.whole") if rule.opens == rule.closes else f"{rule.opens:%H:%M}–{rule.closes:%H:%M}"
        days = _days(rule.days)
        lines.append(f"{days[:1].upper()}{days[1:]}: {when}")
    return lines


def _days(days: Sequence[tuple[int, int]]) -> str:
    plain = sorted(weekday for weekday, which in days if which == 0)
    if len(plain) == len(DAYS):
        return sentence("hours.every_day")
    if len(plain) > 2 and plain == list(range(plain[0], plain[-1] + 1)):
        return sentence("hours.from_to", first=_day(plain[0]), last=_day(plain[-1]))
    rest = [
        sentence(f"hours.which.{'last' if which < 0 else which}", day=_day(weekday)) for weekday, which in days if which
    ]
    return ", ".join([*map(_day, plain), *rest])


def _day(weekday: int) -> str:
    return sentence(f"day.{DAYS[weekday]}")


@require_POST
@public_page
def wrong(request: Request, service: UUID) -> HttpResponse:
    """Keep that something is wrong with an entry: the second press. It says nothing of who pressed."""
    if not store.report(service, request.POST.get("kind", ""), at=request.now):
        raise Http404
    return redirect(f"{reverse('companion:guide_service', args=[service])}?thanks=1#wrong")


@require_GET
@public_page
def take(request: Request) -> HttpResponse:
    """Give a page to keep: what can be used from anywhere in the country, and what is near a town, for when there is no connection."""
    jobs.ready(request.now)
    form = Ask(request.GET)
    wanted = wanted_of(form.cleaned_data if form.is_valid() else {})
    moment = systems.moment_of(request.now)
    hits = finding.find(wanted, search.candidates(wanted), moment)[:TAKEN]
    documents = store.some([UUID(each.entry.id) for each in hits])
    cards = []
    for each in hits:
        document = documents[UUID(each.entry.id)].document
        cards.append({**card(replace(each, why=()), document, {}), "hours": week(each.entry.hours)})
    response = render(request, "companion/guide/take.html", {"cards": cards, "wanted": wanted, "at": request.now})
    response.headers["Content-Disposition"] = f'attachment; filename="{sentence("take.file")}.html"'
    return response


urlpatterns = [
    path("guide/", guide, name="guide"),
    path("guide/take/", take, name="guide_take"),
    path("guide/<uuid:service>/", service, name="guide_service"),
    path("guide/<uuid:service>/wrong/", wrong, name="guide_wrong"),
]
