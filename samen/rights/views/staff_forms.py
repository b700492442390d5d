"""Forms of the people who work here: deciding, answering, duty, evidence, stages, votes. Stores check again what they ask for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from samen.people.forms import label, sentence
from samen.people.roles import Role
from samen.rights.incidents import Kind
from samen.rights.oversight import Decided, Verdict, problems
from samen.rights.panel import Vote
from samen.rights.register import Registered
from samen.rights.store.systems import Figure
from samen.rights.words import Stage

LONGEST = 4000
LONGEST_NEED = timedelta(days=731)
HOURS = (4, 8, 12)


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class DecideForm(forms.Form):
    """Accept, change or reject: none is chosen beforehand."""

    verdict = forms.ChoiceField(
        label=label("rights.queue.decide.choice"),
        choices=[(each.value, label(f"rights.queue.decide.{each}")) for each in Verdict],
        widget=forms.RadioSelect,
        error_messages={"required": label("rights.queue.error.CHOICE_MISSING")},
    )
    changed = forms.CharField(
        label=label("rights.queue.decide.changed"),
        help_text=label("rights.queue.decide.changed_help"),
        required=False,
        max_length=LONGEST,
        widget=_area(),
    )
    reason = forms.CharField(
        label=label("rights.queue.decide.reason"),
        help_text=label("rights.queue.decide.reason_help"),
        max_length=LONGEST,
        widget=_area(),
        error_messages={"required": label("rights.queue.error.REASON_MISSING")},
    )

    def clean(self) -> dict[str, Any]:
        """Hold the decision against the same rule as the store."""
        given = super().clean() or {}
        if "verdict" in given and "reason" in given:
            for code in problems(self.decided()):
                self.add_error(
                    "reason" if code == "REASON_MISSING" else "changed", sentence(f"rights.queue.error.{code}")
                )
        return given

    def decided(self) -> Decided:
        """Give the decision; the words instead count for a change alone."""
        verdict = Verdict(self.cleaned_data["verdict"])
        changed = self.cleaned_data.get("changed", "") if verdict is Verdict.CHANGE else ""
        return Decided(verdict=verdict, reason=self.cleaned_data["reason"], changed=changed)


RESULTS: Mapping[Kind, Sequence[str]] = {Kind.RESTRICT: ("kept", "lifted")}


class AnswerForm(forms.Form):
    """The answer that closes a case, and what came of it."""

    text = forms.CharField(
        label=label("rights.answer.answer"),
        max_length=LONGEST,
        widget=_area(6),
        error_messages={"required": label("rights.answer.error.ANSWER_MISSING")},
    )
    outcome = forms.ChoiceField(label=label("rights.answer.outcome"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, kind: Kind, public: bool, **kwargs: Any) -> None:
        """Offer what can come of a case of this kind."""
        super().__init__(*args, **kwargs)
        offered = RESULTS.get(kind, ("done", "partly", "refused"))
        self.fields["outcome"].choices = [(each, label(f"rights.answer.result.{each}")) for each in offered]  # type: ignore[attr-defined]
        self.fields["text"].help_text = sentence(f"rights.answer.answer_help{'_visitor' if public else ''}")


class DutyForm(forms.Form):
    """Being on duty, in one of one's own deciding roles, for some hours."""

    role = forms.ChoiceField(label=label("rights.duty.role"), widget=forms.RadioSelect)
    hours = forms.TypedChoiceField(
        label=label("rights.duty.hours"),
        coerce=int,
        choices=[(each, label("rights.duty.hours_n", n=each)) for each in HOURS],
    )

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        """Offer the roles that decide."""
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(each.value, label(f"people.role.{each}")) for each in roles]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """One reason, which the register shows."""

    reason = forms.CharField(
        label=label("rights.systems.reason"),
        help_text=label("rights.systems.reason_help"),
        max_length=1000,
        widget=_area(2),
        error_messages={"required": label("rights.stages.REASON_MISSING")},
    )


class MoveForm(ReasonForm):
    """Where a system goes next, for how many people when that is a pilot, and why."""

    end = forms.ChoiceField(label=label("rights.systems.move_to"), widget=forms.RadioSelect)
    cap = forms.IntegerField(
        label=label("rights.systems.cap"), help_text=label("rights.systems.cap_help"), required=False, min_value=1
    )
    field_order = ("end", "cap", "reason")

    def __init__(self, *args: Any, ends: Sequence[Stage], **kwargs: Any) -> None:
        """Offer the stages that the table of moves allows from here."""
        super().__init__(*args, **kwargs)
        self.fields["end"].choices = [(each.value, label(f"rights.stages.stage.{each}")) for each in ends]  # type: ignore[attr-defined]


