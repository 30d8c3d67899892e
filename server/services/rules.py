"""Rule sets: the current one, any pinned one, and a new one for each limit that the department confirms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from checklists import upgrade
from checklists.limits import LimitError, RuleSet, load_rules
from server.db.rules import LimitConfirmation, RuleSetRow
from server.errors import Problem, ProblemCode

MAX_VERSION = 40
_KEPT = 32
_LATEST = RuleSetRow.serial.desc()
_KEEP = {
    "postgresql": postgresql.insert(RuleSetRow).on_conflict_do_nothing().returning(RuleSetRow.serial),
    "sqlite": sqlite.insert(RuleSetRow).on_conflict_do_nothing().returning(RuleSetRow.serial),
}
_parsed: dict[str, RuleSet] = {}
"""Parsed rule sets by fingerprint: immutable, so they never go stale."""


def has_tables(session: Session) -> bool:
    """Tell whether the database was migrated: a fresh checkout has no tables yet."""
    return inspect(session.connection()).has_table(RuleSetRow.__tablename__)


def current(session: Session) -> RuleSet:
    """Return the rule set that new inspections pin: the last one made here, with what a newer release brings."""
    if pending := _pending(session):
        return pending[-1]
    found = by_version(session, session.scalars(select(RuleSetRow.version).order_by(_LATEST).limit(1)).one())
    assert found is not None, "it was read from the same table"  # noqa: S101 - a stored version is found
    return found


def by_version(session: Session, version: str) -> RuleSet | None:
    """Return a rule set that was ever served, or None.

    What was kept under a version is served for ever, also where an upgrade ships other rows under the same version.
    """
    if len(version) > MAX_VERSION or not version.isprintable():
        return None
    sha256 = session.scalar(select(RuleSetRow.sha256).where(RuleSetRow.version == version))
    if sha256 is None:
        shipped = load_rules()
        return shipped if version == shipped.version else None
    if sha256 not in _parsed:
        served = session.scalars(select(RuleSetRow.served).where(RuleSetRow.version == version)).one()
        if len(_parsed) >= _KEPT:
            _parsed.clear()
        _parsed[sha256] = RuleSet.from_served(served)
    return _parsed[sha256]


def remember_shipped(session: Session, now: datetime) -> None:
    """Keep the shipped rule set, and current() where it is another, for the inspections that pin them.

    A release whose rule set was never here before becomes current with the department's confirmations of rows that it
    ships unchanged; the others are shown for confirmation anew (`waiting`). A server set back to an older release
    changes nothing.
    """
    for made in _pending(session):
        _add(session, made, now)


def _pending(session: Session) -> list[RuleSet]:
    """Return the rule sets that this release brings and the database does not hold yet, the current one last."""
    shipped = load_rules()
    if session.scalar(select(RuleSetRow.serial).where(RuleSetRow.version == shipped.version)) is not None:
        return []
    carried = upgrade.carried_over(shipped, [word.confirmed for word in _words(session)])
    return [shipped] if carried is shipped else [shipped, carried]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The department's last word on a row: what it confirmed, on which document, and the row as it had been shipped."""

    confirmed: upgrade.Confirmed
    said: LimitConfirmation


def _words(session: Session) -> list[Earlier]:
    """Return the last confirmation of each row, with the rows from the rule sets of that time."""
    last = {
        each.limit_id: each for each in session.scalars(select(LimitConfirmation).order_by(LimitConfirmation.serial))
    }
    words = []
    for row_id, said in last.items():
        made, base = by_version(session, said.version), by_version(session, said.version.partition("+")[0])
        row = None if made is None else made.row(row_id)
        if row is not None:
            words.append(Earlier(upgrade.Confirmed(row, None if base is None else base.row(row_id)), said))
    return words


def waiting(session: Session) -> list[Earlier]:
    """Return the confirmations that a release left behind: its row is another, or gone. Nothing of them is deleted."""
    now = current(session)
    return [word for word in _words(session) if upgrade.waits(now, word.confirmed.row)]


def confirm(
    session: Session, limit_id: str, *, value: str | None, reviewed_by: str, document: str, on: date, now: datetime
) -> RuleSet:
    """Confirm a row on a document's word: a new rule set; inspections that pinned an older one keep it.

    Refuses (INVALID_REQUEST) what `RuleSet.with_confirmed` refuses, with its Vietnamese sentence, and (CONFLICT) the
    second of two confirmations made at once.
    """
    remember_shipped(session, now)
    made = tried(session, limit_id, value=value, reviewed_by=reviewed_by, document=document, on=on)
    if not _add(session, made, now):
        raise Problem(ProblemCode.CONFLICT, "Vừa có người xác nhận một dòng khác: xin xem lại rồi xác nhận.")
    row = made.row(limit_id)
    session.add(
        LimitConfirmation(limit_id=limit_id, value=value, reviewed_by=row and row.reviewed_by,
                          document=row and row.source, confirmed_on=on, version=made.version)
    )  # fmt: skip
    session.flush()
    return made


def tried(session: Session, limit_id: str, *, value: str | None, reviewed_by: str, document: str, on: date) -> RuleSet:
    """Return the rule set that confirming a limit would make, and keep nothing; refuses what `confirm` refuses."""
    again = any(word.said.limit_id == limit_id for word in waiting(session))
    try:
        return current(session).with_confirmed(limit_id, value, reviewed_by, document, on, again=again)
    except LimitError as error:
        raise Problem(ProblemCode.INVALID_REQUEST, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error


def _add(session: Session, made: RuleSet, now: datetime) -> bool:
    """Keep a rule set; tell whether it is new. Two servers that start a release at once keep it once."""
    row = {"version": made.version, "sha256": made.sha256, "served": made.served(), "made_at": now}
    kept = session.execute(_KEEP[session.connection().dialect.name].values(row))
    return kept.first() is not None
