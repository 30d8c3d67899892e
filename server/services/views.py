"""Writing down who saw what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from server.db.views import View

SAW, TOOK, SIGNED_IN, SIGNED_OUT, REFUSED = "saw", "took", "signed_in", "signed_out", "refused"
"""`took`: as a file; `refused`: a wrong password, or a wrong code of the second factor."""
SESSION = frozenset({SIGNED_IN, SIGNED_OUT, REFUSED})
NOBODY = ""
"""Whose sign-in was refused where the name typed is of no account: what was typed is not kept, it may be a password."""


def note(
    session: Session, *, user_id: str, act: str, at: datetime, kind: str = "account", doc_id: str = "", page: str = "", address: str = "",
) -> None:  # fmt: skip
    """Write one row."""
    row = {
        "at": at,
        "user_id": user_id,
        "act": act,
        "kind": kind,
        "doc_id": doc_id,
        "page": page,
        "address": address[:64],
    }
    session.execute(insert(View).values(row))
