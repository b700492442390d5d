"""A PDF of one's own: in the form that screen readers can read, with every word, whatever somebody typed."""

import json
import zipfile
from dataclasses import asdict, replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import translation

from samen.ledger.models import Leaf
from samen.rooms.companion.jobs import printing
from samen.rooms.companion.paper import BOX, Paper, Part, paper_of, parts_of, pdf, without
from samen.rooms.companion.paper import named as named_signs
from samen.rooms.companion.views import pdf as views
from tests import named
from tests.rooms.companion import in_use

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def paper(*said, language="nl"):
    return Paper(
        "Mijn gesprekken", language, ("Van een programma.",), (Part("Gesprek", said=said),), "Niet alles.", ("AI",)
    )


def test_a_pdf_names_its_title_and_language_and_says_that_screen_readers_can_read_it():
    made, _ = pdf(paper(("Jij", "Hallo")), AT)
    assert made.startswith(b"%PDF-")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made
    assert b"Mijn gesprekken" in made
    assert b"<rdf:li>nl</rdf:li>" in made
    assert b"/StructTreeRoot" in made


def test_the_same_paper_gives_the_same_pdf():
    assert pdf(paper(("Jij", "Hallo")), AT) == pdf(paper(("Jij", "Hallo")), AT)


@pytest.mark.parametrize(
    "typed", ["#pagebreak() *x* $y$ @z", "a\x07b\x1b[31m", "🙂❤️ 漢字 العربية", "", "{}\\", "“x” – …"]
)
def test_whatever_somebody_typed_becomes_a_pdf(typed):
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf(paper(("Jij", typed)), AT)[0]


def test_a_sign_that_cannot_be_shown_becomes_a_box_and_the_paper_says_so():
    shown = without(paper(("Jij", "ja 🙂️!")), {"🙂"})
    assert shown.parts[0].said == (("Jij", f"ja {BOX}!"),)
    assert shown.lead == ("Van een programma.", "Niet alles.")
    assert without(paper(("Jij", "ja")), set()).lead == ("Van een programma.",)


NEVER = "\U00013000"  # an Egyptian sign: no machine that runs this has a font for it


def test_greek_cyrillic_arabic_and_hebrew_are_drawn_by_the_fonts_that_come_along():
    assert pdf(paper(("Jij", "Γιώργος Надія أمل תמר")), AT)[1] == ""


def test_a_sign_that_no_font_has_is_named_on_the_paper_and_stands_in_the_text_beside_it():
    made = replace(
        paper(("Jij", f"ja {NEVER}")), unshown="Niet getekend: {signs}.", signs=(("other", "andere tekens"),)
    )
    assert pdf(made, AT)[1] == NEVER
    assert without(made, NEVER).lead[-1] == "Niet getekend: andere tekens (U+13000)."
    content, ending = printing.file(made, "talks", at=AT)
    assert ending == "zip"
    with zipfile.ZipFile(BytesIO(content)) as both:
        assert both.read("talks.pdf").startswith(b"%PDF-")
        assert f"Jij: ja {NEVER}" in both.read("talks.txt").decode()


def test_signs_are_named_by_their_kind_and_not_all_of_them_one_by_one():
    signs = tuple((each, each) for each in views.KINDS)
    said = named_signs(replace(paper(), signs=signs), "漢ひ한ไአ🙂")
    assert set(said.split("; ")) == {
        "han (U+3072 U+6F22)",
        "hangul (U+D55C)",
        "thai (U+0E44)",
        "ethiopic (U+12A0)",
        "pictures (U+1F642)",
    }
    many = named_signs(replace(paper(), signs=signs), map(chr, range(0x4E00, 0x4E00 + 40)))
    assert many.count("U+") == 24
    assert many.endswith(" …)")


def test_a_paper_goes_through_the_pipe_unchanged():
    made = paper(("Jij", "hé 🙂"), ("Programma", "ja"))
    assert paper_of(json.loads(json.dumps(asdict(made)))) == made
    through = printing.printed(made, at=AT)
    assert (through.pdf, through.unshown) == pdf(made, AT)


def test_a_talk_on_paper_has_its_answers_first_and_then_every_turn_in_order():
    summary = Part("Piekertijd", rows=(("Hoe zwaar", "7"),))
    turns = [{"given": "", "texts": ["Hallo"]}, {"given": "moe", "texts": ["Een", "Twee"]}]
    made = parts_of(
        [{"title": "Gesprek", "summaries": [summary], "turns": turns}], {"you": "Jij", "program": "P", "said": "Gezegd"}
    )
    assert [each.title for each in made] == ["Gesprek", "Piekertijd", "Gezegd"]
    assert made[1].rows == (("Hoe zwaar", "7"),)
    assert made[2].said == (("P", "Hallo"), ("Jij", "moe"), ("P", "Een"), ("P", "Twee"))


@pytest.mark.row("R6.1a")
@pytest.mark.django_db
def test_a_pdf_says_to_people_and_to_programs_that_a_program_made_it():
    with translation.override("en"):
        assert views.paper("My talks", ()).lead == ("From a talk with a program, not with a human.",)
    answer = in_use.visitor(named.person("Noor", "en"), "en").post(reverse("companion:pdf"))
    assert b"<pdf:Keywords>made by a program (AI), not by a human</pdf:Keywords>" in answer.content


@pytest.mark.django_db
def test_a_person_takes_a_talk_all_talks_and_a_summary_as_pdf_and_the_ledger_says_so():
    in_use.in_service()
    noor = named.person("Noor", "nl")
    in_use.says_yes(noor, "nl")
    talk = in_use.talks(noor, "press:t:worry", "press:m:worry-time", "press:go", "press:s:7", "press:go", "Mijn baan")
    client = in_use.visitor(noor, "nl")
    for address in (
        reverse("companion:pdf"),
        reverse("companion:pdf", args=[talk]),
        reverse("companion:pdf-summary", args=[talk, "worry-time"]),
    ):
        answer = client.post(address)
        assert answer.content.startswith(b"%PDF-"), address
        assert answer["Content-Type"] == "application/pdf"
        assert "attachment" in answer["Content-Disposition"]
    assert Leaf.objects.filter(kind="release-of-export").count() == 3
    kim = in_use.visitor(named.person("Kim", "nl"), "nl")
    assert kim.post(reverse("companion:pdf", args=[talk])).status_code == 404
    assert kim.post(reverse("companion:pdf-summary", args=[talk, "worry-time"])).status_code == 404
