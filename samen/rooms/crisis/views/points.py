"""Where the thresholds stand: tried on messages that the model never learnt, with the cost in people and hours; proposed; approved."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from samen.people.access import NotAllowed
from samen.people.door import Request, page_for
from samen.people.roles import Duty, may
from samen.rooms.crisis import cost, systems
from samen.rooms.crisis.cost import Cost, Mix, Number
from samen.rooms.crisis.jobs import thresholds
from samen.rooms.crisis.jobs.retraining import NotTried
from samen.rooms.crisis.jobs.thresholds import Basis
from samen.rooms.crisis.store import labels
from samen.rooms.crisis.store import points as store
from samen.rooms.crisis.views.candidates import room_systems, steps
from samen.rooms.crisis.views.labels import LANGUAGE, denied, figure, label, sentence

LINES = ("heard", "asked", "missed", "unclear_heard", "false_alarms", "needless", "hours")
FEW = 10  # below this a count has a digit behind the point


class TryForm(forms.Form):
    """Thresholds to try, and what comes in here."""

    language = forms.ChoiceField(label=label("begin.language"), choices=LANGUAGE, widget=forms.RadioSelect)
    alarm = forms.FloatField(
        label=label("points.alarm"), help_text=label("points.alarm_help"), min_value=1, max_value=99
    )
    ask = forms.FloatField(label=label("points.ask"), help_text=label("points.ask_help"), min_value=1, max_value=99)
    danger = forms.FloatField(
        label=label("points.danger"),
        help_text=label("points.danger_help"),
        min_value=0.1,
        max_value=900,
        required=False,
    )
    unclear = forms.FloatField(label=label("points.unclear"), min_value=0, max_value=900, required=False)
    a_week = forms.FloatField(label=label("points.a_week"), min_value=1, max_value=1_000_000)
    alarm_minutes = forms.FloatField(label=label("points.alarm_minutes"), min_value=0, max_value=240)
    ask_minutes = forms.FloatField(label=label("points.ask_minutes"), min_value=0, max_value=240)

    def clean(self) -> dict[str, Any]:
        """Ask for how often danger comes in where no drawn messages were labelled from which it could be counted."""
        said = super().clean() or {}
        if self.errors:
            return said
        if said.get("danger") is None and self.drawn() is None:
            self.add_error("danger", sentence("points.problem.danger"))
        elif said.get("danger") is not None and said["danger"] + (said.get("unclear") or 0) >= cost.OF:
            self.add_error("unclear", sentence("points.problem.thousand"))
        return said

    def drawn(self) -> tuple[cost.Share, cost.Share] | None:
        """Give how often danger and unclear messages come in, counted from drawn and labelled ones."""
        danger, unclear = cost.counted(labels.drawn_levels(self.cleaned_data["language"]))
        return (danger, unclear) if danger.n else None

    def mix(self) -> Mix:
        """Give what comes in: as it was typed, else as it was counted."""
        said, drawn = self.cleaned_data, self.drawn()
        rest = {name: said[name] for name in ("a_week", "alarm_minutes", "ask_minutes")}
        if said["danger"] is not None or drawn is None:
            return Mix(danger=said["danger"], unclear=said["unclear"] or 0.0, **rest)
        danger, unclear = drawn
        return Mix(
            danger=danger.value * cost.OF,
            unclear=(said["unclear"] if said["unclear"] is not None else unclear.value * cost.OF),
            danger_low=danger.low * cost.OF,
            danger_high=danger.high * cost.OF,
            **rest,
        )

    def point(self, sha256: str) -> store.Point:
        """Give the thresholds that were typed."""
        said = self.cleaned_data
        return store.Point(said["language"], sha256, round(said["ask"] / 100, 4), round(said["alarm"] / 100, 4))


class ProposeForm(TryForm):
    """The same, and why."""

    reason = forms.CharField(label=label("points.reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Carry what was tried along, unseen: whoever proposes says why and nothing else."""
        super().__init__(*args, **kwargs)
        for name in TryForm.base_fields:
            self.fields[name].widget = forms.HiddenInput()


@dataclass(frozen=True)
class Tried:
    """What came of a try: on what it stands, and the cost now and then."""

    basis: Basis
    mix: Mix
    now: Cost
    then: Cost


@require_GET
@page_for(duty=Duty.DECIDE)
def page(request: Request) -> HttpResponse:
    """Show the thresholds in force and every version."""
    return _page(request, None)


def _page(
    request: Request,
    form: TryForm | None,
    tried: Tried | None = None,
    *,
    propose: ProposeForm | None = None,
    nothing: bool = False,
) -> HttpResponse:
    now = systems.hears()
    context: dict[str, Any] = {
        "form": form or TryForm(initial=_initial(now)),
        "in_force": [(each, *(figure(value * 100, 1) for value in now[each][1:])) for each in sorted(now)],
        "rows": [
            (each, figure(each.ask * 100, 1), figure(each.alarm * 100, 1), _kept(each.cost))
            for each in store.versions()
        ],
        "leads": may(request.roles, Duty.LEAD),
        "steps": steps(),
        "nothing": nothing,
    }
    if tried is not None and form is not None:
        context |= _shown(tried)
        context["propose"] = propose or ProposeForm(initial=form.cleaned_data, auto_id="propose_%s")
    failed = nothing or bool(form is not None and form.errors) or bool(propose is not None and propose.errors)
    return render(request, "crisis/hearing/points.html", context, status=422 if failed else 200)


