"""The person's page "AI and me": what may run, yes and no, and everything that was said about them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from samen.people import store as people
from samen.people.door import Request, own, own_page
from samen.people.roles import Scope
from samen.rights import door, overview
from samen.rights.incidents import SIX_RIGHTS, Kind
from samen.rights.overview import SystemLine
from samen.rights.register import Registered
from samen.rights.store import cases, consent, inference, mine, stopping
from samen.rights.store import systems as register
from samen.rights.store.cases import Open
from samen.rights.store.consent import Said
from samen.rights.views import saying
from samen.rights.views.saying import sentence
from samen.rights.words import Stage
from samen.words import sentences

NEWEST, LOOKS = 5, 3
TAUGHT = "rights.taught_back"  # in the session: system to the words whose question was answered


@require_GET
@own_page
def me(request: Request) -> HttpResponse:
    """Show everything at once: what may run, stop, what was said, my rights, who looked."""
    said = consent.history(request.access)
    asked = cases.mine(request.access)
    records = inference.records(own(request, Scope.FINDINGS))
    paused = mine.paused_since(request.access)
    lines = system_lines(said, request.now, paused=paused is not None)
    context = {
        "systems": [shown_line(each) for each in lines],
        "paused": paused,
        "crisis": mine.crisis_until(request.access, request.now),
        "categories": overview.categories([each.manifest for each in door.systems()]),
        "findings": [saying.finding(each, marks(asked)) for each in records[:NEWEST]],
        "more": len(records) > NEWEST,
        "not_run": saying.not_run(mine.not_run(request.access)[:LOOKS]),
        "rights": [(kind, cases.terms()[kind]["ours"]) for kind in SIX_RIGHTS],
        "open": [each for each in asked if each.closed_at is None],
        "answered": any(each.closed_at is not None for each in asked),
        "looks": people.who_looked(request.access)[:LOOKS],
        "stops": stopping.mine(request.access)[:LOOKS],
        "human_days": cases.terms()[Kind.HUMAN]["ours"],
    }
    return render(request, "rights/person/me.html", context)


def system_lines(said: list[Said], now: datetime, *, paused: bool) -> list[SystemLine]:
    """Give what may run for a person, system by system. One query."""
    states = register.states()
    return [
        overview.line(
            each.manifest,
            [consent.as_statement(one) for one in said if one.subject == each.id],
            Stage(states[each.id].stage) if each.id in states else None,
            now,
            paused=paused,
        )
        for each in door.systems()
    ]


@dataclass(frozen=True)
class Choice:
    """One pair of yes and no."""

    words: str
    subject: str  # read aloud with each button
    choice: bool | None
    standing: str
    fields: dict[str, str]

    @property
    def standing_key(self) -> str:
        """Give the name of the sentence that says what holds, for paper."""
        return f"standing_{self.standing}"


@dataclass(frozen=True)
class Shown:
    """One system as the page shows it."""

    line: SystemLine
    name: str
    short: str
    choices: tuple[Choice, ...]
    several: bool


def shown_line(line: SystemLine, back: str = "me") -> Shown:
    """Put a system's line in words, with a pair of buttons for each use."""
    name = saying.name_of(line.id)
    choices = tuple(
        Choice(
            words=saying.use_words(each.use),
            subject=sentence("rights.me.run.subject", name=name, use=saying.use_words(each.use, short=True)),
            choice=each.choice,
            standing=str(each.standing),
            fields={"use": each.use.key, "back": back},
        )
        for each in line.uses
    )
    return Shown(line, name, saying.name_of(line.id, "short"), choices, several=len(choices) > 1)


def marks(asked: list[Open]) -> dict[UUID | None, list[Open]]:
    """Give a person's cases by the finding that they are about."""
    found: dict[UUID | None, list[Open]] = {}
    for each in asked:
        found.setdefault(each.record, []).append(each)
    return found


