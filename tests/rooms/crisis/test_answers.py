"""After a direct question about suicide a bare "yes" is heard, and a "no" is taken as said: in the companion, on the line, in nobody's exercise."""

import json
import tomllib

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from samen.rooms.crisis import door, imminent, systems
from samen.rooms.crisis.inference import answers, detect, linear, listen, talk
from samen.rooms.crisis.inference.lexicon import LANGUAGES
from samen.rooms.crisis.inference.normalise import CONTENT
from samen.rooms.crisis.jobs import line
from samen.rooms.crisis.models.contact import Contact, Message
from samen.rooms.crisis.reading import ANSWERED_WITHIN, Action, Answer, Level, Question, Topic
from samen.rooms.crisis.store import contacts
from samen.rooms.crisis.training import material
from samen.rooms.crisis.triage import Lane
from tests.rooms.crisis.service import in_service

THOUGHTS, PLAN = Question.THOUGHTS, Question.PLAN
ELSE = {"en": "i had soup for lunch", "nl": "ik heb soep gegeten"}
NO_NO = {"en": "no, I want to die", "nl": "nee, ik wil dood"}
UNCLEAR = {"en": "I don't want to wake up tomorrow", "nl": "ik wil morgen niet meer wakker worden"}


@pytest.mark.parametrize(
    ("language", "text", "answer"),
    [
        ("en", "Yes", Answer.YES),
        ("en", "yeahhh", Answer.YES),
        ("en", "well, um, sometimes", Answer.YES),
        ("en", "kind of", Answer.YES),
        ("en", "not often", Answer.YES),
        ("en", "mostly when I can't sleep", Answer.YES),
        ("en", "honestly it crosses my mind", Answer.YES),
        ("en", "no... ok, yes", Answer.YES),
        ("en", "lowkey yeah", Answer.YES),
        ("en", "well, honestly, a bit", Answer.YES),
        ("en", "somtimes", Answer.YES),  # a slip
        ("en", "yes but I meant my exam", Answer.UNSURE),
        ("en", "I don't know", Answer.UNSURE),
        ("en", "I'd rather not say", Answer.UNSURE),
        ("en", "will you tell my mum", Answer.UNSURE),
        ("en", "no", Answer.NO),
        ("en", "god no, I'm just tired", Answer.NO),
        ("en", "I never think about it", Answer.NO),
        ("en", "used to, not anymore", Answer.PAST),
        ("en", "years ago, yes", Answer.PAST),
        ("en", "no... well yes, but years ago", Answer.PAST),
        ("en", "used to, but lately again", Answer.YES),
        ("en", "what time is my appointment", None),
        ("nl", "Ja", Answer.YES),
        ("nl", "tja, soms wel", Answer.YES),
        ("nl", "niet elke dag", Answer.YES),
        ("nl", "het spookt door mijn hoofd", Answer.YES),
        ("nl", "nee... nou ja, soms", Answer.YES),
        ("nl", "weet ik niet", Answer.UNSURE),
        ("nl", "dat zeg ik liever niet", Answer.UNSURE),
        ("nl", "nee hoor", Answer.NO),
        ("nl", "neuh ik ben gewoon moe", Answer.NO),
        ("nl", "vroeger wel, nu niet meer", Answer.PAST),
        ("nl", "hoe laat is mijn afspraak", None),
        ("nl", "yes", Answer.YES),  # people mix
    ],
)
def test_an_answer_is_taken_for_what_it_is(language, text, answer):
    assert answers.read(THOUGHTS, text, language, ("rules",)).answer is answer
    assert answers.read(THOUGHTS, text, None, ("rules",)).answer is answer