def _initial(now: systems.Hears) -> dict[str, Any]:
    """Begin from what is in force for the service's first language."""
    language = sorted(now)[-1]
    _, ask, alarm = now[language]
    shown = {"language": language, "ask": round(ask * 100, 1), "alarm": round(alarm * 100, 1)}
    return {**shown, "a_week": 1000, "alarm_minutes": 15, "ask_minutes": 0}


@require_POST
@page_for(duty=Duty.DECIDE)
def attempt(request: Request) -> HttpResponse:
    """Try thresholds: validation runs on labelled messages, in nobody's record."""
    form = TryForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    tried = _tried(form)
    return _page(request, form, tried, nothing=tried is None and not form.errors)


def _tried(form: TryForm) -> Tried | None:
    """Give the cost now and then; None when there is nothing to count on."""
    hears = systems.hears()
    language = form.cleaned_data["language"]
    try:
        found = thresholds.basis(language, form.point(hears[language][0]))
    except NotTried as no:
        form.add_error(None, sentence("points.denied", why=denied(str(no))))
        return None
    if found is None:
        return None
    now, then = (cost.cost(each, form.mix()) for each in (found.now, found.then))
    return Tried(found, form.mix(), now, then) if now and then else None


def _shown(tried: Tried) -> dict[str, Any]:
    columns = [sentence(f"points.{each}") for each in ("of_thousand", "now", "then")]
    rows = [
        [sentence(f"points.line.{name}"), number(getattr(tried.now, name)), number(getattr(tried.then, name))]
        for name in LINES
    ]
    mix = tried.mix
    return {
        "columns": columns,
        "rows_of_cost": rows,
        "basis": sentence(f"points.basis.{tried.basis.kind}", danger=tried.then.dangers, harmless=tried.then.harmless),
        "mix": sentence(
            "points.mix" if mix.danger_low is None else "points.mix_counted",
            danger=_count(mix.danger),
            low=_count(mix.danger_low or 0),
            high=_count(mix.danger_high or 0),
        ),
        "difference": sentence(
            "points.difference",
            missed=_signed(tried.then.missed.value - tried.now.missed.value),
            false=_signed(tried.then.false_alarms.value - tried.now.false_alarms.value),
            hours=_signed(tried.then.hours.value - tried.now.hours.value),
        ),
    }


def number(found: Number) -> str:
    """Say a count, from – to."""
    return sentence("points.number", value=_count(found.value), low=_count(found.low), high=_count(found.high))


def _count(value: float) -> str:
    return figure(value, 1 if 0 < abs(value) < FEW else 0)


def _signed(value: float) -> str:
    if abs(value) < 0.05:
        return sentence("points.as_many")
    return sentence("points.more" if value > 0 else "points.fewer", n=_count(abs(value)))


def _kept(found: Mapping[str, Any]) -> str:
    """Say in one line what a version was said to cost when it was proposed."""
    then = found["then"]
    return sentence(
        "points.kept",
        missed=_count(then["missed"]["value"]),
        false=_count(then["false_alarms"]["value"]),
        hours=_count(then["hours"]["value"]),
    )


@require_POST
@page_for(duty=Duty.DECIDE)
def propose(request: Request) -> HttpResponse:
    """Propose thresholds; their cost is computed again here and kept with them."""
    values, form = TryForm(request.POST), ProposeForm(request.POST, auto_id="propose_%s")
    tried = _tried(values) if values.is_valid() else None
    if tried is None or not form.is_valid():
        return _page(request, values, tried, propose=form, nothing=tried is None and not values.errors)
    hears = systems.hears()
    kept = {"basis": tried.basis.kind, "mix": asdict(tried.mix), "now": asdict(tried.now), "then": asdict(tried.then)}
    point = form.point(hears[form.cleaned_data["language"]][0])
    made = store.propose(point, kept, form.cleaned_data["reason"], by=request.user, at=request.now)
    messages.success(request, sentence("points.proposed", version=made.version))
    return redirect("crisis:points")


@require_POST
@page_for(duty=Duty.LEAD)
def approve(request: Request, version: int) -> HttpResponse:
    """Put another's proposal in force: the gate denies until the self-test was met and signed at these thresholds."""
    try:
        done = store.approve(version, room_systems(), by=request.user, at=request.now)
    except NotAllowed:
        messages.error(request, sentence("refused.OWN"))
    else:
        (messages.success if done else messages.error)(
            request, sentence("points.approved", version=version) if done else sentence("refused.GONE")
        )
    return redirect("crisis:points")


urlpatterns = [
    path("line/thresholds", page, name="points"),
    path("line/thresholds/try", attempt, name="points-try"),
    path("line/thresholds/propose", propose, name="points-propose"),
    path("line/thresholds/<int:version>/approve", approve, name="points-approve"),
]
