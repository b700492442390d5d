"""The page of one's own early signs: write them, say yes or no to each, pause, remove; and read when they were there."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_POST

from samen.people.door import Request, own_page
from samen.rights import door as rights
from samen.rights.body import tell
from samen.rooms.crisis import door as crisis
from samen.rooms.sensing import measures, own_signs, systems
from samen.rooms.sensing.own_signs import Sign, Way, Whom
from samen.rooms.sensing.store import own_signs as store
from samen.rooms.sensing.views.days import language
from samen.words import say

WORDS = "sensing.own_signs"
HOURS = {"hours": 60.0, "hours_plain": 1.0, "clock": 60.0}  # a person writes hours; how a measure keeps them
MOST = 100_000  # in one day nobody takes more steps, and no other measure comes near; larger figures cannot be said


def sentence(key: str, **values: object) -> str:
    """Give a sentence of this page."""
    return say(f"{WORDS}.{key}", language(), **values)


class SignForm(forms.Form):
    """One early sign, as its person writes it."""

    def __init__(self, contacts: list[tuple[str, str]], today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        page, whom = "page", [("me", sentence("whom.me")), *contacts, ("clinicians", sentence("whom.clinicians"))]
        named = [(each.name, say(f"{measures.WORDS}.{each.name}.name", language())) for each in measures.MEASURES]
        ways = [(each.value, sentence(f"way.{each}")) for each in Way]
        self.fields["words"] = forms.CharField(label=sentence(f"{page}.words"), max_length=300)
        self.fields["measure"] = forms.ChoiceField(label=sentence(f"{page}.measure"), choices=named)
        self.fields["way"] = forms.ChoiceField(label=sentence(f"{page}.way"), choices=ways, widget=forms.RadioSelect)
        self.fields["number"] = forms.FloatField(
            label=sentence(f"{page}.number"), help_text=sentence(f"{page}.number_help"), required=False,
            min_value=0, max_value=MOST,
        )  # fmt: skip
        self.fields["days"] = forms.IntegerField(label=sentence(f"{page}.days"), min_value=1, max_value=14, initial=3)
        self.fields["of"] = forms.IntegerField(label=sentence(f"{page}.of"), min_value=1, max_value=14, initial=5)
        self.fields["whom"] = forms.ChoiceField(
            label=sentence(f"{page}.whom"), choices=whom, widget=forms.RadioSelect, initial="me"
        )
        self.fields["message"] = forms.CharField(
            label=sentence(f"{page}.message_label"), help_text=sentence(f"{page}.message_help"), required=False,
            widget=forms.Textarea(attrs={"rows": 3}), max_length=1000,
        )  # fmt: skip
        longest = today + own_signs.LONGEST
        dates = {"type": "date", "min": today.isoformat(), "max": longest.isoformat()}
        self.fields["until"] = forms.DateField(
            label=sentence(f"{page}.until_label"), widget=forms.DateInput(attrs=dates)
        )

    def sign(self) -> Sign:
        """Give the sign as it was written. Needs a form that is valid."""
        given = self.cleaned_data
        measure = measures.BY_NAME[given["measure"]]
        number = given["number"]
        contact = given["whom"] if given["whom"] not in ("me", "clinicians") else ""
        return Sign(
            words=given["words"],
            measure=measure.name,
            way=Way(given["way"]),
            threshold=None if number is None else number * HOURS.get(measure.shown, 1.0),
            days=given["days"],
            of=given["of"],
            whom=Whom.CONTACT if contact else Whom(given["whom"]),
            contact=contact,
            message=given["message"],
            language=language(),
            until=timezone.make_aware(datetime.combine(given["until"], time(23, 59))),
        )


@require_http_methods(["GET", "POST"])
@own_page
def signs(request: Request) -> HttpResponse:
    """Show one's signs, and keep a new one. That the page showed what the system does is written down: a yes needs it."""
    rights.tell(request.access, systems.OWN_SIGNS, at=request.now)
    contacts = [each for each in crisis.named_contacts(request.access) if not each.said_no]
    names = [(str(each.id), each.name) for each in contacts]
    today = timezone.localdate(request.now)
    form = SignForm(names, today, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _kept(request, form):
        return redirect("sensing:signs")
    agreed = frozenset(str(each.id) for each in contacts if each.said_yes)
    shown = {
        "form": form,
        "kept": [_row(request, each, dict(names), agreed) for each in store.of_person(request.access)],
        "system": systems.OWN_SIGNS.id,
    }
    return render(request, "sensing/signs.html", shown, status=422 if form.errors else 200)


def _kept(request: Request, form: SignForm) -> bool:
    sign = form.sign()
    everybody = frozenset({sign.contact})  # who has not said yes yet may be written down: nothing is told to them
    wrong = own_signs.problems(sign, request.now, said_yes=everybody)
    if not wrong:
        try:
            store.write(request.access, sign, at=request.now)
        except ValueError as problem:
            wrong = [str(problem)]
    for code in wrong:
        form.add_error(None, sentence(f"problem.{code}"))
    if not wrong:
        messages.success(request, sentence("page.saved"))
    return not wrong


def _row(request: Request, kept: store.Kept, names: dict[str, str], agreed: frozenset[str]) -> dict[str, Any]:
    sign = kept.sign
    whom = (
        names.get(sign.contact, sentence("whom.gone")) if sign.whom is Whom.CONTACT else sentence(f"whom.{sign.whom}")
    )
    said = rights.says_yes(request.access, systems.OWN_SIGNS, own_signs.use(sign), request.now)
    problems = own_signs.problems(sign, request.now, said_yes=agreed)
    return {
        "id": kept.id,
        "words": sign.words,
        "rule": tell(own_signs.rule(sign), language()),
        "whom": whom,
        "message": sign.message if sign.whom is not Whom.ME else "",
        "until": str(date_format(timezone.localtime(sign.until), "j F Y")) if sign.until else "",
        "yes": said,
        "paused": sign.paused,
        "problems": problems if said else [*problems, "NO_YES"],
        "seen": [_seen(each, whom) for each in kept.seen[:5]],
    }


def _seen(seen: Any, whom: str) -> str:
    day = str(date_format(seen.day, "j F"))
    if not seen.receivers:
        return sentence("page.was_there", day=day)
    return sentence("page.was_told" if seen.sent_at else "page.not_left", day=day, whom=whom)


@require_POST
@own_page
def change(request: Request, sign: UUID) -> HttpResponse:
    """Say yes or no to a sign being looked for, pause it, or remove it."""
    kept = next((each for each in store.of_person(request.access) if each.id == sign), None)
    do = request.POST.get("answer", "") or request.POST.get("do", "")
    if kept is None or do not in ("yes", "no", "pause", "resume", "remove"):
        raise Http404
    if do in ("yes", "no"):
        use = own_signs.use(kept.sign)
        rights.say(request.access, systems.OWN_SIGNS, use, yes=do == "yes", at=request.now, language=language())
        messages.success(request, sentence(f"page.said_{do}"))
    elif do == "remove":
        store.remove(request.access, sign)
        messages.success(request, sentence("page.removed"))
    else:
        store.pause(request.access, sign, on=do == "pause", at=request.now)
        messages.success(request, sentence("page.paused" if do == "pause" else "page.resumed"))
    return redirect("sensing:signs")


urlpatterns = [
    path("signals/signs", signs, name="signs"),
    path("signals/signs/<uuid:sign>", change, name="sign-change"),
]
