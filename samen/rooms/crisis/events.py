"""What this room does when something happens elsewhere: a note is written, a minute passes, a person is erased."""

from samen.rights import door as rights
from samen.rooms.crisis.jobs import adapters, drift, late, selftest
from samen.rooms.crisis.jobs import watching as jobs
from samen.rooms.crisis.store import contacts, watching
from samen.rooms.record import door as record

record.on_own_entry(jobs.when_written)
rights.every_minute("crisis.watch", jobs.tell_who_is_due)
rights.add_eraser("crisis.watch", watching.erase)
rights.add_eraser("crisis.line", contacts.remove)
rights.every_minute("crisis.mail", adapters.each_minute)
rights.every_minute("crisis.late", late.tell)
selftest.register()
drift.register()
