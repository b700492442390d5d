"""What AI said about a person, each run in full, and what the person can say back."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people import store as people
from samen.people.door import Request, own, own_page
from samen.people.roles import CARDS, Duty, Role, Scope
from samen.rights.forms import AskForm
from samen.rights.incidents import Kind, is_overdue
from samen.rights.oversight import State
from samen.rights.store import cases, inference, mine
from samen.rights.store.cases import Open
from samen.rights.views import saying
from samen.rights.views.person import marks
from samen.rights.views.saying import sentence


@require_GET
@own_page
def said(request: Request) -> HttpResponse:
    """List everything that AI ever said about the person, and what did not run."""
    raw = request.GET.get("page", "1")
    page = int(raw) if raw.isdigit() and 0 < int(raw) < 10_000 else 1
    records = inference.records(own(request, Scope.FINDINGS), page)
    found = marks(cases.mine(request.access))
    context = {
        "findings": [saying.finding(each, found) for each in records[: inference.PAGE]],
        "not_run": saying.not_run(mine.not_run(request.access)) if page == 1 else [],
        "page": page,
        "before": page - 1,
        "after": page + 1,
        "more": len(records) > inference.PAGE,
    }
    return render(request, "rights/person/said.html", context)


@require_GET
@own_page
def record(request: Request, record: UUID) -> HttpResponse:
    """Show one run in full: what it said, why, what it read, who decided, who looked, and what the person can do."""
    access = own(request, Scope.FINDINGS)
    shown = _record(request, record)
    asked = cases.about_record(access, record)
    body = shown.body if shown.state is not State.HELD else None
    context = {
        "finding": saying.finding(shown, marks(asked)),
        "shown": shown,
        "why": saying.why(body) if body else None,
        "marks": asked,
        "seen": mine.findings_seen(request.access, shown.at),
    }
    return render(request, "rights/person/record.html", context)


def _record(request: Request, record: UUID) -> inference.Shown:
    shown = inference.record(own(request, Scope.FINDINGS), record)
    if shown is None:
        raise Http404
    return shown


@require_http_methods(["GET", "POST"])
@own_page
def ask(request: Request, kind: Kind, record: UUID | None = None) -> HttpResponse:
    """Ask a human something about a finding, or in general, with words if the person wants."""
    shown = _record(request, record) if record else None
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        case = cases.open_case(request.access, kind, at=request.now, text=form.cleaned_data["text"], record=record)
        return redirect("rights:case", case)
    term = cases.terms()[kind]
    context = {
        "kind": str(kind),
        "form": form,
        "days": term["ours"],
        "finding": saying.finding(shown, {}) if shown else None,
        "back": saying.address("rights:record", record) if record else saying.address("rights:me"),
    }
    return render(request, "rights/person/ask.html", context, status=422 if form.errors else 200)


@require_GET
@own_page
def case(request: Request, case: UUID) -> HttpResponse:
    """Show one thing that the person asked: who answers by when, or the answer."""
    asked = next((each for each in cases.mine(request.access) if each.id == case), None)
    if asked is None:
        raise Http404
    context = {
        "case": asked,
        "who": _who(request),
        "overdue": is_overdue(asked.due, asked.closed_at, request.now),
        "law_days": cases.terms()[asked.kind]["law"],
        "system": saying.name_of(asked.system) if asked.system else "",
    }
    return render(request, "rights/person/case.html", context)


def _who(request: Request) -> str:
    """Say which humans can answer: those of the care team whose role decides."""
    team = people.team_of(request.access, request.now)
    names = [each.account.get_full_name() for each in team if Duty.DECIDE in CARDS[Role(each.role)].duties]
    return sentence("rights.ask.or").join(dict.fromkeys(names))


@require_POST
@own_page
def not_recognised(request: Request) -> HttpResponse:
    """Ask about a line in the list of who looked."""
    raw = request.POST.get("look", "")
    if not raw.isdigit() or len(raw) > 18 or not mine.has_look(request.access, int(raw)):
        raise Http404
    known = next((each for each in cases.mine(request.access) if _same_look(each, raw)), None)
    made = known.id if known else cases.open_case(request.access, Kind.NOT_RECOGNISED, at=request.now, about=raw)
    return redirect("rights:case", made)


def _same_look(each: Open, look: str) -> bool:
    return each.kind is Kind.NOT_RECOGNISED and each.about == look and each.closed_at is None


URLS = [
    path("ai/said", said, name="said"),
    path("ai/said/<uuid:record>", record, name="record"),
    path("ai/said/<uuid:record>/misfit", ask, {"kind": Kind.MISFIT}, name="misfit"),
    path("ai/said/<uuid:record>/explain", ask, {"kind": Kind.EXPLAIN}, name="explain"),
    path("ai/said/<uuid:record>/object", ask, {"kind": Kind.OBJECT}, name="object"),
    path("ai/said/<uuid:record>/human", ask, {"kind": Kind.HUMAN}, name="human"),
    path("ai/human", ask, {"kind": Kind.HUMAN}, name="human"),
    path("ai/asked/<uuid:case>", case, name="case"),
    path("ai/not-recognised", not_recognised, name="not-recognised"),
]
