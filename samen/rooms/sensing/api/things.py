"""LAMP's calls about who and what: participants, studies, researchers, activities, sensors, specs, parents, tags, keys."""

import re
from typing import Any

from samen.rooms.sensing import specs
from samen.rooms.sensing.activities import known
from samen.rooms.sensing.api.envelope import Call, Wrong
from samen.rooms.sensing.models.way_in import Participant, Study, Thing
from samen.rooms.sensing.store import keys, studies

KIND = ("activity", "sensor")


def whom(call: Call, number: str) -> Participant:
    """Give the participant that a call may be about. Raises: Wrong; an id of somebody else is not there."""
    mine = call.caller.own
    if mine is not None:
        if number not in ("me", mine.code):
            raise Wrong(404, "not-found")
        return mine
    found = studies.participant(number)
    if found is None or call.caller.study is None or not studies.takes_part(found, call.caller.study):
        raise Wrong(404, "not-found")
    return found


def which(call: Call, number: str) -> Study:
    """Give the study that a call may be about. Raises: Wrong."""
    mine = _studies(call)
    found = next((each for each in mine if number == each.code), None)
    if found is None and number == "me" and len(mine) == 1:
        found = mine[0]
    if found is None:
        raise Wrong(404, "not-found")
    return found


def _studies(call: Call) -> list[Study]:
    mine = studies.participant(call.caller.participant)
    if mine is not None:
        return studies.studies_of(mine)
    found = studies.study(call.caller.study)
    return [found] if found else []


def own_study(call: Call) -> Study:
    """Give the study of a researcher's key. Raises: Wrong for a device."""
    found = studies.study(call.caller.study) if call.caller.kind == "researcher" else None
    if found is None:
        raise Wrong(403, "forbidden")
    return found


def of_researcher(call: Call, number: str) -> list[Study]:
    """Give the studies of a researcher that a call may be about. Raises: Wrong."""
    found = [each for each in _studies(call) if each.researcher == number]
    if not found and number == "me" and call.caller.kind == "researcher":
        found = _studies(call)
    if not found:
        raise Wrong(404, "not-found")
    return found


# --- who ---------------------------------------------------------------------------------------------------------------


def participant(call: Call, number: str) -> Any:
    """Give one participant."""
    return [shown(whom(call, number))]


def participants(call: Call) -> Any:
    """Give every participant that the caller may know of."""
    mine = studies.participant(call.caller.participant)
    if mine is not None:
        return [shown(mine)]
    return [shown(each) for found in _studies(call) for each in studies.taking_part(found)]


def of_study(call: Call, number: str) -> Any:
    """Give who takes part in a study; a device sees itself."""
    found = which(call, number)
    mine = studies.participant(call.caller.participant)
    return [shown(mine)] if mine is not None else [shown(each) for each in studies.taking_part(found)]


def of_researchers(call: Call, number: str) -> Any:
    """Give who takes part in the studies of a researcher."""
    mine = studies.participant(call.caller.participant)
    found = of_researcher(call, number)
    return [shown(mine)] if mine is not None else [shown(each) for one in found for each in studies.taking_part(one)]


def no_enrolling(call: Call, number: str) -> Any:
    """Say that nobody is enrolled by somebody else: a person does so on their own page."""
    which(call, number)
    raise Wrong(403, "a-person-enrols-themselves")


def shown(who: Participant) -> dict[str, Any]:
    """Give a participant in LAMP's shape."""
    return {"id": who.code, "language": f"{who.language}_{'US' if who.language == 'en' else who.language.upper()}"}


def study(call: Call, number: str) -> Any:
    """Give one study."""
    return [_study(which(call, number))]


def all_studies(call: Call) -> Any:
    """Give the studies that the caller may know of."""
    return [_study(each) for each in _studies(call)]


def studies_of_researcher(call: Call, number: str) -> Any:
    """Give the studies of a researcher."""
    return [_study(each) for each in of_researcher(call, number)]


def _study(found: Study) -> dict[str, Any]:
    return {"id": found.code, "name": found.name}


def researcher(call: Call, number: str) -> Any:
    """Give one researcher."""
    found = of_researcher(call, number)[0]
    return [{"id": found.researcher, "name": found.name}]


def researchers(call: Call) -> Any:
    """Give the researchers that the caller may know of."""
    return [{"id": each.researcher, "name": each.name} for each in _studies(call)]


# --- activities and sensors -----------------------------------------------------------------------------------------------


def things(call: Call, kind: str) -> Any:
    """Give every activity or sensor that the caller may know of."""
    return [each for found in _studies(call) for each in studies.things(kind, found)]


def things_of_participant(call: Call, number: str, kind: str) -> Any:
    """Give the activities or sensors of the studies of a participant."""
    whom(call, number)
    return things(call, kind)


def things_of_study(call: Call, number: str, kind: str) -> Any:
    """Give the activities or sensors of a study."""
    return studies.things(kind, which(call, number))


def things_of_researcher(call: Call, number: str, kind: str) -> Any:
    """Give the activities or sensors of the studies of a researcher."""
    return [each for found in of_researcher(call, number) for each in studies.things(kind, found)]


