"""What stands before every page: who may open it, and that a look is written down before the page leaves.

Every view carries exactly one guard (`view.guard`); a test refuses an address without one.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast, overload
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from samen.ledger.store import LedgerDamaged
from samen.people import store
from samen.people.access import Allowed, Ground, Refused
from samen.people.events import SECOND_FACTOR
from samen.people.models import Account, Person
from samen.people.roles import CARDS, Duty, Role, Scope, may

DEMO = "demo"  # set in the session by the walk-in door; counts for nothing outside demo mode


class Request(HttpRequest):
    """A request that a guard has let in. Which fields are there is said by the guard."""

    user: Account
    actor: UUID  # the account that asks
    person: UUID  # own_page, page_about: whom the page is about
    access: Allowed  # own_page, page_about: what opens the stores
    roles: frozenset[Role]  # page_for: every role of the account
    areas: Mapping[Scope, Allowed | Refused]  # page_about: what was decided about further areas that the page shows
    now: datetime  # one clock for the whole answer


@dataclass(frozen=True)
class Guard:
    """Who gets in, as a value: the walk over every address reads it."""

    kind: str  # public, signed-in, own, about, for
    scope: Scope | None = None
    duty: Duty | None = None
    roles: frozenset[Role] = frozenset()


View = Callable[..., HttpResponseBase]
AnyView = TypeVar("AnyView", bound=View)


def public_page(view: AnyView) -> View:
    """Let everybody in, also without login."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.now = timezone.now()
        return view(request, *args, **kwargs)

    return _marked(guarded, Guard("public"))


