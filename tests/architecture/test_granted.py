"""Every store and every door of a room demands an access decision or a permit, without a default: nothing is let by silence."""

import inspect
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType

import pytest

from samen.people.access import Allowed, NotAllowed
from samen.people.roles import Scope
from samen.rights.words import Permit
from samen.rooms.record.store import reading
from tests import named

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
NEEDS_NONE = {name: why for why, names in tomllib.loads((HERE / "granted.toml").read_text()).items() for name in names}


def stores() -> Iterator[ModuleType]:
    """Give every store of people, rights and the rooms, what keeps own wishes for the rooms, and every door of a room."""
    for file in sorted((ROOT / "samen").rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        is_store = "store" in parts[2:] and parts[1] in ("people", "rights", "rooms")
        if is_store or parts[1:] == ("people", "jobs", "wishes") or (parts[1] == "rooms" and parts[-1] == "door"):
            yield resolve_name(".".join(part for part in parts if part != "__init__"))


def functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., object]]]:
    for name, function in inspect.getmembers(module, inspect.isroutine):
        if getattr(function, "__module__", "") == module.__name__ and not name.startswith("_"):
            yield f"{module.__name__.removeprefix('samen.')}.{name}", function


def takes_grant(function: Callable[..., object]) -> bool:
    """Say whether a function demands, without a default, an access decision or a permit as an argument."""
    for parameter in inspect.signature(function).parameters.values():
        said = str(parameter.annotation)
        if (Allowed.__name__ in said or Permit.__name__ in said) and parameter.default is inspect.Parameter.empty:
            return True
    return False


ALL = dict(each for module in stores() for each in functions(module))


def test_every_store_demands_a_decision_or_says_why_it_needs_none():
    wrong = [name for name, function in ALL.items() if name not in NEEDS_NONE and not takes_grant(function)]
    assert wrong == [], "Let it take an access decision or a permit, or write in granted.toml why it needs none."


def test_no_reason_is_kept_for_what_is_gone_or_asks_for_a_decision_by_now():
    assert [name for name in NEEDS_NONE if name not in ALL or takes_grant(ALL[name])] == []


def test_the_stores_of_every_floor_are_looked_at():
    found = {name.partition(".")[0] for name in ALL}
    assert found == {"people", "rights", "rooms"}
    assert len(ALL) > 120


def test_a_store_that_forgets_to_ask_is_seen():
    def forgetful(person: str, grant: Allowed | None = None) -> None:
        """A default lets a caller forget it."""

    def asking(grant: Allowed | Permit, person: str) -> None:
        """Without one it does not run."""

    assert not takes_grant(forgetful)
    assert takes_grant(asking)


@pytest.mark.django_db
@pytest.mark.parametrize("scope", [each for each in Scope if each is not Scope.ANSWERS])
def test_the_decision_for_one_area_opens_no_other(scope: Scope):
    noor = named.noor()
    with pytest.raises(NotAllowed):
        reading.responses(named.own(noor, scope), noor.id, ["https://example.org/phq-9"])


@pytest.mark.django_db
def test_the_decision_about_one_person_opens_nobody_else():
    with pytest.raises(NotAllowed):
        reading.responses(named.own(named.kim(), Scope.ANSWERS), named.noor().id, ["https://example.org/phq-9"])
