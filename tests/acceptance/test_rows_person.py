"""Rows of the report about what a person meets: words, labels, the way without AI, and what a no costs."""

import html
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from typer.testing import CliRunner

import samen
from samen.people.models import Account
from samen.people.roles import Scope
from samen.rights import door, panel
from samen.rights.commands import systems_app
from samen.rights.models.inference import DeniedRun, InferenceRecord, PermitRow
from samen.rights.models.service import Case
from samen.rights.models.system import Approval, Ballot, Seat
from samen.rights.oversight import Decided, Verdict
from samen.rights.panel import Vote
from samen.rights.register import SENTENCES
from samen.rights.store import consent, inference, stopping
from samen.rights.store import systems as register
from samen.rights.words import Denied, Stage
from samen.rooms.treatment import store as treatment
from samen.rooms.treatment.systems import PROGRESS
from samen.words import LANGUAGES, say, sentences
from tests import named
from tests.rights import example
from tests.rights.example import INFORM, SUGGEST, USE, House, behave, house, run
from tests.words.reading import count

LABEL = 'data-ai="generated"'
EASE = 60  # of reading: plain language, Flesch 1948 and Douma 1960 as in tests/words/reading.py


@pytest.fixture
def made(db) -> House:
    behave.gather = behave.infer = behave.explain = None
    return house(at=timezone.now())


def browser(who: object, language: str = "en") -> Client:
    client = named.sign_in(Client(), who)
    client.cookies["django_language"] = language
    return client


def shown(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args), follow=True)
    assert answer.status_code == 200, (name, answer.status_code)
    return html.unescape(answer.content.decode())


# --- P4, R6.1c: the way without AI, for whoever says no to all -----------------------------------------------------------

JOURNEYS = {
    "fill in a questionnaire and see the course": (
        ("treatment:questionnaires", ()),
        ("treatment:ask", ("phq-9",)),
        ("treatment:course", ()),
    ),
    "read the record and take it along": (("record:mine", ()), ("rights:request", ("take-along",))),
    "see who looked and let somebody look along": (("people:looked", ()), ("people:supporters", ())),
    "use the six rights": (("rights:me", ()), ("rights:requests", ()), ("rights:request", ("object",))),
    "reach a human": (("rights:human", ()), ("help", ())),
    "start the day": (("today", ()),),
}


@pytest.fixture
def decliner(made: House) -> Client:
    """Noor, after a no to every use of every system."""
    for each in door.systems():
        for use in each.manifest.uses:
            consent.say(made.own(), each, use, yes=False, at=timezone.now(), language="en")
    return browser(made.noor)


@pytest.mark.row("P4")
@pytest.mark.parametrize("journey", JOURNEYS)
def test_who_said_no_to_all_goes_each_way_to_its_end(decliner: Client, journey: str):
    for name, args in JOURNEYS[journey]:
        assert "<h1" in shown(decliner, name, *args)


@pytest.mark.row("P4")
def test_who_said_no_to_all_fills_in_answers_keeps_them_and_reaches_a_human(decliner: Client, made: House):
    page = shown(decliner, "treatment:ask", "gad-7")
    kept = dict(re.findall(r'type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)"', page))
    asked = dict.fromkeys(re.findall(r'<input[^>]*type="radio"[^>]*name="([^"]+)"', page), "1")
    assert len(asked) >= 7
    decliner.post(reverse("treatment:ask", args=["gad-7"]), {**kept, **asked})
    points, _ = treatment.read_course(named.own(made.noor, Scope.ANSWERS), made.noor.id)
    assert [(each.instrument, each.total) for each in points] == [("gad-7", 7)]
    decliner.post(reverse("rights:human"), {"text": "please call me"})
    assert Case.objects.get().closed_at is None
    assert not InferenceRecord.objects.exists()


