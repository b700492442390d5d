"""Where whoever stands beside people in care says something about a screen, with better words where they have them; and the answer to it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from samen.people.door import Request, page_for
from samen.people.roles import Duty
from samen.rooms.companion.dialogue import LANGUAGES
from samen.rooms.companion.store import remarks
from samen.rooms.companion.store.drafts import NotNow
from samen.rooms.companion.store.remarks import Said
from samen.rooms.companion.views.editor_page import in_use, sentence, title

LONGEST = 1500


@require_http_methods(["GET", "POST"])
@page_for(duty=Duty.CARE)
def remark(request: Request, name: str) -> HttpResponse:
    """Take what somebody says about a screen, or about the whole exercise; show what was said before and answered."""
    found = in_use(name)
    asked = request.POST.get("screen", request.GET.get("screen", ""))
    screen = found.screens.get(asked)
    if asked and screen is None:
        raise Http404
    typed = {each: request.POST.get(each, "").strip()[:LONGEST] for each in ("text", *LANGUAGES)}
    if request.method == "POST":
        try:
            remarks.add((name, asked), found.digest, Said(**typed), by=request.user, at=request.now)
        except NotNow as no:
            messages.error(request, sentence(f"refused.{no.code}"))
        else:
            messages.success(request, sentence("remark.kept"))
            return redirect("companion:editor_module", name)
    shown = {
        "name": name, "title": title(found), "screen": asked, "typed": typed,
        "texts": [[(each, words.get(each, "")) for each in LANGUAGES] for words in (screen.say if screen else ())],
        "before": [each for each in remarks.about(name) if each.screen == asked],
    }  # fmt: skip
    return render(request, "companion/editor/remark.html", shown, status=422 if request.method == "POST" else 200)


@require_POST
@page_for(duty=Duty.DECIDE)
def answer(request: Request, remark: UUID) -> HttpResponse:
    """Answer what was said, and so close it."""
    found = remarks.one(remark)
    if found is None:
        raise Http404
    try:
        remarks.answer(remark, request.POST.get("answer", ""), by=request.user, at=request.now)
    except NotNow as no:
        messages.error(request, sentence(f"refused.{no.code}"))
    else:
        messages.success(request, sentence("remark.answered"))
    return redirect("companion:editor_module", found.module)


urlpatterns = [
    path("companion/modules/<slug:name>/remark/", remark, name="editor_remark"),
    path("companion/modules/remark/<uuid:remark>/answer/", answer, name="editor_answer"),
]
