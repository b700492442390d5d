"""The form with which a person adds something of their own to their record."""

from datetime import date, datetime, time

from django import forms
from django.utils import timezone

from samen.people.forms import label, sentence
from samen.rooms.record import own


class OwnEntryForm(forms.Form):
    """A note or something that happened: which, on what day, in the person's own words."""

    kind = forms.ChoiceField(
        label=label("record.own.kind"),
        choices=[(kind, label(f"record.own.kinds.{kind}")) for kind in own.KINDS],
        initial="note",
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=label("record.own.text"),
        help_text=label("record.own.text_help"),
        max_length=own.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    day = forms.DateField(
        label=label("record.own.day"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_day(self) -> date:
        """Hold the day at today or before."""
        day: date = self.cleaned_data["day"]
        if day > timezone.localdate() or day.year < 1900:
            raise forms.ValidationError(sentence("record.own.day_wrong"))
        return day

    def moment(self, now: datetime) -> datetime:
        """Give when it was: now for today, else noon of the day, so that no time zone moves it to another day."""
        day: date = self.cleaned_data["day"]
        return now if day == timezone.localdate(now) else timezone.make_aware(datetime.combine(day, time(12)))
