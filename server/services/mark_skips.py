"""Stickers and seals that may have been given out after the backup: a restored server passes them over (decisions/0005, 0022).

Unlike a number, a sticker is a thing: whoever finds it at the office says so, and it is given out like any other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.services import ledger, mark_ledger
from server.services.creation import SYSTEM
from server.services.mark_leases import MAX_COUNT
from server.services.mark_ledger import BATCH, STOCK, Ledger
from server.services.number_skips import SHORTEST
from sync.mark_ranges import numbers_of, spans


def pass_over(session: Session, *, made_at: datetime, now: datetime) -> list[dict[str, Any]]:
    """Mark the next serials of each organisation and kind as unsure: the largest lease, and twice what was given out in as
    long a time before the backup as has passed since. Return [{batch_id, first, last}].

    They are given to nobody until a tablet reports them (services/mark_reports) or a person finds them at the office.
    """
    book = mark_ledger.load(session)
    groups = sorted({(roll.batch.state["organisation_id"], roll.batch.state["kind"]) for roll in book.rolls})
    changes, passed = [], []
    for organisation_id, kind in groups:
        left = _margin(book, organisation_id, kind, made_at, now)
        for roll in book.of(organisation_id, kind):
            taken = roll.numbers(STOCK)[:left]
            left -= len(taken)
            if not taken:
                continue
            whole = numbers_of(roll.batch.state.get("passed_over"), roll.batch.whole) | set(taken)
            state = {**roll.batch.state, "passed_over": [{"first": a, "last": b} for a, b in spans(whole)]}
            changes.append(ledger.change(session, BATCH, roll.batch.id, roll.batch.scope, state, actor=SYSTEM))
            passed += [{"batch_id": roll.batch.id, "first": a, "last": b} for a, b in spans(taken)]
    ledger.record(session, changes, now)
    return passed


def _margin(book: Ledger, organisation_id: str, kind: str, made_at: datetime, now: datetime) -> int:
    since = made_at - max(now - made_at, SHORTEST)
    leased = sum(
        lease.whole[1] - lease.whole[0] + 1
        for lease in book.leases
        if (lease.state["organisation_id"], lease.state["kind"]) == (organisation_id, kind)
        and datetime.fromisoformat(lease.state["granted_at"]) >= since
    )
    return MAX_COUNT + 2 * leased