@pytest.mark.parametrize(
    ("language", "text", "level"),
    [
        ("en", "tonight", Level.IMMINENT),
        ("en", "yes I know how", Level.IMMINENT),
        ("en", "everything is ready", Level.IMMINENT),
        ("en", "no", Level.NONE),
        ("en", "not now", Level.NONE),
        ("en", "honestly I would not know how", Level.NONE),
        ("en", "I am sitting with my mother and she is calling the doctor now", Level.NONE),
        ("nl", "ja vannacht", Level.IMMINENT),
        ("nl", "alles ligt klaar", Level.IMMINENT),
        ("nl", "nee dat weet ik niet", Level.NONE),
    ],
)
def test_who_says_how_or_when_is_in_danger_now(language, text, level):
    assert answers.read(PLAN, text, language).level is level


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_yes_by_itself_shows_nothing_and_after_the_question_it_is_an_alarm(language):
    yes = {"en": "yes", "nl": "ja"}[language]
    assert detect.read(yes, language).action is Action.NONE
    reading = detect.read(yes, language, asked=THOUGHTS)
    assert (reading.level, reading.topics, reading.answer) == (Level.DANGER, (Topic.EXPLICIT,), Answer.YES)
    assert [(each.start, each.end, each.rule) for each in reading.spans] == [(0, len(yes), "answer.yes")]
    assert reading.probability >= 0.8


def test_a_no_lowers_nothing_that_stands_beside_it():
    text = "no, I have decided to kill myself tonight, the pills are ready"
    assert detect.read(text, "en", asked=THOUGHTS).level is detect.read(text, "en").level is Level.IMMINENT


class Fixed:
    """A model that gives one chance of danger, whatever is said."""

    everywhere = frozenset()

    def __init__(self, danger):
        self.danger = danger

    def score(self, *_):
        return linear.Scored(self.danger, self.danger, ask=0.1, alarm=0.5, topic="")


@pytest.mark.parametrize(
    ("text", "danger", "answer", "by"),
    [
        ("yes", 0.0, Answer.YES, "answer.yes"),  # at the beginning it counts by itself
        ("yes I sleep badly and yes I cry a lot, but no", 0.0, None, ""),  # at that of a long answer it does not
        ("yes I sleep badly and yes I cry a lot, but no", 0.1, Answer.YES, "answer.yes-within"),
        ("no, but I do wish somebody would ring", 0.0, None, ""),
        ("no, but I do wish somebody would ring", 0.1, Answer.YES, "answer.yes-within"),
        ("no", 0.5, Answer.UNSURE, "answer.model"),
        ("no", 0.4, Answer.NO, "answer.no"),
    ],
)
def test_a_yes_in_the_midst_of_an_answer_or_at_the_ends_of_a_long_one_counts_where_the_model_finds_it_worth_a_question(
    monkeypatch, text, danger, answer, by
):
    monkeypatch.setattr(answers, "model", lambda *_: Fixed(danger))
    heard = answers.read(THOUGHTS, text, "en")
    assert (heard.answer, heard.by) == (answer, by)


def test_without_a_model_a_yes_in_the_midst_of_an_answer_counts(monkeypatch):
    monkeypatch.setattr(answers, "model", lambda *_: None)
    assert answers.read(THOUGHTS, "no, but I do wish somebody would ring", "en").answer is Answer.YES


@pytest.mark.parametrize(("danger", "action"), [(0.9, Action.ASK), (0.97, Action.ALARM)])
def test_beside_a_no_the_model_alone_alarms_only_when_near_certain(monkeypatch, danger, action):
    monkeypatch.setattr(answers, "model", lambda *_: Fixed(0.0))
    monkeypatch.setattr(
        detect, "scores", lambda *_: (None, linear.Scored(danger, danger, ask=0.1, alarm=0.5, topic=""))
    )
    monkeypatch.setattr(detect, "_spans", lambda *_: ())
    assert detect.read("it was about my phone", "en").action is Action.ALARM
    assert detect.read("no, it was about my phone", "en", asked=THOUGHTS).action is action


