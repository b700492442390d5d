"""The questionnaire as a form: radio buttons, every item may be skipped. And the person's own note beside the course."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from samen.rooms.treatment.questionnaires import Questionnaire
from samen.words import say

SKIP = "skip"  # takes a choice back: without it, a radio button that was pressed once stays pressed


class AnswersForm(forms.Form):
    """One questionnaire. Skipping is allowed; sending nothing at all, or a value that nobody could choose, is not.

    The page carries a number of its own, so that sending it twice, or going back to mend something, stays one filling-in.
    """

    def __init__(self, questionnaire: Questionnaire, language: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questionnaire = questionnaire
        self.language = language
        skip = (SKIP, say("treatment.questions.ask.skip_this", language))
        for question in questionnaire.questions:
            self.fields[question.id] = forms.ChoiceField(
                label=question.text.of(language),
                choices=[*((str(option.value), option.text.of(language)) for option in question.options), skip],
                widget=forms.RadioSelect,
                required=False,
                error_messages={"invalid_choice": say("treatment.questions.problem.OUT_OF_RANGE", language)},
            )

    def clean(self) -> dict[str, Any]:
        """Refuse an empty page: it would be saved as if somebody had looked at it and left."""
        cleaned = super().clean() or {}
        if not self.errors and not any(value.isdecimal() for value in cleaned.values()):
            raise forms.ValidationError(say("treatment.questions.problem.NOTHING", self.language))
        return cleaned

    @property
    def chosen(self) -> dict[str, int | None]:
        """Give what was chosen and can be read, item by item, whether or not the page as a whole is in order."""
        raw = {question.id: self.data.get(question.id, "") for question in self.questionnaire.questions}
        return {item: int(value) if value.isdecimal() else None for item, value in raw.items()}

    @property
    def sheet(self) -> UUID | None:
        """Give the number of the page that was sent; nothing when it carries none that we can read."""
        try:
            return UUID(self.data.get("sheet", ""))
        except ValueError:
            return None


class NoteForm(forms.Form):
    """A note or a life event, in the person's own words."""

    def __init__(self, language: str, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        empty = {"required": say("treatment.course.note.empty", language)}
        self.fields["text"] = forms.CharField(
            label=say("treatment.course.note.text", language),
            widget=forms.Textarea,
            max_length=4000,
            error_messages=empty,
        )
        self.fields["kind"] = forms.ChoiceField(
            label=say("treatment.course.note.kind", language),
            choices=[(kind, say(f"treatment.course.kind.{kind}", language)) for kind in ("note", "life-event")],
            widget=forms.RadioSelect,
            initial="note",
        )
        self.fields["on"] = forms.DateField(
            label=say("treatment.course.note.on", language),
            widget=forms.DateInput(attrs={"type": "date", "max": today.isoformat()}),
            initial=today,
            error_messages={"invalid": say("treatment.course.note.no_date", language), **empty},
        )
