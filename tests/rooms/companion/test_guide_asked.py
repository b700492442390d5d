"""The guide asked in one's own words: understood, reasoned and ordered through the gate for who said yes; and the same list for everybody else."""

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from samen.people.roles import Role, Scope
from samen.rights import door as rights
from samen.rights.gate import NotPermitted
from samen.rights.store import systems as register
from samen.rights.words import Denied
from samen.rooms.companion import guide_proving, systems
from samen.rooms.companion.inference import guiding, needing
from samen.rooms.companion.jobs import asking, proof_guide
from samen.rooms.companion.models.question import Question
from samen.rooms.companion.store import asking as store
from samen.rooms.companion.store import places
from tests import named
from tests.rights import example
from tests.rooms.companion import in_use
from tests.rooms.companion.test_guide_pages import kept

LANGUAGES = ("en", "nl")


def meant(text: str, language: str = "en") -> needing.Meant:
    return needing.meant(text, language, systems.likes(), lambda said: places.town(said, "nl"))


def in_service() -> None:
    in_use.let_in(systems.GUIDE)


def asks(client: Client, text: str, status: int = 200) -> str:
    response = client.post("/guide/asked/", {"text": text})
    assert response.status_code == status
    return response.content.decode()


# --- understanding ---


@pytest.mark.row("S17")
@pytest.mark.parametrize(
    ("text", "language", "need"),
    [
        ("The bailiff is coming on Monday and I am so ashamed", "en", "money"),
        ("De deurwaarder komt maandag en ik schaam me zo", "nl", "money"),
        ("Somebody to talk to, I lie awake", "en", "talk"),
        ("Ik ben eenzaam", "en", "lonely"),  # in the other language than the page's
    ],
)
def test_a_sentence_is_taken_for_a_need_or_asked_back(text, language, need):
    found = meant(text, language)
    assert need in (found.needs or found.maybe)


def test_two_needs_in_one_question_are_both_heard():
    assert {"money", "lonely"} <= set(meant("I have debts and I am lonely").needs)


@pytest.mark.parametrize("text", ["xyzzy", "What is the capital of France?", "", "...", "a" * 5000])
def test_what_asks_for_nothing_is_taken_for_nothing(text):
    assert not meant(text).needs


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("help in Best", {"town": "Best"}),
        ("the best help", {}),
        ("I am 17 years old", {"age": 17}),
        ("I slept 3 hours and have 17 euro", {}),
        ("something free", {"free": True}),
        ("a French friend left me", {}),
        ("somebody who speaks French", {"language": "fr"}),
        ("can I go there with a wheelchair", {"access": ("wheelchair",)}),
        ("ik durf niet te bellen", {"access": ("without_calling",)}),
        ("ik ben 3 weken ziek", {}),
    ],
)
def test_a_wish_is_heard_where_it_is_said_and_nowhere_else(text, what):
    found = meant(text)
    heard = {"town": found.town.name if found.town else None, "age": found.age, "free": found.free or None}
    heard |= {"language": found.language or None, "access": found.access or None}
    assert {name: said for name, said in heard.items() if said is not None} == what


def test_every_need_of_the_guide_has_phrases_of_its_own_in_both_languages():
    for language in LANGUAGES:
        assert set(places.needs()) <= set(places.likes()[language])
        assert min(len(places.likes()[language][each]) for each in places.needs()) >= 20


def test_no_question_that_is_held_out_stands_among_the_phrases():
    for language in LANGUAGES:
        known = {phrase for each in places.likes()[language].values() for phrase in each}
        assert not known & {each.material["text"] for each in proof_guide.pieces() if each.proves == "question"}


# --- the validation ---


@pytest.mark.slow
@pytest.mark.django_db
def test_the_validation_runs_through_the_gate_in_nobodys_record_and_meets_every_bound():
    in_use.service.in_service()
    register.enter(systems.GUIDE, at=timezone.now())
    figures = proof_guide.validate(None)
    assert not isinstance(figures, Denied), figures
    found = {each.measure: each for each in figures}
    for bound in systems.GUIDE.manifest.evidence:
        figure = found[bound.measure]
        assert figure.low >= bound.bound if bound.at_least else figure.high <= bound.bound, bound.measure
    assert Question.objects.count() == 0


