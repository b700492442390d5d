"""What came before a message in its talk tells what it means: danger that builds up is an alarm, what only sounds so is a question."""

import hashlib
import json
import tomllib
from datetime import UTC, datetime, timedelta
from math import log

import numpy as np
import pytest

from samen.rooms.crisis import systems
from samen.rooms.crisis.course import BEGINS, LEAST, Course, Heard, after, features
from samen.rooms.crisis.inference import course, detect, linear, listen, talk
from samen.rooms.crisis.inference.lexicon import LANGUAGES
from samen.rooms.crisis.inference.network import Network
from samen.rooms.crisis.reading import Action, Level, Reading, Span
from samen.rooms.crisis.training import course as training
from samen.rooms.crisis.training import material
from samen.rooms.crisis.training.course import Talk

GAME = Heard(-3.0, -4.0, (("0 games", 0.9), ("3 intent", 0.1)))
GRAVE = Heard(4.0, 3.0, (("0 games", 0.2), ("3 intent", 0.8)), ("rules",))
STARTED = datetime(2026, 3, 2, 9, tzinfo=UTC)


def read(heard: Heard | None) -> Reading:
    return Reading(Level.NONE, Action.NONE, 0.01, (), (), "en", "", heard=heard)


# --- as numbers ---


def test_before_a_talk_nothing_was_heard():
    told = features(Course(), GRAVE)
    assert {name for name in told if name.startswith("was ")} == set()
    assert (told["most"], told["mean"]) == (BEGINS, 0.0)
    assert told["sign rules"] == 1.0
    assert told["is 3 intent"] == pytest.approx(log((0.8 + LEAST) / LEAST))


def test_what_was_heard_fades_and_the_gravest_of_it_more_slowly():
    once = after(Course(), GRAVE)
    twice = after(once, GAME)
    assert dict(once.kinds) == {"0 games": 0.2, "3 intent": 0.8}
    assert dict(twice.kinds) == {"0 games": pytest.approx(0.2 * 0.8 + 0.9), "3 intent": pytest.approx(0.8 * 0.8 + 0.1)}
    assert (once.most, twice.most) == (3.0, pytest.approx(2.7))
    assert twice.mean == pytest.approx(0.7 * once.mean - 0.3 * 4.0)
    assert twice.turns == 2


def test_a_talk_grows_no_graver_by_its_length():
    told = {}
    course_now = Course()
    for turns in range(1, 65):
        course_now = after(course_now, GAME)
        told[turns] = features(course_now, GRAVE)
    assert told[64] == pytest.approx(told[32], abs=1e-2)
    assert sum(value for name, value in told[1].items() if name.startswith("was ")) == pytest.approx(1.0)
    assert {name: value for name, value in told[64].items() if name.startswith("was ")} == pytest.approx(
        {name: value for name, value in told[1].items() if name.startswith("was ")}, abs=1e-2
    )


def test_what_has_faded_away_is_not_kept():
    course_now = after(Course(), GRAVE)
    for _ in range(40):
        course_now = after(course_now, Heard(-5.0, -5.0, (("0 ", 1.0),)))
    assert [name for name, _ in course_now.kinds] == ["0 "]


def test_odds_beyond_what_tells_count_no_more():
    assert features(Course(), Heard(50.0, -50.0))["risk"] == 8.0
    assert after(Course(), Heard(50.0, 50.0)).most == 8.0


def test_heavy_and_light_harmless_kinds_are_one_and_the_unlikely_are_left_away():
    names = ("0 ", "0 games", "1 ", "1 games", "2 means", "3 means")
    network = Network(names, None, None)
    shares = [log(each) for each in (0.2, 0.1, 0.1, 0.2, 0.395, 0.005)]
    assert dict(network.kinds(np.array(shares))) == {
        "0 ": pytest.approx(0.3, abs=1e-3),
        "0 games": pytest.approx(0.3, abs=1e-3),
        "2 means": pytest.approx(0.395, abs=1e-3),
    }


# --- in a talk ---


def says(score: float) -> course.Model:
    """A model of talks that gives the same score of every message."""
    return course.Model({}, score, alarm=0.5, calm=-3.0, very_calm=-5.0)


@pytest.mark.parametrize(
    ("raised", "score", "near_certain", "level"),
    [
        (Level.UNCLEAR, 0.5, False, Level.DANGER),
        (Level.NONE, 9.0, False, Level.NONE),  # what shows nothing by itself is never raised
        (Level.DANGER, 0.5, False, Level.DANGER),
        (Level.DANGER, -2.9, False, Level.DANGER),  # where the talk leaves it open, the message stands
        (Level.DANGER, -3.1, False, Level.UNCLEAR),
        (Level.DANGER, -4.9, True, Level.DANGER),  # what the model is near certain of takes a talk that is calmer still
        (Level.DANGER, -5.1, True, Level.UNCLEAR),
        (Level.NONE, -3.1, False, Level.NONE),
    ],
)
def test_the_talk_raises_what_builds_up_and_asks_about_what_only_sounds_grave(raised, score, near_certain, level):
    assert detect._in_talk(raised, says(score), score, near_certain=near_certain) is level