def add_thing(call: Call, number: str, kind: str) -> Any:
    """Add an activity or a sensor to a study."""
    found, given = own_study(call), call.body()
    if number not in ("me", found.code):
        raise Wrong(404, "not-found")
    if not isinstance(given, dict) or not given.get("spec"):
        raise Wrong(400, "spec-missing")
    return {"id": studies.add_thing(kind, found, given, at=call.now)}


def thing(call: Call, number: str, kind: str) -> Any:
    """Give one activity or sensor; an activity of everybody here belongs to no study."""
    if kind == "activity" and number in known.activities():
        return [known.lamp(known.activities()[number])]
    return [studies.shaped(_thing(call, number, kind))]


def change_thing(call: Call, number: str, kind: str) -> Any:
    """Change an activity or a sensor of one's own study."""
    own_study(call)
    given = call.body()
    if not isinstance(given, dict):
        raise Wrong(400, "invalid-body")
    studies.change_thing(_thing(call, number, kind), given)
    return {}


def drop_thing(call: Call, number: str, kind: str) -> Any:
    """Take an activity or a sensor out of one's own study. Events that were sent of it stay their person's."""
    own_study(call)
    _thing(call, number, kind).delete()
    return {}


def _thing(call: Call, number: str, kind: str) -> Thing:
    found = studies.thing(kind, number)
    if found is None or found.study not in _studies(call):
        raise Wrong(404, "not-found")
    return found


def all_specs(call: Call, kind: str) -> Any:
    """Give the kinds of activities or sensors that this service knows."""
    return specs.of(kind)


def spec(call: Call, number: str, kind: str) -> Any:
    """Give one kind of activity or sensor."""
    found = [each for each in specs.of(kind) if each["name"] == number]
    if not found:
        raise Wrong(404, "not-found")
    return found


# --- parents and tags --------------------------------------------------------------------------------------------------


def parent(call: Call, number: str) -> Any:
    """Give what something belongs to."""
    kind, found = _anything(call, number)
    above = {"Study": found.code, "Researcher": found.researcher} if found is not None else {}
    return (
        above
        if kind in ("participant", "activity", "sensor")
        else {"Researcher": above.get("Researcher")}
        if kind == "study"
        else {}
    )


def tags(call: Call, number: str) -> Any:
    """Give the names of the tags that the caller hung on something."""
    return studies.tags(_id(call, number), _by(call))


def tag(call: Call, number: str, key: str) -> Any:
    """Give what a tag says."""
    found = studies.tag(_id(call, number), _by(call), key)
    if not found:
        raise Wrong(404, "object-not-found")
    return found[0]


def hang(call: Call, number: str, key: str, target: str) -> Any:
    """Hang a tag on something."""
    value = call.body()
    if (
        isinstance(value, str)
        and re.fullmatch(r"\s*[\[{].*[\]}]\s*", value, re.DOTALL) is None
        and len(value) > 100_000
    ):
        raise Wrong(413, "too-large")
    studies.hang(_id(call, number), _by(call), key, target, value, participant=call.caller.participant)
    return {}


def _anything(call: Call, number: str) -> tuple[str, Study | None]:
    mine = _studies(call)
    for found in mine:
        if number in (found.code, found.researcher):
            return ("study" if number == found.code else "researcher"), found
    for kind in KIND:
        one = studies.thing(kind, number)
        if one is not None and one.study in mine:
            return kind, one.study
    if number == "me" and call.caller.kind == "researcher":
        return "researcher", mine[0] if mine else None
    whom(call, number)
    return "participant", mine[0] if mine else None


def _id(call: Call, number: str) -> str:
    kind, found = _anything(call, number)
    if number != "me":
        return number
    return found.researcher if kind == "researcher" and found is not None else whom(call, number).code


def _by(call: Call) -> str:
    mine = studies.participant(call.caller.participant)
    return mine.code if mine is not None else own_study(call).code


# --- keys --------------------------------------------------------------------------------------------------------------


def credentials(call: Call, number: str) -> Any:
    """Give the keys of one's own devices, without their secrets."""
    access = _own(call, number)
    return [_credential(each.access_key, each.name) for each in keys.devices(access)]


def enrol_device(call: Call, number: str) -> Any:
    """Make a key for one more device of one's own: its secret is in the answer, for the only time."""
    access, given = _own(call, number), call.body()
    name = given.get("description") or given.get("name") if isinstance(given, dict) else ""
    made = keys.make_for_device(access, str(name or "device"), at=call.now, study=studies.study(call.caller.study))
    return {**_credential(made.access_key, str(name or "device")), "secret_key": made.secret}


def end_device(call: Call, number: str, key: str) -> Any:
    """End the key of one of one's own devices."""
    if not keys.end(_own(call, number), key, at=call.now):
        raise Wrong(404, "not-found")
    return {}


def _own(call: Call, number: str) -> Any:
    who = whom(call, number)
    if call.caller.access is None or who.person_id != call.caller.access.person:
        raise Wrong(403, "forbidden")
    return call.caller.access


def _credential(access_key: str, name: str) -> dict[str, Any]:
    return {"access_key": access_key, "description": name, "secret_key": None}