def one(proves: str, number: int = 0) -> guide_proving.Piece:
    return [each for each in proof_guide.pieces() if each.proves == proves][number]


def answer(piece: guide_proving.Piece) -> dict:
    asked = guiding.Question(
        id="t",
        text=piece.material["text"],
        language=piece.language,
        looks=looks(piece),
        moment=systems.guide.Moment(datetime.fromisoformat(piece.material["at"])),
        likes=systems.likes(),
        towns=lambda said: places.town(said, "nl"),
        heard=(0, ""),
    )
    return dict(guiding.infer(systems.Gathered(items=(), data=asked)).value)


def looks(piece: guide_proving.Piece) -> list[guiding.Read]:
    wanted = meant(piece.material["text"], piece.language).wanted("nl")
    found = [systems.guide.Candidate(systems.entries.entry_of(each)) for each in piece.material["services"]]
    return [guiding.Read(each, let_go, found) for each, let_go in systems.guide.looser(wanted)]


def test_a_service_that_cannot_be_used_and_does_not_say_so_fails_the_validation():
    piece = next(each for each in proof_guide.pieces() if each.proves == "stand" and answer(each)["shown"])
    value = answer(piece)
    assert guide_proving.judge(piece, value).well
    silent = {**value, "shown": [{**each, "notes": []} for each in value["shown"]]}
    turned = {**value, "shown": value["shown"][::-1]}
    assert not guide_proving.judge(piece, silent).well
    assert not guide_proving.judge(piece, turned).well


def test_a_service_without_a_reason_or_with_a_false_one_fails_the_validation():
    piece = one("question", 10)
    value = answer(piece)
    assert guide_proving.judge(piece, value).reasoned
    for why in ([], [["why.need", {"needs": ["poison", "law"]}]]):
        bare = {**value, "shown": [{**each, "why": why} for each in value["shown"]]}
        assert guide_proving.judge(piece, bare).reasoned is False


def test_an_order_that_moves_by_payment_fails_the_validation():
    value = answer(one("question", 10))
    assert len(value["shown"]) > 1
    moved = {**value, "shown": value["shown"][::-1]}
    assert guide_proving.unpaid([(value, value), (value, moved)]) == [True, False]


# --- the page ---


@pytest.mark.django_db
@pytest.mark.row("A-U1b", "O1")
def test_with_a_yes_the_question_is_understood_and_each_result_says_why():
    in_service()
    kept(needs=["lonely"])
    noor = named.person("Noor", "en")
    in_use.says_yes(noor, system=systems.GUIDE)
    shown = " ".join(asks(in_use.visitor(noor), "I am lonely, near Utrecht, and it should cost nothing").split())
    assert "loneliness</strong>" in shown
    assert "near Utrecht" in shown
    assert "The House" in shown
    assert shown.count("Why you see this") == shown.count('<article class="card hit"') > 0
    assert "It is about 1 km from Utrecht." in shown
    assert "need=lonely&amp;free=on&amp;place=Utrecht" in shown  # the same in the list, where all of it can be changed
    assert 'data-ai="generated"' in shown


@pytest.mark.django_db
def test_the_question_is_gone_after_the_answer_and_no_word_of_it_stands_in_the_record():
    in_service()
    noor = named.person("Noor", "en")
    in_use.says_yes(noor, system=systems.GUIDE)
    asks(in_use.visitor(noor), "I am lonely in Zutphen since Zonnewende was shut")
    assert Question.objects.count() == 0
    record = rights.inferences(named.own(noor, Scope.FINDINGS), systems.GUIDE.id)[0]
    assert not [word for word in ("Zonnewende", "Zutphen", "shut") if word in str(record)]
    assert "lonely" in str(record)


