"""What this room does when something happens elsewhere: streams are declared, a person is erased, a minute has gone."""

from datetime import datetime

from samen.rights import door as rights
from samen.rooms.sensing import kinds, systems
from samen.rooms.sensing.jobs import filled, insights, nudging
from samen.rooms.sensing.store import activities, erasing, inbox, planned, quality, refreshing, running
from samen.rooms.treatment import door as treatment

STREAMS = {each.manifest.words.rpartition(".")[2]: each for each in map(rights.register_stream, kinds.declared())}


def empty_inbox(at: datetime) -> int:
    """Move what came in into the archive, and compute the days that it touches."""
    moved = inbox.drain(at=at)
    refreshing.refresh_due(at=at)
    return moved


rights.add_eraser("sensing", erasing.person)
rights.add_eraser("sensing.activities", activities.remove)
rights.add_eraser("sensing.planned", planned.remove)
rights.every_minute("sensing.planned", nudging.nudge)
treatment.on_filled(filled.hear)
rights.every_minute("sensing.archive", empty_inbox)
rights.every_minute("sensing.studies", lambda at: running.end_due(at=at))
rights.every_minute("sensing.quality", lambda at: quality.note_due(at=at))
rights.every_minute("sensing.insights", insights.each_minute)
for _id, _run in systems.VALIDATIONS.items():
    rights.add_validation(_id, _run)
