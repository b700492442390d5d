"""One turn of the companion: what was pressed or typed, where the talk stands, and so what is said next. The same in, the same out.

A talk is in the hall (modules and other ways are offered) or on a screen of a module. Whatever comes between (danger, another
subject, "later", days away) puts the screen aside and offers to go on there; what was answered is kept. The state is plain data,
so it survives a restart, and a module that changed meanwhile is entered again at the nearest place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from samen.rooms.companion.dialogue import HALL, KEPT, Choice, Module, Screen, Type, Value
from samen.rooms.companion.inference import understand
from samen.rooms.companion.inference.understand import Index, Understood
from samen.rooms.companion.library import Intent, Library
from samen.rooms.companion.saying import Book, label
from samen.words import has, say

WORDS = "companion.frame"
NO_REPEAT = 6  # turns
SAYS_AGAIN = 12  # turns after which it says again what it is and who can read this
MISSED = 2  # misunderstandings after which buttons and a human are offered
ASIDE = 5  # screens that are kept aside at most
ALWAYS = ("human", "later", "stop", "what")  # what can be pressed under every turn
OWN = ("i", "s")  # buttons whose words somebody says of themselves: typed, they are heard


@dataclass(frozen=True)
class Place:
    """A screen of a module, of the version in which it was met."""

    module: str
    version: int
    screen: str


@dataclass(frozen=True)
class State:
    """Where a talk stands. Answers are kept by module and variable; of what was typed only the turn, never the words."""

    turn: int = 0
    place: Place | None = None  # None: in the hall
    aside: tuple[Place, ...] = ()  # the newest last
    known: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    said: tuple[tuple[int, str], ...] = ()  # turn and key, of the last turns
    missed: int = 0
    asked_back: tuple[str, ...] = ()  # buttons that were asked back: the next yes or press means one of them
    done: tuple[str, ...] = ()
    told: int = 0  # turn in which it last said what it is
    danger: Mapping[str, Any] = field(default_factory=dict)  # the state of what was heard, as the crisis room gives it
    offers: tuple[str, ...] = ()  # the buttons that stood under the last turn
    written: int = 0  # the turn whose words may still be an answer: they led to a question about danger; 0: none


@dataclass(frozen=True)
class Given:
    """What came in: a button that was pressed, or a text that was typed."""

    pressed: str = ""
    typed: str = ""


@dataclass(frozen=True)
class Said:
    """Something to say, as a key that saying.py puts into words, with what stands in its blanks."""

    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Took:
    """What an answer was taken for: whose blank it fills, and with what."""

    module: str
    variable: str
    value: Value


@dataclass(frozen=True)
class Reply:
    """What the person meets next: keys and ids alone, no words of theirs."""

    says: tuple[Said, ...]
    buttons: tuple[str, ...] = ()
    field: str = ""  # text, list or scale: what can be filled in besides the buttons
    low: int = 0
    high: int = 0
    node: str = HALL  # module/screen
    level: int = 0
    action: str = "none"
    numbers: str = ""  # the block of numbers that stands under it, by its subject
    ended: str = ""  # the module that was just finished: its summary can be kept
    leads: str = ""  # human, guide, help or record: a page of the product that fits
    took: Took | None = None
    begun: str = ""  # the module that was just begun: its earlier answers are of an earlier run
    meant: str = ""  # the subject that what was typed was taken for, without asking


@dataclass(frozen=True)
class Heard:
    """What was heard of danger in this turn, from the crisis room: what to say (keys), and its state for the next turn."""

    level: int = 0
    action: str = "none"
    keys: tuple[str, ...] = ()
    numbers: str = ""
    state: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Here:
    """What a turn stands in: language, what is written, the phrases of that language, and whether a human is there now."""

    language: str
    library: Library
    index: Index
    human_there: bool = False


class Turn:
    """One turn under way: the state as it becomes, and what is said so far."""

    def __init__(self, state: State, here: Here) -> None:
        """Begin the turn after the state's last."""
        recent = tuple(each for each in state.said if each[0] > state.turn + 1 - NO_REPEAT)
        self.state = replace(state, turn=state.turn + 1, said=recent)
        self.here = here
        self.says: list[Said] = []
        self.took: Took | None = None
        self.begun = ""
        self.meant = ""

    # --- saying ---

    def frame(self, name: str, *, once: bool = False) -> None:
        """Say a sentence of the frame in a way that was not used in the last turns; `once`: then rather nothing than again."""
        ways = [key for n in range(1, 9) if has(key := f"{WORDS}.{name}.{n}")] or [f"{WORDS}.{name}"]
        lately = {key for _, key in self.state.said}
        if all(key in lately for key in ways):
            if once:
                return
            ways = [f"{WORDS}.as_said.{n}" for n in range(1, NO_REPEAT + 1)]
        self.says.append(Said(self._fresh(ways)))

    def there(self) -> None:
        """Say whether a human is there now, unless that was just said."""
        self.frame("there" if self.here.human_there else "nobody", once=True)

    def _fresh(self, ways: Sequence[str]) -> str:
        """Choose a way to say something: never said lately, else the longest ago."""
        last = {key: turn for turn, key in self.state.said}
        chosen = min(ways, key=lambda key: (last.get(key, 0), ways.index(key)))
        self.state = replace(self.state, said=(*self.state.said, (self.state.turn, chosen)))
        return chosen

    def screen(self, place: Place) -> Reply:
        """Say a screen and give what can be answered."""
        module = self.here.library.exercises[place.module]
        shown = module.screens[place.screen]
        keys = [f"s/{place.module}/{place.screen}/{number}" for number in range(len(shown.say))]
        lately = {key for _, key in self.state.said}
        if all(key in lately for key in keys):
            # Nothing is said twice within six turns: what is open is named in short instead.
            self.frame("again")
            self.says.append(Said(f"l/{place.module}/{shown.ask}" if shown.ask else f"n/{place.module}"))
        else:
            self.says.append(Said(self._fresh(keys), self._blanks(module)))
        self.state = replace(self.state, place=place)
        if shown.end:
            return self._end(module, shown.id)
        entry, span = entry_of(module, shown)
        ways = self._answers(shown, entry, span)
        if entry in (Type.TEXT, Type.LIST) and self.state.written:
            ways = ["use", *ways]
        return self.reply(ways, entry=entry, span=span, node=f"{module.id}/{shown.id}")

    def _blanks(self, module: Module) -> Mapping[str, Value]:
        """Give what stands in the blanks of a module's sentences."""
        return dict.fromkeys(module.variables, KEPT) | dict(self.state.known.get(module.id, {}))

    def _answers(self, shown: Screen, entry: str, span: tuple[int, int]) -> list[str]:
        buttons = [f"c:{each.id}" for each in shown.choices]
        if entry in (Type.TEXT, Type.LIST):
            return [*buttons, "keep"]
        if entry == Type.SCALE:
            return [f"s:{each}" for each in range(span[0], span[1] + 1)]
        return buttons or ["go"]

    def _end(self, module: Module, name: str) -> Reply:
        done = tuple(dict.fromkeys((*self.state.done, module.id)))
        self.state = replace(self.state, place=None, done=done)
        return self.reply(["hall", "human"], ended=module.id, node=f"{module.id}/{name}")

    def reply(self, buttons: Sequence[str], *, entry: str = "", span: tuple[int, int] = (0, 0), **more: Any) -> Reply:
        """Close the turn: now and then it says again what it is, who can read this, and whether anybody is there."""
        if self.state.turn - self.state.told >= SAYS_AGAIN and not more.get("level"):
            self.frame("reminder")
            self.there()
            self.state = replace(self.state, told=self.state.turn)
        return Reply(
            tuple(self.says), tuple(buttons), entry, *span, took=self.took, begun=self.begun, meant=self.meant, **more
        )

    # --- moving ---

    def greet(self) -> None:
        """Say what this is, what it cannot do, and whether anybody is there: before anything else that is said."""
        self.frame("start")
        self.frame("limits")
        self.there()
        self.state = replace(self.state, told=self.state.turn)

    def hall(self, *, greet: bool = False) -> Reply:
        """Offer the ways: what stands aside first, then the modules by theme."""
        self.put_aside()
        if greet:
            self.greet()
        self.frame("hall")
        return self.reply(self.hall_buttons(), entry=Type.TEXT)

    def hall_buttons(self) -> list[str]:
        """Give what can be begun or gone on with: modules stand together by theme."""
        themes = dict.fromkeys(each.theme for each in self.here.library.exercises.values())
        return [*self._going(), *(f"t:{each}" for each in themes), "guide", "human"]

    def _going(self) -> list[str]:
        """Give the button that goes on with what was put aside last, if anything was."""
        return [f"resume:{each.module}" for each in self.state.aside[-1:]]

    def theme(self, name: str) -> Reply:
        """Offer the modules of one theme, each with what it is."""
        self.put_aside()
        self.frame("theme")
        modules = [each.id for each in self.here.library.exercises.values() if each.theme == name]
        self.says += [Said(f"a/{each}") for each in modules]
        return self.reply([*(f"m:{each}" for each in modules), "hall"], entry=Type.TEXT)

    def put_aside(self) -> None:
        """Keep the screen where the talk is, to go on there later."""
        if self.state.place is not None:
            rest = tuple(each for each in self.state.aside if each.module != self.state.place.module)
            self.state = replace(self.state, place=None, aside=(*rest, self.state.place)[-ASIDE:])

    def begin(self, name: str) -> Reply:
        """Begin a module, with its cautions; what was answered in an earlier run is not this one's."""
        module = self.here.library.exercises[name]
        self.put_aside()
        aside = tuple(each for each in self.state.aside if each.module != name)
        known = {key: value for key, value in self.state.known.items() if key != name}
        self.state = replace(self.state, aside=aside, known=known, written=0)
        self.begun = name
        self.says += [Said(f"w/{name}/{number}") for number in range(len(module.cautions))]
        return self.screen(Place(name, module.version, module.start))

    def resume(self) -> Reply:
        """Go on where it was put aside; a module that changed meanwhile is entered at the nearest place, and says so."""
        if not self.state.aside:
            return self.hall()
        place = self.state.aside[-1]
        self.state = replace(self.state, aside=self.state.aside[:-1])
        self.frame("resume")
        return self.screen(self._settled(place))

    def _settled(self, place: Place) -> Place:
        """Give the same place in the module as it is now."""
        module = self.here.library.exercises[place.module]
        name = module.renamed.get(place.screen, place.screen)
        if place.version != module.version:
            self.frame("changed")
        if name not in module.screens:
            name = self._first_open(module)
        return Place(module.id, module.version, name)

    def _first_open(self, module: Module) -> str:
        """Give the first screen from the start whose question was not answered yet: nothing is asked twice."""
        known, name, seen = self.state.known.get(module.id, {}), module.start, set[str]()
        while name not in seen:
            seen.add(name)
            shown = module.screens[name]
            if not shown.ask or shown.ask not in known:
                return name
            to = self._next(module, shown, str(known[shown.ask]))
            if to == HALL or module.screens[to].end:
                return name
            name = to
        return name

    def _next(self, module: Module, shown: Screen, chosen: str = "") -> str:
        by_choice = next((each.to for each in shown.choices if each.id == chosen), "")
        known = self.state.known.get(module.id, {})
        return by_choice or next(
            (way.to for way in shown.ways if all(test.holds(known) for test in way.tests)), module.start
        )

    def answer(self, value: Value | None, chosen: str = "") -> Reply:
        """Keep an answer and go on."""
        place = self.state.place
        if place is None:
            return self.hall()
        module = self.here.library.exercises[place.module]
        shown = module.screens[place.screen]
        if shown.ask and value is not None:
            self.took = Took(module.id, shown.ask, value)
            own = {**self.state.known.get(module.id, {}), shown.ask: value}
            self.state = replace(self.state, known={**self.state.known, module.id: own})
        self.state = replace(self.state, missed=0, asked_back=(), written=0)
        to = self._next(module, shown, chosen)
        if to == HALL:
            self.state = replace(self.state, place=None)
            return self.hall()
        return self.screen(Place(module.id, module.version, to))

    # --- what came in ---

    def pressed(self, name: str) -> Reply:
        """Do what a button says; one of an earlier moment shows where the talk is now."""
        kind, _, what = name.partition(":")
        place = self.state.place
        shown = self.here.library.exercises[place.module].screens[place.screen] if place is not None else None
        match kind:
            case "m" if what in self.here.library.exercises:
                return self.begin(what)
            case "t" if any(each.theme == what for each in self.here.library.exercises.values()):
                return self.theme(what)
            case "hall":
                return self.hall()
            case "resume":
                return self.resume()
            case "later":
                return self._later()
            case "stop":
                self.state = replace(self.state, place=None, asked_back=())
                self.frame("stop")
                return self.reply(["hall"])
            case "human" | "guide":
                return self._leads(kind)
            case "what":
                self.frame("what")
                self.there()
                return self._back()
            case "i" if what in self.here.library.intents:
                return self.mean(self.here.library.intents[what])
            case "go" if shown is not None and not shown.ask and not shown.choices:
                return self.answer(None)
            case "keep" if self._asks_for_words():
                return self.answer(KEPT)
            case "use" if self.state.written and self._asks_for_words():
                return self.answer(f"@{self.state.written}")
            case "c" if shown is not None and any(each.id == what for each in shown.choices):
                return self._chosen(shown, what)
            case "s" if shown is not None and shown.ask and what.lstrip("-").isdigit():
                return self._scaled(int(what))
        self.frame("earlier")
        return self._back()

    def _chosen(self, shown: Screen, what: str) -> Reply:
        place = self.state.place
        kept = place is not None and self._type(place, shown) is Type.CHOICE
        return self.answer(what if kept else KEPT if shown.ask else None, what)

    def _type(self, place: Place, shown: Screen) -> Type | None:
        variable = self.here.library.exercises[place.module].variables.get(shown.ask)
        return variable.type if variable is not None else None

    def _scaled(self, value: int) -> Reply:
        place = self.state.place
        variable = None
        if place is not None:
            module = self.here.library.exercises[place.module]
            variable = module.variables.get(module.screens[place.screen].ask)
        if variable is None or variable.type is not Type.SCALE or not variable.low <= value <= variable.high:
            self.frame("earlier")
            return self._back()
        return self.answer(value)

    def _back(self) -> Reply:
        """Show where the talk is."""
        if self.state.place is not None:
            return self.screen(self.state.place)
        return self.reply(self.hall_buttons(), entry=Type.TEXT)

    def _later(self) -> Reply:
        self.put_aside()
        self.frame("later")
        self.there()
        return self.reply(["hall"])

    def _leads(self, where: str) -> Reply:
        self.put_aside()
        self.frame(where)
        return self.reply([*self._going(), "hall"], leads=where)

    def typed(self, text: str) -> Reply:
        """Take a text as the answer to what was asked, as one of the buttons, or as a subject of its own."""
        text = text.strip()
        if not text:
            return self.missed()
        place = self.state.place
        meant = self.here.index.understand(text)
        intent = self.here.library.intents[meant.sure.id] if meant.sure is not None else None
        if intent is not None and intent.interrupts and (place is None or _in_so_many_words(meant)):
            return self.mean(intent)
        if self.state.asked_back and (said := self._yes_or_no(text)) is not None:
            return said
        if place is not None:
            return self._in_module(text, place, intent)
        return self._in_hall(text, meant, intent)

    def _in_hall(self, text: str, meant: Understood, intent: Intent | None) -> Reply:
        """Take a text as the title of an exercise or as a subject, or ask back which of these was meant."""
        titles = {f"m:{each.id}": (each.title[self.here.language],) for each in self.here.library.exercises.values()}
        named = understand.nearest(titles, text)
        if named.sure is not None and named.sure.near == 1.0:
            return self.pressed(named.sure.id)
        if intent is not None:
            return self.mean(intent)
        near = (named.sure,) if named.sure is not None else named.maybe[:1]
        options = [each.id for each in near if each.near >= understand.NAMED]
        options += [f"i:{each.id}" for each in meant.maybe]
        return self.ask_back(options[: understand.OPTIONS]) if options else self.missed()

    def _in_module(self, text: str, place: Place, intent: Intent | None) -> Reply:
        module = self.here.library.exercises[place.module]
        shown, language = module.screens[place.screen], self.here.language
        variable = module.variables.get(shown.ask)
        if shown.choices:
            options = {f"c:{each.id}": phrases_of(each, language) for each in shown.choices}
            found = understand.nearest(options, text)
            if found.sure is not None:
                return self.pressed(found.sure.id)
            if variable is None or variable.type is Type.CHOICE:
                if intent is not None:
                    return self.mean(intent)
                return self.ask_back([each.id for each in found.maybe]) if found.maybe else self.missed()
        if variable is None:
            if (intent is not None and intent.does == "resume") or self._said(text) == "yes":
                return self.answer(None)
            return self.mean(intent) if intent is not None else self.missed()
        if variable.type is Type.SCALE:
            value = understand.number(text, language, variable.low, variable.high)
            if value is not None:
                return self.answer(value)
            return self.mean(intent) if intent is not None else self.missed()
        return self.answer(f"@{self.state.turn}")

    def _said(self, text: str) -> str:
        """Give "yes" or "no" when a text says just that."""
        words = {each: (say(f"{WORDS}.said.{each}", self.here.language).split(", ")) for each in ("yes", "no")}
        found = understand.nearest(words, text).sure
        return found.id if found is not None else ""

    def _yes_or_no(self, text: str) -> Reply | None:
        """Take a yes or a no to what was asked back."""
        said = self._said(text)
        if not said:
            return None
        first, self.state = self.state.asked_back[0], replace(self.state, asked_back=())
        return self.pressed(first) if said == "yes" else self.missed()

    def ask_back(self, options: Sequence[str]) -> Reply:
        """Ask what was meant, before anything is taken as meant."""
        self.state = replace(self.state, asked_back=tuple(options))
        self.frame("meant")
        place = self.state.place
        node = HALL if place is None else f"{place.module}/{place.screen}"
        return self.reply([*options, "other", "human"], entry=Type.TEXT, node=node)

    def missed(self) -> Reply:
        """Say that it was not understood; after two times buttons and a human are offered."""
        count = self.state.missed + 1
        self.state = replace(self.state, missed=count, asked_back=())
        if count < MISSED:
            self.frame("missed")
            if self.state.place is None:
                return self.reply(self.hall_buttons(), entry=Type.TEXT)
            return self.screen(self.state.place)
        self.state = replace(self.state, missed=0)
        self.frame("missed_twice")
        entry, span, node, own = "", (0, 0), HALL, list[str]()
        if self.state.place is not None:
            module = self.here.library.exercises[self.state.place.module]
            shown = module.screens[self.state.place.screen]
            entry, span = entry_of(module, shown)
            own, node = self._answers(shown, entry, span), f"{module.id}/{shown.id}"
        ways = [*own, "human", "hall"]
        return self.reply(ways, entry=entry or Type.TEXT, span=span, node=node, leads="human")

    def mean(self, intent: Intent) -> Reply:
        """Answer a subject: in words, and with the module, page or human that fits."""
        self.meant = intent.id
        self.state = replace(self.state, missed=0, asked_back=())
        if intent.does in ("later", "stop", "hall", "resume", "what", "human"):
            return self.pressed(intent.does)
        if intent.does == "skip":
            return self._skipped()
        self.put_aside()
        ways = [f"i/{intent.id}/{number}" for number in range(len(intent.say))]
        if all(key in {said for _, said in self.state.said} for key in ways):
            ways = [f"{WORDS}.as_said.{n}" for n in range(1, NO_REPEAT + 1)]
        self.says.append(Said(self._fresh(ways)))
        offered = [f"m:{name}" for name in intent.modules if name in self.here.library.exercises]
        human = ["human", *offered] if intent.does == "care" else [*offered, "human"]  # care: people before exercises
        return self.reply([*human, *self._going(), "hall"], entry=Type.TEXT, leads=intent.leads)

    def _skipped(self) -> Reply:
        """Let somebody keep an answer to themselves; a choice that decides where it goes on cannot be skipped."""
        place = self.state.place
        if place is not None:
            shown = self.here.library.exercises[place.module].screens[place.screen]
            if self._type(place, shown) in (Type.TEXT, Type.LIST, Type.SCALE):
                return self.answer(KEPT)
        return self.missed()

    def _asks_for_words(self) -> bool:
        """Say whether the screen where the talk is asks for one's own words."""
        place = self.state.place
        if place is None:
            return False
        return self._type(place, self.here.library.exercises[place.module].screens[place.screen]) in (
            Type.TEXT,
            Type.LIST,
        )

    def danger(self, heard: Heard, *, first: bool) -> Reply:
        """Say what the crisis room gives, and put the rest aside; it can be gone on with when the person wants.

        What was written where an exercise asks for one's own words, and only led to a question, need not be written again:
        it can be kept as the answer. What raised an alarm is no answer of an exercise.
        """
        if self.state.place is not None or heard.action == "alarm":
            asks = self._asks_for_words() and heard.action != "alarm"
            self.state = replace(self.state, written=self.state.turn if asks else 0)
        self.put_aside()
        self.state = replace(self.state, missed=0, asked_back=())
        self.says += [Said(key) for key in heard.keys]
        if first:  # help goes before the introduction
            self.frame("start")
            self.state = replace(self.state, told=self.state.turn)
        return self.reply(
            ["human", *self._going(), "hall"],
            entry=Type.TEXT,
            level=heard.level,
            action=heard.action,
            numbers=heard.numbers,
            leads="help" if heard.level > 2 else "human",
        )