def signed_in_page(view: AnyView) -> View:
    """Let in whoever is signed in, for pages about their account and nobody's data."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _ask_to_sign_in(request) or view(request, *args, **kwargs)

    return _marked(guarded, Guard("signed-in"))


@overload
def own_page(view: AnyView) -> View: ...
@overload
def own_page(view: Scope) -> Callable[[AnyView], View]: ...
def own_page(view: AnyView | Scope) -> View | Callable[[AnyView], View]:
    """Let a person in to a page of their own. `@own_page` opens Scope.RIGHTS, `@own_page(Scope.NOTES)` another area.

    Sets request.person, .access, .actor, .now. For a second area on one page: `own(request, Scope.RECORD)`.
    """
    if isinstance(view, Scope):
        scope = view
        return lambda inner: _own_page(inner, scope)
    return _own_page(view, Scope.RIGHTS)


def _own_page(view: View, scope: Scope) -> View:
    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if (door := _ask_to_sign_in(request)) is not None:
            return door
        mine = Person.objects.filter(account=request.user).values_list("id", flat=True).first()
        if mine is None:
            supports = Role.SUPPORTER in roles(request)
            return render(request, "people/no_person.html", {"supports": supports}, status=403)
        request.person = mine
        request.access = own(request, scope)
        return view(request, *args, **kwargs)

    return _marked(guarded, Guard("own", scope=scope))


def own(request: Request, scope: Scope) -> Allowed:
    """Give the signed-in person another area of their own data, on a page that `own_page` let them in to."""
    return Allowed(person=request.person, scope=scope, ground=Ground.OWN, role=Role.PERSON, actor=request.actor)


def page_about(scope: Scope, *further: Scope, duty: Duty | None = None) -> Callable[[AnyView], View]:
    """Let in whoever may see this area of the person named by `person` in the address, and write down that they looked.

    Further areas that the page shows when they are open are decided and written down in the same step; the view gets
    each by `also`. With a duty, only in a role that carries it. Sets request.person, .access, .actor, .now. The page is not made before
    the look is written; where that fails, nothing is shown.
    """

    def guard(view: AnyView) -> View:
        takes_person = "person" in inspect.signature(view).parameters

        @wraps(view)
        def guarded(request: Request, *args: Any, person: UUID, **kwargs: Any) -> HttpResponseBase:
            if (door := _ask_to_sign_in(request)) is not None:
                return door
            areas = store.allowed_areas(request.user, person, (scope, *further), now=request.now)
            outcome = areas[scope]
            if isinstance(outcome, Refused):
                return refused(request, outcome, person)
            if duty is not None and duty not in CARDS[outcome.role].duties:
                return refused(request, Refused("NOT_YOUR_ROLE"))
            if CARDS[outcome.role].second_factor and not has_second_factor(request):
                return _ask_second_factor(request)
            if (unnoted := _noted(request, [each for each in areas.values() if isinstance(each, Allowed)])) is not None:
                return unnoted
            request.person, request.access, request.areas = person, outcome, areas
            return view(request, *args, **({"person": person} if takes_person else {}), **kwargs)

        return _marked(guarded, Guard("about", scope=scope, duty=duty))

    return guard


def also(request: Request, scope: Scope) -> Allowed | Refused:
    """Ask for a second area on a page that `page_about` let somebody in to; a look at it is written down as well.

    Raises: DatabaseError when that fails; show nothing then.
    """
    if scope in request.areas:
        return request.areas[scope]  # decided and written down before the page began
    outcome = store.allowed(request.user, request.person, scope, now=request.now)
    if isinstance(outcome, Allowed) and outcome.ground is not Ground.OWN:
        store.note_access(outcome, what=_what(request), at=request.now)
    return outcome


def page_for(*, duty: Duty) -> Callable[[AnyView], View]:
    """Let in whoever carries this duty, on a page about nobody in particular. Sets request.roles, .actor, .now."""
    return _page_for(lambda roles: may(roles, duty), Guard("for", duty=duty))


def page_for_roles(*roles: Role) -> Callable[[AnyView], View]:
    """Let in whoever has one of these roles, on a page about nobody in particular. Sets request.roles, .actor, .now."""
    return _page_for(lambda mine: bool(mine & set(roles)), Guard("for", roles=frozenset(roles)))


def _page_for(opens: Callable[[frozenset[Role]], bool], mark: Guard) -> Callable[[AnyView], View]:
    def guard(view: AnyView) -> View:
        @wraps(view)
        def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if (door := _ask_to_sign_in(request)) is not None:
                return door
            mine = roles(request)
            if not opens(mine):
                return refused(request, Refused("NOT_YOUR_ROLE"))
            opening = frozenset(role for role in mine if opens(frozenset({role})))
            if any(CARDS[role].second_factor for role in opening) and not has_second_factor(request):
                return _ask_second_factor(request)
            request.roles = mine
            return view(request, *args, **kwargs)

        return _marked(guarded, mark)

    return guard


def roles(request: HttpRequest) -> frozenset[Role]:
    """Give the roles of whoever asks, with one query for the whole answer; none for a visitor."""
    if not request.user.is_authenticated:
        return frozenset()
    held = getattr(request, "_samen_roles", None)
    if held is None:
        held = store.roles_of(request.user, getattr(request, "now", None) or timezone.now())
        request._samen_roles = held  # type: ignore[attr-defined]
    return cast(frozenset[Role], held)


def refused(request: HttpRequest, outcome: Refused, person: UUID | None = None) -> HttpResponse:
    """Show why not, and the way on. Says the same whether or not such a person exists."""
    emergency = person is not None and outcome.code != "NOT_YOUR_ROLE" and may(roles(request), Duty.BREAK_GLASS)
    context = {"code": outcome.code, "about": person, "emergency": emergency}
    return render(request, "people/refused.html", context, status=403)


def has_second_factor(request: HttpRequest) -> bool:
    """Say whether this session was opened with a second factor or a passkey, or got one since."""
    if settings.DEMO and request.session.get(DEMO):
        return True
    account = cast(Account, request.user)
    if request.session.get(SECOND_FACTOR) == str(account.pk):
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, account))


def _ask_to_sign_in(request: Request) -> HttpResponse | None:
    request.now = timezone.now()
    if not cast(HttpRequest, request).user.is_authenticated:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
    request.actor = request.user.pk
    return None


def _ask_second_factor(request: HttpRequest) -> HttpResponse:
    """Send staff on: to enter their code when they have a second factor, else to the page that helps them get one."""
    to = "mfa_reauthenticate" if is_mfa_enabled(cast(Account, request.user)) else "people:second-factor"
    return redirect(f"{reverse(to)}?{urlencode({'next': request.get_full_path()})}")


def _noted(request: Request, opened: Sequence[Allowed]) -> HttpResponse | None:
    """Write down the look at each area; gives the page to show instead when that fails."""
    looks = [each for each in opened if each.ground is not Ground.OWN]
    if not looks:
        return None
    try:
        store.note_accesses(looks, what=_what(request), at=request.now)
    except (DatabaseError, LedgerDamaged):
        return render(request, "people/not_noted.html", status=503)
    return None


def _what(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name if match is not None and match.view_name else "page"


def _marked(view: View, guard: Guard) -> View:
    view.guard = guard  # type: ignore[attr-defined]
    return view
