"""The public register: every AI system in plain words, what it did, and the log to check it by. No login, no cookie, no script."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from allauth.core.internal import ratelimit
from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from samen import words
from samen.ledger import store as ledger
from samen.people.door import Request, public_page
from samen.people.forms import label, sentence
from samen.rights import algoritmeregister, door, publication
from samen.rights.algoritmeregister import Publisher
from samen.rights.incidents import Kind
from samen.rights.publication import Known, News, suppressed
from samen.rights.register import NOT_THERE_YET, Registered
from samen.rights.store import cases, sheets
from samen.rights.store.sheets import Numbers, OnFile
from samen.rights.words import Stage

TRIES = {"register_wrong": "10/h/ip"}  # reports that one visitor may send in an hour
SCHEMA = door.ROOT / "rights/content/register/systems.schema.json"


@dataclass(frozen=True)
class Sheet:
    """One system as the register shows it."""

    system: Registered
    file: OnFile | None

    @property
    def stage(self) -> Stage | None:
        """Give where it stands; nothing when nobody entered it."""
        return self.file.stage if self.file else None

    @property
    def fits(self) -> bool:
        """Say whether what runs is what was entered."""
        return self.file is not None and self.file.state.digest == self.system.digest

    @property
    def name(self) -> str:
        """Give the short name that the AI label carries."""
        return sentence(f"{self.system.manifest.words}.short")


@require_GET
@public_page
def index(request: Request) -> HttpResponse:
    """List every AI system of this service, those in use first."""
    files = sheets.on_file()
    order = [Stage.GENERAL, Stage.PILOT, Stage.SUSPENDED, Stage.DESIGN, None, Stage.RETIRED]
    found = [Sheet(each, files.get(each.id)) for each in door.systems()]
    context = {"sheets": sorted(found, key=lambda each: order.index(each.stage)), "email": settings.SAMEN.service_email}
    return render(request, "rights/register/index.html", context)


@require_GET
@public_page
def system(request: Request, system: str) -> HttpResponse:
    """Show one system's sheet: what, why, for whom, how sure, who decides, what it did."""
    sheet = _sheet(system)
    numbers = sheets.numbers().get(sheet.system.id, Numbers())
    context = {
        "sheet": sheet,
        "manifest": sheet.system.manifest,
        "measures": measures(sheet),
        "not_there_yet": NOT_THERE_YET,
        "approved": bool(sheet.file and sheet.file.approved(request.now)),
        "numbers": numbers,
        "runs": shown({"runs": numbers.runs, "trials": numbers.trials}),
        "denied": shown(numbers.denied),
        "decisions": shown(numbers.decisions),
    }
    return render(request, "rights/register/sheet.html", context)


def shown(counts: Mapping[str, int]) -> list[tuple[str, int | None]]:
    """Give counts for a public page, most first; None stands for a few, which are not shown exactly."""
    order = sorted(counts, key=lambda name: (-counts[name], name))
    return [(name, None if 0 < counts[name] < publication.LEAST else counts[name]) for name in order]


@dataclass(frozen=True)
class Measure:
    """One figure that a system must show, with what was found last, if anything was."""

    name: str
    bound: float
    at_least: bool
    found: Mapping[str, Any] | None


def measures(sheet: Sheet) -> list[Measure]:
    """Give each figure of the manifest with the newest evidence for what is entered now."""
    newest = sheet.file.evidence[0].figures if sheet.file and sheet.file.evidence else {}
    return [
        Measure(
            name=measure_name(sheet.system, each.measure),
            bound=each.bound,
            at_least=each.at_least,
            found=found if (found := newest.get(each.measure)) and "estimate" in found else None,
        )
        for each in sheet.system.manifest.evidence
    ]


def measure_name(system: Registered, measure: str) -> str:
    """Give a figure's name in words where its room wrote them, for this system or for all of its own, else its code."""
    prefixes = (system.manifest.words, system.manifest.words.partition(".")[0])
    key = next((each for prefix in prefixes if words.has(each := f"{prefix}.measure.{measure}")), None)
    return sentence(key) if key else measure.replace("_", " ").replace("-", " ")


def _sheet(name: str) -> Sheet:
    found = door.system(name)
    if found is None:
        raise Http404
    return Sheet(found, sheets.on_file().get(name))


# --- for machines -----------------------------------------------------------------------------------------------------


