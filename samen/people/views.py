"""Pages about who may see whom: my people, who looked, supporters, emergencies, care relationships."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from samen.people import store
from samen.people.access import CarePurpose, NotAllowed, Refused
from samen.people.door import Request, has_second_factor, own_page, page_for, signed_in_page
from samen.people.forms import BreakGlassForm, CareForm, SupporterForm, sentence
from samen.people.models import CareRelationship
from samen.people.roles import Duty, Role
from samen.words import has

TRIES = {"find_supporter": "20/d/user"}  # addresses that one person may try in a day


@require_GET
@page_for(duty=Duty.CARE)
def mine(request: Request) -> HttpResponse:
    """Show a professional the people they are tied to now; that they saw the names is noted once a day."""
    page = _page(request)
    known = store.my_people(request.user, request.now, page)
    shown = known[: store.PAGE]
    store.note_names_seen([each.access for each in shown], what="people:mine", at=request.now)
    context = {
        "known": shown,
        **_pages(page, more=len(known) > store.PAGE),
        "emergency": Duty.BREAK_GLASS in store.duties(request.roles),
    }
    return render(request, "people/mine.html", context)


@require_GET
@signed_in_page
def supported(request: Request) -> HttpResponse:
    """Show a supporter whom they may look along with, what they may see and until when."""
    known = store.supported_by(request.user, request.now)
    store.note_names_seen([each.access for each in known], what="people:supported", at=request.now)
    return render(request, "people/supported.html", {"known": known})


@require_POST
@signed_in_page
def step_down(request: Request, proxy: int) -> HttpResponse:
    """Let a supporter stop looking along."""
    if store.step_down(request.user, proxy, now=request.now):
        messages.success(request, sentence("people.supported.stopped"))
    return redirect("people:supported")


@require_GET
@own_page
def looked(request: Request) -> HttpResponse:
    """Show a person who looked at their data: who, when, why, what."""
    page = _page(request)
    looks = store.who_looked(request.access, page)
    context = {
        "lines": [Line(look, _words_of(look)) for look in looks[: store.PAGE]],
        **_pages(page, more=len(looks) > store.PAGE),
        "ask": _address("rights:not-recognised"),
    }
    return render(request, "people/looked.html", context)


@dataclass(frozen=True)
class Line:
    """One line of the list, with the sentence that says what was opened."""

    look: store.Look
    what: str


def _words_of(look: store.Look) -> str:
    """Give the page's own sentence (`<app>.looked.<name>`), else the area of data."""
    app, _, name = look.what.rpartition(":")
    key = f"{app}.looked.{name.replace('-', '_')}"
    return sentence(key) if has(key) else sentence(f"people.scope.{look.scope}")


@require_http_methods(["GET", "POST"])
@own_page
def supporters(request: Request) -> HttpResponse:
    """Show who looks with the person and who cares for them, and take a yes to a new supporter."""
    form = SupporterForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (done := _give(request, form)) is not None:
        return done
    proxies = [
        Supporter(each, formats.date_format(_last_day(each.ends))) for each in store.supporters_of(request.access)
    ]
    context = {
        "form": form,
        "holding": [each for each in proxies if each.proxy.ends > request.now],
        "past": [each for each in proxies if each.proxy.ends <= request.now],
        "team": store.team_of(request.access, request.now),
    }
    return render(request, "people/supporters.html", context)


@dataclass(frozen=True)
class Supporter:
    """One supporter as the page shows them."""

    proxy: store.Proxy
    day: str  # the last day on which they could or can look


def _last_day(ends: datetime) -> date:
    return timezone.localtime(ends - timedelta(seconds=1)).date()


def _give(request: Request, form: SupporterForm) -> HttpResponse | None:
    """Store the yes; leaves an error on the form when that address cannot be given access."""
    if not ratelimit.consume(request, app="people", action="find_supporter", config=TRIES, user=request.user):
        form.add_error("email", sentence("people.supporters.too_often"))
        return None
    account = store.account_of(form.cleaned_data["email"])
    if account is None or account == request.user:
        form.add_error("email", sentence("people.supporters.unknown"))
        return None
    ends = timezone.make_aware(datetime.combine(form.cleaned_data["ends"] + timedelta(days=1), time.min))
    store.give_proxy(request.access, account, form.cleaned_data["scopes"], ends=ends, now=request.now)
    day = formats.date_format(form.cleaned_data["ends"])
    messages.success(request, sentence("people.supporters.given", name=account.get_full_name(), day=day))
    return redirect("people:supporters")


