"""AI systems as those who answer for them, judge them or oversee them read them: what is on file, what it did, what may be done."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people import store as people
from samen.people.door import Request, page_for, page_for_roles
from samen.people.roles import CARDS, Duty, Role
from samen.rights import door, stages
from samen.rights.models.system import ResumeHand
from samen.rights.store import sheets
from samen.rights.store import systems as store
from samen.rights.store.sheets import Numbers
from samen.rights.store.systems import Refused
from samen.rights.views.register import Sheet, measure_name, measures
from samen.rights.views.saying import sentence
from samen.rights.views.staff_forms import EvidenceForm, MoveForm, ProtocolForm, ReasonForm
from samen.rights.words import Denied, Stage

READERS = tuple(
    role for role in Role if CARDS[role].duties & {Duty.SUSPEND, Duty.LEAD, Duty.VOTE, Duty.KEEP_PANEL, Duty.OVERSEE}
)


def sheet_of(name: str) -> Sheet:
    """Give a registered system with what is on file about it; raises Http404."""
    found = door.system(name)
    if found is None:
        raise Http404
    return Sheet(found, sheets.on_file().get(name))


@require_GET
@page_for_roles(*READERS)
def index(request: Request) -> HttpResponse:
    """List every system with its stage, what is missing, and what waits."""
    files, numbers = sheets.on_file(), sheets.numbers()
    lines = [(Sheet(each, files.get(each.id)), numbers.get(each.id, Numbers())) for each in door.systems()]
    context = {"lines": [(sheet, counted, lacks(request, sheet)) for sheet, counted in lines]}
    return render(request, "rights/staff/systems.html", context)


def lacks(request: Request, sheet: Sheet) -> list[str]:
    """Give what still stands between a system and people, as keys of sentences in `rights.systems.lacks`."""
    file = sheet.file
    if file is None:
        return ["entry"]
    stage = file.stage if file.stage in (Stage.PILOT, Stage.GENERAL) else Stage.PILOT
    held = any(
        each.passed and each.withdrawn_at is None and each.stage == stage and request.now < each.until
        for each in file.evidence
    )
    needed = file.need is not None and request.now < file.need.until
    found = {"entry": sheet.fits, "evidence": held, "panel": file.approved(request.now), "need": needed}
    return [name for name, there in found.items() if not there]


@require_GET
@page_for_roles(*READERS)
def system(request: Request, system: str) -> HttpResponse:
    """Show one system: stage, evidence, votes, numbers, clocks, and the doors that this role may open."""
    return _page(request, sheet_of(system))


def _page(request: Request, sheet: Sheet, *, failed: str = "", form: Any = None) -> HttpResponse:
    numbers = sheets.numbers().get(sheet.system.id, Numbers())
    duties = people.duties(request.roles)
    context = {
        "sheet": sheet,
        "manifest": sheet.system.manifest,
        "measures": measures(sheet),
        "approved": bool(sheet.file and sheet.file.approved(request.now)),
        "lacks": lacks(request, sheet),
        "numbers": numbers,
        "denied": _most_first(numbers.denied),
        "decisions": _most_first(numbers.decisions),
        "clocks": [each for each in sheets.clocks(request.now) if each.system == sheet.system.id],
        "validation": sheet.system.id in door.VALIDATIONS and sheet.system.id not in door.VALIDATION_PAGES,
        "validation_page": door.VALIDATION_PAGES.get(sheet.system.id, ""),
        **_doors(sheet, duties, request),
        "failed": failed,
    }
    if failed and form is not None:
        context[failed] = form
    return render(request, "rights/staff/system.html", context, status=422 if failed else 200)


def _most_first(counts: Any) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def _doors(sheet: Sheet, duties: frozenset[Duty], request: Request) -> dict[str, Any]:
    """Give the forms that this role may use at this stage; the store asks again."""
    lead, stage = Duty.LEAD in duties, sheet.stage
    if stage is None or sheet.file is None:
        return {"may_enter": lead}
    stopped = stage is Stage.SUSPENDED
    hands = list(ResumeHand.objects.filter(change=store.suspension(sheet.file.state))) if stopped else []
    ends = _ends(stage, lead and not stopped, stopped and Duty.RESUME in duties, sheet.file.state.suspended_from)
    return {
        "may_enter": lead and not sheet.fits,
        "may_file": lead and sheet.fits and stage is not Stage.RETIRED,
        "protocol_form": ProtocolForm(auto_id="validate_%s") if lead else None,
        "suspend_form": ReasonForm(auto_id="suspend_%s")
        if Duty.SUSPEND in duties and stages.move(stage, Stage.SUSPENDED)
        else None,
        "move_form": MoveForm(ends=ends, auto_id="move_%s") if ends else None,
        "hand_form": ReasonForm(auto_id="hand_%s")
        if stopped and Duty.RESUME in duties and not any(each.by_id == request.actor for each in hands)
        else None,
        "hands": {each.role for each in hands},
        "wanted": sorted(stages.RESUME_HANDS),
    }


def _ends(stage: Stage, moves: bool, resumes: bool, before: str) -> list[Stage]:
    """Give where this reader may try to move a system: a suspended one goes back to where it was, or to design."""
    if not moves and not resumes:
        return []
    found: list[Stage] = [each.end for each in stages.MOVES if each.start is stage and each.end is not Stage.SUSPENDED]
    if resumes:
        return [each for each in found if each in (Stage.DESIGN, before)]
    return found


# --- what is done to it -----------------------------------------------------------------------------------------------


@require_POST
@page_for(duty=Duty.LEAD)
def enter(request: Request, system: str) -> HttpResponse:
    """Enter the version that runs now. It has neither evidence nor approval yet."""
    sheet = sheet_of(system)
    if store.enter(sheet.system, at=request.now):
        messages.success(request, sentence("rights.systems.entered"))
    return redirect("rights:system-staff", system)


@require_POST
@page_for(duty=Duty.SUSPEND)
def suspend(request: Request, system: str) -> HttpResponse:
    """Stop a system for everybody, at once, with a reason."""
    sheet, form = sheet_of(system), ReasonForm(request.POST, auto_id="suspend_%s")
    return _done(
        request,
        sheet,
        "suspend_form",
        form,
        lambda given: store.move(
            sheet.system, Stage.SUSPENDED, by=request.user, reason=given["reason"], at=request.now
        ),
    )


@require_POST
@page_for_roles(*[role for role in Role if CARDS[role].duties & {Duty.LEAD, Duty.RESUME}])
def move(request: Request, system: str) -> HttpResponse:
    """Move a system to another stage, by the table of moves."""
    sheet = sheet_of(system)
    form = MoveForm(request.POST, ends=list(Stage), auto_id="move_%s")
    return _done(
        request,
        sheet,
        "move_form",
        form,
        lambda given: store.move(
            sheet.system,
            Stage(given["end"]),
            by=request.user,
            reason=given["reason"],
            at=request.now,
            cap=given["cap"] or 0,
        ),
    )


@require_POST
@page_for(duty=Duty.RESUME)
def hand(request: Request, system: str) -> HttpResponse:
    """Give one of the hands that a resumption needs."""
    sheet, form = sheet_of(system), ReasonForm(request.POST, auto_id="hand_%s")
    role = min(role for role in request.roles if Duty.RESUME in CARDS[role].duties)
    return _done(
        request,
        sheet,
        "hand_form",
        form,
        lambda given: store.lend_hand(sheet.system, by=request.user, role=role, reason=given["reason"], at=request.now),
    )


def _done(
    request: Request, sheet: Sheet, name: str, form: Any, act: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    """Act on a form that is whole, and say what came of it; a refusal is said beside the form, with what was typed."""
    if sheet.file is None:
        form.add_error(None, sentence("rights.stages.NOT_ENTERED"))
    elif form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as no:
            form.add_error(None, sentence(f"rights.stages.{no.code}"))
        else:
            messages.success(request, sentence(f"rights.systems.done.{name}"))
            return redirect("rights:system-staff", sheet.system.id)
    return _page(request, sheet, failed=name, form=form)


# --- evidence ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.LEAD)
def evidence(request: Request, system: str) -> HttpResponse:
    """File the figures of a validation, each with its interval and number; whether they pass is computed from the bounds."""
    sheet = sheet_of(system)
    names = {each.measure: measure_name(sheet.system, each.measure) for each in sheet.system.manifest.evidence}
    form = EvidenceForm(request.POST if request.method == "POST" else None, system=sheet.system, names=names)
    if form.is_valid():
        try:
            return _filed(request, sheet, form, form.figures())
        except Refused as no:
            form.add_error(None, sentence(f"rights.stages.{no.code}"))
    context = {"sheet": sheet, "form": form, "measures": measures(sheet)}
    return render(request, "rights/staff/evidence_form.html", context, status=422 if form.errors else 200)


@require_POST
@page_for(duty=Duty.LEAD)
def validate(request: Request, system: str) -> HttpResponse:
    """Run the room's validation now, through the gate, and file what it shows whether it pleases or not."""
    sheet, form = sheet_of(system), ProtocolForm(request.POST, auto_id="validate_%s")
    run = door.VALIDATIONS.get(system)
    if run is None:
        raise Http404
    if form.is_valid():
        found = run(request.actor)
        if isinstance(found, Denied):
            form.add_error(None, sentence("rights.systems.validation_denied", why=_short(found)))
        else:
            try:
                return _filed(request, sheet, form, found)
            except Refused as no:
                form.add_error(None, sentence(f"rights.stages.{no.code}"))
    return _page(request, sheet, failed="protocol_form", form=form)


def _short(denied: Denied) -> str:
    return sentence(f"rights.oversight.code.{denied.code}.short")


def _filed(request: Request, sheet: Sheet, form: ProtocolForm, figures: Sequence[store.Figure]) -> HttpResponse:
    row = store.file_evidence(
        sheet.system,
        Stage(form.cleaned_data["stage"]),
        figures,
        protocol=form.cleaned_data["protocol"],
        protocol_at=form.written_at(),
        results_at=request.now,
        by=request.user,
    )
    messages.success(request, sentence(f"rights.systems.evidence.{'passed' if row.passed else 'missed'}"))
    return redirect("rights:system-staff", sheet.system.id)


URLS = [
    path("systems", index, name="systems"),
    path("systems/<str:system>", system, name="system-staff"),
    path("systems/<str:system>/enter", enter, name="system-enter"),
    path("systems/<str:system>/suspend", suspend, name="system-suspend"),
    path("systems/<str:system>/move", move, name="system-move"),
    path("systems/<str:system>/hand", hand, name="system-hand"),
    path("systems/<str:system>/evidence", evidence, name="system-evidence"),
    path("systems/<str:system>/validate", validate, name="system-validate"),
]
