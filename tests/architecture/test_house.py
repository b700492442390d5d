"""What imports cannot show: keys point down, only the gate runs a system, stores ask for a decision, names say what a thing is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "samen").rglob("*.py"))
FLOORS = ("ledger", "people", "rights")  # lowest first; rooms stand above, each for itself


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for file in CODE:
        yield file.relative_to(ROOT / "samen"), ast.parse(file.read_text())


# --- keys -------------------------------------------------------------------------------------------------------------


def height(label: str) -> int:
    return FLOORS.index(label) if label in FLOORS else len(FLOORS)


def points_wrong(home: str, target: str) -> bool:
    """A foreign key may point to its own app or to a lower floor; never up, never into another room."""
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("samen.")}
    return home in ours and target in ours and home != target and height(target) >= height(home)


def test_foreign_keys_point_down_or_stay_in_the_room():
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model
        if points_wrong(model._meta.app_label, field.related_model._meta.app_label)
    ]
    assert wrong == []


def test_a_key_that_points_up_or_into_another_room_is_seen():
    assert points_wrong("ledger", "people")
    assert points_wrong("record", "treatment")
    assert not points_wrong("rights", "people")


# --- only the gate runs a system --------------------------------------------------------------------------------------

GUARDED = {"gather", "infer", "explain", "gather_many"}


def calls_guarded(tree: ast.Module) -> list[int]:
    """Lines that reach for what a system can do: by name, or by a string that says the name."""
    modules = inference_modules(tree)
    return [node.lineno for node in ast.walk(tree) if _named(node, modules) or _by_string(node)]


def inference_modules(tree: ast.Module) -> set[str]:
    """Names of modules of a room's own inference: handing `order.infer` to a declaration is no call of a system's."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    own = [each.name for node in found if node.module.endswith(".inference") for each in node.names]
    return {"inference", *own}


def _named(node: ast.AST, modules: set[str]) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr in GUARDED
        and not (isinstance(node.value, ast.Name) and node.value.id in modules)
    )


def _by_string(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    said = {each.value for each in node.args if isinstance(each, ast.Constant)}
    return called in ("getattr", "attrgetter", "methodcaller") and bool(said & GUARDED)


@pytest.mark.row("P1")
@pytest.mark.parametrize(
    "code",
    [
        "PROGRESS.manifest.infer(gathered)",
        "found = system.gather(permit)",
        "why = [each.explain for each in systems]",
        "getattr(system, 'infer')(gathered)",
        "operator.methodcaller('gather_many', permits)(system)",
    ],
)
def test_a_system_that_is_run_past_the_gate_is_seen(code: str):
    assert calls_guarded(ast.parse(code))


@pytest.mark.row("P1")
def test_nobody_but_the_gate_touches_what_a_system_can_do():
    allowed = {"rights/gate.py", "rights/jobs.py"}  # jobs.py holds the canary, which tries and must fail
    wrong = [f"{path}:{line}" for path, tree in trees() if str(path) not in allowed for line in calls_guarded(tree)]
    assert wrong == []


# --- names and shapes -------------------------------------------------------------------------------------------------

BANNED = {"utils", "helpers", "common", "base", "misc", "v2", "manager", "helper", "util"}


def test_a_name_says_what_a_file_is_about():
    assert [str(path) for path, _ in trees() if path.stem in BANNED] == []


def test_init_files_are_empty():
    assert [str(path) for path, tree in trees() if path.name == "__init__.py" and not is_empty(path, tree)] == []


def is_empty(path: Path, tree: ast.Module) -> bool:
    """Say whether an `__init__` holds nothing; that of a folder `models` names its own files, for Django looks there alone."""
    if path.parent.name != "models":
        return not tree.body
    here = ".".join(("samen", *path.parent.parts))
    said = [each for each in tree.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    return all(isinstance(each, ast.ImportFrom) and str(each.module).startswith(here) for each in said)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("rooms/record/__init__.py", "from samen.rooms.record.door import save"),
        ("rooms/record/__init__.py", "'Words.'"),
        ("rights/models/__init__.py", "from samen.rights.store import consent"),
        ("rights/models/__init__.py", "FLAG = True"),
    ],
)
def test_an_init_file_that_holds_something_is_seen(path: str, code: str):
    assert not is_empty(Path(path), ast.parse(code))


def test_every_room_says_what_it_is_for():
    rooms = [path for path in (ROOT / "samen/rooms").iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert [room.name for room in rooms if not (room / "README.md").exists()] == []


def test_no_address_of_a_registry_and_no_path_of_a_machine_stands_in_the_tree():
    hosts = re.compile(r"pytho" + r"nhosted|py" + r"pi\.org|registry\.np" + r"mjs|deb\.debian\.o" + r"rg|/wo" + r"rk/")
    files = [
        file
        for folder in ("samen", "tests", "bench", "docs", "scripts", "requirements", ".ci")
        for file in (ROOT / folder).rglob("*")
        if file.is_file()
        and file.suffix in {".py", ".md", ".txt", ".toml", ".html", ".css", ".js", ".json", ""}
        and "__pycache__" not in file.parts
    ]
    assert [str(file) for file in files if hosts.search(file.read_text(errors="ignore"))] == []


# --- every address has a guard ----------------------------------------------------------------------------------------

# Pages of libraries: allauth guards its own (login needed where it is), static files are public.
LIBRARIES = ("allauth", "django.", "whitenoise")


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, before + str(each.pattern))
        else:
            yield before + str(each.pattern), each


def test_every_address_has_exactly_one_guard():
    wrong = []
    for path, each in addresses(get_resolver().url_patterns):
        view = getattr(each.callback, "view_class", each.callback)
        if not view.__module__.startswith(LIBRARIES) and not hasattr(each.callback, "guard"):
            wrong.append(path)
    assert wrong == []


def test_nobody_gives_the_gate_another_clock_than_the_real_one_but_the_demo():
    """A clock set back could find a yes that has ended; only the generator of made-up people lives in the past."""
    wrong = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        if path.parts[:2] != ("web", "demo") and str(path) not in ("rights/gate.py",)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("run", "run_many", "trial")
        if any(each.arg == "clock" for each in node.keywords)
    ]
    assert wrong == []


# --- which day it is --------------------------------------------------------------------------------------------------

# Takes a moment on the reader's own clock; counts months of age; and the register's last day, whose hour the panel's decision sets.
ON_ANY_CLOCK = {"web/times.py", "web/doctor.py", "rooms/companion/guide.py", "rights/checks.py"}


def utc_days(tree: ast.Module) -> list[int]:
    """Lines that take the day off a moment as it is kept, in UTC, where from midnight to two it is yesterday in Amsterdam."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "date"
        if re.fullmatch(r"now|at|\w+_at", getattr(node.func.value, "attr", getattr(node.func.value, "id", "")))
    ]


def test_a_day_is_that_of_the_service_and_not_of_utc():
    wrong = [f"{path}:{line}" for path, tree in trees() if str(path) not in ON_ANY_CLOCK for line in utc_days(tree)]
    assert wrong == []


def test_a_day_taken_in_utc_is_seen():
    assert utc_days(ast.parse("row.until < request.now.date()")) == [1]
    assert utc_days(ast.parse("at.date()")) == [1]
    assert utc_days(ast.parse("timezone.localdate(row.ended_at)")) == []
