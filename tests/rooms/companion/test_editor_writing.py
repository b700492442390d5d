"""What the forms of the editor write: answers, typed phrases, the order of screens, and names that talks under way survive."""

import tomllib
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from samen.rooms.companion import compiler, differing, writing, writing_screen
from samen.rooms.companion.inference import player
from samen.rooms.companion.inference.player import Given, Heard, Here, Place, State
from samen.rooms.companion.inference.reply import index_of
from samen.rooms.companion.library import Library, module_of
from samen.rooms.companion.models.module import Draft
from samen.rooms.companion.store import drafts, modules
from tests import named

NAME = "worry-time"
HERE = "/companion/modules/"


def raw() -> dict[str, Any]:
    return tomllib.loads((modules.CONTENT / "modules" / f"{NAME}.toml").read_text())


def made(content: dict[str, Any]) -> Any:
    return module_of(writing.write(content).encode())


def told(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [each.key for each in differing.changes(made(before), made(after))]


def form_of_answers(content: dict[str, Any]) -> dict[str, str]:
    """Give what the form of the answers holds, as a browser would send it."""
    form = {}
    for n, (name, each) in enumerate(content["variable"].items()):
        form |= {f"answer_{n}_{key}": str(each.get(key, "")) for key in ("type", "en", "nl", "low", "high")}
        form[f"answer_{n}_name"] = name
    return form


# --- answers ---


@pytest.mark.parametrize("file", modules.files(), ids=lambda each: each.stem)
def test_answers_kept_unchanged_stay_as_they_were(file: Any) -> None:
    before = tomllib.loads(file.read_text())
    assert writing_screen.variables(before, form_of_answers(before)) == before


def test_an_answer_is_added_named_changed_and_taken_out_and_each_is_told() -> None:
    before = raw()
    form, last = form_of_answers(before), len(before["variable"])
    new = {f"answer_{last}_{key}": text for key, text in
           {"name": "", "en": "How strong", "nl": "Hoe sterk", "type": "scale", "low": "1", "high": "5"}.items()}  # fmt: skip
    after = writing_screen.variables(before, form | new | {"answer_0_out": "1"})
    assert after["variable"]["how_strong"] == {
        "type": "scale",
        "en": "How strong",
        "nl": "Hoe sterk",
        "low": 1,
        "high": 5,
    }
    assert next(iter(before["variable"])) not in after["variable"]
    assert {"answer_added", "answer_removed"} <= set(told(before, after))
    first = next(iter(before["variable"]))
    other = "list" if before["variable"][first]["type"] == "text" else "text"
    assert told(before, writing_screen.variables(before, form | {"answer_0_type": other})) == ["answer_form"]


# --- what people may type ---


def test_what_people_may_type_for_a_button_is_written_one_on_each_line() -> None:
    screen = next(each for each in raw()["screen"] if each.get("choice"))
    first = screen["choice"][0]
    form = {f"choice_0_{key}": first.get(key, "") for key in ("id", "en", "nl", "to")}
    form |= {"kind": screen["kind"], "choice_0_like_en": "yes  please\n\nyes please\nsure", "choice_0_like_nl": "graag"}
    assert writing_screen.screen(screen, form)["choice"][0]["like"] == {"en": ["yes please", "sure"], "nl": ["graag"]}
    form |= {"choice_0_like_en": "", "choice_0_like_nl": ""}
    assert "like" not in writing_screen.screen(screen, form)["choice"][0]


# --- order ---


def test_a_screen_can_stand_first_or_after_another() -> None:
    names = [each["id"] for each in raw()["screen"]]
    assert [each["id"] for each in writing_screen.moved(raw(), names[2], "")["screen"]] == [
        names[2], names[0], names[1], *names[3:]
    ]  # fmt: skip
    moved = writing_screen.moved(raw(), names[0], names[2])
    assert [each["id"] for each in moved["screen"]] == [names[1], names[2], names[0], *names[3:]]
    assert told(raw(), moved) == ["order"]


# --- names ---


def renamed(content: dict[str, Any], *names: tuple[str, str]) -> dict[str, Any]:
    met = [each["id"] for each in raw()["screen"]]
    for old, new in names:
        content = writing_screen.renamed(content, old, new, met)
    return content


def test_what_leads_to_a_screen_follows_its_new_name_and_only_the_name_is_told() -> None:
    after = renamed(raw(), ("often", "how-often"))
    assert compiler.check(made(after), modules.never()) == compiler.check(made(raw()), modules.never())
    assert after["renamed"] == {"often": "how-often"}
    assert told(raw(), after) == ["screen_renamed"]


def test_names_that_nobody_met_leave_no_trace_and_a_name_given_back_is_as_before() -> None:
    assert renamed(raw(), ("often", "b"), ("b", "c"))["renamed"] == {"often": "c"}
    assert renamed(raw(), ("often", "b"), ("b", "often")) == raw()


@pytest.mark.parametrize("taken", ["start", "hall"])
def test_a_name_that_another_screen_has_is_refused(taken: str) -> None:
    with pytest.raises(ValueError, match=taken):
        renamed(raw(), ("often", taken))
    with pytest.raises(ValueError, match="often"):
        writing_screen.added(renamed(raw(), ("often", "b")), "often")


def test_a_renamed_screen_that_is_taken_out_leads_nobody_to_where_nothing_is() -> None:
    assert "renamed" not in writing_screen.removed(renamed(raw(), ("often", "b")), "b")


@pytest.mark.parametrize("screen", [each["id"] for each in raw()["screen"] if not each.get("end")])
def test_a_talk_that_stands_on_a_screen_goes_on_there_after_it_got_another_name(screen: str) -> None:
    after = renamed({**raw(), "version": raw()["version"] + 1}, (screen, "a-new-name"))
    shipped = modules.shipped()
    library = Library({**shipped.exercises, NAME: made(after)}, shipped.intents)
    here = Here("en", library, index_of(library, "en"))
    state = State(turn=3, told=3, place=Place(NAME, raw()["version"], screen))
    state, _ = player.turn(state, Given(pressed="hall"), Heard(), here)
    _, reply = player.turn(state, Given(pressed=f"resume:{NAME}"), Heard(), here)
    assert reply.node == f"{NAME}/a-new-name"


# --- in the product ---


@pytest.mark.django_db
def test_order_name_and_answers_are_changed_on_the_pages_and_kept() -> None:
    client = named.sign_in(Client(headers={"accept-language": "en"}), named.sam())
    page = client.post(f"{HERE}{NAME}/begin/")["Location"]

    def post(where: str, **form: str) -> Any:
        return client.post(f"{page}{where}", form | {"seen": Draft.objects.get().digest})

    assert post("screen/often/rename/", name="How often")["Location"].endswith("/screen/how-often/")
    post("screen/how-often/move/", after="")
    content = tomllib.loads(Draft.objects.get().content)
    assert content["screen"][0]["id"] == "how-often"
    assert content["renamed"] == {"often": "how-often"}
    first = next(iter(content["variable"]))
    post("answers/", **form_of_answers(content) | {"answer_0_en": "Another name"})
    assert tomllib.loads(Draft.objects.get().content)["variable"][first]["en"] == "Another name"
    shown = client.get(page).content.decode()
    assert "Screen often is now called how-often." in shown
    assert "Another name" in shown


@pytest.mark.django_db
def test_no_version_gets_a_number_that_an_earlier_one_had() -> None:
    client = named.sign_in(Client(), named.sam())
    numbers = []
    for _ in range(3):
        client.post(f"{HERE}{NAME}/begin/")
        found = Draft.objects.exclude(state="withdrawn").get()
        numbers.append(tomllib.loads(found.content)["version"])
        drafts.withdraw(found.id, "Begin anew", [], by=named.sam(), at=timezone.now())
    assert numbers == sorted(set(numbers))
    assert numbers[0] > raw()["version"]


# --- the head, and the order of buttons ---


def form_of_buttons(screen: dict[str, Any]) -> dict[str, str]:
    """Give what the form of a screen holds of its buttons, as a browser would send it, with the empty row at the end."""
    form = {"say_0_en": "Hello.", "say_0_nl": "Hallo."}
    for n, each in enumerate([*screen["choice"], {}]):
        form |= {f"choice_{n}_{key}": str(each.get(key, "")) for key in ("id", "en", "nl", "to")}
        form[f"choice_{n}_place"] = str(n + 1)
    return form


BUTTONS = {
    "id": "where",
    "kind": "closed",
    "say": [],
    "choice": [{"id": each, "en": each, "nl": each, "to": "hall"} for each in ("one", "two", "three", "four")],
}


@pytest.mark.parametrize(
    ("places", "order"),
    [
        ({}, "one two three four"),
        ({3: "1"}, "four one two three"),
        ({0: "3"}, "two three one four"),
        ({0: "4", 3: "1"}, "four two three one"),
        ({1: "x"}, "one two three four"),
        ({0: "9"}, "two three four one"),
    ],
)
def test_a_button_takes_the_place_that_the_form_gives_it_and_the_others_close_up(places: Any, order: str) -> None:
    form = form_of_buttons(BUTTONS) | {f"choice_{n}_place": place for n, place in places.items()}
    assert " ".join(each["id"] for each in writing_screen.screen(BUTTONS, form)["choice"]) == order


def test_another_order_of_buttons_another_theme_and_the_mark_of_a_talk_about_change_are_told() -> None:
    before = raw()
    screen = next(each for each in before["screen"] if len(each.get("choice", ())) > 1)
    turned = {**screen, "choice": screen["choice"][::-1]}
    assert told(before, writing_screen.replaced(before, turned)) == ["choice_order"]
    form = {f"{key}_{each}": before[key][each] for key in ("title", "about") for each in ("en", "nl")}
    form |= {f"caution_{n}_{each}": text[each] for n, text in enumerate(before.get("caution", ())) for each in text}
    form |= {"sources": "\n".join(before["sources"]), "theme": "mood", "motivational": "1"}
    after = writing_screen.head(before, form, modules.themes())
    assert told(before, after) == ["theme", "motivational"]
    assert told(
        after, writing_screen.head(after, {**form, "theme": before["theme"], "motivational": ""}, modules.themes())
    ) == [
        "theme",
        "not_motivational",
    ]


def test_a_theme_that_the_hall_does_not_know_changes_nothing() -> None:
    before = raw()
    assert (
        writing_screen.head(before, {"theme": "unknown", "motivational": "1"}, modules.themes())["theme"]
        == before["theme"]
    )


@pytest.mark.django_db
def test_what_differs_in_the_theme_is_said_as_the_hall_says_it() -> None:
    client_of_sam = named.sign_in(Client(), named.sam())
    draft = drafts.begin(NAME, writing.write(raw() | {"theme": "mood"}), "", by=named.sam(), at=timezone.now())
    html = client_of_sam.get(f"{HERE}draft/{draft.id}/").content.decode()
    assert "Low, flat or hard on myself" in html
    form = client_of_sam.get(f"{HERE}draft/{draft.id}/head/").content.decode()
    assert '<option value="mood" selected>' in form
