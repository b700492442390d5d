"""Every page that each made-up person can open, from the table of addresses, with arguments that exist in the database.

Run with the environment of a made-up service; prints JSON. A route whose arguments nobody knows is named as unknown, so
that a new page cannot be forgotten.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from samen.people.models import Account
from samen.rights.models.consent import Statement, StopOrder
from samen.rights.models.inference import InferenceRecord
from samen.rights.models.service import Case
from samen.rooms.companion import entry as guide
from samen.rooms.companion.models.guide import Place
from samen.rooms.companion.models.talk import Talk
from samen.rooms.crisis.models.labels import LabelRound
from samen.rooms.crisis.models.selftest import SelfTest
from samen.rooms.record.models import Resource
from samen.rooms.sensing.models.way_in import Study
from samen.web.demo.doors import DOORS

# What need not be seen: addresses that only a mail brings, and answers that are no page.
NEVER = (
    "account_confirm_email",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "companion:guide_take",  # a file to keep
    "demo:enter",
)
TWICE = ("noor", "sam")  # who looks at the pages that everybody has


def main() -> None:
    """Print every page of every role."""
    with transaction.atomic():
        found, unknown = _walk()
        transaction.set_rollback(True)
    json.dump({"sights": found, "unknown": unknown}, sys.stdout)


def _walk() -> tuple[list[dict[str, str]], list[str]]:
    routes = sorted(set(_routes(get_resolver().url_patterns)))
    known = _arguments()
    unknown: set[str] = set()
    found = []
    for who in ("visitor", *(each.who for each in DOORS)):
        client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1", headers={"accept-language": "en"})
        if who != "visitor":
            client.post(f"/demo/enter/{who}")
        seen: set[str] = set()
        for name, arguments in routes:
            given = _given(name, arguments, known)
            if given is None:
                unknown.add(f"{name}({', '.join(arguments)})")
                continue
            path = reverse(name, kwargs=given)
            if path in seen:
                continue
            seen.add(path)
            answer = client.get(path)
            if _is_page(answer) and (who in ("visitor", *TWICE) or not _everybodys(answer)):
                found.append(
                    {"who": who, "name": name.replace(":", "-"), "path": path, "status": str(answer.status_code)}
                )
    return found, sorted(unknown)


def _is_page(answer: Any) -> bool:
    html = answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.status_code >= 500 or (answer.status_code == 200 and html)


def _everybodys(answer: Any) -> bool:
    """Say whether a page is the same for all: public, or about one's account."""
    guard = getattr(answer.resolver_match.func, "guard", None)
    return guard is None or guard.kind in ("public", "signed-in")


def _routes(patterns: list[Any], space: str = "", above: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    for each in patterns:
        arguments = (*above, *each.pattern.regex.groupindex)
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, f"{space}{each.namespace}:" if each.namespace else space, arguments)
        elif isinstance(each, URLPattern) and each.name and f"{space}{each.name}" not in NEVER:
            yield f"{space}{each.name}", tuple(name for name in arguments if name not in each.default_args)


def _given(
    name: str, arguments: tuple[str, ...], known: Mapping[str, Mapping[str, object]]
) -> dict[str, object] | None:
    of_page = {**known[""], **known.get(name, {})}
    return {each: of_page[each] for each in arguments} if set(arguments) <= set(of_page) else None


def _arguments() -> dict[str, dict[str, object]]:
    """Give arguments by name: those of every page, and those that one page needs otherwise."""
    noor = Account.objects.get(email="noor@example.org").person
    mine = InferenceRecord.objects.filter(person=noor).order_by("-at")
    everywhere: dict[str, object] = {
        "country": "be",
        "language": "en",
        "code": "404",
        "system": "progress-watch",
        "name": "phq-9",
        "kind": "access",
        "person": noor.pk,
        "record": _one(mine, "released"),
        "entry": Resource.objects.filter(person=noor, type="Encounter").order_by("-date")[0].pk,
        "case": Case.objects.filter(person=noor).order_by("-opened_at")[0].pk,
        "stop": StopOrder.objects.filter(person=noor)[0].pk,
        "statement": Statement.objects.filter(person=noor).order_by("-at")[0].pk,
        # Pages for these take a press only (POST); any number will do to see that they refuse a look.
        "ballot": 1,
        "proxy": 1,
        "relationship": 1,
        "version": 1,
        "alert": noor.pk,
        "contact": noor.pk,
        "token": "rehearsal",
        "invitation": 1,
        "test": SelfTest.objects.order_by("-at")[0].pk,
        "found": LabelRound.objects.order_by("-at")[0].pk,
        "item": 1,
        "proposal": 1,
        "notice": 1,
        "sample": noor.pk,
        "review": noor.pk,
        "candidate": noor.pk,  # the made-up service fits no model: that takes minutes
        "pk": 1,
        "who": "noor",
        # Where the companion was not let in, Noor had no talk: any number is one that is not there.
        "talk": getattr(Talk.objects.filter(person=noor).order_by("begun_at").first(), "pk", noor.pk),
        "share": noor.pk,
        "rhythm": noor.pk,
        "plan": noor.pk,
        "leaf": 0,
        "rest": "participant/me",
        "stream": "steps",
        "activity": "mood-log",
        "study": Study.objects.order_by("id").values_list("code", flat=True).first() or "none",
        "survey": "none",  # nobody wrote one in the made-up service
        "device": "d-0",
        **_of_guide(),
        "report": noor.pk,
        "draft": noor.pk,  # nobody has one in the demo
        "remark": noor.pk,
        "recall": noor.pk,
        "told": noor.pk,
        "day": (timezone.localdate() - timedelta(days=1)).isoformat(),
        "form": "lamp",
        "sign": noor.pk,
        "place": noor.pk,
    }
    exercise = {"name": "worry-time"}
    return {
        "": everywhere,
        "sensing:device-game": {"activity": "trails-a"},
        "companion:read": exercise,
        "companion:editor_module": exercise,
        "companion:editor_preview": exercise,
        "companion:editor_remark": exercise,
        "companion:editor_screen": exercise,
        "companion:summary": exercise,
        "companion:pdf-summary": exercise,
        "rights:review": {"record": _one(mine, "held")},
    }


def _of_guide() -> dict[str, object]:
    """Give one of the made-up places of the guide, with what hangs on it."""
    place = Place.objects.select_related("service").order_by("id")[0]
    return {
        "service": place.service_id,
        "organization": place.service.organization_id,
        "at": place.id,
        "taxonomy": guide.id_of("taxonomy", "needs"),
        "term": guide.id_of("need", "lonely"),
    }


def _one(mine: Any, state: str) -> object:
    """Give one of Noor's findings in this state; any of hers when a journey before this one stopped or decided them all."""
    return (mine.filter(state=state).first() or mine.first()).pk


if __name__ == "__main__":
    main()