def turn(state: State, given: Given, heard: Heard, here: Here) -> tuple[State, Reply]:
    """Give the state after one turn, and what is said. What was heard of danger goes before all else."""
    now = Turn(standing(state, here), here)
    now.state = replace(now.state, danger=heard.state)
    if heard.keys:
        reply = now.danger(heard, first=state.turn == 0)
    elif given.pressed in ("", "other") and not given.typed:
        reply = now.hall(greet=state.turn == 0)
    else:
        if state.turn == 0:
            now.greet()
        reply = now.typed(given.typed) if given.typed else now.pressed(given.pressed)
    if heard.level and not reply.level:
        reply = replace(reply, level=heard.level, action=heard.action)
    return replace(now.state, offers=reply.buttons), reply


def offered(state: State, text: str, here: Here) -> str:
    """Give the button under the last turn whose words a text is, and nothing but these; nothing when it is none.

    Such words are the program's own, not the person's: nobody's danger is read into them. What somebody says of themselves
    (a subject that was asked back) is heard all the same.
    """
    ways = [each for each in state.offers if each.partition(":")[0] not in ("c", *OWN)]
    node = HALL
    if state.place is None:
        ways += ALWAYS
    else:
        node = f"{state.place.module}/{state.place.screen}"
        ways += [
            f"c:{each.id}" for each in here.library.exercises[state.place.module].screens[state.place.screen].choices
        ]
    words, book = understand.plain(text), Book(here.library, here.language, {})
    same = (each for each in ways if _there_still(each, here) and understand.plain(label(book, each, node)) == words)
    return next(same, "") if words else ""