@pytest.mark.row("P4")
@pytest.mark.parametrize("system", [each.id for each in door.systems() if not each.id.startswith("example")])
def test_each_system_names_a_way_without_ai_that_is_there(decliner: Client, system: str):
    found = door.system(system)
    assert found is not None
    try:
        page = shown(decliner, found.manifest.alternative)
    except NoReverseMatch:
        pytest.fail(f"{system} names {found.manifest.alternative} as its way without AI, and there is no such page")
    assert "<h1" in page


def offers(client: Client) -> set[str]:
    """Give every address that home, the questionnaires and the help page offer."""
    pages = [shown(client, name) for name in ("today", "treatment:questionnaires", "help", "rights:human")]
    return {address for page in pages for address in re.findall(r'href="([^"#?]+)', page.split("<main")[1])}


@pytest.mark.row("R6.1c")
def test_whoever_said_no_is_offered_the_same_within_the_same_time(made: House):
    said_yes, asked_yes = offers(browser(made.noor)), terms(browser(made.noor))
    Case.objects.all().delete()
    for each in door.systems():
        for use in each.manifest.uses:
            consent.say(made.own(), each, use, yes=False, at=timezone.now(), language="en")
    assert offers(browser(made.noor)) == said_yes
    assert terms(browser(made.noor)) == asked_yes


def terms(client: Client) -> list[timedelta]:
    """Ask for a human, and give in how much time each request is answered."""
    client.post(reverse("rights:human"), {"text": "please"})
    return sorted({each.due - each.opened_at for each in Case.objects.filter(kind="human")})


@pytest.mark.row("R6.1c")
def test_after_a_stop_the_tables_hold_no_run_that_came_later(made: House):
    behave.seen.clear()
    run(made, at=timezone.now())
    stopping.order(made.own(), [SUGGEST, INFORM], "all", "", at=timezone.now(), language="en")
    before = PermitRow.objects.count(), InferenceRecord.objects.count()
    for each in (SUGGEST, INFORM, SUGGEST):
        assert isinstance(run(made, each, at=timezone.now()), Denied)
    assert (PermitRow.objects.count(), InferenceRecord.objects.count()) == before
    assert behave.seen.count("gather") == 1


# --- P6: see, stop, correct, take along, share out ---------------------------------------------------------------------


@pytest.mark.row("P6")
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_of_the_five_actions_is_two_presses_from_home(made: House, language: str):
    client = browser(made.noor, language)
    home, page = shown(client, "today"), shown(client, "rights:me")
    assert f'href="{reverse("rights:me")}"' in home
    assert f'action="{reverse("rights:stop")}"' in page  # stop: the second press does it
    for name, args in (("rights:said", ()), ("rights:request", ("correct",)), ("rights:request", ("take-along",))):
        assert f'href="{reverse(name, args=args)}"' in page or name == "rights:said"
    assert f'href="{reverse("people:supporters")}"' in page


# --- R3.1a, R3.1b, R3.1e: what anyone, and the person, can read -----------------------------------------------------------


@pytest.mark.row("R3.1a")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("system", [each.id for each in door.systems()])
def test_every_registered_system_has_its_page_in_easy_words(db, system: str, language: str):
    page = Client(headers={"accept-language": language}).get(reverse("rights:system", args=[system]))
    assert page.status_code == 200
    found = door.system(system)
    assert found is not None
    said = [say(f"{found.manifest.words}.{key}", language) for key in SENTENCES]
    text = html.unescape(page.content.decode())
    assert all(each in text for each in said if each != say(f"{found.manifest.words}.short", language))
    assert count(said[2:], language).ease(language) >= EASE


@pytest.mark.row("R3.1a")
def test_a_page_is_made_from_the_manifest_and_changes_with_it(made: House, monkeypatch: pytest.MonkeyPatch):
    before = shown(Client(headers={"accept-language": "en"}), "rights:system", SUGGEST.id)
    changed = replace(SUGGEST, manifest=replace(SUGGEST.manifest, version="9.9", uses=(USE,)), built="f" * 64)
    monkeypatch.setitem(door._REGISTERED, SUGGEST.id, changed)
    after = shown(Client(headers={"accept-language": "en"}), "rights:system", SUGGEST.id)
    version = say("rights.register.version", "en", version="9.9")
    assert version in after
    assert version not in before
    care = say("rights.recipient.care-team", "en")
    assert before.count(care) > after.count(care)


