"""All facts for a decision of the gate, in one query: the system's, the service's and the person's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models

from samen.rights.checks import AUDIT, PROBES, Facts
from samen.rights.consent import Statement
from samen.rights.register import Registered
from samen.rights.words import Category, Epochs, Purpose, Recipient, Stage, Use

NAMES = (*PROBES, *AUDIT)

# One statement for both databases. `person` is NULL for a validation run and for the system's half of `run_many`.
SYSTEM = f"""
SELECT s.digest, s.stage, s.pilot_cap, s.epoch,
  (SELECT COUNT(*) FROM rights_pilotseat x WHERE x.system_id = s.id),
  (SELECT MAX(x.until) FROM rights_evidencefile x
    WHERE x.system_id = s.id AND x.digest = %(digest)s AND x.stage = 'pilot' AND x.passed AND x.withdrawn_at IS NULL),
  (SELECT MAX(x.until) FROM rights_evidencefile x
    WHERE x.system_id = s.id AND x.digest = %(digest)s AND x.stage = 'general' AND x.passed AND x.withdrawn_at IS NULL),
  a.approved, a.vetoed, a.unpaid, a.until,
  (SELECT MAX(x.until) FROM rights_need x WHERE x.system_id = s.id),
  (SELECT COUNT(DISTINCT x.account_id) FROM rights_dutytime x
    WHERE x.role = %(reviewer)s AND x.starts <= %(now)s AND x.ends > %(now)s
    AND EXISTS (SELECT 1 FROM rights_training t WHERE t.account_id = x.account_id AND t.at <= %(now)s AND t.until > %(now)s)),
  (SELECT COUNT(*) FROM rights_inferencerecord x WHERE x.state = 'held' AND x.reviewer = %(reviewer)s),
  (SELECT COUNT(*) FROM rights_case x WHERE x.system_id = s.id AND x.closed_at IS NULL AND x.due <= %(now)s),
  {", ".join(f"(SELECT good_at FROM rights_probe WHERE name = '{name}')" for name in NAMES)}
"""
PERSON = """,
  p.id, p.language, p.account_id, ps.epoch, ps.restricted_at,
  (SELECT COUNT(*) FROM rights_pilotseat x WHERE x.system_id = s.id AND x.person_id = p.id),
  (SELECT MAX(x.at) FROM rights_notice x WHERE x.person_id = p.id AND x.subject = s.id AND x.words = %(words)s),
  st.category, st.purpose, st.recipient, st.yes, st.at, st.until, st.taught_back, ps.crisis_until
