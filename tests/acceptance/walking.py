"""Asking every address as every visitor, and holding the answers against the written table `walk.toml`."""

import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from samen.people.models import Access
from samen.people.roles import Role
from tests import named
from tests.acceptance.prepared import Prepared, Visitor, values

TABLE = Path(__file__).parent / "walk.toml"
REST = "rest"
NO_CODE = (None, Role.PERSON, Role.SUPPORTER)  # who signs in without a second factor
LET_IN = frozenset({"page", "elsewhere", "missing"})  # what somebody gets whom the guard let in
ANSWERS = LET_IN | {"login", "second-factor", "again", "refused", "method"}
TO = {
    "/account/login/": "login",
    "/second-factor": "second-factor",
    "/account/2fa/reauthenticate/": "again",
    "/account/reauthenticate/": "again",
}


# --- the table --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Audience:
    """Who gets which answer."""

    answers: Mapping[str, str]  # visitor -> answer
    rest: str | None  # the answer of every visitor who is not named; none = every one must be named
    second_factor: bool  # staff who get in have opened their session with a second factor


@dataclass(frozen=True)
class Expected:
    """One cell: an audience, and what those who get in get here instead of the page."""

    audience: Audience
    instead: str = ""
    but: Mapping[str, str] | None = None  # visitors who get something else here, and why they do is in a comment

    def of(self, visitor: str) -> str | None:
        """Give the answer that stands in the table for this visitor; None where it says nothing."""
        if self.but and visitor in self.but:
            return self.but[visitor]
        answer = self.audience.answers.get(visitor, self.audience.rest)
        return self.instead if answer == "page" and self.instead else answer


@dataclass(frozen=True)
class Row:
    """One address in the table."""

    name: str
    get: Expected
    post: Expected
    looks: bool  # a look by anyone but the owner is written down before the page leaves
    demo: bool  # exists in demo mode alone


@dataclass(frozen=True)
class Table:
    """The whole written table."""

    rows: Mapping[str, Row]
    audiences: Mapping[str, Audience]


def read_table() -> Table:
    """Read `walk.toml`."""
    raw = tomllib.loads(TABLE.read_text())
    groups = raw["group"]
    audiences = {name: _audience(each, groups) for name, each in raw["who"].items()}
    rows = {name: _row(name, each, audiences) for name, each in raw["address"].items()}
    return Table(rows, audiences)


def _audience(raw: Mapping[str, Any], groups: Mapping[str, list[str]]) -> Audience:
    answers: dict[str, str] = {}
    rest = None
    for answer, visitors in raw.items():
        if answer == "second-factor-first":
            continue
        assert answer in ANSWERS, f"walk.toml: there is no answer {answer}."
        for visitor in _members(visitors, groups):
            if visitor == REST:
                rest = answer
                continue
            assert visitor not in answers, f"walk.toml: {visitor} stands twice in one audience."
            answers[visitor] = answer
    return Audience(answers, rest, bool(raw.get("second-factor-first")))


def _members(visitors: Iterable[str], groups: Mapping[str, list[str]]) -> Iterator[str]:
    for each in visitors:
        yield from _members(groups[each], groups) if each in groups else (each,)


def _row(name: str, raw: Mapping[str, Any], audiences: Mapping[str, Audience]) -> Row:
    return Row(
        name,
        get=_expected(raw.get("get", "method"), raw.get("get-but"), audiences),
        post=_expected(raw.get("post", "method"), raw.get("post-but"), audiences),
        looks=raw.get("looks", False),
        demo=raw.get("demo", False),
    )


def _expected(said: str, but: Mapping[str, str] | None, audiences: Mapping[str, Audience]) -> Expected:
    who, _, instead = (part.strip() for part in said.partition("->"))
    return Expected(audiences[who], instead, but)


# --- the addresses ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """One address of the product."""

    name: str  # as the table names it: with its blanks where two addresses share a name
    url_name: str
    blanks: tuple[str, ...]
    pattern: URLPattern

    @property
    def about_person(self) -> bool:
        return "person" in self.blanks

    def path(self, made: Prepared) -> str:
        return reverse(self.url_name, kwargs=values(made, self.url_name, self.blanks))


def addresses() -> list[Address]:
    """Give every address that the product answers."""
    found = list(walk(get_resolver().url_patterns))
    shared = {each.name for each in found if sum(other.name == each.name for other in found) > 1}
    return [
        replace(each, name=f"{each.name}({', '.join(each.blanks)})") if each.name in shared else each for each in found
    ]


def walk(
    patterns: Iterable[URLPattern | URLResolver], space: str = "", before: tuple[str, ...] = ()
) -> Iterator[Address]:
    for each in patterns:
        blanks = (*before, *each.pattern.regex.groupindex)
        if isinstance(each, URLPattern):
            assert each.name, f"The address {each.pattern} has no name. Give it one, and a row in walk.toml."
            yield Address(f"{space}{each.name}", f"{space}{each.name}", blanks, each)
        else:
            yield from walk(each.url_patterns, f"{space}{each.namespace}:" if each.namespace else space, blanks)