@pytest.mark.django_db
@pytest.mark.row("K1.7")
def test_words_of_danger_bring_numbers_before_anything_else():
    in_service()
    noor = named.person("Noor", "en")
    in_use.says_yes(noor, system=systems.GUIDE)
    shown = asks(in_use.visitor(noor), "I want to kill myself tonight")
    main = shown.partition("<main")[2]
    assert "113" in main
    assert main.index('href="tel:') < main.index("data-ai")


@pytest.mark.django_db
@pytest.mark.row("K1.8")
def test_when_it_is_not_sure_it_asks_and_shows_what_a_plain_search_finds():
    in_service()
    noor = named.person("Noor", "en")
    in_use.says_yes(noor, system=systems.GUIDE)
    client = in_use.visitor(noor)
    text = "they say something about my head and what I should do"
    assert meant(text).maybe
    assert "Do you mean one of these?" in asks(client, text)
    assert "It could not tell what you need" in asks(client, "Geldfit xyzzy qwerty")


@pytest.mark.django_db
@pytest.mark.row("A-U1b")
def test_a_no_and_every_other_no_of_the_gate_leave_the_whole_list():
    in_service()
    noor = named.person("Noor", "en")
    client = in_use.visitor(noor)
    before = client.get("/guide/asked/").content.decode()
    assert "Before it reads" in before
    assert "Before it reads" in asks(client, "debts")  # without a yes a question is not even taken
    assert not rights.inferences(named.own(noor, Scope.FINDINGS), systems.GUIDE.id)
    assert client.post("/guide/asked/choose/", {"yes": "0"}).url == "/guide/"
    assert "Geldfit" in client.get("/guide/?q=debts").content.decode()
    in_use.says_yes(noor, system=systems.GUIDE)
    rights.withdraw_evidence(systems.GUIDE.id, "self-test", at=timezone.now())
    shown = asks(client, "debts")
    assert "The program did not read your words" in shown
    assert "Geldfit" in shown
    assert Question.objects.count() == 0


@pytest.mark.django_db
def test_the_program_is_offered_to_people_in_care_alone_and_only_while_it_is_in_use():
    noor = named.person("Noor", "en")
    offer = "Rather say it in a sentence?"
    assert offer not in in_use.visitor(noor).get("/guide/").content.decode()
    in_service()
    assert offer in in_use.visitor(noor).get("/guide/").content.decode()
    assert offer not in Client(headers={"accept-language": "en"}).get("/guide/").content.decode()
    worker = named.sign_in(Client(headers={"accept-language": "en"}), example.human("w", Role.SOCIAL_WORKER))
    assert offer not in worker.get("/guide/").content.decode()


@pytest.mark.django_db
def test_another_persons_question_is_never_read():
    in_service()
    noor, kim = named.person("Noor", "en"), named.person("Kim", "en")
    in_use.says_yes(noor, system=systems.GUIDE)
    now = timezone.now()
    store.keep(named.own(kim, Scope.TALK), "I have debts", "en", at=now)
    found = asking.ask(named.own(noor, Scope.TALK), "xyzzy", "en", at=now)
    assert not isinstance(found, Denied)
    assert found.value["needs"] == []
    assert isinstance(asking.ask(named.own(kim, Scope.TALK), "debts", "en", at=now), Denied)  # she said no yes
    assert Question.objects.count() == 0


def test_nobody_but_the_gate_runs_it():
    with pytest.raises(NotPermitted):
        systems.GUIDE.manifest.infer(None)


@pytest.mark.django_db
def test_an_answer_asks_the_database_no_more_than_it_must(django_assert_max_num_queries):
    in_service()
    noor = named.person("Noor", "en")
    in_use.says_yes(noor, system=systems.GUIDE)
    client = in_use.visitor(noor)
    asks(client, "I am lonely")
    with django_assert_max_num_queries(15):
        client.get("/guide/asked/")
    with django_assert_max_num_queries(32):  # half of them are the gate's own, with the record and the log
        asks(client, "I have debts, near Utrecht")
