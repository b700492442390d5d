"""Being on duty for what AI systems suggest, and the course that comes before it."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from samen.people.door import Request, page_for
from samen.people.roles import CARDS, Duty
from samen.rights import training
from samen.rights.store import service
from samen.rights.training import Question
from samen.rights.views.saying import language, sentence
from samen.rights.views.staff_forms import DutyForm


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.DECIDE)
def duty(request: Request) -> HttpResponse:
    """Show who is on duty, and let somebody trained go on duty in one of their deciding roles."""
    mine = sorted(role for role in request.roles if Duty.DECIDE in CARDS[role].duties)
    initial = {"role": mine[0], "hours": 8} if len(mine) == 1 else {"hours": 8}
    form = DutyForm(request.POST if request.method == "POST" else None, roles=mine, initial=initial)
    if form.is_valid() and (done := _go_on(request, form)) is not None:
        return done
    on = service.on_duty(request.now)
    context = {
        "on": on,
        "me_on": any(each.account_id == request.actor for each in on),
        "trained": service.trained(request.user, request.now),
        "form": form,
    }
    return render(request, "rights/staff/duty.html", context, status=422 if form.errors else 200)


def _go_on(request: Request, form: DutyForm) -> HttpResponse | None:
    ends = request.now + timedelta(hours=form.cleaned_data["hours"])
    role = next(each for each in request.roles if each.value == form.cleaned_data["role"])
    try:
        service.go_off_duty(request.user, request.now)  # one stretch at a time
        service.go_on_duty(request.user, role, starts=request.now, ends=ends)
    except PermissionError as no:
        form.add_error(None, sentence(f"rights.duty.{no}"))
        return None
    messages.success(request, sentence("rights.duty.went_on"))
    return redirect("rights:duty")


@require_POST
@page_for(duty=Duty.DECIDE)
def go_off(request: Request) -> HttpResponse:
    """End one's duty now."""
    service.go_off_duty(request.user, request.now)
    messages.success(request, sentence("rights.duty.went_off"))
    return redirect("rights:duty")


@dataclass(frozen=True)
class Asked:
    """One question as the page shows it, with what was chosen and whether it needs another look."""

    place: int
    ask: str
    options: tuple[str, ...]
    chosen: int | None
    wrong: bool
    why: str


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.DECIDE)
def course(request: Request) -> HttpResponse:
    """Let somebody read the course and answer its questions; who passes is trained for a year."""
    found = training.course()
    answers = _answers(request, len(found.questions))
    wrong = training.mistakes(found.questions, answers) if request.method == "POST" else []
    if request.method == "POST" and not wrong:
        service.train(request.user, at=request.now)
        messages.success(request, sentence("rights.duty.course.passed"))
        return redirect("rights:duty")
    spoken = language()
    context = {
        "parts": [(each.title[spoken], each.text[spoken]) for each in found.parts],
        "questions": [
            _asked(place, question, answers.get(place), place in wrong, spoken)
            for place, question in enumerate(found.questions)
        ],
        "wrong": len(wrong),
    }
    return render(request, "rights/staff/course.html", context, status=422 if wrong else 200)


def _answers(request: Request, questions: int) -> dict[int, int]:
    raw = {place: request.POST.get(f"q{place}", "") for place in range(questions)}
    return {place: int(each) for place, each in raw.items() if each.isdigit() and len(each) == 1}


def _asked(place: int, question: Question, chosen: int | None, wrong: bool, spoken: str) -> Asked:
    return Asked(
        place=place,
        ask=question.ask[spoken],
        options=tuple(each[spoken] for each in question.options),
        chosen=chosen,
        wrong=wrong,
        why=question.why[spoken],
    )


URLS = [
    path("duty", duty, name="duty"),
    path("duty/off", go_off, name="duty-off"),
    path("duty/course", course, name="training"),
]