def _there_still(button: str, here: Here) -> bool:
    """Say whether a button of the last turn speaks of something that is still written."""
    kind, _, what = button.partition(":")
    return kind not in ("m", "resume") or what in here.library.exercises


def _in_so_many_words(meant: Understood) -> bool:
    """Say whether a text is so near to a phrase that it may break into an answer: people write about stopping, too."""
    return meant.sure is not None and meant.sure.near >= understand.IN_SO_MANY_WORDS


def standing(state: State, here: Here) -> State:
    """Let go of places in modules that are no more, and settle the place in one that changed."""
    modules = here.library.exercises
    aside = tuple(each for each in state.aside if each.module in modules)
    place = state.place
    if place is not None:
        module = modules.get(place.module)
        if module is None:
            place = None
        elif place.screen not in module.screens or place.version != module.version:
            aside, place = (*aside, place), None
    return replace(state, aside=aside, place=place)


def entry_of(module: Module, shown: Screen) -> tuple[str, tuple[int, int]]:
    """Give which field stands under a screen besides its buttons, and for a scale its bounds."""
    variable = module.variables.get(shown.ask)
    if variable is None or variable.type is Type.CHOICE:
        return "", (0, 0)
    return str(variable.type), (variable.low, variable.high) if variable.type is Type.SCALE else (0, 0)


