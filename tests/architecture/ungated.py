"""Finding AI that goes round the gate: code that loads a model, calls one somewhere else, or writes a score by itself.

What stands behind a room's `inference` is the gate's to call (import-linter holds that, contract `guarded`); anything that
reaches a model, or could, anywhere else in the tree is named here. Better once too often: who needs one of these for
something else writes the file and the reason into ungated.toml.
"""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePath

TABLE = tomllib.loads((Path(__file__).parent / "ungated.toml").read_text())
REASONS = TABLE["reasons"]
HARMLESS = TABLE["imports"]["harmless"]
IMPORTS = {name for kind, names in TABLE["imports"].items() if kind != "harmless" for name in names}
CALLS, SCORES = TABLE["calls"], TABLE["scores"]


def suspects(tree: ast.AST, path: str = "") -> list[tuple[int, str]]:
    """Give each line that reaches a model or writes a score outside the gate, with what it reaches for."""
    if is_guarded(path):
        return []
    mine = REASONS.get(path, {})
    return [(line, what) for node in ast.walk(tree) for line, what in _of(node) if what not in mine]


def is_guarded(path: str) -> bool:
    """Say whether a file stands behind a room's `inference`, file or folder: only its systems.py may import it."""
    parts = PurePath(path.removesuffix(".py")).parts
    return len(parts) > 2 and parts[0] == "rooms" and parts[2] == "inference"


def _of(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Import(names=names):
            yield from ((node.lineno, what) for each in names if (what := _imported(each.name)))
        case ast.ImportFrom(module=str(module), names=names):
            found = {what for each in names if (what := _imported(f"{module}.{each.name}"))}
            yield from ((node.lineno, what) for what in sorted(found))
        case ast.Call(func=ast.Name(id=name)) if name in (*CALLS["bare"], *CALLS["on-something"], *SCORES["tables"]):
            yield node.lineno, name
        case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id="os"))) if name in CALLS["os"]:
            yield node.lineno, name
        case ast.Call(func=ast.Attribute(attr=name)) if name in CALLS["on-something"]:
            yield node.lineno, name
        case ast.Call(func=ast.Attribute(attr=name, value=ast.Attribute(attr="objects", value=on))):
            table = on.id if isinstance(on, ast.Name) else getattr(on, "attr", "")
            if name in SCORES["writes"] and table in SCORES["tables"]:
                yield node.lineno, table
        case ast.Subscript(value=ast.Attribute(attr="modules" | "__dict__")):
            yield node.lineno, "by a string"
        case ast.Subscript(value=ast.Call(func=ast.Name(id="vars" | "globals"))):
            yield node.lineno, "by a string"


def _imported(name: str) -> str:
    """Give what an import reaches for, or nothing when it is harmless."""
    if any(name == each or name.startswith(f"{each}.") for each in HARMLESS):
        return ""
    top = name.partition(".")[0]
    return top if top in IMPORTS else ""
