"""Rule sets: the current one, any pinned one, and a new one for each limit that the department confirms."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from checklists.limits import LimitError, RuleSet, load_rules
from server.db import rules
from server.db.rules import LimitConfirmation, RuleSetRow
from server.errors import Problem, ProblemCode

MAX_VERSION = 40
_KEPT = 32
_parsed: dict[str, RuleSet] = {}
"""Parsed rule sets by fingerprint: immutable, so they never go stale."""


def has_tables(session: Session) -> bool:
    """Tell whether the database was migrated: a fresh checkout has no tables yet."""
    return inspect(session.connection()).has_table(RuleSetRow.__tablename__)


def current(session: Session) -> RuleSet:
    """Return the rule set that new inspections pin: the last one made here, else the shipped one."""
    version = session.scalar(select(RuleSetRow.version).order_by(RuleSetRow.serial.desc()).limit(1))
    found = None if version is None else by_version(session, version)
    return load_rules() if found is None else found


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
    """Keep the shipped rule set for the inspections that pin it: a later release ships another.

    A newer shipped one becomes current only where the department has confirmed nothing yet; else its people decide.
    """
    shipped = load_rules()
    last = rules.current(session)
    if last is None or ("+" not in last.version and last.version != shipped.version):
        _add(session, shipped, now)


def confirm(
    session: Session, limit_id: str, *, value: str | None, reviewed_by: str, document: str, on: date, now: datetime
) -> RuleSet:
    """Confirm a limit on a document's word: a new rule set; inspections that pinned an older one keep it.

    Refuses (INVALID_REQUEST) what `RuleSet.with_confirmed` refuses, with its Vietnamese sentence.
    """
    remember_shipped(session, now)
    made = tried(session, limit_id, value=value, reviewed_by=reviewed_by, document=document, on=on)
    _add(session, made, now)
    row = made.limit(limit_id)
    session.add(
        LimitConfirmation(limit_id=limit_id, value=value, reviewed_by=row and row.reviewed_by,
                          document=row and row.source, confirmed_on=on, version=made.version)
    )  # fmt: skip
    session.flush()
    return made


def tried(session: Session, limit_id: str, *, value: str | None, reviewed_by: str, document: str, on: date) -> RuleSet:
    """Return the rule set that confirming a limit would make, and keep nothing; refuses what `confirm` refuses."""
    try:
        return current(session).with_confirmed(limit_id, value, reviewed_by, document, on)
    except LimitError as error:
        raise Problem(ProblemCode.INVALID_REQUEST, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error


def _add(session: Session, made: RuleSet, now: datetime) -> None:
    session.add(RuleSetRow(version=made.version, sha256=made.sha256, served=made.served(), made_at=now))
    session.flush()
