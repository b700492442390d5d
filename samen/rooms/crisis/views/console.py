"""The pages of those who answer the line: who is next and why, their talks, and asking a colleague."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.functional import lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from samen.ledger.store import LedgerDamaged
from samen.people.access import NotAllowed
from samen.people.door import Request, page_about, page_for
from samen.people.models import Account
from samen.people.roles import Duty, Scope, may
from samen.rooms.crisis import triage
from samen.rooms.crisis.jobs import adapters
from samen.rooms.crisis.marking import Piece, pieces
from samen.rooms.crisis.models.contact import OUTCOMES
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.store import alarms, contacts, duty, policies, queue, talks
from samen.rooms.crisis.store.contacts import Talk, short_name
from samen.rooms.crisis.views.reader import saying

LIMITS = (1, 2, 3, 4, 5)


sentence = saying("crisis.console")
label = lazy(sentence, str)
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ShiftForm(forms.Form):
    """A shift to come."""

    starts = forms.DateTimeField(label=label("duty.starts"), widget=MOMENT)
    ends = forms.DateTimeField(label=label("duty.ends"), widget=MOMENT)


class NoteForm(forms.Form):
    """A note for colleagues, or what was tried."""

    kind = forms.ChoiceField(
        label=label("note.kind"),
        choices=[("note", label("note.note")), ("tried", label("note.tried"))],
    )
    text = forms.CharField(label=label("note.text"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class ColleagueForm(forms.Form):
    """A colleague on duty, asked to take over or to join."""

    colleague = forms.ChoiceField(label=label("colleague.who"))
    kind = forms.ChoiceField(
        label=label("colleague.what"),
        choices=[(each, label(f"colleague.{each}")) for each in ("second", "hand-over")],
    )

    def __init__(self, colleagues: list[Account], *args: Any, **kwargs: Any) -> None:
        """Offer those who are on duty now, and nobody else."""
        super().__init__(*args, **kwargs)
        self.fields["colleague"].choices = [(str(each.id), each.get_full_name()) for each in colleagues]  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """How a talk stands when it is rounded off."""

    outcome = forms.ChoiceField(
        label=label("close.how"),
        choices=[(each, label(f"outcome.{each}")) for each in OUTCOMES],
    )


@never_cache
@require_GET
@page_for(duty=Duty.ANSWER)
def console(request: Request) -> HttpResponse:
    """Show who waits in each lane, and why the next one is next, to whoever is on duty."""
    return _console(request)


def _console(request: Request, form: ShiftForm | None = None, status: int = 200) -> HttpResponse:
    shift, now = duty.shift(request.user, request.now), request.now
    mine, asked = talks.of_counsellor(request.user), talks.asked(request.user)
    policy, on_duty = policies.current(), duty.count(now)
    context: dict[str, Any] = {
        "shift": shift,
        "on_duty": on_duty,
        "lanes": queue.lanes(now),
        "policy": policy,
        "reserved": round(policy.reserved * 100),
        "mine": mine,
        "asked": asked,
        "limits": LIMITS,
        "full": shift is not None and len(mine) >= shift.limit,
        "decides": may(request.roles, Duty.DECIDE),
        "form": form or ShiftForm(),
        "signature": f"{queue.signature(on_duty)}/{_own_part(mine, asked)}",
    }
    if shift is not None and shift.break_since is None and not context["full"]:
        try:
            context["next"] = _next(request, policy, on_duty)
        except (DatabaseError, LedgerDamaged):
            return render(request, "people/not_noted.html", status=503)
    return render(request, "crisis/console/queue.html", context, status=status)


def _next(request: Request, policy: triage.Policy, on_duty: int) -> dict[str, Any] | None:
    """Give why the next one is next: the rule, the time, their own word, and what a computer marked. The look is noted first."""
    upcoming = queue.next_up(request.now, policy, on_duty)
    if upcoming is None:
        return None
    shown = {"up": upcoming, "name": short_name(upcoming.contact), "own": upcoming.own_urgency}
    if policy.read_first:
        return shown
    access = queue.may_look(request.user, upcoming, now=request.now)
    lines = [each for each in contacts.lines(access, upcoming.contact, spans=True) if each.who == "contact"]
    read_as = contacts.reasons(access, upcoming.contact)
    marked = [pieces(each.text, each.spans) for each in lines if each.spans]
    newest = [pieces(lines[-1].text, ())] if lines and not marked else []
    right = _alarms(read_as, upcoming.language)
    return {**shown, "read": read_as, "alarms": right, "words": [*marked[-3:], *newest]}


def _alarms(read_as: Mapping[str, Any] | None, language: str) -> alarms.Shown | None:
    """Give what 100 alarms here come to, where a computer raised one."""
    return alarms.of_alarms(language) if read_as and read_as["level"] >= Level.DANGER else None


@require_POST
@page_for(duty=Duty.ANSWER)
def shift(request: Request) -> HttpResponse:
    """Go on or off duty, begin or end a break."""
    match request.POST.get("do"):
        case "begin":
            limit = request.POST.get("limit", "2")
            duty.begin(request.user, limit=int(limit) if limit in map(str, LIMITS) else 2, now=request.now)
        case "end":
            duty.end(request.user, now=request.now)
        case "pause":
            duty.pause(request.user, now=request.now)
        case "resume":
            duty.resume(request.user, now=request.now)
    return redirect("crisis:console")


@require_POST
@page_for(duty=Duty.ANSWER)
def plan(request: Request) -> HttpResponse:
    """Plan a shift, so that whoever writes earlier knows when somebody is there."""
    form = ShiftForm(request.POST)
    if form.is_valid():
        starts, ends = form.cleaned_data["starts"], form.cleaned_data["ends"]
        if starts > request.now and _planned(request.user, starts, ends):
            messages.success(request, sentence("duty.planned"))
            return redirect("crisis:console")
        form.add_error("ends", sentence("duty.plan_wrong"))
    return _console(request, form, status=422)


def _planned(account: Account, starts: datetime, ends: datetime) -> bool:
    try:
        duty.plan(account, starts, ends)
    except ValueError:
        return False
    return True


@require_POST
@page_for(duty=Duty.ANSWER)
def take(request: Request) -> HttpResponse:
    """Take whoever is next."""
    try:
        taken = queue.take_next(request.user, now=request.now)
    except NotAllowed:
        messages.warning(request, sentence("next.full"))
        return redirect("crisis:console")
    if taken is None:
        messages.info(request, sentence("next.none"))
        return redirect("crisis:console")
    return redirect("crisis:person", person=taken.person)


@require_POST
@page_for(duty=Duty.ANSWER)
def answer_colleague(request: Request, invitation: int) -> HttpResponse:
    """Accept or decline what a colleague asks."""
    if request.POST.get("do") != "accept":
        talks.decline(invitation, request.user, now=request.now)
        return redirect("crisis:console")
    person = talks.accept(invitation, request.user, now=request.now)
    return redirect("crisis:person", person=person) if person else redirect("crisis:console")


@never_cache
@require_GET
@page_about(Scope.TALK, duty=Duty.ANSWER)
def person(request: Request, person: UUID) -> HttpResponse:
    """Show a talk to the counsellor who has it, or who joined it."""
    return _talk(request)


@require_POST
@page_about(Scope.TALK, duty=Duty.ANSWER)
def reply(request: Request, person: UUID) -> HttpResponse:
    """Keep an answer; sent twice, it stands once. For mail and SMS it goes out as well."""
    found = talks.open_talk(request.access)
    text = request.POST.get("text", "").strip()
    if found is not None and text:
        once = request.POST.get("once", "")[:40] or str(uuid4())
        if talks.reply(request.access, found.id, text[: contacts.LONGEST], client_id=once, at=request.now):
            adapters.send(found.channel, contacts.address(request.access, found.id), text)
    return redirect("crisis:person", person=person)


@require_POST
@page_about(Scope.TALK, duty=Duty.ANSWER)
def note(request: Request, person: UUID) -> HttpResponse:
    """Keep a note, or what was tried."""
    found, form = talks.open_talk(request.access), NoteForm(request.POST)
    if found is None or not form.is_valid():
        return _talk(request, note_form=form, status=422)
    talks.write_down(request.access, found.id, form.cleaned_data["kind"], form.cleaned_data["text"], at=request.now)
    return redirect("crisis:person", person=person)


@require_POST
@page_about(Scope.TALK, duty=Duty.ANSWER)
def invite(request: Request, person: UUID) -> HttpResponse:
    """Ask a colleague to take over or to join."""
    there = _colleagues(request)
    found, form = talks.open_talk(request.access), ColleagueForm(there, request.POST)
    if found is None or not form.is_valid():
        return _talk(request, colleague_form=form, status=422)
    chosen = next(each for each in there if str(each.id) == form.cleaned_data["colleague"])
    talks.invite(request.access, found.id, chosen, form.cleaned_data["kind"], at=request.now)
    messages.success(request, sentence("colleague.sent"))
    return redirect("crisis:person", person=person)


@require_POST
@page_about(Scope.TALK, duty=Duty.ANSWER)
def close(request: Request, person: UUID) -> HttpResponse:
    """Round a talk off with its outcome, or put it back in the queue."""
    found, form = talks.open_talk(request.access), CloseForm(request.POST)
    if found is not None and request.POST.get("do") == "give-back":
        talks.give_back(request.access, found.id, at=request.now)
        return redirect("crisis:console")
    if found is None or not form.is_valid():
        return _talk(request, close_form=form, status=422)
    talks.close(request.access, found.id, form.cleaned_data["outcome"], at=request.now)
    messages.success(request, sentence("close.done"))
    return redirect("crisis:console")


def _talk(
    request: Request,
    *,
    note_form: NoteForm | None = None,
    colleague_form: ColleagueForm | None = None,
    close_form: CloseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = talks.open_talk(request.access)
    if found is None:
        return render(request, "crisis/console/none.html", status=status)
    shows = request.GET.get("computer", "no" if policies.current().read_first else "yes") == "yes"
    read_as = contacts.reasons(request.access, found.id) if shows else None
    colleagues = _colleagues(request)
    context = {
        "talk": found,
        "person": request.access.person,
        "name": short_name(found.id),
        "shows": shows,
        "lines": _lines(request, found, shows=shows),
        "read": read_as,
        "alarms": _alarms(read_as, found.language),
        "notes": talks.written(request.access, found.id),
        "asq": contacts.screening(request.access, found.id),
        "once": str(uuid4()),
        "note_form": note_form or NoteForm(),
        "colleague_form": colleague_form or (ColleagueForm(colleagues) if colleagues else None),
        "close_form": close_form or CloseForm(),
        "mine": [each for each in talks.of_counsellor(request.user) if each[0] != request.access.person],
        "signature": live_signature(request.user, request.now, part="talks"),
    }
    return render(request, "crisis/console/talk.html", context, status=status)


def _lines(request: Request, found: Talk, *, shows: bool) -> list[tuple[contacts.Line, tuple[Piece, ...]]]:
    lines = contacts.lines(request.access, found.id, spans=shows)
    return [(each, pieces(each.text, each.spans)) for each in lines]


def _colleagues(request: Request) -> list[Account]:
    return [each for each in duty.there(request.now) if each.id != request.actor]


def live_signature(account: Account, now: datetime, part: str = "queue") -> str:
    """Give a word that changes when a page of this counsellor would."""
    own = _own_part(talks.of_counsellor(account), talks.asked(account))
    return own if part == "talks" else f"{queue.signature(duty.count(now))}/{own}"


def _own_part(mine: Sequence[tuple[Any, Any, int]], asked: Sequence[Any]) -> str:
    return f"{'-'.join(str(changes) for _, _, changes in mine)}/{len(asked)}"


urlpatterns = [
    path("line/console/", console, name="console"),
    path("line/console/shift/", shift, name="shift"),
    path("line/console/plan/", plan, name="plan"),
    path("line/console/take/", take, name="take"),
    path("line/console/asked/<int:invitation>/", answer_colleague, name="answer-colleague"),
    path("line/people/<uuid:person>/", person, name="person"),
    path("line/people/<uuid:person>/reply/", reply, name="reply"),
    path("line/people/<uuid:person>/note/", note, name="note"),
    path("line/people/<uuid:person>/invite/", invite, name="invite"),
    path("line/people/<uuid:person>/close/", close, name="close"),
]