@require_POST
@own_page
def end_supporter(request: Request, proxy: int) -> HttpResponse:
    """End a supporter's access at once."""
    if store.end_proxy(request.access, proxy, now=request.now):
        messages.success(request, sentence("people.supporters.is_ended"))
    return redirect("people:supporters")


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.BREAK_GLASS)
def break_glass(request: Request, person: UUID | None = None) -> HttpResponse:
    """Open a person's record in an emergency, with a reason."""
    form = BreakGlassForm(request.POST or None, initial={"person": person or ""})
    if request.method == "POST" and form.is_valid() and (done := _break(request, form)) is not None:
        return done
    return render(request, "people/break_glass.html", {"form": form, "minutes": settings.SAMEN.break_glass_minutes})


def _break(request: Request, form: BreakGlassForm) -> HttpResponse | None:
    found = store.find_person(form.cleaned_data["person"])
    outcome = (
        Refused("NO_TIE")
        if found is None
        else store.break_glass(request.user, found, form.cleaned_data["reason"], now=request.now)
    )
    if found is None or isinstance(outcome, Refused):
        form.add_error("person", sentence("people.break_glass.unknown"))
        return None
    until = formats.time_format(timezone.localtime(outcome.ends), "H:i")
    messages.success(request, sentence("people.break_glass.opened", time=until))
    return redirect(reverse("record:person", args=[found]) if _address("record:person", found) else "people:mine")


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.CARE)
def care(request: Request) -> HttpResponse:
    """Start a care relationship, and show one's own."""
    form = CareForm(request.POST or None, roles=request.roles)
    if request.method == "POST" and form.is_valid() and _started(request, form):
        messages.success(request, sentence("people.care.started"))
        return redirect("people:care")
    known = [each for each in store.my_people(request.user, request.now, _page(request)) if each.care is not None]
    store.note_names_seen([each.access for each in known], what="people:mine", at=request.now)
    return render(request, "people/care.html", {"form": form, "known": known})


def _started(request: Request, form: CareForm) -> bool:
    person = store.find_person(form.cleaned_data["person"])
    named = form.cleaned_data.get("professional")
    professional = store.account_of(named) if named else request.user
    if person is None or professional is None:
        form.add_error("professional" if person is not None else "person", sentence("people.care.unknown"))
        return False
    role, purpose = Role(form.cleaned_data["role"]), CarePurpose(form.cleaned_data["purpose"])
    try:
        store.start_care(person, professional, role, purpose, by=request.user, now=request.now)
    except NotAllowed:
        form.add_error(None, sentence("people.care.not_yours"))
        return False
    return True


@require_POST
@page_for(duty=Duty.CARE)
def end_care(request: Request, relationship: int) -> HttpResponse:
    """End a care relationship at once."""
    found = CareRelationship.objects.select_related("person").filter(id=relationship).first()
    if found is None:
        raise Http404
    try:
        store.end_care(found, by=request.user, now=request.now)
    except NotAllowed as no:
        raise Http404 from no
    messages.success(request, sentence("people.care.ended"))
    return redirect("people:care")


@require_GET
@signed_in_page
def second_factor(request: Request) -> HttpResponseBase:
    """Say why staff need a second factor, and how to get one."""
    to = request.GET.get("next", "/")
    onward = to if url_has_allowed_host_and_scheme(to, {request.get_host()}) else "/"
    return render(request, "people/second_factor.html", {"done": has_second_factor(request), "onward": onward})


def _page(request: HttpRequest) -> int:
    raw = request.GET.get("page", "1")
    return int(raw) if raw.isdigit() and 0 < int(raw) < 10_000 else 1


def _pages(page: int, *, more: bool) -> dict[str, object]:
    return {"page": page, "before": page - 1, "after": page + 1, "more": more}


def _address(name: str, *args: object) -> str | None:
    """Give an address that another floor or room may bring."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return None
