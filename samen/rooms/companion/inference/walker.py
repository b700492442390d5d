"""Walks through a module by buttons that chance presses, and looks for what must never happen to a person.

It is part of the validation of `companion.talk`: the same player, the same modules, no person.
"""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from samen.rooms.companion.inference import player
from samen.rooms.companion.inference.player import Given, Heard, Here, Reply, State

MOST_TURNS = 150
NO_REPEAT = player.NO_REPEAT
BETWEEN = ("what", "later", "human", "hall", "stop?")  # what may come between; "stop?" is a button that is not there


def walk(here: Here, module: str, seed: int, *, interrupts: bool) -> dict[str, Any]:
    """Walk through one module, and say what was found.

    Gives:  ended (bool), turns (int), repeats (keys said twice within six turns), asked_twice (variables asked again though
            nothing led back to them), lost (answers that an interruption lost), stuck (screens without any button).
    """
    chance = Random(f"{seed} {module}")
    state, reply = player.turn(State(), Given(), Heard(), here)
    state, reply = player.turn(state, Given(pressed=f"m:{module}"), Heard(), here)
    said: list[tuple[int, str]] = []
    found: dict[str, Any] = {"ended": False, "turns": 0, "repeats": [], "lost": [], "stuck": [], "asked_twice": []}
    for turn in range(MOST_TURNS):
        found["turns"] = turn + 1
        _note(said, state.turn, reply, found)
        if reply.ended:
            found["ended"] = True
            break
        ways = [each for each in reply.buttons if each not in ("hall", "human")]
        if not ways:
            found["stuck"].append(reply.node)
            break
        if interrupts and chance.random() < 0.2:
            state, reply = _interrupted(state, reply, here, chance.choice(BETWEEN), (said, found))
            continue
        state, reply = player.turn(_restarted(state), Given(pressed=chance.choice(ways)), Heard(), here)
    return found


def _note(said: list[tuple[int, str]], turn: int, reply: Reply, found: dict[str, Any]) -> None:
    """Keep what was said, and notice what was said lately in the same words."""
    for each in reply.says:
        words = f"{each.key} {sorted(each.values.items())}" if each.key.startswith("s/") else each.key
        if each.key[:2] in ("l/", "n/"):
            continue  # a name, not a sentence
        if any(words == other and turn - when < NO_REPEAT for when, other in said):
            found["repeats"].append(each.key)
        said.append((turn, words))


def _interrupted(
    state: State, reply: Reply, here: Here, button: str, notes: tuple[list[tuple[int, str]], dict[str, Any]]
) -> tuple[State, Reply]:
    """Let something come between, go on afterwards, and look whether place and answers are as they were."""
    (said, found), known, node = notes, state.known, reply.node
    state, after = player.turn(_restarted(state), Given(pressed=button), Heard(), here)
    if state.place is None and any(each.startswith("resume") for each in (*after.buttons, "resume")) and state.aside:
        _note(said, state.turn, after, found)
        state, after = player.turn(_restarted(state), Given(pressed="resume"), Heard(), here)
    if after.node != node or _of(state.known, node) != _of(known, node):
        found["lost"].append(f"{node} {button}")
    return state, after


def _of(known: Mapping[str, Mapping[str, Any]], node: str) -> Mapping[str, Any]:
    return known.get(node.split("/")[0], {})


def _restarted(state: State) -> State:
    """Give the state as it comes back from the disk after a restart."""
    return player.of_plain(player.to_plain(state))


def upgraded(here: Here, module: str, screen: str) -> bool:
    """Say whether somebody who stood on a screen of an earlier version goes on there, or at the nearest place."""
    now = here.library.exercises[module]
    state = replace(State(turn=3), place=player.Place(module, now.version - 1, screen))
    state, _ = player.turn(_restarted(state), Given(pressed="what"), Heard(), here)
    state, reply = player.turn(_restarted(state), Given(pressed="resume"), Heard(), here)
    return reply.node == f"{module}/{now.renamed.get(screen, screen)}" or bool(reply.ended)
