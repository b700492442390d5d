"""Rounds of labels: begun by who decides, labelled by two who answer the line, settled where these differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.functional import lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people.door import Request, page_for
from samen.people.roles import Duty, may
from samen.rooms.crisis import agreement, labelling
from samen.rooms.crisis.labelling import BadFile
from samen.rooms.crisis.models.labels import LANGUAGES, Label, LabelRound, Settled
from samen.rooms.crisis.reading import Level, Topic
from samen.rooms.crisis.store import drift
from samen.rooms.crisis.store import labels as store
from samen.rooms.crisis.store.candidates import NotNow
from samen.rooms.crisis.store.labels import Both, Said
from samen.rooms.crisis.views.reader import reader_language, saying
from samen.words import say

UNCLEAR, NOTHING = "unclear", "nothing"
SHOWN = 20  # messages to be settled that one page holds
LARGEST = 2_000_000  # bytes of a file
CAN_SAY = tuple(str(int(level)) for level in Level)
sentence = saying("crisis.labels")


def denied(code: str) -> str:
    """Give why the gate said no, in the reader's language."""
    return say(f"rights.denied.{code}", reader_language())


label = lazy(sentence, str)
topic_word = lazy(lambda topic: say(f"crisis.triage.topic.{topic}", reader_language()), str)
LANGUAGE = [(each, label(f"language.{each}")) for each in LANGUAGES]


class WrittenForm(forms.Form):
    """A round from the messages that came along."""

    language = forms.ChoiceField(label=label("begin.language"), choices=LANGUAGE, widget=forms.RadioSelect)
    wanted = forms.IntegerField(label=label("begin.wanted"), min_value=5, max_value=200, initial=40)


class FileForm(forms.Form):
    """A round from a file of the service."""

    language = forms.ChoiceField(label=label("begin.language"), choices=LANGUAGE, widget=forms.RadioSelect)
    title = forms.CharField(label=label("begin.title"), max_length=100)
    file = forms.FileField(label=label("begin.file"), help_text=label("begin.file_help"))
    sampled = forms.BooleanField(label=label("begin.sampled"), required=False)
    nobody = forms.BooleanField(label=label("begin.nobody"))

    def clean_file(self) -> str:
        """Give the text of the file."""
        found = self.cleaned_data["file"]
        if found.size > LARGEST:
            raise forms.ValidationError(sentence("problem.LARGE"))
        try:
            return str(found.read().decode("utf-8-sig"))
        except UnicodeDecodeError as wrong:
            raise forms.ValidationError(sentence("problem.TEXT")) from wrong


