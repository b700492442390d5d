"""Puts into words what the player says in keys: module screens with their blanks filled, subjects, and sentences of the frame."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from samen.rooms.companion.dialogue import KEPT, Module, Type, Value
from samen.rooms.companion.library import Library
from samen.words import say

FRAME = "companion.frame"


@dataclass(frozen=True)
class Book:
    """What is needed to put keys into words: what is written, the language, and what the person typed, by turn."""

    library: Library
    language: str
    typed: Mapping[int, str]


def text(book: Book, key: str, values: Mapping[str, Value]) -> str:
    """Give what a key says. Raises: KeyError for a key of a screen or subject that is not written any more."""
    kind, _, rest = key.partition("/")
    match kind:
        case "s":
            name, screen, number = rest.split("/")
            module = book.library.exercises[name]
            words = module.screens[screen].say[int(number)][book.language]
            if "{" not in words:
                return words
            return words.format_map({each: answer(book, module, each, value) for each, value in values.items()})
        case "w":
            name, number = rest.split("/")
            return book.library.exercises[name].cautions[int(number)][book.language]
        case "l":
            name, variable = rest.split("/")
            return book.library.exercises[name].variables[variable].label[book.language]
        case "n":
            return book.library.exercises[rest].title[book.language]
        case "a":
            module = book.library.exercises[rest]
            return f"{module.title[book.language]}: {module.about[book.language]}"
        case "i":
            name, number = rest.split("/")
            return book.library.intents[name].say[int(number)][book.language]
    return say(key, book.language)


def label(book: Book, button: str, node: str) -> str:
    """Give what stands on a button of a reply."""
    kind, _, what = button.partition(":")
    match kind:
        case "m":
            return book.library.exercises[what].title[book.language]
        case "t":
            return say(f"companion.hall.{what}", book.language)
        case "i":
            return book.library.intents[what].label[book.language]
        case "s":
            return what
        case "c":
            module, _, screen = node.partition("/")
            choices = book.library.exercises[module].screens[screen].choices
            return next(each.label[book.language] for each in choices if each.id == what)
        case "resume":
            return say(f"{FRAME}.button.resume", book.language, title=book.library.exercises[what].title[book.language])
    return say(f"{FRAME}.button.{kind}", book.language)


def answer(book: Book, module: Module, name: str, value: Value) -> str:
    """Give an answer as it is shown: a choice by its label, a list in a row, one's own by the words for it."""
    if value == KEPT:
        return say(f"{FRAME}.kept", book.language)
    if isinstance(value, str) and value.startswith("@"):
        typed = book.typed.get(int(value[1:]), "")
        if module.variables[name].type is Type.LIST:
            return ", ".join(lines(typed))
        return " ".join(typed.split()) or say(f"{FRAME}.kept", book.language)
    if module.variables[name].type is Type.CHOICE:
        choices = [choice for screen in module.screens.values() if screen.ask == name for choice in screen.choices]
        shown = next((choice.label[book.language] for choice in choices if choice.id == value), str(value))
        return shown if shown.startswith(("I ", "I’", "I'")) else shown[:1].lower() + shown[1:]
    return str(value)


def summary(book: Book, module: Module, known: Mapping[str, Value]) -> list[tuple[str, str]]:
    """Give what was answered in a module, by the label of each question, in the order in which they stand."""
    return [
        (variable.label[book.language], answer(book, module, name, known[name]))
        for name, variable in module.variables.items()
        if name in known
    ]


def turns_in(says: Iterable[tuple[str, Mapping[str, Value]]]) -> set[int]:
    """Give the turns whose typed words stand in the blanks of these sentences."""
    values = (value for _, blanks in says for value in blanks.values())
    return {int(value[1:]) for value in values if isinstance(value, str) and value.startswith("@")}


def lines(typed: str, most: int = 12, longest: int = 300) -> tuple[str, ...]:
    """Give the short texts of a list: one a line, without marks before them."""
    return tuple(each.strip(" \t-*•·")[:longest] for each in typed.splitlines() if each.strip(" \t-*•·"))[:most]
