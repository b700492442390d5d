"""The page where those who lead care try a queue policy, see what it costs whom, propose it, and approve another's."""

import math
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.functional import lazy
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_POST

from samen.people.access import NotAllowed
from samen.people.door import Request, page_for
from samen.people.roles import Duty
from samen.rooms.crisis import bars, frequencies
from samen.rooms.crisis.simulation import FIRST_COME, Outcome, Scenario, Tried, Waits, simulate
from samen.rooms.crisis.store import policies
from samen.rooms.crisis.triage import Policy
from samen.rooms.crisis.views.reader import saying

CONTACTS = 10_000  # enough for a steady 95th percentile, and computed in about a second
PERCENT = 100


sentence = saying("crisis.policy")
label = lazy(sentence, str)


class TryForm(forms.Form):
    """The service's own numbers, and the policy to try."""

    counsellors = forms.IntegerField(label=label("field.counsellors"), min_value=1, max_value=200, initial=20)
    per_hour = forms.FloatField(label=label("field.per_hour"), min_value=0.1, max_value=5000, initial=25)
    talk_minutes = forms.FloatField(label=label("field.talk_minutes"), min_value=1, max_value=300, initial=45)
    swing = forms.FloatField(label=label("field.swing"), min_value=0, max_value=90, initial=50)
    high_share = forms.FloatField(label=label("field.high_share"), min_value=0.1, max_value=90, initial=10)
    sensitivity = forms.FloatField(label=label("field.sensitivity"), min_value=0, max_value=100, initial=95)
    specificity = forms.FloatField(label=label("field.specificity"), min_value=0, max_value=100, initial=95)
    unread_share = forms.FloatField(label=label("field.unread_share"), min_value=0, max_value=100, initial=10)
    patience = forms.FloatField(label=label("field.patience"), min_value=1, max_value=1440, required=False)
    reserved = forms.FloatField(label=label("field.reserved"), min_value=0, max_value=90, initial=10)
    overtaken = forms.IntegerField(label=label("field.overtaken"), min_value=0, max_value=500, initial=30)

    def clean(self) -> dict[str, Any]:
        """Refuse a line that would never empty."""
        said = super().clean() or {}
        if not self.errors and self.load >= 1:
            self.add_error(None, sentence("problem.overload", load=round(self.load * PERCENT)))
        return said

    @property
    def load(self) -> float:
        """Give the share of the counsellors' time that talks take."""
        said = self.cleaned_data
        return float(said["per_hour"] * said["talk_minutes"] / 60 / said["counsellors"])

    def scenario(self) -> Scenario:
        """Give the numbers as the simulation takes them."""
        said = self.cleaned_data
        busiest = said["swing"] / PERCENT
        return Scenario(
            counsellors=said["counsellors"],
            load=self.load,
            talk_minutes=said["talk_minutes"],
            hours=tuple(1 - busiest * math.cos(2 * math.pi * (hour - 4) / 24) for hour in range(24)),  # quiet at four
            high_share=said["high_share"] / PERCENT,
            sensitivity=said["sensitivity"] / PERCENT,
            specificity=said["specificity"] / PERCENT,
            unread_share=said["unread_share"] / PERCENT,
            patience_minutes=said["patience"] / math.log(2) if said["patience"] else None,
            contacts=CONTACTS,
        )

    def policy(self) -> Policy:
        """Give the policy to try."""
        return Policy(0, self.cleaned_data["reserved"] / PERCENT, self.cleaned_data["overtaken"])


class ProposeForm(forms.Form):
    """What goes with a proposal: the policy as it was tried, and why."""

    reserved = forms.FloatField(min_value=0, max_value=90, widget=forms.HiddenInput)
    overtaken = forms.IntegerField(min_value=0, max_value=500, widget=forms.HiddenInput)
    read_first = forms.BooleanField(label=label("field.read_first"), required=False)
    reason = forms.CharField(label=label("field.reason"), widget=forms.Textarea, max_length=1000)