"""
FROM = """
FROM rights_systemstate s
LEFT JOIN rights_approval a ON a.system_id = s.id AND a.digest = %(digest)s
"""
# One person by id, or everybody who ever said anything about this system.
ONE = """
LEFT JOIN people_person p ON p.id = %(person)s
LEFT JOIN rights_personstate ps ON ps.person_id = p.id
LEFT JOIN rights_statement st ON st.person_id = p.id AND st.subject = s.id
"""
ALL = """
JOIN rights_statement st ON st.subject = s.id
JOIN people_person p ON p.id = st.person_id
LEFT JOIN rights_personstate ps ON ps.person_id = p.id
"""
WIDTH = 15 + len(NAMES)  # columns of the system's half


@dataclass(frozen=True)
class About:
    """The facts for one person, with the two things about the person that the gate itself needs."""

    facts: Facts
    language: str
    owner: UUID | None


def of_system(system: Registered, now: datetime) -> Facts:
    """Give the facts for a validation run: those of the system and the service alone."""
    rows = _rows(SYSTEM + FROM + "WHERE s.id = %(system)s", system, now, None)
    return _facts(rows[0], (), system, now) if rows else Facts(now=now, digest=system.digest, digest_on_file=None)


def of_person(system: Registered, person: UUID, now: datetime) -> About:
    """Give the facts for one person. One query."""
    rows = _rows(SYSTEM + PERSON + FROM + ONE + "WHERE s.id = %(system)s", system, now, person)
    if not rows or rows[0][WIDTH] is None:
        return About(Facts(now=now, digest=system.digest, digest_on_file=None), "en", None)
    return _about(rows, system, now)


def of_everyone(system: Registered, now: datetime) -> Iterator[tuple[UUID, About]]:
    """Give the facts for everybody who ever answered about this system, person by person. Two queries, whatever the number."""
    head = _rows(SYSTEM + FROM + "WHERE s.id = %(system)s", system, now, None)
    if not head:
        return
    sql = "SELECT " + PERSON.lstrip(",\n ") + FROM + ALL + "WHERE s.id = %(system)s ORDER BY p.id"
    group: list[Sequence[Any]] = []
    for row in _rows(sql, system, now, None):
        if group and group[0][WIDTH] != row[0]:
            yield _uuid(group[0][WIDTH]), _about(group, system, now)
            group = []
        group.append((*head[0], *row))
    if group:
        yield _uuid(group[0][WIDTH]), _about(group, system, now)


def _rows(sql: str, system: Registered, now: datetime, person: UUID | None) -> Sequence[Sequence[Any]]:
    asked: Mapping[str, Any] = {
        "system": system.id,
        "digest": system.digest,
        "words": system.words,
        "reviewer": str(system.manifest.reviewer or ""),
        "now": connection.ops.adapt_datetimefield_value(now),
        "person": models.UUIDField().get_db_prep_value(person, connection) if person else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return cursor.fetchall()


def _about(rows: Sequence[Sequence[Any]], system: Registered, now: datetime) -> About:
    first = rows[0]
    return About(
        _facts(first, rows, system, now),
        language=first[WIDTH + 1],
        owner=_uuid(first[WIDTH + 2]) if first[WIDTH + 2] else None,
    )


def _facts(row: Sequence[Any], rows: Sequence[Sequence[Any]], system: Registered, now: datetime) -> Facts:
    """Read a row as facts; `rows` carries one statement each when there is a person."""
    of_person = row[WIDTH:] if rows else (None,) * 15
    approved, vetoed, unpaid = (None if flag is None else bool(flag) for flag in row[7:10])
    return Facts(
        now=now,
        digest=system.digest,
        digest_on_file=row[0],
        stage=Stage(row[1]),
        pilot_cap=row[2],
        pilot_taken=row[4],
        has_seat=bool(of_person[5]),
        evidence_until={
            stage: until
            for stage, until in ((Stage.PILOT, _when(row[5])), (Stage.GENERAL, _when(row[6])))
            if until is not None
        },
        # Nobody voted yet is not a veto; check G04 then denies for the missing approval.
        approved_until=_when(row[10]) if approved else None,
        vetoed=bool(vetoed),
        unpaid=bool(unpaid),
        need_until=_when(row[11]),
        statements=tuple(_statement(each[WIDTH + 7 :]) for each in rows if each[WIDTH + 7] is not None),
        restricted=of_person[4] is not None,
        in_crisis=(until := _when(of_person[14])) is not None and now < until,
        notice_at=_when(of_person[6]),
        on_duty=row[12],
        open_held=row[13],
        capacity=settings.SAMEN.review_capacity,
        overdue=row[14],
        probes={name: at for name, at in zip(NAMES, map(_when, row[15:WIDTH]), strict=True) if at is not None},
        epochs=Epochs(system=row[3], person=of_person[3] or 0),
    )


def _statement(row: Sequence[Any]) -> Statement:
    category, purpose, recipient, yes, at, until, taught_back, _ = row
    when = _when(at)
    if when is None:
        raise ValueError("A statement without a time cannot be read.")
    return Statement(
        use=Use(Category(category), Purpose(purpose), Recipient(recipient)),
        yes=bool(yes),
        at=when,
        until=_when(until),
        taught_back=bool(taught_back),
    )


def _when(value: Any) -> datetime | None:
    """Read a time as either database gives it to a plain cursor."""
    if value is None:
        return None
    when = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return when if when.tzinfo else when.replace(tzinfo=UTC)  # SQLite keeps UTC without saying so


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
