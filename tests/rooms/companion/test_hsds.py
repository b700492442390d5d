"""The shape of HSDS 3.0, nested and as tables: our table of fields is the specification's; a file without the shape is refused with the place."""

import json
from pathlib import Path
from zipfile import BadZipFile

import pytest

from samen.rooms.companion import entry, hsds, tabular
from samen.rooms.companion.jobs import directory
from samen.rooms.companion.store import places
from samen.web.demo import guide as made_up

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "hsds"
official = pytest.mark.skipif(
    not DATA.is_dir(), reason="no schemas at ../shared/data/hsds: put the shared data there to run this"
)
ONE = {"id": "ac148810-d857-441c-9679-408f346de14b", "name": "Tea", "status": "active"}


def kind_of(field: dict) -> str:
    if "$ref" in field:
        return "one"
    if field.get("type") == "array":
        return "many"
    if "enum" in field:
        return "enum"
    return field.get("format") or field.get("datapackage_type") or {"string": "text"}.get(field["type"], field["type"])


@official
@pytest.mark.parametrize("name", sorted(places.shapes()))
def test_our_table_holds_every_field_of_the_specification_and_no_other(name):
    schema = json.loads((DATA / "schema" / f"{name}.json").read_text())
    shape = places.shapes()[name]
    ours = (
        dict(shape.kinds)
        | dict.fromkeys(shape.enum, "enum")
        | dict.fromkeys(shape.many, "many")
        | dict.fromkeys(shape.one, "one")
    )
    assert ours == {field: kind_of(said) for field, said in schema["properties"].items()}
    assert list(shape.required) == schema.get("required", [])


@official
@pytest.mark.parametrize("name", ["service_full", "service_list", "organization_full", "service_at_location_full"])
def test_the_specifications_own_examples_pass(name):
    body = json.loads((DATA / "examples" / f"{name}.json").read_text())
    kind = name.rpartition("_")[0] if name != "service_list" else "service"
    for each in body.get("contents", [body]):
        assert hsds.check(each, kind, places.shapes()) == []


@official
def test_an_entry_is_read_from_the_specifications_example():
    found = entry.entry_of(json.loads((DATA / "examples" / "service_full.json").read_text()))
    assert (found.name, found.youngest, found.languages) == ("Community Counselling", 12, {"ur"})
    assert found.spots
    assert found.hours is not None


