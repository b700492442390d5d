"""Forms about who may see whom. Their labels are sentences; what they ask for is checked again where it is stored."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import get_language

from samen.people.access import CarePurpose
from samen.people.roles import CARDS, Duty, Role, Scope
from samen.words import say

LONGEST_PROXY = timedelta(days=366)  # a yes to a supporter lasts at most a year, leap years too

# What a supporter can be shown; choices, receipts and requests stay the person's own unless named here.
SHAREABLE = tuple(Scope)


def sentence(key: str, **values: object) -> str:
    """Give a sentence in the reader's language."""
    return say(key, get_language() or settings.LANGUAGE_CODE, **values)


label = lazy(sentence, str)  # for form fields, which are made before anybody reads them


class SupporterForm(forms.Form):
    """The person's yes: to whom, what, until when. Nothing is chosen beforehand."""

    email = forms.EmailField(label=label("people.supporters.email"), help_text=label("people.supporters.email_help"))
    scopes = forms.MultipleChoiceField(
        label=label("people.supporters.scopes"),
        choices=[(scope.value, label(f"people.scope.{scope}")) for scope in SHAREABLE],
        widget=forms.CheckboxSelectMultiple,
    )
    ends = forms.DateField(
        label=label("people.supporters.ends"),
        help_text=label("people.supporters.ends_help"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_scopes(self) -> list[Scope]:
        """Give the chosen areas as words of the house."""
        return [Scope(word) for word in self.cleaned_data["scopes"]]

    def clean_ends(self) -> date:
        """Hold the last day between tomorrow and a year from now."""
        ends: date = self.cleaned_data["ends"]
        today = timezone.localdate()
        if not today < ends <= today + LONGEST_PROXY:
            raise forms.ValidationError(sentence("people.supporters.day_wrong"))
        return ends


class BreakGlassForm(forms.Form):
    """Emergency access: to whom, and why. The reason has room for a sentence or two."""

    person = forms.CharField(label=label("people.break_glass.who"), max_length=254)
    reason = forms.CharField(
        label=label("people.break_glass.reason"),
        help_text=label("people.break_glass.reason_help"),
        min_length=10,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class CareForm(forms.Form):
    """Starting a care relationship: between whom, in which role, what for."""

    person = forms.CharField(label=label("people.care.person"), max_length=254)
    professional = forms.EmailField(
        label=label("people.care.professional"), help_text=label("people.care.professional_help"), required=False
    )
    role = forms.ChoiceField(label=label("people.care.role"))
    purpose = forms.ChoiceField(
        label=label("people.care.purpose"),
        choices=[(each.value, label(f"people.purpose.{each}")) for each in CarePurpose],
    )

    def __init__(self, *args: Any, roles: frozenset[Role], **kwargs: Any) -> None:
        """Offer a clinical lead every caring role, and others their own."""
        super().__init__(*args, **kwargs)
        leads = any(Duty.LEAD in CARDS[role].duties for role in roles)
        offered = [role for role in Role if Duty.CARE in CARDS[role].duties and (leads or role in roles)]
        self.fields["role"].choices = [(role.value, label(f"people.role.{role}")) for role in offered]  # type: ignore[attr-defined]
        if not leads:
            del self.fields["professional"]
