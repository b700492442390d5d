"""The LAMP-compatible API at `/lamp`: one address, and a table of every call that it answers."""

import logging
import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from samen.people.door import Request, public_page
from samen.rooms.sensing.api import events, things
from samen.rooms.sensing.api.envelope import Answer, Call, Wrong, failed, given, let_in, limits
from samen.rooms.sensing.judging import ACTIVITY, SENSOR

log = logging.getLogger("samen.sensing")


def _calls() -> Sequence[tuple[str, str, Answer]]:
    """Give every call: method, address, what answers it. A blank in the address is one argument."""
    found: list[tuple[str, str, Answer]] = [
        ("GET", "participant", things.participants),
        ("GET", "participant/*", things.participant),
        ("GET", "study/*/participant", things.of_study),
        ("POST", "study/*/participant", things.no_enrolling),
        ("GET", "researcher/*/participant", things.of_researchers),
        ("GET", "study", things.all_studies),
        ("GET", "study/*", things.study),
        ("GET", "researcher/*/study", things.studies_of_researcher),
        ("GET", "researcher", things.researchers),
        ("GET", "researcher/*", things.researcher),
        ("GET", "type/*/parent", things.parent),
        ("GET", "type/*/attachment", things.tags),
        ("GET", "type/*/attachment/*", things.tag),
        ("PUT", "type/*/attachment/*/*", things.hang),
        ("GET", "type/*/credential", things.credentials),
        ("POST", "type/*/credential", things.enrol_device),
        ("DELETE", "type/*/credential/*", things.end_device),
    ]
    for kind in things.KIND:
        found += [
            ("GET", kind, partial(things.things, kind=kind)),
            ("GET", f"{kind}/*", partial(things.thing, kind=kind)),
            ("PUT", f"{kind}/*", partial(things.change_thing, kind=kind)),
            ("DELETE", f"{kind}/*", partial(things.drop_thing, kind=kind)),
            ("GET", f"participant/*/{kind}", partial(things.things_of_participant, kind=kind)),
            ("GET", f"study/*/{kind}", partial(things.things_of_study, kind=kind)),
            ("POST", f"study/*/{kind}", partial(things.add_thing, kind=kind)),
            ("GET", f"researcher/*/{kind}", partial(things.things_of_researcher, kind=kind)),
            ("GET", f"{kind}_spec", partial(things.all_specs, kind=kind)),
            ("GET", f"{kind}_spec/*", partial(things.spec, kind=kind)),
        ]
    for kind, name in ((SENSOR, "sensor_event"), (ACTIVITY, "activity_event")):
        found += [
            ("GET", f"participant/*/{name}", partial(events.give, kind=kind)),
            ("POST", f"participant/*/{name}", partial(events.take_in, kind=kind)),
            ("DELETE", f"participant/*/{name}", partial(events.remove, kind=kind)),
            ("GET", f"study/*/{name}", partial(events.give_study, kind=kind)),
            ("GET", f"researcher/*/{name}", partial(events.give_researcher, kind=kind)),
        ]
    return found


CALLS = [(method, re.compile(address.replace("*", "([^/]+)")), answer) for method, address, answer in _calls()]


@csrf_exempt
@public_page
def lamp(request: Request, rest: str = "") -> HttpResponseBase:
    """Answer one call. Who may is decided by the key that it brings; without one only `/lamp/` says what this is."""
    rest = rest.strip("/")
    try:
        if not rest and request.method == "GET":
            return given(about())
        found = [(each[0], match, each[2]) for each in CALLS if (match := each[1].fullmatch(rest))]
        caller = let_in(request)
        if not found:
            raise Wrong(404, "not-found")
        fitting = next((each for each in found if each[0] == request.method), None)
        if fitting is None:
            raise Wrong(405, "method-not-allowed")
        answer = fitting[2](Call(request, caller, request.now), *fitting[1].groups())
        return answer if isinstance(answer, HttpResponseBase) else given(answer)
    except Wrong as wrong:
        return failed(wrong)
    except Exception:  # whatever it was: a program gets an envelope, and the log a line without anybody's data
        log.exception("A call of the LAMP interface failed.")
        return failed(Wrong(500, "internal-error"))


def about() -> dict[str, Any]:
    """Say what this is, and what it takes."""
    most = limits()
    return {
        "name": f"{settings.SAMEN.service_name}: sensing",
        "api": "LAMP 2021.10.4",
        "limits": {
            "events_in_a_batch": most.events,
            "bytes_of_a_batch": most.bytes,
            "events_a_minute_of_a_key": most.events_a_minute,
            "milliseconds_ahead": most.ahead_ms,
            "milliseconds_ago": most.oldest_ms or None,
        },
    }


urlpatterns = [
    path("lamp", lamp, name="lamp-about"),
    path("lamp/", lamp, name="lamp-root"),
    path("lamp/<path:rest>", lamp, name="lamp"),
]
