"""Draws the graph of a module: each screen in the layer of its distance from the start, edges down, and back ones at the side."""

from dataclasses import dataclass

from samen.rooms.companion.compiler import distances, targets
from samen.rooms.companion.dialogue import HALL, Module

WIDE, HIGH, GAP, LAYER = 152, 36, 16, 76  # of a node, between two, between layers; in units of the picture
MARGIN = 28
LETTERS = 19  # of a name that fits in a node


@dataclass(frozen=True)
class Node:
    """A screen in the picture."""

    id: str
    label: str
    kind: str  # start, end, ask or tell
    x: int
    y: int


@dataclass(frozen=True)
class Edge:
    """A way from one screen to another, as the path of a line."""

    path: str
    back: bool


@dataclass(frozen=True)
class Picture:
    """All that is drawn."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: int
    height: int


def picture(module: Module) -> Picture:
    """Lay out a module. Screens that nobody reaches stand in a last layer of their own."""
    far = distances(module, module.start)
    last = max((far[each] for each in module.screens if each in far), default=0) + 1
    layers: dict[int, list[str]] = {}
    for name in module.screens:
        layers.setdefault(far.get(name, last), []).append(name)
    width = max(len(each) for each in layers.values()) * (WIDE + GAP) - GAP + 2 * MARGIN
    place: dict[str, tuple[int, int]] = {}
    for row, (_, names) in enumerate(sorted(layers.items())):
        left = (width - len(names) * (WIDE + GAP) + GAP) // 2
        for column, name in enumerate(_by_parents(names, module, place)):
            place[name] = (left + column * (WIDE + GAP), MARGIN + row * LAYER)
    nodes = tuple(Node(each, _short(each), _kind(module, each), *place[each]) for each in module.screens)
    edges = tuple(
        _edge(place[name], place[to])
        for name, screen in module.screens.items()
        for to in targets(screen)
        if to != HALL and to in place
    )
    return Picture(nodes, edges, width, MARGIN + len(layers) * LAYER)


def _by_parents(names: list[str], module: Module, place: dict[str, tuple[int, int]]) -> list[str]:
    """Order a layer by where the screens before it stand, so that fewer lines cross."""

    def middle(name: str) -> float:
        xs = [place[each][0] for each in place if name in targets(module.screens[each])]
        return sum(xs) / len(xs) if xs else 0.0

    return sorted(names, key=middle)


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"


def _kind(module: Module, name: str) -> str:
    if name == module.start:
        return "start"
    screen = module.screens[name]
    return "end" if screen.end else "ask" if screen.ask or screen.choices else "tell"


def _edge(here: tuple[int, int], there: tuple[int, int]) -> Edge:
    if there[1] > here[1]:
        x1, y1, x2, y2 = here[0] + WIDE // 2, here[1] + HIGH, there[0] + WIDE // 2, there[1]
        bend = (y2 - y1) // 2
        return Edge(f"M{x1} {y1}C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}", back=False)
    x1, y1, x2, y2 = here[0] + WIDE, here[1] + HIGH // 2, there[0] + WIDE, there[1] + HIGH // 2
    out = max(x1, x2) + 22
    return Edge(f"M{x1} {y1}C{out} {y1} {out} {y2} {x2} {y2}", back=True)
