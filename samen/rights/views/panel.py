"""The panel's pages: votes that decide, the need in people's own words, seats and payments."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people import store as people
from samen.people.door import Request, page_for, page_for_roles
from samen.people.models import Account
from samen.people.roles import Duty, Role
from samen.rights import door
from samen.rights.models.system import Ballot, Seat
from samen.rights.panel import Vote
from samen.rights.store import sheets
from samen.rights.store import systems as store
from samen.rights.store.systems import Refused
from samen.rights.views.register import Sheet
from samen.rights.views.saying import name_of, sentence
from samen.rights.views.staff_forms import NeedForm, SeatForm, VoteForm
from samen.rights.views.systems import sheet_of

MEMBERS = (Role.PANEL_MEMBER, Role.PANEL_SECRETARY, Role.OVERSEER)


@require_GET
@page_for_roles(*MEMBERS)
def votes(request: Request) -> HttpResponse:
    """List every entered system with how the votes on its present version stand."""
    files = sheets.on_file()
    found = [Sheet(each, files[each.id]) for each in door.systems() if each.id in files]
    lines = [(each, each.file.ends_soon(request.now) if each.file else None) for each in found]
    context = {
        "lines": lines,
        "votes": Role.PANEL_MEMBER in request.roles,
        "keeps": Role.PANEL_SECRETARY in request.roles,
    }
    return render(request, "rights/staff/votes.html", context)


def _newest(sheet: Sheet) -> list[Ballot]:
    """Give the newest ballot of each seat on what runs now."""
    rows = Ballot.objects.filter(system=sheet.system.id, digest=sheet.system.digest).select_related("seat__account")
    return list({each.seat_id: each for each in rows.order_by("at", "id")}.values())


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.VOTE)
def vote(request: Request, system: str) -> HttpResponse:
    """Cast a ballot on exactly the version that was read."""
    sheet = sheet_of(system)
    if not sheet.fits:
        return render(request, "rights/staff/not_entered.html", {"sheet": sheet}, status=409)
    given = request.POST if request.method == "POST" else None
    form = VoteForm(given, initial={"digest": sheet.system.digest})
    if form.is_valid() and (done := _voted(request, sheet, form)) is not None:
        return done
    ballots = _newest(sheet)
    context = {
        "sheet": sheet,
        "form": form,
        "mine": next((each for each in ballots if each.seat_id == request.actor), None),
        "others": [each for each in ballots if each.seat_id != request.actor],
        "approved": bool(sheet.file and sheet.file.approved(request.now)),
    }
    return render(request, "rights/staff/vote.html", context, status=422 if form.errors else 200)


def _voted(request: Request, sheet: Sheet, form: VoteForm) -> HttpResponse | None:
    given = form.cleaned_data
    if given["digest"] != sheet.system.digest:
        form.add_error(None, sentence("rights.stages.DIGEST_MOVED"))
        return None
    try:
        tally = store.vote(sheet.system, Vote(given["vote"]), by=request.user, reason=given["reason"], at=request.now)
    except Refused as no:
        form.add_error(None, sentence(f"rights.stages.{no.code}"))
        return None
    messages.success(request, sentence("rights.panel.vote.done", result=sentence(f"rights.panel.tally.{tally.reason}")))
    return redirect("rights:vote", sheet.system.id)


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.VOTE)
def need(request: Request, system: str) -> HttpResponse:
    """Ratify why a system is needed, until a day."""
    sheet = sheet_of(system)
    if sheet.file is None:
        return render(request, "rights/staff/not_entered.html", {"sheet": sheet}, status=409)
    form = NeedForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            store.ratify_need(
                sheet.system,
                given["statements"].splitlines(),
                without=given["without"],
                other_way=given["other_way"],
                until=form.ends(),
                by=request.user,
                at=request.now,
            )
        except Refused as no:
            form.add_error(None, sentence(f"rights.stages.{no.code}"))
        else:
            messages.success(request, sentence("rights.panel.need.done"))
            return redirect("rights:vote", system)
    return render(request, "rights/staff/need.html", {"sheet": sheet, "form": form}, status=422 if form.errors else 200)


@require_POST
@page_for(duty=Duty.VOTE)
def decline(request: Request, ballot: int) -> HttpResponse:
    """Let a member decline the payment for their own ballot; nobody else can."""
    found = Ballot.objects.filter(id=ballot, seat=request.actor).select_related("seat").first()
    if found is None:
        raise Http404
    store.settle(found, declined=True, by=request.user, at=request.now)
    messages.success(request, sentence("rights.panel.vote.declined"))
    return redirect("rights:vote", found.system_id)


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.KEEP_PANEL)
def seats(request: Request) -> HttpResponse:
    """Keep the seats, and the work that is not paid yet."""
    form = SeatForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _seated(request, form):
        messages.success(request, sentence("rights.panel.seats.done"))
        return redirect("rights:seats")
    owed = Ballot.objects.filter(settled_at=None).select_related("seat__account").order_by("at")[:100]
    context = {
        "seats": Seat.objects.filter(until=None).select_related("account").order_by("since"),
        "owed": [(each, name_of(each.system_id)) for each in owed],
        "form": form,
    }
    return render(request, "rights/staff/seats.html", context, status=422 if form.errors else 200)


def _seated(request: Request, form: SeatForm) -> bool:
    account: Account | None = people.account_of(form.cleaned_data["email"])
    member = account is not None and Role.PANEL_MEMBER in people.roles_of(account, request.now)
    if account is None or not member or Seat.objects.filter(account=account).exists():
        form.add_error("email", sentence("rights.panel.seats.unknown"))
        return False
    given = form.cleaned_data
    store.seat(
        account,
        lived_experience=given["lived_experience"],
        conflict=given["conflict"],
        by=request.user,
        at=request.now,
    )
    return True


@require_POST
@page_for(duty=Duty.KEEP_PANEL)
def paid(request: Request, ballot: int) -> HttpResponse:
    """Write down that the work behind a ballot was paid."""
    found = Ballot.objects.filter(id=ballot).select_related("seat").first()
    if found is None:
        raise Http404
    store.settle(found, declined=False, by=request.user, at=request.now)
    messages.success(request, sentence("rights.panel.seats.paid_done"))
    return redirect("rights:seats")


URLS = [
    path("votes", votes, name="votes"),
    path("votes/<str:system>", vote, name="vote"),
    path("votes/<str:system>/need", need, name="need"),
    path("votes/ballots/<int:ballot>/decline", decline, name="ballot-decline"),
    path("seats", seats, name="seats"),
    path("seats/ballots/<int:ballot>/paid", paid, name="ballot-paid"),
]
