"""My signals: what is collected, by which device, last seen when; on, pause, delete; devices, and who read along."""

from datetime import datetime, time

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from samen.people.door import Request, own_page
from samen.rights import door as rights
from samen.rights.door import RegisteredStream
from samen.rooms.sensing import kinds
from samen.rooms.sensing.store import erasing, keys, signals, studies
from samen.rooms.sensing.views import taking
from samen.rooms.sensing.views.days import day_of, language
from samen.words import say


@require_GET
@own_page
def all_signals(request: Request) -> HttpResponse:
    """Show every stream with its state, the devices, and which studies read along."""
    found = signals.of(request.access, request.now)
    shown = {
        "on": [each for each in found if each.is_on],
        "off": [each for each in found if not each.is_on],
        "devices": keys.devices(request.access),
        "looks": studies.looks(request.access),
    }
    return render(request, "sensing/signals/all.html", shown)


@require_GET
@own_page
def one(request: Request, stream: str) -> HttpResponse:
    """Show one stream in plain words, and then the choice. Having been shown this is written down: a yes needs it."""
    handle = _stream(stream)
    rights.tell(request.access, handle, at=request.now)
    signal = next(each for each in signals.of(request.access, request.now) if each.name == stream)
    choices = [(str(purpose), signal.since.get(str(purpose))) for purpose in signals.purposes()]
    today = timezone.localdate(request.now)
    return render(request, "sensing/signals/one.html", {"signal": signal, "choices": choices, "today": today})


@require_POST
@own_page
def choose(request: Request, stream: str) -> HttpResponse:
    """Take one yes or no for one purpose, or a pause of all: a no to each. It holds from the next request of a device on."""
    handle, answer = _stream(stream), request.POST.get("answer")
    if answer not in ("yes", "no", "pause"):
        raise Http404
    asked = [each for each in signals.purposes() if answer == "pause" or str(each) == request.POST.get("purpose")]
    if not asked:
        raise Http404
    since = _begin(request.POST.get("since", "")) if answer == "yes" else None
    if since is not None and since > request.now:
        messages.error(request, say("sensing.signals.since_ahead", language()))
        return redirect("sensing:signal", stream)
    for purpose in asked:
        use = kinds.use_for(stream, purpose)
        rights.say_of_stream(
            request.access, handle, use, yes=answer == "yes", at=request.now, language=language(), since=since
        )
    name = say(f"sensing.stream.{stream}.short", language())
    messages.success(request, say(f"sensing.signals.kept_{answer}", language(), name=name))
    return redirect("sensing:signals") if answer == "pause" else redirect("sensing:signal", stream)


@require_POST
@own_page
def remove(request: Request, stream: str) -> HttpResponse:
    """Delete what is kept of a stream, or of some days of it, for good."""
    _stream(stream)
    who = studies.of_person(request.access)
    if request.POST.get("sure") != "yes":
        messages.error(request, say("sensing.signals.not_sure", language()))
        return redirect("sensing:signal", stream)
    asked = taking.days_asked(request)
    if asked is None:
        messages.error(request, say("sensing.signals.no_days", language()))
        return redirect("sensing:signal", stream)
    gone = erasing.events(request.access, who, asked, at=request.now, stream=stream) if who is not None else 0
    taking.clear(request)  # what was said of days goes with them
    messages.success(request, say("sensing.signals.deleted", language(), n=gone))
    return redirect("sensing:signal", stream)


@require_POST
@own_page
def connect(request: Request) -> HttpResponse:
    """Make a key for a device, and show it for the only time."""
    name = request.POST.get("name", "").strip()[:100] or say("sensing.signals.device", language())
    made = keys.make_for_device(request.access, name, at=request.now)
    address = request.build_absolute_uri(reverse("sensing:lamp-about"))
    return render(request, "sensing/signals/key.html", {"made": made, "name": name, "address": address})


@require_POST
@own_page
def disconnect(request: Request, device: str) -> HttpResponseRedirect:
    """End the key of a device."""
    if not keys.end(request.access, device, at=request.now):
        raise Http404
    messages.success(request, say("sensing.signals.disconnected", language()))
    return redirect("sensing:signals")


def _stream(name: str) -> RegisteredStream:
    found = rights.stream(f"{kinds.SPACE}{name}")
    if found is None:
        raise Http404
    return found


def _begin(text: str) -> datetime | None:
    """Give the beginning of a local day; None for no day."""
    day = day_of(text)
    return None if day is None else timezone.make_aware(datetime.combine(day, time.min))


urlpatterns = [
    path("signals", all_signals, name="signals"),
    path("signals/devices", connect, name="connect"),
    path("signals/devices/<slug:device>/end", disconnect, name="disconnect"),
    path("signals/<slug:stream>", one, name="signal"),
    path("signals/<slug:stream>/choose", choose, name="choose"),
    path("signals/<slug:stream>/delete", remove, name="remove"),
]
