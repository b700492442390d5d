"""The room's safety case as those who answer for it read it: what it reaches, what it misses, what could harm; and their names under it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.functional import lazy
from django.views.decorators.http import require_GET, require_POST

from samen.ledger.checkpoint import BadCheckpoint
from samen.people.door import Request, page_for, page_for_roles
from samen.people.roles import CARDS, Duty, Role
from samen.rights import door as rights
from samen.rooms.crisis import systems
from samen.rooms.crisis.models.selftest import Cause, SelfTest
from samen.rooms.crisis.selftest.hazards import PARTS
from samen.rooms.crisis.selftest.report import file_name
from samen.rooms.crisis.store import misses
from samen.rooms.crisis.store import selftest as store
from samen.rooms.crisis.store.selftest import CannotSign, Kept
from samen.rooms.crisis.views.reader import reader_language, saying
from samen.words import has, say

READERS = tuple(
    role for role in Role if CARDS[role].duties & {Duty.LEAD, Duty.DECIDE, Duty.OVERSEE, Duty.VOTE, Duty.KEEP_PANEL}
)
SHARES = (
    "said",
    "gap",
    "implied",
    "traps",
    "questions",
    "ordinary",
    "flips",
    "escalated",
    "calm",
    "answers",
    "noes",
    "high_within_5",
    "invariants",
)
PERCENT = 100
AT_ONCE = 30  # cases on one page
LEVEL = re.compile(r"level (?P<n>\d)")
BY_TURN = re.compile(r"(?P<what>[a-z]+) by turn (?P<n>\d+)")


sentence = saying("crisis.selftest")


def word(code: str) -> str:
    """Give a subject, trap, way of writing or action in words; a code that nobody wrote words for stands as it is."""
    if (level := LEVEL.fullmatch(code)) is not None:
        return sentence("said.level", n=int(level["n"]))
    if (turn := BY_TURN.fullmatch(code)) is not None:
        return sentence("said.by_turn", what=word(turn["what"]), n=int(turn["n"]))
    key = next((each for each in (f"crisis.triage.topic.{code}", f"crisis.selftest.word.{code}") if has(each)), None)
    return say(key, reader_language()) if key else code


label = lazy(sentence, str)


class SignForm(forms.Form):
    """What a lead says with their name."""

    statement = forms.CharField(
        label=label("sign.statement"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class CauseForm(forms.Form):
    """What a clinician holds to be the cause of a case."""

    case = forms.CharField(max_length=80, widget=forms.HiddenInput)
    text = forms.CharField(label=label("cases.cause"), help_text=label("cases.cause_help"), max_length=1000)


@dataclass(frozen=True)
class Wrong:
    """One case that went wrong, with what a clinician said of it, or the form to say it."""

    case: Mapping[str, Any]
    cause: Cause | None
    form: CauseForm | None


@require_GET
@page_for_roles(*READERS)
def index(request: Request) -> HttpResponse:
    """Show every report, the newest in full."""
    newest = store.newest_id()
    return _page(request, newest) if newest else render(request, "crisis/selftest/none.html", {"log": []})


@require_GET
@page_for_roles(*READERS)
def one(request: Request, test: UUID) -> HttpResponse:
    """Show one report."""
    return _page(request, test)


def _page(
    request: Request, test: UUID, *, signing: SignForm | None = None, cause: CauseForm | None = None
) -> HttpResponse:
    """Show a report; a changed one is said to be changed, and nothing of it is shown."""
    failed = bool((signing and signing.errors) or (cause and cause.errors))
    try:
        kept = store.read(test)
    except SelfTest.DoesNotExist as none:
        raise Http404 from none
    except BadCheckpoint:
        return render(request, "crisis/selftest/changed.html", {"rows": store.rows()}, status=500)
    duties = {duty for role in request.roles for duty in CARDS[role].duties}
    start = _start(request, kept, cause)
    context = {
        "kept": kept,
        "report": kept.report,
        "rows": store.rows(),
        "hears": [
            *(_hears(language, each) for language, each in sorted(kept.report.get("hears", {}).items())),
            *(_layers(language, each) for language, each in sorted(kept.report.get("layers", {}).items())),
        ],
        "other_version": not _judged_what_runs(kept),
        "tables": _tables(kept.report),
        "rivals": _rivals(kept.report),
        "groups": _groups(kept.report),
        "log": _log(kept.report["hazards"]),
        "met": sum(each["met"] for each in kept.report["bars"]),
        "wrong": _wrong(kept, start, Duty.DECIDE in duties, cause),
        "cases": len(kept.report["cases"]),
        "earlier": max(0, start - AT_ONCE) if start else None,
        "later": start + AT_ONCE if start + AT_ONCE < len(kept.report["cases"]) else None,
        "left": sum(each["id"] not in kept.causes for each in kept.report["cases"]),
        "signing": (signing or SignForm(auto_id="sign_%s")) if _may_sign(kept, duties, request) else None,
    }
    return render(request, "crisis/selftest/report.html", context, status=422 if failed else 200)


def _hears(language: str, found: Sequence[Any]) -> str:
    """Say by which model and thresholds a language was heard."""
    sha, ask, alarm = found
    shown = [f"{value * PERCENT:.1f}" for value in (ask, alarm)]
    ask, alarm = (each.replace(".", ",") if reader_language() == "nl" else each for each in shown)
    return sentence("hears", part=sentence(f"part.{language}"), model=sha[:12], ask=ask, alarm=alarm)


def _layers(language: str, found: Sequence[str]) -> str:
    """Say which layers heard a language."""
    named = ", ".join(sentence(f"layer.{each}") for each in found)
    return sentence("layers", part=sentence(f"part.{language}"), layers=named)


def _may_sign(kept: Kept, duties: set[Duty], request: Request) -> bool:
    return Duty.LEAD in duties and not any(each.by_id == request.actor for each in kept.signatures)


def _systems() -> list[rights.Registered]:
    return [each for each in rights.systems() if each.id.startswith("crisis.")]


def _judged_what_runs(kept: Kept) -> bool:
    return store.judged(kept.report, _systems(), systems.hears())


def _tables(report: Mapping[str, Any]) -> Mapping[str, Any]:
    columns = [sentence(f"bars.{each}") for each in ("measure", "found", "interval", "n", "bar", "met")]
    return {"columns": columns, "rows": [_bar(each) for each in sorted(report["bars"], key=lambda bar: bar["met"])]}


def _bar(bar: Mapping[str, Any]) -> Sequence[str]:
    name = sentence(f"measure.{bar['name']}")
    share = bar["name"] in SHARES
    return (
        f"{name} ({sentence('part.' + bar['part'])})" if bar["part"] else name,
        _figure(bar["found"], share),
        f"{_figure(bar['low'], share)} – {_figure(bar['high'], share)}",
        f"{bar['n']:,}".replace(",", "\u00a0"),
        sentence("bars.at_least" if bar["at_least"] else "bars.at_most", bound=_figure(bar["bound"], share)),
        sentence("bars.yes" if bar["met"] else "bars.no"),
    )


def _figure(value: float | None, share: bool) -> str:
    """Say a share in hundreds, other figures as they are; figures as this language writes them."""
    if value is None:
        return sentence("bars.unknown")
    text = f"{value * PERCENT:.1f} %" if share else f"{value:.3g}"
    return text.replace(".", ",") if reader_language() == "nl" else text


def _rivals(report: Mapping[str, Any]) -> Mapping[str, Any]:
    columns = [sentence(f"rivals.{each}") for each in ("who", "language", "sensitivity", "specificity")]
    rows = [
        (
            sentence(f"rivals.{name}"),
            sentence(f"part.{language}"),
            _figure(each["sensitivity"]["found"], True),
            _figure(each["specificity"]["found"], True),
        )
        for language, found in report["rivals"].items()
        for name, each in found.items()
    ]
    return {"columns": columns, "rows": rows}


def _groups(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give a table for each way of grouping, the worst first."""
    found: list[Mapping[str, Any]] = []
    for kind in ("topic", "trap", "style", "level"):
        heads = [f"groups.{kind}", "rivals.language", "groups.right", "bars.n"]
        if rows := _group_rows(report, kind):
            found.append({"title": sentence(heads[0]), "columns": list(map(sentence, heads)), "rows": rows})
    return found


