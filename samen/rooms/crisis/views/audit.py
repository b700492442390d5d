"""Reading talks again that raised no alarm: drawn by who leads care, read by who decides, blind until the verdict is kept."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import DatabaseError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.functional import lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.ledger.store import LedgerDamaged
from samen.people.access import NotAllowed
from samen.people.door import Request, page_for
from samen.people.roles import Duty, may
from samen.people.sealing import Unreadable
from samen.rooms.crisis import sampling
from samen.rooms.crisis.marking import pieces
from samen.rooms.crisis.models.audit import VERDICTS, AuditItem, AuditRound
from samen.rooms.crisis.sampling import Verdict
from samen.rooms.crisis.store import audit as store
from samen.rooms.crisis.store import misses
from samen.rooms.crisis.store.audit import Standing
from samen.rooms.crisis.store.candidates import NotNow
from samen.rooms.crisis.store.contacts import short_name
from samen.rooms.crisis.views.reader import saying

OF = 1000
sentence = saying("crisis.audit")
label = lazy(sentence, str)


class DrawForm(forms.Form):
    """How many talks, from how long back."""

    wanted = forms.IntegerField(
        label=label("draw.wanted"), help_text=label("draw.wanted_help"), min_value=20, max_value=1000, initial=250
    )
    days = forms.IntegerField(label=label("draw.days"), min_value=1, max_value=365, initial=90)


class VerdictForm(forms.Form):
    """What a reader found. Nothing is filled in beforehand."""

    verdict = forms.ChoiceField(
        label=label("say.verdict"),
        choices=[(each, label(f"say.{each}")) for each in VERDICTS],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=label("say.words"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


@require_GET
@page_for(duty=Duty.DECIDE)
def index(request: Request) -> HttpResponse:
    """Show every sample and every review, and the form to draw."""
    return _index(request)


def _index(request: Request, form: DrawForm | None = None) -> HttpResponse:
    leads = may(request.roles, Duty.LEAD)
    context = {
        "rows": [(each, _in_words(each)) for each in store.rounds()],
        "form": (form or DrawForm()) if leads else None,
        "reviews": [(each, short_name(each.contact_id) if each.contact_id else "–") for each in misses.reviews()],
    }
    return render(request, "crisis/audit/index.html", context, status=422 if form else 200)


@require_POST
@page_for(duty=Duty.LEAD)
def draw(request: Request) -> HttpResponse:
    """Draw a sample, with a seed that is kept."""
    form = DrawForm(request.POST)
    if not form.is_valid():
        return _index(request, form)
    since = request.now - timedelta(days=form.cleaned_data["days"])
    try:
        made = store.draw(form.cleaned_data["wanted"], since, by=request.user, at=request.now)
    except NotNow as no:
        form.add_error(None, sentence(f"refused.{no.code}"))
        return _index(request, form)
    messages.success(request, sentence("draw.done"))
    return redirect("crisis:audit-round", made.pk)


@never_cache
@require_GET
@page_for(duty=Duty.DECIDE)
def one(request: Request, sample: UUID) -> HttpResponse:
    """Show where a sample stands, group by group and as a whole."""
    found = _round(sample)
    standing = store.standing(found)
    context = {
        "standing": standing,
        "says": _in_words(standing),
        "of": sum(found.groups.values()),
        "columns": [sentence(f"column.{each}") for each in ("group", "size", "drawn", "read", "missed", "bound")],
        "groups": [_row(each) for each in standing.groups],
        "unread": sum(not each.now.read for each in standing.groups),
        "mine": store.own(found, request.user),
    }
    return render(request, "crisis/audit/round.html", context)


def _round(sample: UUID) -> AuditRound:
    try:
        return store.one(sample)
    except AuditRound.DoesNotExist as none:
        raise Http404 from none


def _in_words(standing: Standing) -> Mapping[str, str]:
    """Say the bound and the verdict of a sample in plain numbers."""
    progress = standing.progress
    ran_out = progress.verdict is Verdict.GO_ON and standing.read == standing.drawn
    verdict = "all-read" if ran_out else str(progress.verdict)
    bound = (
        sentence("stands.bound", n=sampling.at_most_of(OF, progress.at_most))
        if standing.read
        else sentence("stands.nothing")
    )
    return {"bound": bound, "verdict": sentence(f"verdict.{verdict}", more=progress.more), "code": verdict}


def _row(each: store.GroupNow) -> list[str]:
    words = ", ".join(sentence(f"group.{part}") for part in each.name.split("/"))
    bound = (
        str(sampling.at_most_of(OF, sampling.anytime_bound(each.now.read, each.now.missed))) if each.now.read else "–"
    )
    return [words, str(each.now.size), str(each.drawn), str(each.now.read), str(each.now.missed), bound]


@never_cache
@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.DECIDE)
def read(request: Request, sample: UUID) -> HttpResponse:
    """Show the talk that a reader took, without anything of a computer, and keep their verdict."""
    found = _round(sample)
    item = store.held(found, by=request.user, at=request.now)
    if item is None:
        return render(request, "crisis/audit/nothing.html", {"round": found})
    form = VerdictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            store.say(item, form.cleaned_data["verdict"], form.cleaned_data["words"], by=request.user, at=request.now)
        except NotNow as no:
            messages.warning(request, sentence(f"refused.{no.code}"))
        return redirect("crisis:audit-item", item.pk)
    try:
        shown = store.read(item, by=request.user, at=request.now)
    except (DatabaseError, LedgerDamaged):
        return render(request, "people/not_noted.html", status=503)
    except Unreadable:
        return render(request, "crisis/audit/gone.html", {"round": found})
    context: dict[str, Any] = {"read": shown, "round": found, "form": form, "language": item.group.split("/")[0]}
    return render(request, "crisis/audit/read.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@page_for(duty=Duty.DECIDE)
def take(request: Request, sample: UUID) -> HttpResponse:
    """Give the reader the next talk."""
    found = _round(sample)
    if store.held(found, by=request.user, at=request.now) is None:
        store.take(found, by=request.user, at=request.now)
    return redirect("crisis:audit-read", sample)


@never_cache
@require_GET
@page_for(duty=Duty.DECIDE)
def item(request: Request, item: int) -> HttpResponse:
    """Show what the computer had made of a talk, to who has said what they found."""
    found = AuditItem.objects.select_related("round", "contact").filter(pk=item).first()
    if found is None:
        raise Http404
    try:
        shown = store.computer(found, by=request.user, at=request.now)
    except NotAllowed:
        return redirect("crisis:audit-read", found.round_id)
    except (DatabaseError, LedgerDamaged):
        return render(request, "people/not_noted.html", status=503)
    except Unreadable:
        return render(request, "crisis/audit/gone.html", {"round": found.round})
    context = {
        "round": found.round,
        "verdict": sentence("after.yours", verdict=sentence(f"say.{shown.verdict.verdict}")),
        "missed": shown.verdict.verdict == "missed",
        "lines": [(each, pieces(each.text, each.spans)) for each in shown.lines],
        "level": sentence(f"level.n{shown.reasons['level']}") if shown.reasons else "",
        "contact": found.contact,
        "name": short_name(found.contact.id) if found.contact else "",
    }
    return render(request, "crisis/audit/item.html", context)


urlpatterns = [
    path("line/audit/", index, name="audit"),
    path("line/audit/draw", draw, name="audit-draw"),
    path("line/audit/<uuid:sample>/", one, name="audit-round"),
    path("line/audit/<uuid:sample>/take", take, name="audit-take"),
    path("line/audit/<uuid:sample>/read", read, name="audit-read"),
    path("line/audit/talk/<int:item>", item, name="audit-item"),
]