class LabelForm(forms.Form):
    """What somebody says of one message. Nothing is filled in beforehand."""

    level = forms.ChoiceField(
        label=label("say.level"),
        choices=[*((each, label(f"level.n{each}")) for each in CAN_SAY), (UNCLEAR, label("level.unclear"))],
        widget=forms.RadioSelect,
    )
    topic = forms.ChoiceField(
        label=label("say.topic"),
        help_text=label("say.topic_help"),
        choices=[(NOTHING, label("say.no_topic")), *((str(each), topic_word(str(each))) for each in Topic)],
    )
    trap = forms.ChoiceField(
        label=label("say.trap"),
        choices=[("yes", label("say.yes")), ("no", label("say.no"))],
        widget=forms.RadioSelect,
        error_messages={"required": label("problem.TRAP")},
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what goes with the level: nothing for who cannot say, a topic from "unclear danger" up."""
        said = super().clean() or {}
        level = said.get("level")
        if level == UNCLEAR:
            self.errors.pop("trap", None)
            self.errors.pop("topic", None)
        elif level is not None and int(level) >= Level.UNCLEAR and said.get("topic") == NOTHING:
            self.add_error("topic", sentence("problem.TOPIC"))
        return said

    def said(self) -> Said:
        """Give what was said as the store takes it."""
        given = self.cleaned_data
        if given["level"] == UNCLEAR:
            return Said(None)
        topic = "" if given["topic"] == NOTHING else given["topic"]
        return Said(int(given["level"]), topic, given["trap"] == "yes")


@dataclass(frozen=True)
class Differs:
    """A message on which the two differ: in words, with the form to settle it or what waits."""

    both: Both
    said: Sequence[tuple[str, str]]  # who, what
    form: LabelForm | None
    proposed: str  # what one of the two proposed; empty for nothing
    confirms: bool  # whoever looks can confirm it


# --- the list ---------------------------------------------------------------------------------------------------------


@require_GET
@page_for(duty=Duty.ANSWER)
def index(request: Request) -> HttpResponse:
    """Show every round, what waits for whoever looks, and the ways to begin one."""
    return _index(request)


def _index(request: Request, written: WrittenForm | None = None, file: FileForm | None = None) -> HttpResponse:
    decides = may(request.roles, Duty.DECIDE)
    failed = bool((written and written.errors) or (file and file.errors))
    context = {
        "rows": [(each, _mine(each, request), name_of(each.round, each.messages)) for each in store.rounds()],
        "decides": decides,
        "written": (written or WrittenForm(auto_id="written_%s")) if decides else None,
        "file": (file or FileForm(auto_id="file_%s")) if decides else None,
        "notices": drift.open_ones() if decides else [],
    }
    return render(request, "crisis/labels/index.html", context, status=422 if failed else 200)


def _mine(each: store.Standing, request: Request) -> str:
    """Say what a round asks of whoever looks: go-on, take, wait, read, or nothing."""
    if each.round.discarded_at is not None:
        return "nothing"
    if each.complete:
        return "read"
    place = next((seat.place for seat in each.seats.values() if seat.account_id == request.actor), None)
    if place is not None:
        return "go-on" if each.done[place] < each.messages else "wait"
    return "take" if len(each.seats) < len(store.SEATS) else "nothing"


def name_of(found: LabelRound, messages: int) -> str:
    """Name a round as its reader knows it: by the title of its file, or by what came along."""
    if found.origin == "local":
        return found.title
    return sentence("begin.written_title", of=sentence(f"language.{found.language}"), n=messages)


@require_POST
@page_for(duty=Duty.DECIDE)
def begin(request: Request) -> HttpResponse:
    """Begin a round from the messages that came along: those that no round had yet, of every level and kind of trap."""
    form = WrittenForm(request.POST, auto_id="written_%s")
    if not form.is_valid():
        return _index(request, written=form)
    language, wanted = form.cleaned_data["language"], form.cleaned_data["wanted"]
    before = store.labelled_before(language)
    drawn = labelling.drawn(language, wanted, before=before)
    new = [store.New(each.text, each.family, Said(each.level, each.topic, bool(each.trap))) for each in drawn]
    try:
        made = store.begin(language, "written", "", new, sampled=False, by=request.user, at=request.now)
    except NotNow as no:
        form.add_error(None, sentence(f"refused.{no.code}"))
        return _index(request, written=form)
    return redirect("crisis:labels-round", made.pk)


@require_POST
@page_for(duty=Duty.DECIDE)
def upload(request: Request) -> HttpResponse:
    """Begin a round from a file of the service, in which nobody can be recognised."""
    form = FileForm(request.POST, request.FILES, auto_id="file_%s")
    if not form.is_valid():
        return _index(request, file=form)
    given = form.cleaned_data
    try:
        texts = labelling.read(given["file"], given["language"], most=store.MOST)
    except BadFile as bad:
        form.add_error("file", sentence(f"problem.{bad.code}", line=bad.line, most=store.MOST))
        return _index(request, file=form)
    new = [store.New(text, f"line-{number}") for number, text in texts]
    made = store.begin(
        given["language"], "local", given["title"], new, sampled=given["sampled"], by=request.user, at=request.now
    )
    return redirect("crisis:labels-round", made.pk)


# --- one round --------------------------------------------------------------------------------------------------------


@require_GET
@page_for(duty=Duty.ANSWER)
def one(request: Request, found: UUID) -> HttpResponse:
    """Show a round: how far it is; once both are through, how they agree and what is to be settled."""
    return _one(request, _round(found))


def _round(found: UUID) -> LabelRound:
    try:
        return store.one(found)
    except LabelRound.DoesNotExist as none:
        raise Http404 from none


def _one(request: Request, found: LabelRound, failed: tuple[int, LabelForm] | None = None) -> HttpResponse:
    standing = store.standing(found)
    context: dict[str, Any] = {
        "standing": standing,
        "round": found,
        "name": name_of(found, standing.messages),
        "mine": _mine(standing, request),
        "seats": [(standing.seats.get(place), standing.done[place]) for place in store.SEATS],
        "decides": may(request.roles, Duty.DECIDE),
        "holds": store.seat_of(found, request.user) is not None,
    }
    if standing.complete:
        both = store.both(found)
        waiting = [each for each in both if _open(each)]
        levels = [(one.level, other.level) for one, other in (each.labels for each in both)]
        context |= {
            "agree": agreement.of_pairs(levels),
            "differ": [_differs(each, request, failed) for each in waiting[:SHOWN]],
            "waiting": len(waiting),
            "table": _table(both),
            "author": _beside_author(both),
        }
        context["kappa"] = _kappa(context["agree"])
    return render(request, "crisis/labels/round.html", context, status=422 if failed else 200)


def _open(each: Both) -> bool:
    settled = each.settled
    return settled is None or (settled.how == "together" and settled.confirmed_at is None)


def _differs(each: Both, request: Request, failed: tuple[int, LabelForm] | None) -> Differs:
    said = [(one.seat.account.get_full_name(), in_words(one)) for one in each.labels]
    waiting = each.settled
    form = failed[1] if failed and failed[0] == each.item.pk else LabelForm(auto_id=f"item{each.item.place}_%s")
    mine = request.actor in {one.seat.account_id for one in each.labels}
    return Differs(
        both=each,
        said=said,
        form=form if each.text else None,
        proposed=in_words(waiting) if waiting is not None else "",
        confirms=waiting is not None and mine and waiting.by_id != request.actor,
    )


def in_words(each: Label | Settled) -> str:
    """Give a label in words."""
    if each.level is None:
        return sentence("level.unclear")
    parts = [sentence(f"level.n{each.level}")]
    if each.topic:
        parts.append(say(f"crisis.triage.topic.{each.topic}", reader_language()))
    if each.trap:
        parts.append(sentence("say.is_trap"))
    return "; ".join(parts)


def _kappa(found: agreement.Agreement) -> str:
    if found.kappa is None or found.low is None or found.high is None:
        return sentence("agree.no_kappa")
    return sentence("agree.kappa", kappa=figure(found.kappa), low=figure(found.low), high=figure(found.high))


def figure(value: float, digits: int = 2) -> str:
    """Give a number as this language writes it."""
    text = f"{value:.{digits}f}"
    return text.replace(".", ",") if reader_language() == "nl" else text


def _table(both: Sequence[Both]) -> dict[str, Any]:
    """Give how often each pair of levels was given: the first person's down, the second person's across."""
    across = [*range(len(Level)), None]
    counts = {(one, other): 0 for one in across for other in across}
    for each in both:
        counts[each.labels[0].level, each.labels[1].level] += 1
    heads = [sentence("level.unclear_short") if each is None else str(each) for each in across]
    rows = [[heads[place], *(str(counts[one, other] or "–") for other in across)] for place, one in enumerate(across)]
    return {"columns": [sentence("agree.corner"), *heads], "rows": rows}


def _beside_author(both: Sequence[Both]) -> list[tuple[str, str, str]]:
    """Give the written messages whose author said another level than was settled."""
    found = []
    for each in both:
        settled, item = each.settled, each.item
        if settled is None or settled.level is None or item.author_level is None or item.author_level == settled.level:
            continue
        found.append((each.text, sentence(f"level.n{item.author_level}"), in_words(settled)))
    return found


@require_POST
@page_for(duty=Duty.ANSWER)
def sit(request: Request, found: UUID) -> HttpResponse:
    """Take a seat, and begin."""
    this = _round(found)
    try:
        store.sit(this, by=request.user, at=request.now)
    except NotNow as no:
        messages.error(request, sentence(f"refused.{no.code}"))
        return redirect("crisis:labels-round", found)
    return redirect("crisis:labels-next", found)


@require_POST
@page_for(duty=Duty.ANSWER)
def leave(request: Request, found: UUID) -> HttpResponse:
    """Give one's seat up."""
    try:
        store.leave(_round(found), by=request.user, at=request.now)
    except NotNow as no:
        messages.error(request, sentence(f"refused.{no.code}"))
    else:
        messages.success(request, sentence("round.left"))
    return redirect("crisis:labels-round", found)


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.ANSWER)
def coming(request: Request, found: UUID) -> HttpResponse:
    """Label one message, then the next."""
    seat = store.seat_of(_round(found), request.user)
    this = store.coming(seat) if seat is not None and seat.round.discarded_at is None else None
    if seat is None or this is None:
        return redirect("crisis:labels-round", found)
    form = LabelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if str(this.item) != request.POST.get("item"):
            messages.error(request, sentence("refused.SAID"))
            return redirect("crisis:labels-next", found)
        store.say(seat, this.item, form.said(), at=request.now)
        return redirect("crisis:labels-next", found)
    context = {"round": seat.round, "name": name_of(seat.round, this.of), "next": this, "form": form}
    return render(request, "crisis/labels/next.html", context, status=422 if form.is_bound else 200)