@pytest.mark.row("R3.1b")
def test_what_a_person_reads_as_read_is_what_was_gathered_under_the_permit_item_by_item(made: House):
    run(made, INFORM, at=timezone.now())
    record = InferenceRecord.objects.get()
    kept = inference.record(made.own(Scope.FINDINGS), record.id)
    assert [item.ref for item in kept.body.items] == ["QuestionnaireResponse/1"]
    permitted = {use.split(".")[0] for use in record.permit.uses}
    assert {str(item.category) for item in kept.body.items} == permitted
    page = shown(browser(made.noor), "rights:record", record.id)
    assert page.count(say("rights.category.questionnaires", "en")) >= len(kept.body.items)


@pytest.mark.row("R3.1e")
@pytest.mark.parametrize("name", ["rights:register", "rights:register-log", "help", "rights:register-json"])
def test_what_is_public_asks_for_no_login_and_no_cookie(made: House, name: str):
    try:
        address = reverse(name)
    except NoReverseMatch:
        pytest.fail(name)
    visitor = Client()
    assert visitor.get(address).status_code == 200
    assert "sessionid" not in visitor.cookies


# --- R6.1a: each thing that a computer made is labelled, in every state -----------------------------------------------------


def states(made: House) -> Iterator[tuple[str, Client, str, tuple[object, ...]]]:
    """Give each page with something of a computer on it, in each state that a finding can be in."""
    noor, sam, now = browser(made.noor), browser(made.sam), timezone.now()
    released = run(made, INFORM, at=now).record
    held, accepted, changed, rejected = (run(made, at=now).record for _ in range(4))
    for record, decided in (
        (accepted, Decided(Verdict.ACCEPT, "We spoke about it")),
        (changed, Decided(Verdict.CHANGE, "She says otherwise", "The nights are hard")),
        (rejected, Decided(Verdict.REJECT, "She moved house then")),
    ):
        inference.decide(made.care(), record, decided, at=now)
    for name, record in (("released", released), ("held", held), ("accepted", accepted), ("rejected", rejected)):
        yield name, noor, "rights:record", (record,)
    yield "changed by a human", noor, "rights:record", (changed,)
    yield "among all that was said", noor, "rights:said", ()
    yield "on paper", noor, "rights:print", ()
    yield "about to be objected to", noor, "rights:object", (released,)
    yield "before a yes", noor, "rights:choose", (SUGGEST.id,)
    yield "on the start page", noor, "today", ()
    yield "in the queue", sam, "rights:queue", ()
    yield "for who decides", sam, "rights:review", (made.noor.id, held)


@pytest.mark.row("R6.1a")
def test_whatever_a_computer_made_is_labelled_for_people_and_programs_in_every_state(made: House):
    unlabelled = [name for name, client, page, args in states(made) if LABEL not in shown(client, page, *args)]
    assert unlabelled == []


@pytest.mark.row("R6.1a")
def test_the_label_names_a_system_and_no_human(made: House):
    run(made, INFORM, at=timezone.now())
    page = shown(browser(made.noor), "rights:record", InferenceRecord.objects.get().id)
    names = {each.get_full_name() for each in Account.objects.all() if each.get_full_name()}
    labels = re.findall(rf"{LABEL}[^>]*>(.*?)</(?:a|span)>", page, re.DOTALL)
    assert labels
    assert not [label for label in labels if any(name in label for name in names)]
    assert all("AI" in label for label in labels)


@pytest.mark.row("R6.1a")
def test_the_file_that_programs_read_says_which_parts_a_computer_made(made: House):
    run(made, INFORM, at=timezone.now())
    file = browser(made.noor).get(reverse("rights:download")).json()
    assert [each["made_by"] for each in file["findings"]] == ["ai-system"]


