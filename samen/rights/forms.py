"""Small forms with which a person asks something. What they ask for is checked again where it is stored."""

from typing import Any

from django import forms
from django.utils.functional import lazy

from samen.rights import door
from samen.rights.views.saying import name_of, sentence

LONGEST = 4000  # characters of one's own words; a page of text
label = lazy(sentence, str)  # for form fields, which are made before anybody reads them


class AskForm(forms.Form):
    """The person's own words, as many or as few as they like."""

    text = forms.CharField(
        label=label("rights.ask.words"),
        help_text=label("rights.ask.words_help"),
        required=False,
        max_length=LONGEST,
        error_messages={"max_length": label("rights.ask.too_long", n=LONGEST)},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class CorrectForm(AskForm):
    """What is not right: here the words are what it is about."""

    text = forms.CharField(
        label=label("rights.ask.own_words"),
        max_length=LONGEST,
        error_messages={
            "required": label("rights.ask.say_what"),
            "max_length": label("rights.ask.too_long", n=LONGEST),
        },
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class ObjectForm(AskForm):
    """An objection to one AI system, or to all of it. Nothing is chosen beforehand but "all of it"."""

    system = forms.ChoiceField(label=label("rights.ask.about_system"), required=False)

    field_order = ("system", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the systems that there are."""
        super().__init__(*args, **kwargs)
        every = [("", sentence("rights.ask.any_system"))]
        self.fields["system"].choices = every + [(each.id, name_of(each.id)) for each in door.systems()]  # type: ignore[attr-defined]