@require_POST
@page_for(duty=Duty.ANSWER)
def settle(request: Request, found: UUID, item: int) -> HttpResponse:
    """Settle a message on which the two differ, or confirm what the other proposed."""
    this = _round(found)
    try:
        if request.POST.get("do") == "confirm":
            store.confirm(this, item, by=request.user, at=request.now)
        else:
            form = LabelForm(request.POST, auto_id="given_%s")
            if not form.is_valid():
                if this.complete_at is None:
                    raise NotNow("NOT_COMPLETE")
                return _one(request, this, (item, form))
            store.settle(this, item, form.said(), by=request.user, at=request.now)
    except NotNow as no:
        messages.error(request, sentence(f"refused.{no.code}"))
    else:
        messages.success(request, sentence("settle.done"))
    return redirect("crisis:labels-round", found)


@require_POST
@page_for(duty=Duty.DECIDE)
def discard(request: Request, found: UUID) -> HttpResponse:
    """Throw the texts of a round away, for good."""
    try:
        store.discard(_round(found), by=request.user, at=request.now)
    except NotNow as no:
        messages.error(request, sentence(f"refused.{no.code}"))
    else:
        messages.success(request, sentence("round.discarded"))
    return redirect("crisis:labels")


urlpatterns = [
    path("line/labels", index, name="labels"),
    path("line/labels/begin", begin, name="labels-begin"),
    path("line/labels/upload", upload, name="labels-upload"),
    path("line/labels/<uuid:found>", one, name="labels-round"),
    path("line/labels/<uuid:found>/sit", sit, name="labels-sit"),
    path("line/labels/<uuid:found>/leave", leave, name="labels-leave"),
    path("line/labels/<uuid:found>/next", coming, name="labels-next"),
    path("line/labels/<uuid:found>/settle/<int:item>", settle, name="labels-settle"),
    path("line/labels/<uuid:found>/discard", discard, name="labels-discard"),
]
