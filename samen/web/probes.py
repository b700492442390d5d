"""What must work of the house itself before any AI system runs."""

from django.utils import timezone

from samen.rights import door
from samen.rooms.crisis.door import numbers as help_numbers
from samen.words import LANGUAGES


def add() -> None:
    """Name the help page as something that must work."""
    door.add_probe("help-page", help_page)


def help_page() -> str:
    """Say what is wrong with the numbers of the help page: a language or a country without any."""
    today = timezone.localdate()
    for language in LANGUAGES:
        numbers = help_numbers.load(language, today)
        for country in help_numbers.COUNTRIES:
            if not help_numbers.of_country(numbers, country):
                return f"no number for {country} in {language}"
    return ""
