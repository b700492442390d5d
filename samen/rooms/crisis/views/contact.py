"""The pages of whoever writes to the help line. No account, no script; what opens a talk is a key that only they hold."""

from typing import Any, cast
from uuid import uuid4

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people.access import Allowed, Ground
from samen.people.door import Request, public_page
from samen.people.models import Person
from samen.people.roles import Role, Scope
from samen.rights import door as rights
from samen.rights.body import tell
from samen.rooms.crisis import numbers, systems
from samen.rooms.crisis.jobs import line
from samen.rooms.crisis.store import contacts, duty, queue
from samen.rooms.crisis.store.contacts import Mine, Talk
from samen.words import say

COOKIE = "line"
KEPT_DAYS = 14
BEGIN = {"begin_line": "30/h/ip"}
QUESTIONS = ("q1", "q2", "q3", "q4", "q5")
ANSWERS = ("yes", "no", "none")


@never_cache
@require_GET
@public_page
def start(request: Request) -> HttpResponse:
    """Say who is there, and ask before anything else whether a computer may read along."""
    if (mine := mine_of(request)) is not None and not _is_closed(mine):
        return redirect("crisis:talk")
    return render(request, "crisis/contact/start.html", {**_there(request), "system": systems.TRIAGE.id})


@never_cache
@require_POST
@public_page
def begin(request: Request) -> HttpResponse:
    """Begin a talk with the one press, yes or no. The page that follows shows the way back, once."""
    if request.POST.get("answer") not in ("yes", "no"):
        return redirect("crisis:start")
    if (mine := mine_of(request)) is not None and not _is_closed(mine):
        return redirect("crisis:talk")
    yes = request.POST["answer"] == "yes"
    if not ratelimit.consume(request, app="crisis", action="begin_line", config=BEGIN):
        return render(request, "crisis/contact/start.html", {**_there(request), "too_often": True}, status=429)
    made = contacts.begin("web", _language(), now=request.now)
    mine = contacts.of_token(made.token)
    if mine is None:
        raise RuntimeError("A talk that was just begun is not there.")
    line.tell_and_choose(mine, yes=yes, at=request.now, language=_language())
    response = _page(request, mine, code=made.code)
    _keep(response, made.token)
    return response


@never_cache
@require_GET
@public_page
def talk(request: Request) -> HttpResponse:
    """Show one's own talk."""
    mine = mine_of(request)
    return _page(request, mine) if mine else redirect("crisis:start")


@never_cache
@require_POST
@public_page
def write(request: Request) -> HttpResponse:
    """Keep a message; sent twice, it stands once. In danger the page that follows shows at once what helps."""
    mine = mine_of(request)
    if mine is None:
        return redirect("crisis:start")
    text = request.POST.get("text", "").strip()
    if not text:
        return _page(request, mine, missing=True, status=422)
    given = request.POST.get("once", "")[:40] or str(uuid4())
    taken = line.take_in(mine, text, client_id=given, at=request.now)
    found = contacts.talk(mine.access, mine.contact)
    if taken.is_new and not taken.read and found is not None and found.wants_computer:
        messages.info(request, say("crisis.line.computer.off", _language()))
    return redirect("crisis:talk")


@require_POST
@public_page
def urgency(request: Request) -> HttpResponse:
    """Keep how urgent the person says it is."""
    mine, said = mine_of(request), request.POST.get("urgency", "")
    if mine is not None and said in ("1", "2", "3"):
        contacts.say_urgency(mine.access, mine.contact, int(said))
    return redirect("crisis:talk" if mine else "crisis:start")


@require_POST
@public_page
def computer(request: Request) -> HttpResponse:
    """Let the person say yes or no again: with a no, what the computer made of the talk is gone at once; with a yes, it reads at once."""
    mine, said = mine_of(request), request.POST.get("answer", "")
    if mine is not None and said in ("yes", "no"):
        before = contacts.talk(mine.access, mine.contact)
        line.tell_and_choose(mine, yes=said == "yes", at=request.now, language=_language())
        if said == "yes" and before is not None and before.wants_computer is not True and not _is_closed(mine):
            line.read_so_far(mine, at=request.now)
    return redirect("crisis:talk" if mine else "crisis:start")


@require_POST
@public_page
def wrong(request: Request) -> HttpResponse:
    """Let the person say that what the computer made of the talk is wrong: a human looks into it."""
    if (mine := mine_of(request)) is None:
        return redirect("crisis:start")
    access = mine.of(Scope.RIGHTS)
    newest = rights.latest(mine.of(Scope.FINDINGS), systems.TRIAGE.id)
    if newest is not None:
        text = say("crisis.line.computer.wrong", _language())
        rights.ask_for_human(access, text, record=newest.id, at=request.now)
        messages.success(request, say("crisis.line.computer.wrong_sent", _language()))
    return redirect("crisis:talk")