def phrases_of(choice: Choice, language: str) -> tuple[str, ...]:
    """Give what somebody may type who means a button."""
    return (choice.label[language], *choice.like.get(language, ()))


# --- as plain values, to keep ---


def to_plain(state: State) -> dict[str, Any]:
    """Give a state as plain values."""
    return {
        "turn": state.turn,
        "place": _place_out(state.place),
        "aside": [_place_out(each) for each in state.aside],
        "known": {module: dict(values) for module, values in state.known.items()},
        "said": [list(each) for each in state.said],
        "missed": state.missed,
        "asked_back": list(state.asked_back),
        "done": list(state.done),
        "told": state.told,
        "danger": dict(state.danger),
        "offers": list(state.offers),
        "written": state.written,
    }


def of_plain(kept: Mapping[str, Any]) -> State:
    """Read a state back."""
    return State(
        turn=kept["turn"],
        place=_place_in(kept["place"]),
        aside=tuple(Place(*each) for each in kept["aside"]),
        known=kept["known"],
        said=tuple((turn, key) for turn, key in kept["said"]),
        missed=kept["missed"],
        asked_back=tuple(kept["asked_back"]),
        done=tuple(kept["done"]),
        told=kept["told"],
        danger=kept["danger"],
        offers=tuple(kept.get("offers", ())),  # a talk of before this was kept has none
        written=kept.get("written", 0),
    )


def _place_out(place: Place | None) -> list[Any] | None:
    return None if place is None else [place.module, place.version, place.screen]


def _place_in(kept: Sequence[Any] | None) -> Place | None:
    return None if kept is None else Place(*kept)