def _group_rows(report: Mapping[str, Any], kind: str) -> list[Sequence[str]]:
    groups = [(name, language, each) for language, of in report["groups"].items() for name, each in of[kind].items()]
    return [
        (
            word(f"level {name}" if kind == "level" else name),
            sentence(f"part.{language}"),
            _figure(each["found"], True),
            str(each["n"]),
        )
        for name, language, each in sorted(groups, key=lambda group: group[2]["found"] or 0.0)
    ]


def _log(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Give the hazard log, with what was reviewed since something happened that an entry is about."""
    reviewed = misses.by_hazard()
    found: list[Mapping[str, Any]] = []
    for each in entries:
        n, still = reviewed.get(each["id"], (0, 0))
        counted = say("crisis.audit.miss.hazard_count", reader_language(), n=n, open=still) if n else ""
        found.append({**_hazard(each), "reviews": counted})
    return found


def _hazard(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give one hazard in words; one whose words are gone keeps its id."""
    words = {part: f"crisis.hazards.{entry['id']}.{part}" for part in PARTS}
    return {
        **entry,
        "words": {part: say(key, reader_language()) if has(key) else entry["id"] for part, key in words.items()},
        "owner_words": say(f"people.role.{entry['owner']}", reader_language()),
    }


def _start(request: Request, kept: Kept, given: CauseForm | None) -> int:
    """Give the first case on the page: the one whose form came back, or the one that was asked for."""
    if given is not None:
        ids = [each["id"] for each in kept.report["cases"]]
        case = given["case"].value()
        return ids.index(case) // AT_ONCE * AT_ONCE if case in ids else 0
    asked = request.GET.get("from", "")
    return int(asked) if asked.isdecimal() and int(asked) < len(kept.report["cases"]) else 0


def _wrong(kept: Kept, start: int, may_say: bool, given: CauseForm | None) -> list[Wrong]:
    found = []
    for place, each in enumerate(kept.report["cases"][start : start + AT_ONCE], start):
        cause = kept.causes.get(each["id"])
        mine = given if given is not None and given["case"].value() == each["id"] else None
        form = mine or (
            CauseForm(initial={"case": each["id"]}, auto_id=f"case{place}_%s") if may_say and not cause else None
        )
        said = {part: ", ".join(map(word, each[part].split(", "))) for part in ("expected", "got")}
        found.append(Wrong({**each, **said}, cause, form))
    return found


# --- what humans write to it ------------------------------------------------------------------------------------------


@require_POST
@page_for(duty=Duty.DECIDE)
def cause(request: Request, test: UUID) -> HttpResponse:
    """Write down the cause of one case."""
    form = CauseForm(request.POST, auto_id="given_%s")
    if not form.is_valid():
        return _page(request, test, cause=form)
    try:
        store.say_cause(
            _kept(test), form.cleaned_data["case"], form.cleaned_data["text"], by=request.user, at=request.now
        )
    except KeyError as none:
        raise Http404 from none
    messages.success(request, sentence("cases.saved"))
    return redirect("crisis:selftest", test)


@require_POST
@page_for(duty=Duty.LEAD)
def sign(request: Request, test: UUID) -> HttpResponse:
    """Put a name under a report, and file what it measured as evidence."""
    form = SignForm(request.POST, auto_id="sign_%s")
    if form.is_valid():
        try:
            said, hears = form.cleaned_data["statement"], systems.hears()
            filed = store.sign(_kept(test), _systems(), said, hears=hears, by=request.user, at=request.now)
        except CannotSign as no:
            form.add_error(None, sentence(f"refused.{no.code}"))
        except rights.FilingRefused:
            form.add_error(None, sentence("refused.FILING"))
        else:
            messages.success(request, sentence("sign.done" if all(filed.values()) else "sign.done_short"))
            return redirect("crisis:selftest", test)
    return _page(request, test, signing=form)


@require_GET
@page_for_roles(*READERS)
def note(request: Request, test: UUID) -> HttpResponse:
    """Hand out a report as it was signed, to check it without this service."""
    kept = _kept(test)
    answer = HttpResponse(kept.row.note, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name(timezone.localdate(kept.row.at))}"'
    return answer


def _kept(test: UUID) -> Kept:
    try:
        return store.read(test)
    except (SelfTest.DoesNotExist, BadCheckpoint) as none:
        raise Http404 from none


urlpatterns = [
    path("safety", index, name="safety"),
    path("safety/<uuid:test>", one, name="selftest"),
    path("safety/<uuid:test>/cause", cause, name="selftest-cause"),
    path("safety/<uuid:test>/sign", sign, name="selftest-sign"),
    path("safety/<uuid:test>/note", note, name="selftest-note"),
]