LATER = after(Course(), GAME)


def test_a_message_that_is_calm_by_itself_alarms_where_the_talk_has_built_up(monkeypatch):
    monkeypatch.setattr(course, "model", lambda: says(9.0))
    assert detect.read("not long now", "en", ("rules", "model")).action is not Action.ALARM  # the first of a talk
    reading = detect.read("not long now", "en", ("rules", "model"), so_far=LATER)
    assert (reading.action, reading.raised_by) == (Action.ALARM, "model")
    assert reading.spans[0] == Span(0, len("not long now"), "talk")
    assert detect.read("not long now", "en", ("rules",), so_far=LATER).action is not Action.ALARM


def test_what_rules_alarm_at_no_talk_takes_away(monkeypatch):
    monkeypatch.setattr(course, "model", lambda: says(-9.0))
    text = "i will kill myself tonight"
    assert detect.read(text, "en", ("rules", "model"), so_far=LATER).action is Action.ALARM


def test_without_a_model_of_talks_a_message_stands_by_itself(monkeypatch):
    monkeypatch.setattr(course, "model", lambda: None)
    text = "the boat leaves without me"
    assert detect.read(text, "en", so_far=LATER) == detect.read(text, "en")


def test_a_talk_keeps_what_was_heard_and_begins_anew_after_a_rest():
    state = talk.fold(talk.State(), read(GRAVE), STARTED)
    assert state.course == after(Course(), GRAVE)
    soon = talk.fold(state, read(GAME), STARTED + timedelta(minutes=5))
    late = talk.fold(state, read(GAME), STARTED + timedelta(hours=5))
    assert soon.course == after(after(Course(), GRAVE), GAME)
    assert late.course == after(Course(), GAME)
    assert talk.fold(state, read(None), STARTED).course == state.course


def test_a_course_is_kept_with_its_talk_and_one_kept_before_there_were_courses_is_read():
    state = talk.fold(talk.State(), read(GRAVE))
    kept = json.loads(json.dumps(talk.to_plain(state)))
    assert talk.of_plain(kept) == state
    del kept["course"]
    assert talk.of_plain(kept).course == Course()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_kinds_that_the_model_of_talks_looks_at_are_some_that_are_heard(language):
    names, _ = linear.model(language).network._whole
    model = course.model()
    kinds = {name.partition(" ")[2] for name in model.weights if name.startswith(("is ", "was "))}
    assert len(kinds & set(names)) > 0.9 * len(kinds)


# --- fitted ---


def made_up(author: str, language: str = "en") -> list[Talk]:
    """A game in which somebody says what is grave elsewhere, and a talk that ends in danger."""
    return [
        Talk(author, language, True, ("game", "grave", "grave"), (False,) * 3, (1.0,) * 3),
        Talk(author, language, False, ("calm", "grave", "grave"), (False, True, True), (1.0,) * 3),
    ]


SAID = {"game": GAME, "calm": Heard(-3.0, -4.0, (("0 ", 1.0),)), "grave": GRAVE}


def test_from_talks_it_is_learnt_what_a_message_means_after_what_came_before(monkeypatch):
    monkeypatch.setattr(training, "talks", lambda: [each for author in "abcdef" for each in made_up(author)])
    hear = lambda turns, _language: [SAID[each] for each in turns]  # noqa: E731
    made, figures = training.fit(hear)
    assert (figures["harmless_alarmed"], figures["grave_alarmed"]) == (0.0, 1.0)
    model = course.Model(**made)
    assert model.score(after(Course(), GAME), GRAVE) < model.alarm <= model.score(after(Course(), SAID["calm"]), GRAVE)
    assert training.fit(hear) == (made, figures)


def test_its_thresholds_leave_a_share_of_harmless_talks_alone_and_of_danger_from_their_second_message_on():
    harmless = [(Talk("a", "en", True, (), (False, False), ()), np.array([9.0, float(n)])) for n in range(10)]
    grave = [(Talk("a", "en", False, (), (True, True), ()), np.array([-9.0, n - 50.0])) for n in range(100)]
    alarm, calm, very_calm = training._thresholds([*harmless, *grave])
    assert 8.0 < alarm < 9.0
    assert (calm, very_calm) == (-46.0, -49.0)  # four of a hundred lie below the one, one below the other
    assert max(training._thresholds([*harmless, *grave[60:]])[1:]) <= alarm


def test_a_turn_on_which_two_readers_differ_weighs_less_and_no_author_is_both_learnt_from_and_measured():
    found = training.talks()
    labelled = [each for each in found if each.exam]
    assert {each.language for each in labelled} == set(LANGUAGES)
    assert {weight for each in labelled for weight in each.weights} == {1.0, training.DISPUTED}
    assert 0 < training.DISPUTED < 1
    assert not {each.author for each in labelled} & {each.author for each in found if not each.exam}
    assert not any("o4" in each.author for each in found)


