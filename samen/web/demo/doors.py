"""Whom a visitor of the demo can walk in as, and where each of them lands."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Door:
    """One button on the first page; its words are `web.demo.as.<who>`."""

    who: str
    lands: str  # url name of the first page

    @property
    def email(self) -> str:
        """Give the address of the account behind the button."""
        return f"{self.who}@example.org"


DOORS = (
    Door("noor", "rights:mine"),
    Door("sam", "people:mine"),
    Door("bram", "home"),
    Door("visser", "people:mine"),
    Door("lea", "people:mine"),
    Door("joris", "people:mine"),
    Door("tess", "people:mine"),
    Door("mo", "home"),
    Door("rin", "home"),
    Door("pia", "rights:votes"),
    Door("kees", "rights:votes"),
    Door("omar", "rights:cases"),
    Door("ada", "home"),
)