@require_GET
@own_page
def choose(request: Request, system: str) -> HttpResponse:
    """Show one system in plain words, and then the choice. Having been shown this is written down: a yes needs it."""
    handle = _system(system)
    consent.notice(request.access, handle, at=request.now)
    said = consent.history(request.access, handle.id)
    paused = mine.paused_since(request.access)
    line = next(each for each in system_lines(said, request.now, paused=paused is not None) if each.id == handle.id)
    context = {
        "system": handle,
        "manifest": handle.manifest,
        "shown": shown_line(line, back="system"),
        "paused": paused,
        "asked": request.GET.get("use", ""),
        "teach_back": None if line.agreed else _question(request, handle),
        "history": said,
        "alternative": saying.address(handle.manifest.alternative),
        "sheet": saying.address("rights:system", handle.id),
        "said_lines": [told_statement(each) for each in said],
    }
    return render(request, "rights/person/choose.html", context)


def told_statement(each: Said) -> tuple[Said, str]:
    """Put one statement in a sentence: "On 12 November you said yes to ..."."""
    key = f"rights.consent.said_{'yes' if each.yes else 'no'}"
    use = saying.use_words(each.use, short=True)
    return each, sentence(key, day=saying.day(each.at), time=saying.clock(each.at), use=use)


def _question(request: Request, handle: Registered) -> dict[str, object] | None:
    """Give the teach-back question of a heavy system, with the reply to the last answer; nothing for the others."""
    if not handle.manifest.heavy:
        return None
    key = f"{handle.manifest.words}.teach_back"
    names = overview.answers(handle.manifest.words, sentences())
    answers = sorted((sentence(f"{key}.answers.{name}"), name) for name in names)
    reply = request.GET.get("reply", "")
    return {
        "question": sentence(f"{key}.question"),
        "answers": [(name, text) for text, name in answers],
        "reply": sentence(f"{key}.{reply}") if reply in ("right", "wrong") else "",
        "done": taught(request, handle),
    }


def taught(request: Request, handle: Registered) -> bool:
    """Say whether the question about these very words was answered well in this session."""
    return bool(request.session.get(TAUGHT, {}).get(handle.id) == handle.words)


@require_POST
@own_page
def teach_back(request: Request, system: str) -> HttpResponse:
    """Take an answer to the question. A wrong one costs nothing but another look."""
    handle = _system(system)
    answer = request.POST.get("answer", "")
    known = answer in overview.answers(handle.manifest.words, sentences())
    right = known and overview.is_right(answer)
    if right:
        request.session[TAUGHT] = {**request.session.get(TAUGHT, {}), handle.id: handle.words}
    use = request.POST.get("use", "")
    asked = f"&use={use}" if use in _keys(handle) else ""
    return _to(handle, f"?reply={'right' if right else 'wrong'}{asked}#choose")


@require_POST
@own_page
def say(request: Request, system: str) -> HttpResponse:
    """Take one yes or one no to one use: one press, one statement. A yes comes after the notice; a no never waits."""
    handle = _system(system)
    use = next((each for each in handle.manifest.uses if each.key == request.POST.get("use")), None)
    answer = request.POST.get("answer")
    if use is None or answer not in ("yes", "no"):
        raise Http404
    yes = answer == "yes"
    if yes and handle.manifest.heavy and not taught(request, handle):
        return _to(handle, f"?use={use.key}#content")
    try:
        consent.say(request.access, handle, use, yes=yes, at=request.now, language=saying.language())
    except consent.NotShown:
        return _to(handle, f"?use={use.key}#content")
    kept = sentence(f"rights.me.run.{answer}_kept", use=saying.use_words(use, short=True))
    messages.success(request, kept)
    return redirect("rights:me") if request.POST.get("back") == "me" else _to(handle)


def _to(handle: Registered, rest: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("rights:choose", args=[handle.id]) + rest)


def _keys(handle: Registered) -> set[str]:
    return {each.key for each in handle.manifest.uses}


def _system(name: str) -> Registered:
    if (found := door.system(name)) is None:
        raise Http404
    return found


@require_POST
@own_page
def unfreeze(request: Request) -> HttpResponse:
    """Lift the pause of all AI, by the person's own press."""
    mine.lift_pause(request.access, at=request.now)
    messages.success(request, sentence("rights.me.paused.lifted"))
    return redirect("rights:me")


URLS = [
    path("ai", me, name="me"),
    path("ai/systems/<str:system>", choose, name="choose"),
    path("ai/systems/<str:system>/say", say, name="say"),
    path("ai/systems/<str:system>/teach-back", teach_back, name="teach-back"),
    path("ai/lift-pause", unfreeze, name="unfreeze"),
]
