"""What people type is understood, asked back or honestly not understood; hardly ever is it taken for something else."""

import time
import tomllib
from functools import cache
from pathlib import Path

import pytest

from samen.rooms.companion import compiler, library, validation
from samen.rooms.companion.inference.understand import Index, nearest, number
from samen.rooms.companion.validation import Held

CONTENT = Path(compiler.__file__).parent / "content"
LANGUAGES = ("en", "nl")


@cache
def subjects():
    return [
        each
        for file in sorted((CONTENT / "rules" / "intents").glob("*.toml"))
        for each in library.intents_of(tomllib.loads(file.read_text()))
    ]


@cache
def index(language):
    return Index({each.id: each.like[language] for each in subjects()})


@cache
def held(language):
    return tuple(validation.held(tomllib.loads((CONTENT / "validation" / "phrases" / f"{language}.toml").read_text())))


def takes(language):
    def take(text):
        found = index(language).understand(text)
        return found.sure.id if found.sure else "", [each.id for each in found.maybe]

    return take


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_a_thousand_phrasings_of_every_subject_that_no_subject_holds_itself(language):
    mean = [each for each in held(language) if each.means]
    own = {phrase.casefold() for each in subjects() for phrase in each.like[language]}
    assert {each.means for each in mean} == {each.id for each in subjects()}
    assert len({each.text for each in mean}) >= 1000
    assert len([each for each in held(language) if not each.means]) >= 150
    assert not [each.text for each in held(language) if each.text.casefold() in own]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "all"])
def test_phrasings_that_were_held_out_are_right_or_asked_back_and_hardly_ever_wrong(language, sealed):
    asked = [each for each in held(language) if each.means and (each.sealed or not sealed)]
    found = validation.measure(asked, takes(language))
    assert found.well.value >= 0.90, found.well
    assert found.wrong.value <= 0.02, found.wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_about_something_else_are_hardly_ever_taken_for_a_subject(language):
    found = validation.measure([each for each in held(language) if not each.means], takes(language))
    assert found.wrong.value <= 0.02, found.missed


def test_a_measure_counts_what_is_wrong_and_sure_apart_from_what_is_asked_back():
    said = {"a": ("sleep", ()), "b": ("", ("worry", "sleep")), "c": ("worry", ()), "d": ("", ()), "e": ("", ("sleep",))}
    texts = [*(Held(each, "sleep", True) for each in "abcd"), Held("e", "", True), Held("c", "", True)]
    found = validation.measure(texts, said.__getitem__)
    assert (found.well.value, found.wrong.value) == (3 / 6, 2 / 6)
    assert (found.right.value, found.asked.value) == (1 / 4, 1 / 4)
    assert [each.text for each, _ in found.missed] == ["c", "d", "c"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_understood_within_five_milliseconds(language):
    index(language)
    spent = []
    for each in held(language):
        before = time.process_time()
        index(language).understand(each.text)
        spent.append(time.process_time() - before)
    assert sorted(spent)[int(0.99 * len(spent))] < 0.005


def test_it_is_the_same_every_time_and_shows_the_phrase_that_it_went_by():
    again = Index({each.id: each.like["en"] for each in subjects()})
    text = "I have been lying awake for hours again"
    assert again.rank(text) == index("en").rank(text)
    first = again.rank(text)[0]
    assert first.id == "sleep"
    assert first.phrase in next(each for each in subjects() if each.id == "sleep").like["en"]


def test_a_phrase_that_was_written_down_is_taken_at_its_word():
    for language in LANGUAGES:
        for each in subjects():
            for phrase in each.like[language]:
                found = index(language).understand(phrase.upper() + "!")
                assert found.sure is not None
                assert found.sure.id == each.id, phrase


def test_each_sentence_of_a_longer_text_is_heard():
    text = "The train was late. My sister has a new bike. I can't sleep at night! We had soup."
    assert "sleep" in [each.id for each in index("en").rank(text)[:2]]


def test_two_subjects_in_one_text_are_asked_back():
    found = index("en").understand("I can't sleep. I have debts.")
    assert found.sure is None
    assert {"sleep", "debts"} <= {each.id for each in found.maybe}


@pytest.mark.parametrize(
    ("language", "text", "subject"),
    [
        (
            "en",
            "We had planned to go to the coast this week and now my mother died and I just sit in her kitchen",
            "bereavement",
        ),
        ("en", "The whole building is being painted, which is fine, but I can't sleep because of all this", "sleep"),
        (
            "nl",
            "We zouden deze week naar de kust gaan en nu is mijn moeder overleden en zit ik maar in haar keuken",
            "bereavement",
        ),
        ("nl", "Het hele gebouw wordt geverfd, dat is prima, maar ik kan niet slapen omdat het zo ruikt", "sleep"),
    ],
)
def test_what_one_clause_of_a_long_sentence_means_is_asked_back(language, text, subject):
    found = index(language).understand(text)
    assert found.sure is None
    assert subject in [each.id for each in found.maybe]
    assert len(found.maybe) <= 4


def test_one_word_alone_is_never_sure_unless_it_was_written_down():
    assert index("en").understand("insomnia").sure is None
    assert index("en").understand("insomnia").maybe[0].id == "sleep"
    assert index("en").understand("banana").sure is None


def test_an_unknown_word_makes_a_text_less_sure():
    known = index("en").rank("i want to stop")[0]
    more = index("en").rank("i want to stop zwirbling my grommets")[0]
    assert more.score < known.score


def test_accents_apostrophes_and_capitals_make_no_difference():
    assert (
        index("nl").understand("Ik wil niet meer PRATEN hier").sure
        == index("nl").understand("ik wil níét meer praten hier").sure
    )
    assert index("en").understand("I can’t sleep").sure == index("en").understand("i cant sleep").sure


def test_nothing_is_made_of_nothing():
    for text in ("", "   ", "...", "?!", "🙂", "qqqq wwww"):
        assert index("en").understand(text) == index("nl").understand(text)
        assert index("en").understand(text).sure is None


def test_a_button_is_meant_by_its_label_or_by_what_else_was_written_for_it():
    options = {"yes": ("Yes, something", "a bit"), "no": ("No, it is out of my hands", "nothing")}
    assert nearest(options, "yes, SOMETHING").sure.id == "yes"
    assert nearest(options, "it's out of my hands").sure.id == "no"
    assert nearest(options, "the weather in June").sure is None


def test_a_number_is_read_in_digits_or_words_and_only_when_it_is_one():
    assert number("about a 7 I think", "en", 0, 10) == 7
    assert number("een zeven", "nl", 0, 10) == 7
    assert number("between 3 and 8", "en", 0, 10) is None
    assert number("42", "en", 0, 10) is None