@never_cache
@require_http_methods(["GET", "POST"])
@public_page
def questions(request: Request) -> HttpResponse:
    """Offer the ASQ while somebody waits: never a gate, and it moves nobody."""
    if (mine := mine_of(request)) is None:
        return redirect("crisis:start")
    if request.method == "POST":
        answers = {each: request.POST[each] for each in QUESTIONS if request.POST.get(each) in ANSWERS}
        contacts.keep_screening(mine.access, mine.contact, answers, at=request.now)
        if answers.get("q5") == "yes":
            context = {"asked": _asked(answers), "acute": line.block(_language(), (), request.now)}
            return render(request, "crisis/contact/questions.html", context)
        messages.success(request, say("crisis.line.asq.saved", _language()))
        return redirect("crisis:talk")
    return render(request, "crisis/contact/questions.html", {"asked": _asked({})})


@never_cache
@require_http_methods(["GET", "POST"])
@public_page
def back(request: Request) -> HttpResponse:
    """Open a talk again with its code."""
    if request.method != "POST":
        return render(request, "crisis/contact/back.html")
    tried = ratelimit.consume(request, app="crisis", action="line_code", config={"line_code": "20/h/ip"})
    found = contacts.of_code(request.POST.get("code", "")) if tried else None
    if found is None:
        return render(request, "crisis/contact/back.html", {"is_wrong": True}, status=422)
    response = redirect("crisis:talk")
    _keep(response, found[1])
    return response


@require_POST
@public_page
def leave(request: Request) -> HttpResponse:
    """Close the talk on this device: the cookie is gone and would open nothing."""
    if (mine := mine_of(request)) is not None:
        contacts.leave_device(mine.access, mine.contact)
    response = redirect("home")
    response.delete_cookie(COOKIE, path="/line")
    return response


def _page(request: Request, mine: Mine, *, code: str = "", missing: bool = False, status: int = 200) -> HttpResponse:
    found = contacts.talk(mine.access, mine.contact)
    if found is None:
        return redirect("crisis:start")
    read = contacts.reasons(mine.access, mine.contact)
    topics = tuple(read["topics"]) if read else ()
    lines, there = contacts.lines(mine.access, mine.contact), _there(request)
    if any(each.has_numbers for each in lines):
        there["numbers"] = ()  # they stand in the talk, once
    context = {
        **there,
        "talk": found,
        "lines": lines,
        "to_call": line.block(_language(), topics, request.now),
        "ahead": queue.ahead_of(mine.access, mine.contact),
        "made": _made(mine, found),
        "once": str(uuid4()),
        "code": " ".join(code[at : at + 4] for at in range(0, len(code), 4)),
        "missing": missing,
        "urgencies": (3, 2, 1),
    }
    return render(request, "crisis/contact/talk.html", context, status=status)


def _made(mine: Mine, found: Talk) -> dict[str, Any] | None:
    """Give what the computer made of the talk, in words, while the person lets it read."""
    if not found.wants_computer:
        return None
    newest = rights.latest(mine.of(Scope.FINDINGS), systems.TRIAGE.id)
    if newest is None or newest.body is None:
        return None
    why, language = newest.body.explanation, _language()
    return {
        "says": tell(why.says, language),
        "factors": [tell(each, language) for each in why.factors],
        "sure": tell(why.sure, language),
        "would_change": tell(why.would_change, language),
        "decides": tell(why.decides, language),
    }


def _there(request: Request) -> dict[str, Any]:
    """Say who is there now; where nobody is, when somebody will be, and whom to call."""
    there = duty.count(request.now)
    listed = numbers.load(_language(), timezone.localdate(request.now))
    return {
        "there": there,
        "from_when": None if there else duty.next_start(request.now),
        "numbers": numbers.block(listed, settings.SAMEN.country, "suicide"),
    }


def _asked(answers: dict[str, str]) -> list[dict[str, str]]:
    return [{"id": each, "answer": answers.get(each, "")} for each in QUESTIONS]


def mine_of(request: Request) -> Mine | None:
    """Find the talk that this browser holds the key of, or that of the person who is signed in."""
    if (found := contacts.of_token(request.COOKIES.get(COOKIE, ""))) is not None:
        return found
    if not cast(HttpRequest, request).user.is_authenticated:
        return None
    person = Person.objects.filter(account=request.user).values_list("id", flat=True).first()
    if person is None:
        return None
    own = Allowed(person=person, scope=Scope.TALK, ground=Ground.OWN, role=Role.PERSON, actor=request.user.pk)
    return contacts.of_person(own)


def _is_closed(mine: Mine) -> bool:
    found = contacts.talk(mine.access, mine.contact)
    return found is None or found.state == "closed"


def _keep(response: HttpResponse, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=KEPT_DAYS * 24 * 3600,
        path="/line",
        samesite="Lax",
        secure=settings.SAMEN.https,
        httponly=True,
    )


def _language() -> str:
    return (get_language() or settings.LANGUAGE_CODE)[:2]


urlpatterns = [
    path("line/", start, name="start"),
    path("line/begin/", begin, name="begin"),
    path("line/talk/", talk, name="talk"),
    path("line/write/", write, name="write"),
    path("line/urgency/", urgency, name="urgency"),
    path("line/computer/", computer, name="computer"),
    path("line/wrong/", wrong, name="wrong"),
    path("line/questions/", questions, name="questions"),
    path("line/back/", back, name="back"),
    path("line/leave/", leave, name="leave"),
]
