"""One account on a page: the person and what was done to the account, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.journal import JournalEntry
from server.db.users import NEEDS_SECOND_FACTOR, User
from server.errors import Problem, ProblemCode
from server.services import accounts
from server.services.account_acts import SCOPE
from server.services.creation import SYSTEM

SHOWN = 100
"""Acts of one account; all of them stand in the trail (services/trail.py)."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act: `what` is a key of wording.ACCOUNT_ACTS."""

    at: datetime
    what: str
    who: str
    reason: str
    role: str


@dataclass(frozen=True, slots=True)
class Page:
    """What the page of an account shows."""

    user: User
    acts: Sequence[Act]
    needs_second_factor: bool


def page(session: Session, user_id: str) -> Page:
    """Read an account; 404 where there is none."""
    user = session.get(User, user_id)
    if user is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có tài khoản này.")
    names = accounts.names(session) | {SYSTEM: "lệnh trên máy chủ"}
    entries = session.scalars(
        select(JournalEntry.entry)
        .where(JournalEntry.doc_id == user_id, JournalEntry.kind == "account", JournalEntry.scope == SCOPE)
        .order_by(JournalEntry.seq.desc())
        .limit(SHOWN)
    )
    acts = [_act(orjson.loads(entry), names) for entry in entries]
    return Page(user, acts, user.role in NEEDS_SECOND_FACTOR)


def _act(entry: dict[str, Any], names: dict[str, str]) -> Act:
    said, actor = entry["set"], str(entry["actor"])
    return Act(datetime.fromisoformat(entry["received_at"]), str(said.get("act")), names.get(actor, actor),
               str(said.get("reason", "")), str(said.get("role", "")))  # fmt: skip
