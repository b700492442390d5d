"""What somebody in danger reads at once: complete, in order, short, and never an end."""

import re
from itertools import pairwise, product

import pytest
from django.utils import timezone

from samen import words
from samen.rights.words import Gathered
from samen.rooms.crisis.imminent import GROUPS, LATER, MOST_WORDS, NUMBERS_FOR, STEPS, WORDS, Said, group_of, turn
from samen.rooms.crisis.inference import listen, order, talk
from samen.rooms.crisis.reading import LASTING, LEADING, Action, Answer, Level, Reading, Topic, Written

TOPICS = [(Topic.PLAN,), *((each,) for each in GROUPS)]
EVERY = [
    made
    for level, topics, there, block, turns, read in product(
        (Level.UNCLEAR, Level.DANGER, Level.IMMINENT), TOPICS, (True, False), (0, 3, 4), range(6), (True, False)
    )
    if (made := turn(level, topics, Said(block_level=block, turns=turns), human_there=there, is_read=read)) is not None
]


def text(made, language):
    return " ".join(words.say(key, language) for key in made.keys)


@pytest.mark.parametrize("topics", TOPICS)
def test_the_first_turn_takes_the_steps_in_their_order_and_gives_the_numbers(topics):
    first = turn(Level.IMMINENT, topics, Said(), human_there=True)
    assert [key.rsplit(".", 1)[-1] for key in first.keys] == [*STEPS, "there"]
    assert first.numbers


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_no_turn_is_longer_than_sixty_words(language):
    assert max(len(text(each, language).split()) for each in EVERY) <= MOST_WORDS


def test_the_numbers_are_given_once_for_each_escalation():
    assert turn(Level.DANGER, (Topic.MEANS,), Said(block_level=3, turns=1), human_there=True).numbers == ""
    assert turn(Level.IMMINENT, (Topic.MEANS,), Said(block_level=4, turns=2), human_there=True).numbers == ""
    assert turn(Level.IMMINENT, (Topic.MEANS,), Said(block_level=3, turns=2), human_there=True).numbers


def test_nothing_is_said_twice_in_a_row():
    said = [turn(Level.DANGER, (), Said(block_level=3, turns=n), human_there=True).keys[0] for n in range(1, LATER + 2)]
    assert all(one != other for one, other in pairwise(said))


def test_unclear_words_get_one_direct_question_and_no_second_one():
    assert turn(Level.UNCLEAR, (Topic.PASSIVE,), Said(), human_there=True).asks
    assert turn(Level.UNCLEAR, (Topic.PASSIVE,), Said(asked=True), human_there=True) is None


def test_where_nobody_is_there_it_says_so():
    keys = turn(Level.IMMINENT, (), Said(), human_there=False).keys
    assert keys[-1] == f"{WORDS}.human.nobody"


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("language", words.LANGUAGES)
def test_where_no_human_reads_along_no_sentence_says_that_somebody_does(language, there):
    made = [
        turn(Level.DANGER, (), Said(block_level=b, turns=n), human_there=there, is_read=False)
        for b in (0, 3)
        for n in range(1, 6)
    ]
    said = " ".join(text(each, language) for each in made)
    assert not re.search(
        r"counsellor|hulpverlener|come in|zijn binnen|is kept and read|wordt gelezen|see your talk", said
    )
    assert re.search(r"No human reads|Geen mens leest", said)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_it_asks_for_no_promise_gives_no_diagnosis_and_never_ends_the_talk(language):
    wrong = r"\bpromise|beloof|\bcontract|diagnos|depress|stoornis|disorder|goodbye|tot ziens|chat (is )?(over|voorbij)|\bend of\b|einde"
    sentences = [forms[language] for key, forms in words.sentences().items() if key.startswith(f"{WORDS}.")]
    assert [each for each in sentences if re.search(wrong, each, re.I)] == []


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_sentences_in_danger_are_short(language):
    sentences = [forms[language] for key, forms in words.sentences().items() if key.startswith(f"{WORDS}.")]
    longest = max(len(part.split()) for each in sentences for part in re.split(r"[.?!]", each))
    assert longest <= 14


def test_who_took_something_is_told_to_call_first_and_nothing_about_the_body():
    made = turn(Level.IMMINENT, (Topic.OVERDOSE,), Said(), human_there=True)
    assert made.numbers == "poison"
    assert not re.search(r"vomit|braken|drink|eat|eten", text(made, "en") + text(made, "nl"))


@pytest.mark.parametrize(
    ("topics", "group"),
    [
        (("explicit", "third-party"), "self"),  # who began about a friend and now means themselves
        (("third-party", "explicit"), "third"),
        (("overdose", "explicit"), "taken"),
        (("psychosis", "harm-to-others"), "others"),  # a voice that orders to set fire to a house
        (("psychosis", "intent"), "self"),
        (("psychosis",), "self"),
        ((), "self"),
    ],
)
def test_the_words_are_about_what_the_most_urgent_message_is_about(topics, group):
    assert group_of(topics) == group


def test_what_leads_among_topics_is_what_has_words_of_its_own():
    assert set(LEADING) == set(GROUPS)
    assert {topic for topic, group in GROUPS.items() if group in NUMBERS_FOR} == LASTING


def about(level: Level, *topics: Topic) -> Reading:
    return Reading(level, Action.ALARM, 0.9, topics, (), "en", "both")


def test_the_topics_of_a_talk_begin_with_its_highest_level_and_there_with_the_newest_message():
    friend, own = about(Level.DANGER, Topic.THIRD_PARTY, Topic.MEANS), about(Level.DANGER, Topic.EXPLICIT)
    calm, now = about(Level.DISTRESS, Topic.GRIEF), about(Level.IMMINENT, Topic.OVERDOSE)
    assert listen.topics([friend, calm, own]) == ["explicit", "third-party", "means"]
    assert listen.topics([now, friend, own]) == ["overdose", "explicit", "third-party", "means"]


def test_what_was_swallowed_and_who_hits_stays_so_whatever_is_said_after_it():
    hit, knife = about(Level.DANGER, Topic.ABUSE), about(Level.IMMINENT, Topic.MEANS)
    assert listen.topics([hit, knife]) == ["abuse", "means"]
    assert listen.topics([about(Level.UNCLEAR, Topic.MEDICATION), knife]) == ["means", "medication"]
    assert listen.topics([about(Level.DISTRESS, Topic.GRIEF)]) == []
    assert listen.topics([about(Level.DISTRESS, Topic.GRIEF)], Level.DISTRESS) == ["grief"]


def test_a_yes_about_what_was_swallowed_keeps_the_emergency_number():
    said = turn(Level.IMMINENT, ("overdose", "explicit"), Said(), human_there=True, answer=Answer.YES)
    assert said.numbers == "poison"
    own = turn(Level.DANGER, ("third-party", "explicit"), Said(), human_there=True, answer=Answer.YES)
    assert own.keys[0] == f"{WORDS}.self.{STEPS[0]}"


def test_triage_names_what_distress_is_about_too(monkeypatch):
    low = about(Level.DISTRESS, Topic.GRIEF)
    monkeypatch.setattr(listen, "hear", lambda *_given, **_also: (low, talk.State()))
    said = [Written(1, timezone.now(), "x")]
    found = order.infer(Gathered(items=(), data={"said": said, "using": None}, language="en"))
    assert found.value["topics"] == ["grief"]