@require_GET
@public_page
def as_json(request: Request) -> JsonResponse:
    """Give every sheet in both languages, in the form that `schema` describes."""
    files, numbers = sheets.on_file(), sheets.numbers()
    found = [
        publication.system(
            each,
            _known(files.get(each.id), numbers.get(each.id)),
            words.say,
            words.LANGUAGES,
            request.build_absolute_uri(reverse("rights:system", args=[each.id])),
        )
        for each in door.systems()
    ]
    document = publication.register_of(
        found,
        service=settings.SAMEN.service_name,
        email=settings.SAMEN.service_email,
        schema=request.build_absolute_uri(reverse("rights:register-schema")),
        at=request.now,
    )
    return _json(document)


def _known(file: OnFile | None, numbers: Numbers | None) -> Known:
    if file is None:
        return Known()
    latest = file.evidence[0] if file.evidence else None
    counted = numbers or Numbers()
    return Known(
        entered=file.state.entered_at,
        digest_on_file=file.state.digest,
        stage=file.stage,
        stage_since=file.changes[0].at if file.changes else file.state.entered_at,
        evidence=tuple(
            {
                "stage": each.stage,
                "passed": each.passed,
                "protocol": each.protocol,
                "protocol_at": each.protocol_at.isoformat(),
                "results_at": each.results_at.isoformat(),
                "until": each.until.isoformat(),
                "figures": each.figures,
                "newest": each is latest,
            }
            for each in file.evidence
        ),
        panel={
            **file.approval.tally,
            "approved": file.approval.approved,
            "unpaid": file.approval.unpaid,
            "until": file.approval.until and file.approval.until.isoformat(),
        }
        if file.approval
        else None,
        need={
            "statements": file.need.statements,
            "without": file.need.without,
            "other_way": file.need.other_way,
            "until": file.need.until.isoformat(),
        }
        if file.need
        else None,
        changes=tuple(
            {"at": each.at.isoformat(), "from": each.start, "to": each.end, "role": each.role, "reason": each.reason}
            for each in file.changes
        ),
        numbers={
            **suppressed({"runs": counted.runs, "trials": counted.trials}),
            "denied": suppressed(counted.denied),
            "decisions": suppressed(counted.decisions),
            "suspensions": counted.suspensions,
        },
    )


@require_GET
@public_page
def schema(request: Request) -> HttpResponse:
    """Give the JSON Schema of the register's own form."""
    return HttpResponse(SCHEMA.read_bytes(), content_type="application/schema+json")


@require_GET
@public_page
def as_algoritmeregister(request: Request, system: str) -> JsonResponse:
    """Give one entry in the fields of the Dutch Algoritmeregister 1.0. It is Dutch whatever the reader's language."""
    sheet = _sheet(system)
    entry = algoritmeregister.entry(
        sheet.system.manifest,
        sheet.stage or Stage.DESIGN,
        lambda key: words.say(key, "nl"),
        Publisher(
            organization=settings.SAMEN.service_name,
            email=settings.SAMEN.service_email,
            website=request.build_absolute_uri(reverse("rights:register")),
            url=request.build_absolute_uri(reverse("rights:system", args=[system])),
        ),
        began=sheet.file.began() if sheet.file else None,
        ended=sheet.file.ended() if sheet.file else None,
    )
    return _json(entry)


@require_GET
@public_page
def feed(request: Request) -> JsonResponse:
    """Give the newest changes of the register as a JSON Feed 1.1, each with its place on the log."""
    origin = ledger.public_key().name
    home = request.build_absolute_uri(reverse("rights:register"))
    news = [found for change in sheets.changes() if (found := _news(request, change, origin))]
    document = publication.feed(
        news,
        title=sentence("rights.register.feed.title", name=settings.SAMEN.service_name),
        about=sentence("rights.register.feed.about"),
        home=home,
        url=request.build_absolute_uri(reverse("rights:register-feed")),
        language=get_language() or settings.LANGUAGE_CODE,
    )
    return _json(document, "application/feed+json")


def _news(request: Request, change: sheets.Change, origin: str) -> News | None:
    """Say one leaf of the log in words; nothing for a leaf about a system that this service no longer knows."""
    found = door.system(str(change.facts.get("system", "")))
    if found is None:
        return None
    name = sentence(f"{found.manifest.words}.name")
    kind, blanks = _told(change.facts)
    return News(
        id=f"{origin}/{change.index}",
        url=request.build_absolute_uri(reverse("rights:system", args=[found.id])),
        title=sentence("rights.register.feed.item", name=name, what=sentence(f"rights.register.feed.{kind}.short")),
        text=sentence(f"rights.register.feed.{kind}.long", name=name, **blanks),
        at=change.at,
        leaf=change.index,
    )