def test_what_begins_like_a_no_and_shows_danger_is_no_answer(monkeypatch):
    monkeypatch.setattr(answers, "model", lambda *_: None)
    for language in LANGUAGES:
        assert answers.read(THOUGHTS, NO_NO[language], language).answer is Answer.NO
        assert detect.read(NO_NO[language], language, asked=THOUGHTS).answer is None
    assert detect.read("I don't", "en", asked=THOUGHTS).answer is Answer.NO


def test_who_said_no_is_not_alarmed_at_for_what_was_asked_about_before():
    state = talk.State(turns=3, asks=0.9)
    reading, after = listen.hear(state, "no, never", "en", ("rules",), asked=THOUGHTS)
    assert reading.taken_back
    assert after.asks == 0.0
    assert listen.hear(state, "no, never", "en", ("rules",))[1].asks > 0.5


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_both_languages_do_the_same_things(language):
    of = {each: tomllib.loads((CONTENT / "answers" / f"{each}.toml").read_text()) for each in LANGUAGES}
    assert list(of["en"]) == list(of["nl"])
    for name, phrases in of[language].items():
        if isinstance(phrases, list):
            assert len(phrases) == len(set(phrases)), name


# --- what is said to an answer ---


def test_a_no_is_thanked_for_once_and_never_where_danger_was_heard():
    said = imminent.turn(Level.UNCLEAR, (), imminent.Said(asked=True), human_there=True, answer=Answer.NO)
    assert said.keys == ("crisis.imminent.gentle.no",)
    faded = imminent.Said(block_level=3, turns=2)
    assert imminent.turn(Level.UNCLEAR, (), faded, human_there=True, answer=Answer.NO) is None
    said = imminent.turn(
        Level.DANGER, (), imminent.Said(block_level=3, turns=1), human_there=True, answer=Answer.NO, is_read=False
    )
    assert said.keys == ("crisis.imminent.alone.1",)


def test_who_says_yes_is_spoken_to_about_themselves_also_after_talk_of_somebody_else():
    topics = (Topic.THIRD_PARTY, Topic.EXPLICIT)
    said = imminent.turn(Level.DANGER, topics, imminent.Said(asked=True), human_there=True, answer=Answer.YES)
    assert (said.keys[1], said.asks) == ("crisis.imminent.self.ask", PLAN)
    said = imminent.turn(Level.DANGER, topics, imminent.Said(asked=True), human_there=True)
    assert said.keys[1] == "crisis.imminent.third.ask"


def heard(*texts: str, language: str = "en") -> list[door.Listened]:
    found, state = [], {}
    for text in texts:
        found.append(door.listen(state, text, language, human_there=False))
        state = found[-1].state
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("between", [0, 1])
def test_in_another_rooms_talk_a_yes_to_the_question_brings_the_numbers(language, between):
    yes = {"en": "yes", "nl": "ja"}[language]
    *_, last = heard(UNCLEAR[language], *(ELSE[language],) * between, yes, language=language)
    assert (last.level, last.action, last.numbers, last.answered) == (3, "alarm", "suicide", "yes")
    *_, late = heard(UNCLEAR[language], *(ELSE[language],) * ANSWERED_WITHIN, yes, language=language)
    assert late.action == "ask"


@pytest.mark.django_db
def test_who_then_says_when_is_told_to_call_now():
    *_, last = heard(UNCLEAR["en"], "yes", "tonight")
    assert (last.level, last.keys[0]) == (4, "crisis.imminent.rise.acknowledge")


@pytest.mark.django_db
def test_who_says_no_may_think_again_and_is_thanked_once():
    *_, no, yes = heard(UNCLEAR["en"], "no, never", "well yes")
    assert (no.answered, no.keys) == ("no", ("crisis.imminent.gentle.no",))
    assert (yes.answered, yes.action) == ("yes", "alarm")
    *_, again = heard(UNCLEAR["en"], "no, never", "no worries")
    assert (again.answered, again.keys) == ("no", ())


