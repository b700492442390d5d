"""What must always hold, said to the database itself, so that no view, job, script or shell of ours can do otherwise.

* Statements, stage changes, hands, permits, decisions and validation runs are append-only.
* A finding needs a used permit of the same person and the same system; a validation run needs one without a person.
* A finding that a human must see first cannot begin released, and leaves "held" only with a decision on file.
* A finding's system, person, permit and leaf never change, and its body can only be cleared.
* Only a human in a deciding role, other than a machine account, decides; see also the constraints in models/inference.py.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# table -> columns that may still change (everything else, and deleting, is refused)
APPEND_ONLY = {
    "rights_statement": (),
    "rights_stagechange": (),
    "rights_resumehand": (),
    "rights_permitrow": (),
    "rights_validationrun": (),
    "rights_decision": ("body",),  # cleared with its finding
}

RULES = {
    "record_needs_permit": (
        "rights_inferencerecord",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM rights_permitrow p WHERE p.id = NEW.permit_id AND p.person_id = NEW.person_id"
        " AND p.system_id = NEW.system_id)",
        "a finding needs a permit of the same person and system",
    ),
    "record_begins_held": (
        "rights_inferencerecord",
        "INSERT",
        "NEW.oversight <> 'inform' AND NEW.state <> 'held'",
        "a human must see this finding first",
    ),
    "record_decided_by_human": (
        "rights_inferencerecord",
        "UPDATE",
        "OLD.oversight <> 'inform' AND NEW.state IN ('released', 'rejected') AND OLD.state <> NEW.state"
        " AND NOT EXISTS (SELECT 1 FROM rights_decision d WHERE d.record_id = NEW.id)",
        "a held finding is released or rejected only when a human decided",
    ),
    "record_never_back": (
        "rights_inferencerecord",
        "UPDATE",
        "OLD.state <> NEW.state AND NOT (OLD.state = 'held' OR NEW.state = 'cleared')",
        "a finding does not go back",
    ),
    "record_stands": (
        "rights_inferencerecord",
        "UPDATE",
        "OLD.id <> NEW.id OR OLD.permit_id <> NEW.permit_id OR OLD.person_id <> NEW.person_id OR OLD.system_id <> NEW.system_id"
        " OR OLD.leaf <> NEW.leaf OR OLD.at <> NEW.at OR OLD.accountable <> NEW.accountable OR OLD.oversight <> NEW.oversight"
        " OR (NEW.body IS NOT NULL AND (OLD.body IS NULL OR OLD.body <> NEW.body))",
        "a finding stands as it was given; it can only be cleared",
    ),
    "validation_needs_its_permit": (
        "rights_validationrun",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM rights_permitrow p WHERE p.id = NEW.permit_id AND p.person_id IS NULL"
        " AND p.system_id = NEW.system_id)",
        "a validation run needs a permit without a person",
    ),
    "decision_on_held": (
        "rights_decision",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM rights_inferencerecord r WHERE r.id = NEW.record_id AND r.state = 'held')",
        "a decision is made on a held finding",
    ),
}


def rules() -> dict[str, tuple[str, str, str, str]]:
    """Give every trigger: name -> table, event, when it refuses, and why."""
    found = dict(RULES)
    for table, may_change in APPEND_ONLY.items():
        short = table.removeprefix("rights_")
        found[f"{short}_kept"] = (table, "DELETE", "1 = 1", f"{short} is kept")
        if not may_change:
            found[f"{short}_unchanged"] = (table, "UPDATE", "1 = 1", f"{short} is append-only")
    found["decision_stands"] = (
        "rights_decision",
        "UPDATE",
        "OLD.by_id <> NEW.by_id OR OLD.verdict <> NEW.verdict OR OLD.role <> NEW.role OR OLD.at <> NEW.at OR NEW.body IS NOT NULL",
        "a decision stands; it can only be cleared with its finding",
    )
    found["record_kept"] = ("rights_inferencerecord", "DELETE", "1 = 1", "a finding is cleared, never removed")
    return found


def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write the triggers in the words of the database at hand."""
    for name, (table, event, refuses, why) in rules().items():
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(
                f"CREATE TRIGGER rights_{name} BEFORE {event} ON {table} WHEN {refuses} BEGIN SELECT RAISE(ABORT, '{why}'); END"
            )
            continue
        back = "OLD" if event == "DELETE" else "NEW"
        schema_editor.execute(
            f"CREATE FUNCTION rights_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {refuses} THEN"
            f" RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {back}; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER rights_{name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION rights_{name}()"
        )


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the triggers away again."""
    for name, (table, *_) in rules().items():
        on = "" if schema_editor.connection.vendor == "sqlite" else f" ON {table}"
        schema_editor.execute(f"DROP TRIGGER rights_{name}{on}")
        if on:
            schema_editor.execute(f"DROP FUNCTION rights_{name}()")


class Migration(migrations.Migration):
    dependencies = [("rights", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