@pytest.mark.parametrize(
    ("document", "where", "code"),
    [
        ({**ONE, "status": "open"}, "service.status", "choice"),
        ({key: value for key, value in ONE.items() if key != "name"}, "service.name", "missing"),
        ({**ONE, "id": "12"}, "service.id", "kind"),
        ({**ONE, "minimum_age": "12"}, "service.minimum_age", "kind"),
        ({**ONE, "url": "tea"}, "service.url", "kind"),
        ({**ONE, "assured_date": "yesterday"}, "service.assured_date", "kind"),
        ({**ONE, "phones": {}}, "service.phones", "kind"),
        ({**ONE, "phones": [{"id": ONE["id"]}]}, "service.phones[0].number", "missing"),
        ({**ONE, "organization": {"id": ONE["id"], "name": "T"}}, "service.organization.description", "missing"),
        ([], "service", "object"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(document, where, code):
    assert [(each.where, each.code) for each in hsds.check(document, "service", places.shapes())] == [(where, code)]


def test_fields_that_the_specification_does_not_name_are_kept_and_not_looked_at():
    assert hsds.check({**ONE, "samen": {"country": "nl"}, "x": 1}, "service", places.shapes()) == []


def test_every_way_in_which_services_come_is_read():
    firm = {"id": ONE["id"], "name": "Firm", "description": "A firm"}
    assert hsds.services_in(ONE) == [ONE]
    assert hsds.services_in([ONE, ONE]) == [ONE, ONE]
    assert hsds.services_in({"total_items": 1, "contents": [ONE]}) == [ONE]
    assert hsds.services_in({**firm, "services": [ONE]}) == [{**ONE, "organization": firm}]
    with pytest.raises(ValueError, match="no services"):
        hsds.services_in({"hello": 1})


def test_everything_that_ships_has_the_shape_names_its_source_and_the_day_it_was_read():
    for written in places.listed():
        document = entry.document_of(written, places.needs())
        assert hsds.check(document, "service", places.shapes()) == []
        assert written["source"], written["id"]
        assert document["assured_date"], written["id"]
        assert set(written["needs"]) <= set(places.needs())


def test_no_number_of_the_crisis_rooms_directory_is_written_a_second_time():
    from_crisis = json.dumps([each for each in places.listed() for each in each.get("phones", ())])
    assert not [
        each
        for each in ("0800-0113", "0800-2000", "0800-0432", "088 0767 000", "0800 32 123", "070 245 245")
        if each in from_crisis
    ]


def test_a_page_says_how_many_there_are_and_where_one_is():
    made = hsds.page([ONE], total=3, number=3, size=1)
    assert (made["total_pages"], made["last_page"], made["first_page"], made["empty"]) == (3, True, False, False)
    assert hsds.page([], total=0, number=1, size=50)["empty"]


# --- by the specification's own schemas, without our table of fields ---

TYPES = {"string": str, "number": int | float, "array": list, "object": dict}


def schema(name: str) -> dict:
    return json.loads((DATA / "schema" / name).read_text())


def wrong_by(said: dict, value: object, where: str = "") -> list[str]:
    """Judge a value by a JSON Schema of the specification: types, formats, choices, what is required, and what hangs on it."""
    if "$ref" in said:
        return wrong_by(schema(said["$ref"].rpartition("/")[2]), value, where)
    kind = said.get("type", "object")
    if not isinstance(value, TYPES[kind]) or isinstance(value, bool):
        return [f"{where}: no {kind}"]
    if kind == "array":
        return [each for place, one in enumerate(value) for each in wrong_by(said["items"], one, f"{where}[{place}]")]
    if kind == "object":
        found = [f"{where}.{field}: missing" for field in said.get("required", ()) if value.get(field) in (None, "")]
        named = said.get("properties", {})
        return found + [
            each
            for field in value.keys() & named.keys()
            for each in wrong_by(named[field], value[field], f"{where}.{field}")
        ]
    if "enum" in said and value not in said["enum"]:
        return [f"{where}: none of the choices"]
    return [f"{where}: no {said['format']}"] if "format" in said and not hsds._is(value, said["format"]) else []


def whole_directory() -> list[dict]:
    return [*(entry.document_of(each, places.needs()) for each in places.listed()), *made_up.services(7, 120)]


@official
def test_the_specifications_schemas_find_what_is_wrong_in_a_service():
    whole = schema("service.json")
    assert wrong_by(whole, ONE) == []
    for bad in (
        {**ONE, "status": "open"},
        {**ONE, "id": "12"},
        {**ONE, "phones": [{"id": ONE["id"]}]},
        {**ONE, "minimum_age": "1"},
    ):
        assert wrong_by(whole, bad) != []
        assert hsds.check(bad, "service", places.shapes()) != []


@official
def test_everything_that_is_handed_out_passes_the_specifications_own_schemas():
    whole = schema("service.json")
    assert [wrong for each in whole_directory() for wrong in wrong_by(whole, each, each["name"])] == []


# --- as tables ---


@official
def test_our_tables_have_the_columns_of_the_specifications_package():
    package = json.loads((DATA / "datapackage.json").read_text())
    theirs = {each["path"]: {field["name"] for field in each["schema"]["fields"]} for each in package["resources"]}
    for kind, file in tabular.FILES.items():
        assert set(tabular.columns(kind, places.shapes())) - {hsds.OWN} == theirs[file]


@official
def test_the_specifications_own_tables_are_read_into_services_that_have_the_shape():
    folder = DATA / "examples" / "csv"
    read = {
        kind: tabular.read((folder / file).read_text(), kind, places.shapes()) for kind, file in tabular.FILES.items()
    }
    (service,) = tabular.services(read, places.shapes())
    assert hsds.check(service, "service", places.shapes()) == []
    assert wrong_by(schema("service.json"), service) == []
    assert (service["name"], service["minimum_age"], service["organization"]["year_incorporated"]) == (
        "Community Counselling",
        12,
        2011,
    )
    assert service["service_at_locations"][0]["location"]["latitude"] == 100
    assert entry.entry_of(service).languages == {"ur"}


def test_tables_bring_back_every_service_with_all_that_belongs_to_it():
    before = whole_directory()
    after = directory.unpacked(directory.packed(before))
    assert tabular.tables(after, places.shapes()) == tabular.tables(before, places.shapes())
    assert [entry.entry_of(each) for each in after] == [entry.entry_of(each) for each in before]
    assert [problem for each in after for problem in hsds.check(each, "service", places.shapes())] == []


def test_a_text_that_a_spreadsheet_would_reckon_with_comes_back_as_it_was_and_begins_otherwise_in_the_table():
    for text in ("=1+1", "+31 6 1", "-", "@x", "'=1", "plain"):
        written = tabular.written([{**ONE, "name": text}], "service", places.shapes())
        assert not any(line.split(",")[15][:1] in ("=", "+", "-", "@") for line in written.splitlines())
        assert tabular.read(written, "service", places.shapes())[0]["name"] == text


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip"])
def test_a_file_that_holds_no_tables_is_refused(content):
    with pytest.raises((ValueError, BadZipFile)):
        directory.unpacked(content)
