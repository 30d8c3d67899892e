"""Writing down who saw what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from server.db.views import View

SAW, TOOK, SIGNED_IN, SIGNED_OUT = "saw", "took", "signed_in", "signed_out"
"""`took`: as a file."""


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
