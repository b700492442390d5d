"""The pages of a person's own watch, and the two small pages of whoever they named, which need no account."""

from dataclasses import dataclass
from smtplib import SMTPException
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people.door import Request, own_page, public_page
from samen.rights import door as rights
from samen.rights import gate
from samen.rights.words import Denied
from samen.rooms.crisis import systems, watching
from samen.rooms.crisis.jobs import watching as jobs
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.store import watching as store
from samen.rooms.crisis.views.watching_forms import ContactForm, RuleForm, TryForm, as_initial, sentence
from samen.rooms.crisis.watching import Rule, Source, Step, Whom
from samen.words import say

WORKING = (Source.JOURNAL,)  # places that are in the product; the others come with their rooms


@require_GET
@own_page
def page(request: Request) -> HttpResponse:
    """Show whether somebody's watch is on, their rule, who was told, and a way to rehearse it."""
    return _page(request)


def _page(request: Request, *, status: int = 200, **more: Any) -> HttpResponse:
    contacts = store.contacts(request.access)
    kept = store.newest(request.access)
    names = {str(each.id): each.name for each in contacts}
    context = {
        "contacts": contacts,
        "kept": kept,
        "until": _day(kept.rule.until) if kept else "",
        "problems": _problems(request, kept, contacts),
        "sources": _places(request, kept),
        "contact_form": ContactForm(),
        "rule_form": RuleForm(contacts, initial=as_initial(kept.rule) if kept else None),
        "try_form": TryForm(),
        "alarms": [_line(each, names) for each in store.alerts(request.access)],
        "system": systems.WATCH.id,
        **more,
    }
    return render(request, "crisis/watching/page.html", context, status=status)


def _problems(request: Request, kept: store.KeptRule | None, contacts: list[store.Contact]) -> list[str]:
    """Give, in order, why nothing would be told now; an empty list when it works."""
    if kept is None:
        return ["NO_RULE"]
    agreed = frozenset(str(each.id) for each in contacts if each.said_yes)
    found = watching.problems(kept.rule, request.now, said_yes=agreed)
    return found if any(each["yes"] for each in _places(request, kept)) else [*found, "NO_YES"]


def _places(request: Request, kept: store.KeptRule | None) -> list[dict[str, Any]]:
    steps = kept.rule.steps if kept else ()
    return [
        {
            "source": source.value,
            "there": source in WORKING,
            "yes": bool(steps)
            and all(
                rights.says_yes(request.access, systems.WATCH, use, request.now) for use in watching.uses(source, steps)
            ),
        }
        for source in Source
    ]


@dataclass(frozen=True)
class Line:
    """One alert as its person reads it."""

    id: UUID
    record: UUID | None
    said: list[str]
    open: bool


def _line(alarm: store.Alarm, names: dict[str, str]) -> Line:
    said = [sentence("alerts.heard", when=_moment(alarm.at), place=sentence(f"alerts.place.{alarm.source}"))]
    for told in alarm.told:
        who = _who(alarm.rule.steps[told.step], names)
        said.append(sentence("alerts.told", when=_moment(told.at), who=who))
        if told.seen_at:
            said.append(sentence("alerts.seen", when=_moment(told.seen_at), who=who))
    if not alarm.told and not alarm.ended_by:
        said.append(sentence("alerts.nobody_yet", when=_moment(watching.due(alarm.rule, 0, alarm.at))))
    if alarm.ended_by:
        said.append(sentence(f"alerts.ended.{alarm.ended_by}"))
    return Line(alarm.id, alarm.record, said, not alarm.ended_by)


def _who(step: Step, names: dict[str, str]) -> str:
    if step.whom is Whom.CONTACT:
        return names.get(step.contact, sentence("whom.gone"))
    return sentence(f"whom.{step.whom}")


def _day(at: Any) -> str:
    return str(formats.date_format(timezone.localtime(at), "j F Y"))


def _moment(at: Any) -> str:
    return str(formats.date_format(timezone.localtime(at), "j F, H:i"))


def _language() -> str:
    return (get_language() or settings.LANGUAGE_CODE)[:2]


@require_POST
@own_page
def name_contact(request: Request) -> HttpResponse:
    """Name somebody, and send them the question."""
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, contact_form=form)
    name, email = form.cleaned_data["name"], form.cleaned_data["email"]
    try:
        contact, token = store.name_contact(request.access, name, email, at=request.now)
    except ValueError as wrong:
        form.add_error(None, sentence(f"problem.{wrong}"))
        return _page(request, status=422, contact_form=form)
    letter = watching.question(
        name=name,
        person=jobs.called(request.person),
        service=settings.SAMEN.service_name,
        link=jobs.address("crisis:asked", token),
        language=_language(),
    )
    try:
        jobs.post(letter, email)
    except (OSError, SMTPException):
        store.remove_contact(request.access, contact)
        form.add_error(None, sentence("not_sent"))
        return _page(request, status=503, contact_form=form)
    messages.success(request, sentence("asked_them", name=name))
    return redirect("crisis:watch")


@require_POST
@own_page
def remove_contact(request: Request, contact: UUID) -> HttpResponse:
    """Forget somebody."""
    if store.remove_contact(request.access, contact):
        messages.success(request, sentence("removed"))
    return redirect("crisis:watch")