# --- P2, L5: the panel ----------------------------------------------------------------------------------------------------


@pytest.mark.row("P2")
@pytest.mark.parametrize(("start", "end"), [(Stage.DESIGN, Stage.PILOT), (Stage.PILOT, Stage.GENERAL)])
def test_a_move_towards_people_cannot_be_saved_when_staff_seats_alone_voted(made: House, start: Stage, end: Stage):
    Ballot.objects.all().delete()
    Approval.objects.all().delete()
    Seat.objects.update(lived_experience=False)
    now = timezone.now()
    for member in made.panel:
        register.vote(SUGGEST, Vote.YES, by=member, reason="Staff like it", at=now)
    example.settle_all(made, now)
    if start is Stage.DESIGN:
        register.move(SUGGEST, Stage.DESIGN, by=made.lead, reason="Back for a while", at=now)
    with pytest.raises(register.Refused, match="NO_PANEL"):
        register.move(SUGGEST, end, by=made.lead, reason="It is time", at=now, cap=5)


@pytest.mark.row("L5")
def test_an_approval_that_ran_out_denies_and_the_panel_was_told_a_month_before(made: House):
    member = browser(made.panel[0])
    assert "Without a new vote the system stops then" not in shown(member, "rights:votes")
    Approval.objects.filter(system=SUGGEST.id).update(until=timezone.now() + panel.NOTICE - timedelta(minutes=1))
    assert "Without a new vote the system stops then" in shown(member, "rights:votes")
    Approval.objects.filter(system=SUGGEST.id).update(until=timezone.now())
    assert run(made, at=timezone.now()) == Denied("NO_PANEL")


# --- P9, K7.2: words ------------------------------------------------------------------------------------------------------

DEFICIT = tomllib.loads((Path(samen.__file__).parent / "rights/content/deficit/words.toml").read_text())


def deficits(text: str, language: str) -> list[str]:
    return [each["says"] for each in DEFICIT[language] if re.search(rf"\b(?:{each['says']})\b", text, re.IGNORECASE)]


@pytest.mark.row("P9", "K7.2")
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_the_product_makes_a_lack_of_somebody_or_lays_blame(language: str):
    wrong = {key: found for key, forms in sentences().items() if (found := deficits(forms[language], language))}
    assert wrong == {}


@pytest.mark.row("P9", "K7.2")
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("She suffers from depression.", "en"),
        ("You failed to fill it in.", "en"),
        ("It is your own fault.", "en"),
        ("Hij is therapieontrouw.", "nl"),
        ("Zij lijdt aan een depressie.", "nl"),
        ("Dat is je eigen schuld.", "nl"),
    ],
)
def test_a_sentence_that_does_is_found(text: str, language: str):
    assert deficits(text, language)


# --- K3.4: the figures again ------------------------------------------------------------------------------------------------


@pytest.mark.row("K3.4")
def test_one_command_gives_the_figures_on_file_again(made: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "200")
    register.enter(PROGRESS, at=timezone.now())
    figures = door.VALIDATIONS[PROGRESS.id](made.lead.id)
    assert not isinstance(figures, Denied)
    filed = register.file_evidence(
        PROGRESS,
        Stage.PILOT,
        figures,
        protocol="as in validation.py",
        protocol_at=timezone.now() - timedelta(days=9),
        results_at=timezone.now(),
        by=made.lead,
    )
    assert filed.passed
    again = CliRunner().invoke(systems_app, ["validate", PROGRESS.id])
    assert again.exit_code == 0, again.output
    for measure, kept in filed.figures.items():
        assert re.search(rf"{measure}\W+{kept['estimate']:.4f}", again.output), measure


@pytest.mark.row("R6.1b")
def test_a_denial_leaves_a_line_that_the_person_reads(made: House):
    kim = named.kim()
    run(made, person=kim.id, at=timezone.now())
    assert [each.code for each in DeniedRun.objects.filter(person=kim)] == ["NO_CONSENT"]