def _told(facts: Mapping[str, Any]) -> tuple[str, dict[str, object]]:
    """Give which sentence tells a change, and its blanks."""
    if "end" in facts:
        return "stage", {
            "start": sentence(f"rights.stages.stage.{facts['start']}"),
            "end": sentence(f"rights.stages.stage.{facts['end']}"),
        }
    if "hand" in facts:
        return "hand", {"role": sentence(f"people.role.{facts['hand']}")}
    if "evidence" in facts:
        return ("evidence_met" if facts.get("passed") else "evidence_missed"), {}
    if "report" in facts:
        return "report_signed" if "signed" in facts else "report_met" if facts.get("passed") else "report_missed", {}
    if "withdrawn" in facts:
        return "evidence_withdrawn", {}
    if "need" in facts:
        return "need", {}
    if "yes" in facts:
        return "votes", {"yes": facts["yes"], "no": facts["no"], "vetoes": facts["vetoes"]}
    return "entered", {"version": facts.get("version", "")}


def _json(document: Mapping[str, Any], content_type: str = "application/json") -> JsonResponse:
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 1}, content_type=content_type)
    response["Access-Control-Allow-Origin"] = "*"  # public, and read by programs of others
    return response


# --- the log ----------------------------------------------------------------------------------------------------------


@require_GET
@public_page
def log(request: Request) -> HttpResponse:
    """Show the log's signed checkpoint, its key, and how to check it without this service."""
    context = {"checkpoint": sheets.last_checkpoint(), "key": str(ledger.public_key()), "size": ledger.head().size}
    return render(request, "rights/register/log.html", context)


@require_GET
@public_page
def log_export(request: Request) -> StreamingHttpResponse:
    """Hand out the whole log as one file that anyone can verify."""
    lines: Iterator[bytes] = ledger.export_lines(request.now)
    response = StreamingHttpResponse(lines, content_type="application/jsonl")
    response["Content-Disposition"] = f'attachment; filename="samen-log-{request.now:%Y-%m-%d}.jsonl"'
    return response


# --- something is wrong here ------------------------------------------------------------------------------------------


class WrongForm(forms.Form):
    """What is wrong with an entry. No name, no address: whoever sends it gets an address where the answer will stand."""

    text = forms.CharField(
        label=label("rights.register.wrong.text"),
        help_text=label("rights.register.wrong.text_help"),
        max_length=4000,
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


@require_http_methods(["GET", "POST"])
@public_page
def wrong(request: Request, system: str) -> HttpResponse:
    """Take in what somebody finds wrong with an entry, and give the address where the answer will stand."""
    sheet = _sheet(system)
    form = WrongForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if ratelimit.consume(request, app="rights", action="register_wrong", config=TRIES):
            about = system if sheet.file else None
            case = cases.open_by_visitor(Kind.REGISTER, form.cleaned_data["text"], at=request.now, system=about)
            return redirect("rights:register-reported", case=case)
        form.add_error(None, sentence("rights.register.wrong.too_often"))
    days = cases.terms()[str(Kind.REGISTER)]["ours"]
    context = {"sheet": sheet, "form": form, "days": days}
    return render(request, "rights/register/wrong.html", context, status=422 if form.errors else 200)


@require_GET
@public_page
def reported(request: Request, case: UUID) -> HttpResponse:
    """Show what became of a report, to whoever knows its address."""
    found = cases.of_visitor(case)
    if found is None:
        raise Http404
    about = door.system(found.system) if found.system else None
    response = render(request, "rights/register/reported.html", {"case": found, "about": about})
    response["X-Robots-Tag"] = "noindex"
    return response


URLS = [
    path("register/", index, name="register"),
    path("register/systems.json", as_json, name="register-json"),
    path("register/schema.json", schema, name="register-schema"),
    path("register/feed.json", feed, name="register-feed"),
    path("register/log", log, name="register-log"),
    path("register/log/export", log_export, name="register-log-export"),
    path("register/reported/<uuid:case>", reported, name="register-reported"),
    path("register/<str:system>/", system, name="system"),
    path("register/<str:system>/algoritmeregister.json", as_algoritmeregister, name="register-nl"),
    path("register/<str:system>/wrong", wrong, name="register-wrong"),
]
