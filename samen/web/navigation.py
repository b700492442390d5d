"""The places of the house that each reader sees as tabs: a table, and nothing that decides who may enter."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Readers who see different tabs."""

    VISITOR = "visitor"
    PERSON = "person"
    PROFESSIONAL = "professional"
    LINE = "line"  # who answers the help line
    OVERSIGHT = "oversight"
    RESEARCH = "research"


@dataclass(frozen=True)
class Place:
    """One tab: its key (sentence `web.shell.places.<key>`), its address by name, and its icon."""

    key: str
    address: str
    icon: str


REGISTER = Place("register", "rights:register", "list-search")

PLACES: dict[Who, tuple[Place, ...]] = {
    Who.VISITOR: (REGISTER, Place("help", "help", "lifebuoy"), Place("sign_in", "account_login", "login")),
    Who.PERSON: (
        Place("today", "today", "home"),
        Place("talk", "companion:talk", "message-circle"),
        Place("signals", "sensing:signals", "activity"),
        Place("record", "record:mine", "notebook"),
        Place("ai_and_me", "rights:me", "circle-dashed"),
    ),
    Who.PROFESSIONAL: (
        Place("my_people", "people:mine", "users"),
        Place("queue", "rights:queue", "list-check"),
        Place("calendar", "care:calendar", "calendar"),
        Place("review", "rights:review", "checkup-list"),
        REGISTER,
    ),
    Who.LINE: (
        Place("line", "crisis:console", "message-circle"),
        Place("my_people", "people:mine", "users"),
        REGISTER,
    ),
    Who.OVERSIGHT: (
        REGISTER,
        Place("cases", "rights:cases", "folder"),
        Place("votes", "rights:votes", "checkbox"),
        Place("evidence", "rights:evidence", "file-search"),
    ),
    Who.RESEARCH: (
        REGISTER,
        Place("studies", "sensing:studies", "activity"),
        Place("surveys", "sensing:surveys", "checkup-list"),
        Place("cases", "rights:cases", "folder"),
        Place("evidence", "rights:evidence", "file-search"),
    ),
}

# The first line whose roles somebody has decides; who works here as well as being in care here sees the working tabs.
BY_ROLE: tuple[tuple[frozenset[str], Who], ...] = (
    (
        frozenset({"clinician", "clinical-lead", "social-worker", "peer-worker", "moderator"}),
        Who.PROFESSIONAL,
    ),
    (frozenset({"counsellor"}), Who.LINE),
    (frozenset({"panel-member", "panel-secretary", "overseer", "administrator"}), Who.OVERSIGHT),
    (frozenset({"researcher"}), Who.RESEARCH),
)


def who(signed_in: bool, roles: Iterable[str]) -> Who:
    """Say which tabs somebody sees, from the names of their roles."""
    if not signed_in:
        return Who.VISITOR
    mine = set(roles)
    return next((reader for named, reader in BY_ROLE if named & mine), Who.PERSON)


def here(path: str, addresses: Iterable[str]) -> str | None:
    """Say which of the tabs' addresses the page belongs to: the longest one that the page's path begins with."""
    inside = [each for each in addresses if path == each or path.startswith(each.rstrip("/") + "/")]
    return max(inside, key=len, default=None)
