"""Whom a visitor of the demo can walk in as, and where each of them lands."""

from dataclasses import dataclass

GROUPS = ("person", "care", "watch")


@dataclass(frozen=True)
class Door:
    """One button on the first page; its words are `web.demo.as.<who>`."""

    who: str
    group: str
    lands: str  # url name of the first page that they see

    @property
    def email(self) -> str:
        """Give the address of the account behind the button."""
        return f"{self.who}@example.org"


DOORS = (
    Door("noor", "person", "today"),
    Door("bram", "person", "people:supported"),
    Door("sam", "care", "people:mine"),
    Door("visser", "care", "rights:queue"),
    Door("joris", "care", "people:mine"),
    Door("tess", "care", "people:mine"),
    Door("lea", "care", "people:mine"),
    Door("mo", "care", "home"),
    Door("pia", "watch", "rights:votes"),
    Door("kees", "watch", "rights:votes"),
    Door("omar", "watch", "rights:cases"),
    Door("rin", "watch", "home"),
    Door("ada", "watch", "home"),
)


def door(who: str) -> Door | None:
    """Give one door."""
    return next((each for each in DOORS if each.who == who), None)