@pytest.mark.django_db
def test_a_yes_ends_the_question():
    *_, yes = heard(UNCLEAR["en"], "yes")
    assert yes.state["open"] == ["plan", ANSWERED_WITHIN]


@pytest.mark.django_db
def test_a_question_that_was_taken_out_of_the_state_is_not_answered():
    first = door.listen({}, UNCLEAR["en"], "en", human_there=False)
    assert first.state["open"] == ["thoughts", ANSWERED_WITHIN]
    assert door.listen({**first.state, "open": []}, "yes", "en", human_there=False).now == 0


@pytest.mark.django_db
def test_what_was_swallowed_stays_the_subject_of_a_talk_in_another_room():
    first = door.listen({}, "I swallowed all my pills an hour ago", "en", human_there=False)
    assert first.state["topics"][0] == "overdose"
    then = door.listen(first.state, "I want to die", "en", human_there=False)
    assert then.state["topics"][0] == "overdose"
    assert "explicit" in then.state["topics"]
    asked = {**first.state, "topics": ["medication"], "talk": {**first.state["talk"], "peak": 2}}  # no danger so far
    assert door.listen(asked, "I want to die", "en", human_there=False).state["topics"][0] == "explicit"


# --- on the line ---


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        ([("contact", ""), ("computer", "thoughts"), ("contact", "")], THOUGHTS),
        ([("computer", "thoughts"), ("contact", ""), ("contact", "")], THOUGHTS),
        ([("computer", "thoughts"), ("contact", ""), ("contact", ""), ("contact", "")], None),
        ([("computer", "thoughts"), *[("contact", "")] * 4], None),
        ([("computer", "thoughts"), ("counsellor", ""), ("contact", "")], None),
        ([("computer", "thoughts"), ("contact", ""), ("computer", "plan"), ("contact", "")], PLAN),
        ([("computer", "plan"), ("computer", ""), ("contact", "")], PLAN),
        ([("contact", "")], None),
    ],
)
def test_a_message_answers_the_computers_question_until_a_human_writes(lines, asked):
    assert imminent.open_questions(lines)[-1] is asked


def begun(language: str) -> contacts.Mine:
    in_service()
    mine = contacts.of_token(contacts.begin("web", language, now=timezone.now()).token)
    line.tell_and_choose(mine, yes=True, at=timezone.now(), language=language)
    return mine


def written(mine: contacts.Mine, *texts: str) -> Contact:
    for number, text in enumerate(texts):
        line.take_in(mine, text, client_id=str(number), at=timezone.now())
    return Contact.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_on_the_line_a_yes_puts_somebody_before_the_others(language):
    yes = {"en": "yes, sometimes", "nl": "ja, soms"}[language]
    mine = begun(language)
    assert written(mine, UNCLEAR[language]).lane == Lane.OTHER
    assert written(mine, UNCLEAR[language], yes).lane == Lane.HIGH
    assert list(Message.objects.filter(who="computer").order_by("id").values_list("question", flat=True)) == [
        "thoughts",
        "plan",
    ]
    marked = contacts.lines(mine.access, mine.contact, spans=True)[2].spans
    assert [each.rule for each in marked] == ["answer.yes"]


@pytest.mark.django_db
def test_on_the_line_a_no_is_thanked_for_and_changes_no_place():
    mine = begun("en")
    found = written(mine, UNCLEAR["en"], "no, just tired")
    assert (found.lane, found.level, found.turns) == (Lane.OTHER, Level.UNCLEAR, 0)
    assert contacts.lines(mine.access, mine.contact)[-1].text.startswith("Thank you for your answer.")
    written(mine, UNCLEAR["en"], "no, just tired", "no worries")
    assert Message.objects.filter(who="computer").count() == 2
    written(mine, UNCLEAR["en"], "no, just tired", "no worries", UNCLEAR["en"])
    assert Message.objects.filter(question="thoughts").count() == 1


