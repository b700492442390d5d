"""Forms of a person's own watch. Nothing is chosen beforehand; every word that others will read is the person's own."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import lazy

from samen.rooms.crisis import watching
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.store.watching import Contact
from samen.rooms.crisis.views.reader import saying
from samen.rooms.crisis.watching import Rule, Step, Whom

sentence = saying("crisis.watching")
label = lazy(sentence, str)
NOBODY = "nobody"
FEW_LINES = {"rows": 4}


class ContactForm(forms.Form):
    """Somebody to ask."""

    name = forms.CharField(label=label("people.name"), max_length=80)
    email = forms.EmailField(label=label("people.email"))


class TryForm(forms.Form):
    """Words to rehearse with. They are never kept."""

    text = forms.CharField(label=label("rehearse.text"), widget=forms.Textarea(attrs=FEW_LINES), max_length=2000)


class RuleForm(forms.Form):
    """The rule: who, what they read, what must never happen, from when, until when."""

    first = forms.ChoiceField(label=label("rule.first"), widget=forms.RadioSelect)
    then = forms.ChoiceField(
        label=label("rule.then"),
        widget=forms.RadioSelect,
        choices=[
            (NOBODY, label("rule.then_nobody")),
            (Whom.CLINICIANS.value, label("rule.then_clinicians")),
            (Whom.LINE.value, label("rule.then_line")),
        ],
    )
    message = forms.CharField(
        label=label("rule.message"),
        help_text=label("rule.message_help"),
        widget=forms.Textarea(attrs=FEW_LINES),
        max_length=1000,
    )
    never = forms.CharField(
        label=label("rule.never"),
        help_text=label("rule.never_help"),
        widget=forms.Textarea(attrs=FEW_LINES),
        max_length=500,
        required=False,
    )
    level = forms.TypedChoiceField(
        label=label("rule.level"),
        widget=forms.RadioSelect,
        coerce=lambda value: Level(int(value)),
        choices=[(str(each.value), label(f"rule.level_{each.value}")) for each in (Level.DANGER, Level.IMMINENT)],
    )
    first_minutes = forms.TypedChoiceField(label=label("rule.first_minutes"), widget=forms.RadioSelect, coerce=int)
    next_minutes = forms.TypedChoiceField(label=label("rule.next_minutes"), widget=forms.RadioSelect, coerce=int)
    until = forms.DateField(
        label=label("rule.until"),
        help_text=label("rule.until_help"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, contacts: Sequence[Contact], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(each.id), each.name) for each in contacts if not each.said_no]
        self.fields["first"].choices = [*named, (NOBODY, sentence("rule.first_nobody"))]  # type: ignore[attr-defined]
        for name, choices in (("first_minutes", watching.FIRST_MINUTES), ("next_minutes", watching.NEXT_MINUTES)):
            self.fields[name].choices = [(str(each), _minutes(each)) for each in choices]  # type: ignore[attr-defined]
        self.others = [each for each, _ in named]

    def clean_until(self) -> date:
        """Hold the last day between tomorrow and half a year from now."""
        until: date = self.cleaned_data["until"]
        today = timezone.localdate()
        if not today < until < today + watching.LONGEST_RULE:
            raise forms.ValidationError(sentence("rule.day_wrong"))
        return until

    def clean(self) -> dict[str, Any]:
        """Refuse a rule that tells nobody."""
        cleaned = super().clean() or {}
        if cleaned.get("first") == cleaned.get("then") == NOBODY:
            self.add_error("first", sentence("rule.nobody_wrong"))
        return cleaned

    def rule(self, language: str) -> Rule:
        """Give the rule that was written: the first contact, then the other contacts in order, then whoever comes last."""
        said = self.cleaned_data
        named = (
            [said["first"], *(each for each in self.others if each != said["first"])] if said["first"] != NOBODY else []
        )
        steps = [Step(Whom.CONTACT, each) for each in named]
        if said["then"] != NOBODY:
            steps.append(Step(Whom(said["then"])))
        return Rule(
            steps=tuple(steps),
            message=said["message"].strip(),
            never=said["never"].strip(),
            level=said["level"],
            first_minutes=said["first_minutes"],
            next_minutes=said["next_minutes"],
            language=language,
            until=timezone.make_aware(datetime.combine(said["until"], time.max)),
        )


def as_initial(rule: Rule) -> dict[str, Any]:
    """Give a kept rule as the form shows it."""
    last = rule.steps[-1] if rule.steps else None
    return {
        "first": next((step.contact for step in rule.steps if step.whom is Whom.CONTACT), NOBODY),
        "then": last.whom.value if last and last.whom is not Whom.CONTACT else NOBODY,
        "message": rule.message,
        "never": rule.never,
        "level": str(rule.level.value),
        "first_minutes": str(rule.first_minutes),
        "next_minutes": str(rule.next_minutes),
        "until": timezone.localtime(rule.until).date(),
    }


def _minutes(minutes: int) -> str:
    return sentence("rule.minutes", minutes=minutes) if minutes else sentence("rule.minutes_0")
