"""The pages of the editor: read, try, change, be refused with the reasons, mend, and let two others look."""

import re
import tomllib
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from samen.people.models import Account
from samen.people.roles import Role
from samen.people.store import grant_role
from samen.rooms.companion import drawing
from samen.rooms.companion.models.module import Draft
from samen.rooms.companion.models.talk import Exchange
from samen.rooms.companion.store import modules
from tests import named
from tests.rooms.companion.in_use import in_service

NAME = "worry-time"
HERE = "/companion/modules/"


def visitor(who: Account, language: str = "en") -> Client:
    return named.sign_in(Client(headers={"accept-language": language}), who)


def colleague() -> Account:
    made = named.account("Noa")
    grant_role(made, Role.CLINICIAN, now=timezone.now())
    return made


def begun(client: Client) -> str:
    answer = client.post(f"{HERE}{NAME}/begin/")
    assert answer.status_code == 302
    return str(answer["Location"])


def kept() -> Draft:
    return Draft.objects.get()


def form_of(client: Client, page: str) -> dict[str, str]:
    """Give what the form of a page holds, as a browser would send it."""
    found = client.get(page).context
    screen = found["screen"]
    made = {"seen": found["draft"].digest, "kind": screen["kind"], "ask": screen.get("ask", ""),
            "step": screen.get("step", "")}  # fmt: skip
    for n, each in enumerate(found["says"]):
        made |= {f"say_{n}_{language}": each.get(language, "") for language in ("en", "nl")}
    for n, each in enumerate(found["choices"]):
        made |= {f"choice_{n}_{key}": each.get(key, "") for key in ("id", "en", "nl", "to")}
        made |= {f"choice_{n}_like_{key}": "\n".join(each.get("like", {}).get(key, ())) for key in ("en", "nl")}
    for n, each in enumerate(found["ways"]):
        made |= {f"way_{n}_{key}": each.get(key, "") for key in ("when", "to")}
    return made | ({"end": "1"} if screen.get("end") else {})


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_clinician_reads_a_whole_exercise_with_its_graph_in_both_languages(language: str) -> None:
    client = visitor(named.sam(), language)
    assert NAME in client.get(HERE).content.decode()
    page = client.get(f"{HERE}{NAME}/").content.decode()
    for screen in modules.in_use().exercises[NAME].screens:
        assert f'href="#s-{screen}"' in page
        assert f'id="s-{screen}"' in page
    assert "Piekertijd" in page
    assert "Worry time" in page


@pytest.mark.django_db
def test_every_screen_kept_unchanged_stays_as_it_was() -> None:
    client = visitor(named.sam())
    page = begun(client)
    before = tomllib.loads(kept().content)
    for screen in before["screen"]:
        at = f"{page}screen/{screen['id']}/"
        assert client.post(at, form_of(client, at)).status_code == 302
    assert tomllib.loads(kept().content) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"say_0_nl": ""}, "There are no words in Dutch"),
        ({"way_0_to": ""}, "Somebody gets stuck here"),
        ({"say_0_en": "I feel so sad for you."}, "claims no feelings"),
        ({"say_0_en": "This will cure you. It always works."}, "promises nothing"),
        ({"say_0_en": "word " * 61}, "60 at most"),
        ({"say_0_en": "Notwithstanding considerable physiological ramifications, individuals characteristically "
                      "conceptualise uncontrollable ruminations unsatisfactorily."}, "Hard to read"),
        ({"say_0_en": "Hi {nonsense}"}, "is no variable"),
    ],
)  # fmt: skip
def test_a_bad_edit_is_kept_as_a_draft_and_refused_with_its_reason_at_its_place(
    bad: dict[str, str], reason: str
) -> None:
    client = visitor(named.sam())
    page = begun(client)
    at = f"{page}screen/start/"
    client.post(at, form_of(client, at) | bad)
    assert reason in client.get(at).content.decode()
    answer = client.post(f"{page}do/", {"step": "send", "reason": "Better", "seen": kept().digest})
    assert answer.status_code == 422
    assert reason in (told := answer.content.decode())
    assert f"{page}screen/start/" in told
    assert kept().state == "draft"


@pytest.mark.django_db
def test_a_screen_can_be_added_and_is_a_problem_until_something_leads_to_it() -> None:
    client = visitor(named.sam())
    page = begun(client)
    client.post(f"{page}add/", {"name": "One more", "seen": kept().digest})
    at = f"{page}screen/one-more/"
    client.post(at, form_of(client, at) | {"say_0_en": "Well done.", "say_0_nl": "Goed gedaan.", "end": "1"})
    assert "Nobody ever comes here" in client.get(page).content.decode()
    client.post(f"{at}remove/", {"seen": kept().digest})
    assert "one-more" not in kept().content


@pytest.mark.django_db
def test_an_edit_goes_from_draft_by_a_colleague_to_the_lead_and_the_difference_is_told_in_words() -> None:
    writer = visitor(named.sam())
    page = begun(writer)
    at = f"{page}screen/start/"
    form = form_of(writer, at)
    writer.post(at, form | {"say_0_nl": f"{form['say_0_nl']} Rustig aan."})
    told = writer.get(page).content.decode()
    assert "In screen start the Dutch text was changed." in told
    assert "Rustig aan." in told
    assert "<ins>" in told
    step = {"reason": "Calmer", "seen": kept().digest}
    assert writer.post(f"{page}do/", step | {"step": "send"}).status_code == 302
    assert writer.post(f"{page}do/", step | {"step": "review"}).status_code == 403
    reader, lead = visitor(colleague()), visitor(named.dr_visser())
    assert reader.post(f"{page}do/", step | {"step": "review"}).status_code == 302
    assert reader.post(f"{page}do/", step | {"step": "approve"}).status_code == 403
    assert "stops for everybody until" in lead.get(page).content.decode()
    assert lead.post(f"{page}do/", step | {"step": "approve"}).status_code == 302
    assert modules.in_use().exercises[NAME].screens["start"].say[0]["nl"].endswith("Rustig aan.")
    assert "Noa" in lead.get(f"{HERE}{NAME}/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_preview_plays_a_draft_by_the_real_player_and_keeps_nothing_of_it(language: str) -> None:
    in_service()
    client = visitor(named.sam())
    page = begun(client)
    at = f"{page}screen/start/"
    words = {"say_0_en": "Only the draft says this.", "say_0_nl": "Alleen het concept zegt dit."}
    client.post(at, form_of(client, at) | words)
    shown = client.get(f"{page}preview/?language={language}", follow=True).content.decode()
    assert words[f"say_0_{language}"] in shown
    so_far = re.search(r'name="so_far" value="([^"]+)"', shown)
    assert so_far is not None
    given: dict[str, Any] = {"language": language, "so_far": so_far[1], "press": "go"}
    after = client.post(f"{page}preview/", given).content.decode()
    assert words[f"say_0_{language}"] not in after
    assert not Exchange.objects.exists()
    assert client.post(f"{page}preview/", given | {"so_far": "forged"}).status_code == 404


@pytest.mark.parametrize("name", list(modules.shipped().exercises))
def test_in_the_graph_no_two_screens_lie_on_each_other(name: str) -> None:
    found = drawing.picture(modules.shipped().exercises[name])
    places = {(each.x, each.y) for each in found.nodes}
    assert len(places) == len(found.nodes) == len(modules.shipped().exercises[name].screens)
    assert all(0 <= x <= found.width - drawing.WIDE and y < found.height for x, y in places)