@pytest.mark.django_db
def test_what_others_wrote_takes_no_place_of_what_the_person_wrote(monkeypatch):
    read, texts = [], contacts.texts
    monkeypatch.setattr(contacts, "READ_BACK", 3)
    monkeypatch.setattr(contacts, "texts", lambda *given: read.append(texts(*given)) or read[-1])
    mine = begun("en")
    written(mine, "one")
    for _ in range(9):
        contacts.answer_by_computer(
            mine.access, mine.contact, "x", at=timezone.now(), level=Level.NONE, has_numbers=False
        )
    written(mine, "one", "two", "three")
    assert [each.text for each in read[-1][0]] == ["one", "two", "three"]
    written(mine, "one", "two", "three", "four")
    assert [each.text for each in read[-1][0]] == ["two", "three", "four"]


@pytest.mark.django_db
def test_only_a_computer_asks_and_only_what_is_known():
    mine = begun("en")
    written(mine, UNCLEAR["en"])
    for who, question in (("contact", "thoughts"), ("computer", "something")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.filter(who=who).update(question=question)


# --- the model beside the words ---

LEFT_OUT = {"en": "it never lets me go", "nl": "ik lig er halve nachten van wakker"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_model_hears_what_no_phrase_names_and_says_that_it_was_the_model(language):
    by_words = answers.read(THOUGHTS, LEFT_OUT[language], language, ("rules",))
    assert by_words.answer is None
    heard = answers.read(THOUGHTS, LEFT_OUT[language], language)
    assert (heard.answer, heard.level, heard.by) == (Answer.UNSURE, Level.DANGER, "answer.model")


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_answers_in_another_language_than_that_of_the_talk_is_heard_in_their_own(language):
    other = {"en": "nl", "nl": "en"}[language]
    assert answers.read(THOUGHTS, LEFT_OUT[other], language).level is Level.DANGER
    no = {"en": "no, I was only talking about my exam", "nl": "nee, ik had het alleen over mijn examen"}[other]
    assert answers.read(THOUGHTS, no, language).level is Level.NONE


def test_the_model_lowers_nothing_that_words_heard(monkeypatch):
    class Deaf:
        def score(self, *_: object) -> linear.Scored:
            return linear.Scored(0.0, 0.0, 0.5, 0.5)

    monkeypatch.setattr(answers, "model", lambda *_: Deaf())
    assert answers.read(THOUGHTS, "sometimes", "en").level is Level.DANGER
    monkeypatch.setattr(answers, "model", lambda *_: None)
    assert answers.read(THOUGHTS, "sometimes", "en").level is Level.DANGER
    assert answers.read(THOUGHTS, "no", "en").answer is Answer.NO


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_card_names_the_answers_it_learnt_from_and_none_that_is_sealed(language):
    card = json.loads((answers.MODELS / f"{language}.card.json").read_text())
    read = [*material.reply_files(language), *material.ordinary_files(language)]
    assert card["learnt_from"]["files"] == material.hashes(read)
    assert card["made_with"]["rules_and_lexicon"] == systems.inputs()[f"answers {language}"]
    assert linear.model(language, answers.MODELS).sha256 == card["sha256"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_learnt_from_is_read_by_author(language):
    rows = material.replies(language)
    assert {row.level for row in rows} == {0, 3}
    assert {row.family for row in rows if row.exam} == {
        f"{language}-replies-{file.stem}"
        for file in material.reply_files(language)
        if file.stem not in {"a1", *material.REPLIES_SIDEWAYS}
    }
    assert {row.trap for row in rows if row.level == 0} == {"", "past", "other"}
    ordinary = [row for row in rows if "replies" not in row.family]
    assert {(row.level, row.trap, row.exam, row.ordinary) for row in ordinary} == {(0, "other", False, False)}


@pytest.mark.django_db
def test_a_name_in_the_hearing_is_part_of_the_systems_digest():
    names = {str(path) for path in systems.DETECT.manifest.models}
    assert any(name.endswith("content/answers/en.json") for name in names)