def test_no_message_is_learnt_from_alone_that_stands_in_a_labelled_talk():
    for language in LANGUAGES:
        alone = {row.text for row in material.rows(language)}
        talks = tomllib.loads((material.CORPUS / "turns" / f"{language}.toml").read_text())["talk"]
        both = [text for each in talks for text in each["turns"] if text in alone and len(text.split()) > 3]
        assert len(both) < 10, both  # what many people write word for word


def test_what_is_heard_in_turns_asks_no_model_of_talks(monkeypatch):
    """Training hears talks while the model of talks is still that of an earlier version, which may not be read any more."""

    def unread():
        raise linear.BadModel("of an earlier version")

    monkeypatch.setattr(course, "model", unread)
    assert len(systems.heard_in(("I want to die", "I have the rope", "not long now"), "en")) == 3


def test_the_files_name_what_they_were_made_from():
    card = json.loads((course.FOLDER / "card.json").read_text())
    assert card["sha256"] == hashlib.sha256((course.FOLDER / "model.json").read_bytes()).hexdigest()
    assert card["learnt_from"]["files"] == material.hashes(training.files())
    assert not [name for name in card["learnt_from"]["files"] if name.startswith(("sealed", "dialogues", "opened"))]


def test_a_file_that_its_card_does_not_know_is_not_used(monkeypatch, tmp_path):
    for name in ("model.json", "card.json"):
        (tmp_path / name).write_bytes((course.FOLDER / name).read_bytes())
    (tmp_path / "model.json").write_text("{}")
    monkeypatch.setattr(course, "FOLDER", tmp_path)
    course.model.cache_clear()
    try:
        with pytest.raises(linear.BadModel, match="samen crisis train"):
            course.model()
    finally:
        course.model.cache_clear()


# Danger in pieces: what the models that ship make of each talk. Those that are only asked about are missed.
BUILT_UP = {
    "en": "hello / everyone is better off / i gave my sister the cat / i've paid everything up to friday",
    "nl": "hoi / ik ben iedereen tot last / alles is betaald tot vrijdag / het duurt niet lang meer",
}
IN_PIECES = (
    *((language, Action.ALARM, turns) for language, turns in BUILT_UP.items()),
    (
        "en",
        Action.ALARM,
        "can i ask about my rota / i don't need the shifts after friday / i gave my sister the cat / nobody knows / not long now",
    ),
    (
        "en",
        Action.ALARM,
        "hi / i can't see next month / my sister has the cat / i've paid the rent up / so that's everything",
    ),
    (
        "en",
        Action.ASK,
        "hi / everyone would be better off / my sister has the cat now / it's all written down / not long now",
    ),
    (
        "nl",
        Action.ASK,
        "hoi, is daar iemand / niemand zou het merken als ik weg was / het huis is opgeruimd / nog even",
    ),
    # These two alarmed once: the first by learning from fewer authors, the second while the number of turns counted.
    ("nl", Action.ASK, "hallo / iedereen is beter af / de hond is bij mijn moeder / het staat allemaal opgeschreven"),
    (
        "nl",
        Action.ASK,
        "hoi / ik ben iedereen tot last / alles is betaald tot vrijdag / mijn zus weet van niks / het duurt niet lang meer",
    ),
)


def after_all_of(turns: str, language: str) -> Action:
    state = talk.State()
    for text in turns.split(" / "):
        _, state = listen.hear(state, text, language, ("rules", "model"))
    return state.action


@pytest.mark.parametrize(("language", "action", "turns"), IN_PIECES)
def test_a_talk_in_which_danger_comes_in_pieces_is_never_left_in_silence(language, action, turns):
    assert after_all_of(turns, language) is action


@pytest.mark.parametrize(("language", "turns"), BUILT_UP.items())
def test_what_builds_up_in_small_words_is_an_alarm_by_what_came_before(monkeypatch, language, turns):
    """None of them is one by itself: in the light of the others it is one by the last, and not without them."""
    monkeypatch.setattr(course, "model", lambda: None)
    assert after_all_of(turns, language) is Action.ASK


@pytest.mark.parametrize(
    ("language", "text"), [("en", "nobody would notice if I was gone"), ("nl", "ik ben zo klaar met alles")]
)
def test_after_a_long_calm_talk_an_unclear_message_is_asked_about_as_at_its_beginning(language, text):
    calm = {
        "en": ("I had soup for lunch", "the bus was late again"),
        "nl": ("ik heb soep gegeten", "de bus was weer te laat"),
    }[language]
    state = talk.State()
    for turn in range(32):
        _, state = listen.hear(state, calm[turn % 2], language, ("rules", "model"))
    assert listen.hear(state, text, language, ("rules", "model"))[0].action is Action.ASK


def test_topics_of_an_alarm_that_the_talk_gives_are_never_empty(monkeypatch):
    monkeypatch.setattr(course, "model", lambda: says(9.0))
    assert detect.read("not long now", "en", ("rules", "model"), so_far=LATER).topics


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "My neighbour was kind to me yesterday"), ("nl", "Mijn buurman was gisteren aardig tegen me")],
)
def test_a_long_harmless_talk_never_becomes_grave_by_its_length(language, text):
    state = talk.State()
    for _ in range(30):
        _, state = listen.hear(state, text, language, ("rules", "model"))
        assert state.action is Action.NONE