def without_row(found: Iterable[Address], table: Table) -> list[str]:
    """Give the addresses that nobody wrote an expectation for."""
    return sorted(each.name for each in found if each.name not in table.rows)


# --- the walk ---------------------------------------------------------------------------------------------------------


@dataclass
class Walker:
    """Asks, and undoes whatever asking did."""

    made: Prepared
    table: Table
    asked: int = 0

    def __post_init__(self) -> None:
        self.client = Client(raise_request_exception=False)
        self.sessions = {
            (each.name, second): self._signed_in(each, second)
            for each in self.made.visitors.values()
            for second in (True, False)
        }

    def _signed_in(self, visitor: Visitor, second: bool) -> dict[str, str]:
        self.client.cookies = SimpleCookie()
        if visitor.account is not None:
            named.sign_in(self.client, visitor.account, second_factor=second)
        return {name: each.value for name, each in self.client.cookies.items()}

    def problems(self, some: Iterable[Address], visitors: Collection[str] | None = None) -> list[str]:
        """Give every answer that is not the written one."""
        return [wrong for each in some for wrong in self._problems(each, visitors)]

    def _problems(self, address: Address, only: Collection[str] | None) -> Iterator[str]:
        row, path = self.table.rows[address.name], address.path(self.made)
        for visitor in self.made.visitors.values():
            if only is not None and visitor.name not in only:
                continue
            if visitor.tied and visitor.name != "person" and not self._tells(address, row, visitor):
                continue
            for method, cell in (("GET", row.get), ("POST", row.post)):
                yield from self._wrong(address, path, visitor, method, cell)

    def _tells(self, address: Address, row: Row, visitor: Visitor) -> bool:
        """Say whether the row says something of this visitor's relation to Noor; where it matters to nobody, it need not."""
        return address.about_person or any(visitor.name in (cell.but or {}) for cell in (row.get, row.post))

    def _wrong(self, address: Address, path: str, visitor: Visitor, method: str, cell: Expected) -> Iterator[str]:
        expected = cell.of(visitor.name)
        if expected is None:
            yield f"{address.name} {method}: the table says nothing of {visitor.name}."
            return
        yield from self._hold(address, path, visitor, method, expected, second=True)
        if cell.audience.second_factor and visitor.role not in NO_CODE and expected in LET_IN:
            yield from self._hold(address, path, visitor, method, "second-factor", second=False)

    def _hold(
        self, address: Address, path: str, visitor: Visitor, method: str, expected: str, *, second: bool
    ) -> Iterator[str]:
        got, looks = self.ask(path, visitor, method, second=second)
        says = f"{address.name} {method} as {visitor.name}{'' if second else ' without second factor'}"
        if got != expected:
            yield f"{says}: expected {expected}, got {got}."
        owner = visitor.account == self.made.noor.account
        if self.table.rows[address.name].looks and not owner and expected != "method":
            if got == "page" and not looks:
                yield f"{says}: the page left, and the look is not written down."
            if got not in LET_IN and looks:
                yield f"{says}: a look is written down although nothing was shown."

    def ask(self, path: str, visitor: Visitor, method: str = "GET", *, second: bool = True) -> tuple[str, int]:
        """Ask for an address; gives the answer, and how many looks at people were written down. Undoes what it did."""
        self.asked += 1
        with undone():
            before = Access.objects.count()
            self.client.cookies = SimpleCookie(self.sessions[visitor.name, second])
            answer = self.client.generic(method, path)
            return answer_of(answer), Access.objects.count() - before


@contextmanager
def undone() -> Iterator[None]:
    """Undo what happens inside: in the database, and the counts of tries."""
    cache.clear()
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.set_rollback(False)
        transaction.savepoint_rollback(point)


def answer_of(answer: Any) -> str:
    """Give the word for an answer."""
    if answer.status_code in (301, 302, 303):
        return TO.get(answer["Location"].partition("?")[0], "elsewhere")
    if getattr(answer, "streaming", False):
        b"".join(answer.streaming_content)
    words = {
        200: "page",
        204: "page",
        409: "page",
        422: "page",
        401: "refused",
        403: "refused",
        404: "missing",
        405: "method",
    }
    return words.get(answer.status_code, f"status {answer.status_code}{_why(answer)}")


def _why(answer: Any) -> str:
    raised = getattr(answer, "exc_info", None)
    return f" ({raised[0].__name__}: {raised[1]})" if raised else ""


@contextmanager
def opened(address: Address, view: Callable[..., HttpResponse]) -> Iterator[None]:
    """Put another view behind an address."""
    before = address.pattern.callback
    address.pattern.callback = view
    try:
        yield
    finally:
        address.pattern.callback = before