class ProtocolForm(forms.Form):
    """What was to be measured, when that was written down, and for which stage."""

    stage = forms.ChoiceField(
        label=label("rights.systems.evidence.stage"),
        choices=[(each.value, label(f"rights.stages.stage.{each}")) for each in (Stage.PILOT, Stage.GENERAL)],
    )
    protocol = forms.CharField(
        label=label("rights.systems.evidence.protocol"),
        help_text=label("rights.systems.evidence.protocol_help"),
        max_length=LONGEST,
        widget=_area(),
    )
    protocol_at = forms.DateField(
        label=label("rights.systems.evidence.protocol_at"),
        help_text=label("rights.systems.evidence.protocol_at_help"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def written_at(self) -> datetime:
        """Give the moment that the plan was there: the start of its day."""
        day: date = self.cleaned_data["protocol_at"]
        return timezone.make_aware(datetime.combine(day, time.min))


class EvidenceForm(ProtocolForm):
    """The figures of a validation made elsewhere: for each measure of the manifest an outcome, its interval, its number."""

    def __init__(self, *args: Any, system: Registered, names: Mapping[str, str], **kwargs: Any) -> None:
        """Ask for each figure that the manifest registered beforehand."""
        super().__init__(*args, **kwargs)
        self.measures = [each.measure for each in system.manifest.evidence]
        for measure in self.measures:
            for part in ("estimate", "low", "high"):
                self.fields[f"{measure}.{part}"] = forms.FloatField(
                    label=f"{names[measure]}: {sentence(f'rights.systems.evidence.{part}')}",
                    widget=forms.NumberInput(attrs={"step": "any"}),
                )
            self.fields[f"{measure}.n"] = forms.IntegerField(
                label=f"{names[measure]}: {sentence('rights.systems.evidence.n')}", min_value=1
            )

    def figures(self) -> list[Figure]:
        """Give the figures as they were entered."""
        given = self.cleaned_data
        return [
            Figure(
                measure=each,
                estimate=given[f"{each}.estimate"],
                low=given[f"{each}.low"],
                high=given[f"{each}.high"],
                n=given[f"{each}.n"],
            )
            for each in self.measures
        ]


class VoteForm(forms.Form):
    """One vote on exactly one version."""

    digest = forms.CharField(widget=forms.HiddenInput)
    read = forms.BooleanField(
        label=label("rights.panel.vote.read"), error_messages={"required": label("rights.panel.vote.read_missing")}
    )
    vote = forms.ChoiceField(
        label=label("rights.panel.vote.choice"),
        choices=[(each.value, label(f"rights.panel.vote.{each}")) for each in Vote],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=label("rights.panel.vote.reason"),
        help_text=label("rights.panel.vote.reason_help"),
        max_length=LONGEST,
        widget=_area(),
    )


class NeedForm(forms.Form):
    """Why a system is needed, in people's own words, weighed against doing nothing and against no technology."""

    statements = forms.CharField(
        label=label("rights.panel.need.statements"),
        help_text=label("rights.panel.need.statements_help"),
        max_length=LONGEST,
        widget=_area(5),
    )
    without = forms.CharField(label=label("rights.panel.need.without"), max_length=LONGEST, widget=_area())
    other_way = forms.CharField(label=label("rights.panel.need.other_way"), max_length=LONGEST, widget=_area())
    until = forms.DateField(
        label=label("rights.panel.need.until"),
        help_text=label("rights.panel.need.until_help"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_until(self) -> date:
        """Hold the day between tomorrow and two years from now."""
        until: date = self.cleaned_data["until"]
        today = timezone.localdate()
        if not today < until <= today + LONGEST_NEED:
            raise forms.ValidationError(sentence("rights.panel.need.until_wrong"))
        return until

    def ends(self) -> datetime:
        """Give the moment at which the need runs out."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time.min))


class SeatForm(forms.Form):
    """A seat of the panel, attested by the secretary."""

    email = forms.EmailField(label=label("rights.panel.seats.email"))
    lived_experience = forms.BooleanField(label=label("rights.panel.seats.lived"), required=False)
    conflict = forms.CharField(
        label=label("rights.panel.seats.conflict"),
        help_text=label("rights.panel.seats.conflict_help"),
        required=False,
        max_length=400,
    )
