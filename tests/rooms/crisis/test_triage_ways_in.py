"""Other ways in: programs with a key, a mail folder, an SMS gateway. Local stand-ins, the same queue."""

import json
import mailbox
import threading
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from samen.rooms.crisis.commands.crisis import app as commands
from samen.rooms.crisis.jobs import adapters
from samen.rooms.crisis.models.contact import Contact, Message
from samen.rooms.crisis.models.line import ProgramKey
from samen.rooms.crisis.reading import Level
from samen.rooms.crisis.store import programs
from tests.rooms.crisis.service import MEANS, in_service

pytestmark = pytest.mark.django_db
FIRST = {"language": "nl", "computer": True, "text": MEANS, "id": "m1"}


def ask(path: str, body: object = None, key: str = "") -> tuple[int, dict]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    client = Client(enforce_csrf_checks=True, headers=headers)
    address = f"/line/api/{path}"
    answer = client.get(address) if body is None else client.post(address, json.dumps(body), "application/json")
    return answer.status_code, answer.json()


def key() -> str:
    return programs.make("app", by=None, at=timezone.now())


# --- programs ---


def test_a_program_without_a_key_or_with_one_that_ended_brings_nobody_in():
    mine = key()
    assert ask("contacts/", FIRST)[0] == 401
    programs.end("app", at=timezone.now())
    assert ask("contacts/", FIRST, mine)[0] == 401
    assert not Contact.objects.exists()


def test_an_operator_makes_and_ends_a_key_by_one_command():
    made = CliRunner().invoke(commands, ["key", "make", "app"]).output.strip()
    assert programs.known(made)
    CliRunner().invoke(commands, ["key", "end", "app"])
    assert not programs.known(made)


def test_the_key_itself_is_not_kept():
    assert key() not in str(ProgramKey.objects.values().get())


def test_a_contact_of_a_program_gets_help_in_the_same_answer():
    in_service()
    status, said = ask("contacts/", FIRST, key())
    assert (status, said["state"], [each["who"] for each in said["messages"]]) == (
        201,
        "waiting",
        ["contact", "computer"],
    )
    assert "113" in [each["tel"] for each in said["messages"][1]["numbers"]]
    assert Contact.objects.get().level == Level.IMMINENT


def test_a_first_message_sent_twice_begins_one_talk():
    mine = key()
    first, second = ask("contacts/", FIRST, mine)[1], ask("contacts/", FIRST, mine)[1]
    assert first["contact"] == second["contact"]
    assert Message.objects.filter(who="contact").count() == 1


def test_a_program_writes_on_and_reads():
    mine = key()
    contact = ask("contacts/", FIRST, mine)[1]["contact"]
    ask(f"contacts/{contact}/messages/", {"text": "ben je er nog", "id": "m2"}, mine)
    assert [each["text"] for each in ask(f"contacts/{contact}/", key=mine)[1]["messages"]][-1] == "ben je er nog"


def test_a_program_that_did_not_ask_about_the_computer_is_sent_back():
    status, said = ask("contacts/", {key: FIRST[key] for key in ("language", "text", "id")}, key())
    assert status == 400
    assert "computer" in said["wrong"]


def test_the_interface_explains_itself():
    status, said = ask("")
    assert status == 200
    assert "een mens antwoordt" in said["notice"]["nl"].lower()


# --- mail ---


def letter(folder: mailbox.Maildir, text: str, number: str = "<1@example.org>") -> None:
    made = EmailMessage()
    made["From"], made["To"], made["Message-ID"] = "Ik <ik@example.org>", "lijn@example.org", number
    made.set_content(text)
    folder.add(made)


def test_a_mail_waits_like_every_message_and_is_told_about_the_computer_first(tmp_path):
    in_service()
    folder = mailbox.Maildir(tmp_path / "mail", create=True)
    letter(folder, f"{MEANS}\n\nOp maandag schreef iemand:\n> oud")
    assert adapters.take_mail(tmp_path / "mail", now=timezone.now(), language="nl") == 1
    assert adapters.take_mail(tmp_path / "mail", now=timezone.now(), language="nl") == 0
    contact = Contact.objects.get()
    assert (contact.channel, contact.state, contact.level) == ("mailbox", "waiting", None)
    assert "Antwoord JA of NEE" in mail.outbox[0].body
    letter(folder, "Ja", "<2@example.org>")
    letter(folder, MEANS, "<3@example.org>")
    adapters.take_mail(tmp_path / "mail", now=timezone.now(), language="nl")
    assert Contact.objects.get().level == Level.IMMINENT


def test_a_mail_that_was_left_halfway_stands_once(tmp_path):
    folder = mailbox.Maildir(tmp_path / "mail", create=True)
    letter(folder, "hoi")
    letter(folder, "hoi")  # the same Message-ID: delivered twice
    adapters.take_mail(tmp_path / "mail", now=timezone.now(), language="nl")
    assert Message.objects.count() == 1


def test_the_address_of_a_mail_lies_sealed(tmp_path):
    folder = mailbox.Maildir(tmp_path / "mail", create=True)
    letter(folder, "hoi")
    adapters.take_mail(tmp_path / "mail", now=timezone.now(), language="nl")
    assert "ik@example.org" not in str(Contact.objects.values().get())


# --- SMS ---


class Gateway(BaseHTTPRequestHandler):
    """An SMS gateway on this machine."""

    sent: list[dict[str, list[str]]] = []

    def do_POST(self) -> None:
        self.sent.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Keep the tests quiet."""


@pytest.fixture
def gateway(monkeypatch):
    Gateway.sent.clear()
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    object.__setattr__(settings.SAMEN, "sms_gateway", f"http://127.0.0.1:{server.server_port}/")
    yield Gateway.sent
    object.__setattr__(settings.SAMEN, "sms_gateway", "")
    server.shutdown()
    server.server_close()


def test_an_sms_waits_and_its_sender_hears_from_us(gateway):
    client = Client(headers={"Authorization": f"Bearer {key()}"})
    sent = {"from": "+31600000000", "text": "ik zit er doorheen", "id": "sms-1"}
    assert [client.post("/line/api/sms/", sent).status_code for _ in range(2)] == [204, 204]
    assert (Contact.objects.get().channel, Message.objects.count()) == ("sms", 1)
    assert gateway[0]["to"] == ["+31600000000"]
    assert "JA of NEE" in gateway[0]["text"][0]


def test_whoever_writes_by_sms_stops_the_computer_with_two_words(gateway):
    in_service()
    for number, text in enumerate(("hoi", "ja", MEANS, "stop computer")):
        adapters.take("sms", "+31600000000", text, client_id=str(number), at=timezone.now(), language="nl")
    contact = Contact.objects.get()
    assert (contact.wants_computer, contact.level) == (False, None)


def test_danger_in_an_sms_gets_its_help_and_numbers_back_as_an_sms(gateway):
    in_service()
    for number, text in enumerate(("hoi", "ja", MEANS)):
        adapters.take("sms", "+31600000000", text, client_id=str(number), at=timezone.now(), language="nl")
    assert "Alarmnummer: 112" in gateway[-1]["text"][0]
    assert "Denk je eraan om jezelf te doden?" in gateway[-1]["text"][0]
