"""What judged operations do to the database: held rows settled, minutes numbers noted, documents changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.db.numbers import MinutesNumber, Series, SeriesYear
from server.db.sync import Quarantine
from server.services import ledger, photos, suspensions
from sync.batch import NumberUse, Outcome

FINAL = frozenset({"issued", "void"})
"""A number in one of these states is never touched again by a paper that comes later."""


def write(session: Session, outcome: Outcome, now: datetime) -> list[int]:
    """Write what a batch or a release decided and return the seq of each change; the ledger comes last.

    New photo records meet bytes that came before them; photos are compared with visits that changed; instruments learn
    what was suspended.
    """
    _settle(session, outcome, now)
    for use in outcome.numbers:
        _use_number(session, use, now)
    seqs = ledger.record(session, outcome.changes, now)
    photos.settle(session, [c.id for c in outcome.changes if c.kind == "photo" and c.rev == 1], now)
    visited = [c.id for c in outcome.changes if c.kind == "inspection" and c.rev > 1 and "visits" in c.taken]
    photos.recheck(session, visited, now)
    suspensions.settle(session, outcome.changes, now)
    return seqs


def _settle(session: Session, outcome: Outcome, now: datetime) -> None:
    """Mark held operations that a batch applied, and say anew why the others still wait."""
    if outcome.released:
        session.execute(
            update(Quarantine)
            .where(Quarantine.id.in_(outcome.released))
            .values(state="applied", decision={"by": "system", "decision": "applied", "at": now.isoformat()})
        )
    for again in outcome.rejudged:
        session.execute(
            update(Quarantine)
            .where(Quarantine.id == again.quarantine_id)
            .values(
                first_code=func.coalesce(Quarantine.first_code, Quarantine.code),
                first_detail=func.coalesce(Quarantine.first_detail, Quarantine.detail),
                state=again.state,
                code=again.code,
                detail=again.detail,
                parent=again.parent,
            )
        )


def _use_number(session: Session, use: NumberUse, now: datetime) -> None:
    """Note what became of a number. Papers that are not valid are shown only under numbers that were given out."""
    row = session.get(MinutesNumber, (use.series, use.year, use.number))
    if use.status == "void":
        if row is not None and row.minutes_id == use.minutes_id:
            row.status, row.reason, row.at = "void", use.reason, now
            session.flush()
        return
    if row is not None and (row.status in FINAL or use.status != "issued"):
        return
    if row is None and not _was_given_out(session, use):
        return
    values = {"minutes_id": use.minutes_id, "status": use.status, "source": "lease", "lease_id": use.lease_id,
              "reason": None, "at": now}  # fmt: skip
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(MinutesNumber).values(series=use.series, year=use.year, number=use.number, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["series", "year", "number"], set_=values))
    session.expire_all()


def _was_given_out(session: Session, use: NumberUse) -> bool:
    if session.get(Series, use.series) is None:
        return False
    query = select(SeriesYear.next_number).where(SeriesYear.series == use.series, SeriesYear.year == use.year)
    return use.number < (session.scalar(query) or 1)