@require_POST
@own_page
def write(request: Request) -> HttpResponse:
    """Keep the rule as it was written."""
    form = RuleForm(store.contacts(request.access), request.POST)
    if not form.is_valid():
        return _page(request, status=422, rule_form=form)
    store.write(request.access, form.rule(_language()), at=request.now)
    messages.success(request, sentence("saved"))
    return redirect("crisis:watch")


@require_POST
@own_page
def pause(request: Request) -> HttpResponse:
    """Pause at once, or turn on again."""
    on = request.POST.get("pause") == "yes"
    if store.pause(request.access, on=on, at=request.now):
        messages.success(request, sentence("paused" if on else "resumed"))
    return redirect("crisis:watch")


@require_POST
@own_page
def wrong(request: Request, alert: UUID) -> HttpResponse:
    """Let the person say that an alert was wrong: nobody more is told, and it counts in what is known of the system."""
    done = store.end(request.access, alert, "wrong", at=request.now)
    messages.success(request, sentence("wrong_done" if done else "too_late"))
    record = next((each.record for each in store.alerts(request.access) if each.id == alert), None)
    return redirect("rights:misfit", record) if done and record else redirect("crisis:watch")


@require_POST
@own_page
def rehearse(request: Request) -> HttpResponse:
    """Show what would happen for words that the person tries out: a validation run, which is in nobody's record."""
    form = TryForm(request.POST)
    kept = store.newest(request.access)
    if kept is None or not form.is_valid():
        return _page(request, status=422, try_form=form)
    contacts = store.contacts(request.access)
    if "send" in request.POST:
        return _send_rehearsal(request, kept.rule, [each for each in contacts if each.said_yes])
    piece = {"texts": [form.cleaned_data["text"]], "language": _language(), "hears": systems.hears()}
    ran = gate.trial(systems.WATCH, [piece])
    tried: dict[str, Any] = {"text": form.cleaned_data["text"]}
    if isinstance(ran, Denied):
        tried["denied"] = sentence("rehearse.denied", why=say(f"rights.denied.{ran.code}", _language()))
    else:
        level = Level(ran.findings[0][0].value["level"])
        tried |= {"heard": level >= kept.rule.level, **_would(request, kept.rule, contacts)}
    return _page(request, try_form=form, tried=tried)


def _would(request: Request, rule: Rule, contacts: list[store.Contact]) -> dict[str, Any]:
    names = {str(each.id): each.name for each in contacts}
    steps = []
    for number, step in enumerate(rule.steps):
        minutes = rule.first_minutes + number * rule.next_minutes
        key = "rehearse.step" if minutes else "rehearse.at_once"
        steps.append(sentence(key, minutes=minutes, who=_who(step, names)))
    first = next((names[step.contact] for step in rule.steps if step.contact in names), sentence("whom.clinicians"))
    return {"steps": steps, "letter": _letter(request, rule, first)}


def _letter(request: Request, rule: Rule, name: str) -> watching.Letter:
    return watching.letter(
        rule,
        name=name,
        person=jobs.called(request.person),
        link=jobs.address("crisis:told", "rehearsal"),
        numbers=jobs.two_numbers(rule, request.now),
        rehearsal=True,
    )


def _send_rehearsal(request: Request, rule: Rule, agreed: list[store.Contact]) -> HttpResponse:
    for each in agreed:
        jobs.post(_letter(request, rule, each.name), each.email)
    messages.success(request, sentence("rehearse.sent", n=len(agreed)))
    return redirect("crisis:watch")


# --- without an account -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@public_page
def asked(request: Request, token: str) -> HttpResponse:
    """Ask somebody whom a person named; who named them stands in the mail, not here."""
    if request.method == "POST":
        store.answer(token, yes=request.POST.get("answer") == "yes", at=request.now)
        return redirect("crisis:asked", token)
    contact = store.asked(token)
    return render(request, "crisis/watching/asked.html", {"contact": contact}, status=200 if contact else 404)


@require_http_methods(["GET", "POST"])
@public_page
def told(request: Request, token: str) -> HttpResponse:
    """Show whoever was told the person's own words, and let them say that they have seen it."""
    if request.method == "POST":
        store.seen(token, at=request.now)
        return redirect("crisis:told", token)
    if token == "rehearsal":
        return render(request, "crisis/watching/told.html", {"rehearsal": True})
    found = store.told_by(token)
    context = {
        "told": found[0] if found else None,
        "rule": found[1] if found else None,
        "over": bool(found and found[0].alert.ended_by in ("wrong", "stopped")),
    }
    return render(request, "crisis/watching/told.html", context, status=200 if found else 404)


urlpatterns = [
    path("watch/", page, name="watch"),
    path("watch/contact", name_contact, name="watch-contact"),
    path("watch/contact/<uuid:contact>/remove", remove_contact, name="watch-contact-remove"),
    path("watch/rule", write, name="watch-rule"),
    path("watch/pause", pause, name="watch-pause"),
    path("watch/rehearse", rehearse, name="watch-rehearse"),
    path("watch/alert/<uuid:alert>/wrong", wrong, name="watch-wrong"),
    path("asked/<str:token>", asked, name="asked"),
    path("told/<str:token>", told, name="told"),
]
