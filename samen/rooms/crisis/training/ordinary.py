"""Thousands of ordinary messages from a written pool and a small grammar: templates whose slots are filled by seed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any

SLOT = re.compile(r"{([a-z]+)}")


class NotEnough(ValueError):
    """The grammar cannot give so many different messages."""


@dataclass(frozen=True)
class Grammar:
    """What one language's ordinary talk is made of."""

    written: tuple[str, ...]
    templates: tuple[str, ...]
    slots: Mapping[str, tuple[str, ...]]


def read_grammar(parsed: Mapping[str, Any]) -> Grammar:
    """Read a grammar from parsed TOML.

    Raises: ValueError when a template names a slot that is not filled, or a message stands in the pool twice.
    """
    grammar = Grammar(
        written=tuple(parsed["written"]),
        templates=tuple(each["text"] for each in parsed["template"]),
        slots={name: tuple(values) for name, values in parsed["slots"].items()},
    )
    named = {name for template in grammar.templates for name in SLOT.findall(template)}
    if unknown := sorted(named - set(grammar.slots)):
        raise ValueError(f"Templates name slots that nothing fills: {', '.join(unknown)}.")
    if len(set(grammar.written)) < len(grammar.written):
        raise ValueError("A message stands in the written pool twice.")
    return grammar


def messages(grammar: Grammar, count: int, *, seed: int) -> tuple[str, ...]:
    """Give `count` different messages: the whole written pool, then an equal share of each template, in an order by seed.

    Raises: NotEnough when the pool and the templates hold fewer.
    """
    chance = Random(seed)
    found = dict.fromkeys(grammar.written)
    waiting = [_shuffled(_fillings(template, grammar.slots), chance) for template in grammar.templates]
    while len(found) < count and waiting:
        for filled in list(waiting):
            if len(found) >= count:
                break
            if not filled:
                waiting.remove(filled)
                continue
            found.setdefault(filled.pop(), None)
    if len(found) < count:
        raise NotEnough(f"{count} messages were asked for; pool and templates hold {len(found)}.")
    return tuple(_shuffled(iter(found), chance)[:count])


def _fillings(template: str, slots: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Give each way to fill a template's slots."""
    names = SLOT.findall(template)
    for values in product(*(slots[name] for name in names)):
        filled = SLOT.sub("{}", template).format(*values)
        yield filled[0].upper() + filled[1:] if template[0].isupper() else filled


def _shuffled(each: Iterator[str], chance: Random) -> list[str]:
    listed = list(each)
    chance.shuffle(listed)
    return listed