@require_GET
@page_for(duty=Duty.LEAD)
def page(request: Request) -> HttpResponse:
    """Show the versions, and what the policy in the address would do to every group's wait."""
    names = TryForm.base_fields
    tried = bool(set(names) & set(request.GET))  # nothing is simulated before somebody asks
    form = TryForm(request.GET if tried else None)
    context: dict[str, Any] = {"form": form, "versions": policies.versions(), "current": policies.current()}
    context["kept"] = round(context["current"].reserved * PERCENT)
    context["lines"] = [(each, round(each.reserved * PERCENT)) for each in context["versions"]]
    if form.is_valid():
        context |= _result(form)
    return render(request, "crisis/policy/page.html", context, status=422 if tried and form.errors else 200)


def _result(form: TryForm) -> dict[str, Any]:
    first, now, this = simulate(
        form.scenario(), [FIRST_COME, Tried("now", policies.current()), Tried("this", form.policy())]
    )
    shown = [(group, name, outcome) for group in ("high", "other") for name, outcome in
             (("first_come", first), ("now", now), ("this", this))]  # fmt: skip
    lines = [_line(group, name, outcome) for group, name, outcome in shown]
    picture = bars.svg("waits", sentence("result.title"), sentence("result.picture"), [each.bar for each in lines])
    return {
        "svg": mark_safe(picture),
        "columns": [sentence(f"result.{each}") for each in
                    ("group", "median", "p95", "within_5", "longest", "overtaken", "left")],
        "rows": [each.cells for each in lines],
        "cost": sentence(
            "result.cost",
            minutes=max(0, round(this.other.p95 - first.other.p95)),
            share=round(this.high.within_5 * PERCENT),
            before=round(first.high.within_5 * PERCENT),
        ),
        "alarms": _alarms(form.scenario()),
        "load": sentence("result.load", load=round(form.load * PERCENT)),
        "contacts": CONTACTS,
        "propose": ProposeForm(initial={name: form.cleaned_data[name] for name in ("reserved", "overtaken")}),
    }  # fmt: skip


def _alarms(tried: Scenario) -> str:
    """Say how many of those whom the computer puts in front are in danger, at the service's own share."""
    found = frequencies.of_alarms(tried.sensitivity, tried.specificity, tried.high_share)
    words = saying("crisis.alarms")
    return words("in_policy", right=found.right, wrong=found.wrong) if found else words("none")


@dataclass(frozen=True)
class Line:
    """One group under one policy, as a bar and as a row of the table."""

    bar: bars.Bar
    cells: list[str]


def _line(group: str, name: str, outcome: Outcome) -> Line:
    waits: Waits = getattr(outcome, group)
    words = f"{sentence(f'result.{group}')}, {sentence(f'result.{name}')}"
    note = sentence("result.note", middle=_number(waits.median), end=_number(waits.p95))
    share = [f"{round(waits.within_5 * PERCENT)} %", _number(waits.longest), str(waits.overtaken)]
    cells = [words, _number(waits.median), _number(waits.p95), *share, f"{round(waits.left * PERCENT)} %"]
    return Line(bars.Bar(words, waits.median, waits.p95, note), cells)


def _number(minutes: float) -> str:
    """Say minutes as no more exact than a simulation is; too many left to say is a dash."""
    if math.isnan(minutes):
        return "–"
    return f"{minutes:.1f}" if minutes < 10 else str(round(minutes))


@require_POST
@page_for(duty=Duty.LEAD)
def propose(request: Request) -> HttpResponse:
    """Propose what was tried."""
    form = ProposeForm(request.POST)
    if not form.is_valid():
        context = {"form": TryForm(), "propose": form, "lines": [], "current": policies.current()}
        return render(request, "crisis/policy/page.html", context, status=422)
    said = form.cleaned_data
    tried = Policy(0, said["reserved"] / PERCENT, said["overtaken"], said["read_first"])
    made = policies.propose(tried, said["reason"], by=request.user, at=request.now)
    messages.success(request, sentence("saved", version=made.version))
    return redirect("crisis:policy")


@require_POST
@page_for(duty=Duty.LEAD)
def approve(request: Request, version: int) -> HttpResponse:
    """Put another's proposal in force."""
    try:
        done = policies.approve(version, by=request.user, at=request.now)
    except NotAllowed:
        messages.error(request, sentence("not_own"))
        return redirect("crisis:policy")
    messages.success(request, sentence("approved" if done else "gone", version=version))
    return redirect("crisis:policy")


urlpatterns = [
    path("line/policy", page, name="policy"),
    path("line/policy/propose", propose, name="policy-propose"),
    path("line/policy/<int:version>/approve", approve, name="policy-approve"),
]
