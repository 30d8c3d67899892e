"""What the page of an inspection says of verification: the slip with its queue, and whether stickers match certificates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.services import site_card, verification_facts, verification_history
from server.services.verification_facts import SESSION, Slip
from server.services.verification_history import Signs
from server.services.verification_signs import UNKNOWN
from sync.findings import inspected_on
from sync.paper_results import Context

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Card:
    """The slip (None for another inspection) with its session, and each instrument whose signs can be compared."""

    slip: Slip | None
    session: Document | None
    signs: Sequence[tuple[str, str, Signs]]
    """(id, name, what the comparison came to)."""


def of_inspection(session: Session, id: str, state: State, today: date) -> Card:
    """Return what there is to say; signs are compared on the day of the inspection, or today where it is still to come."""
    site_id = str(state.get("establishment_id"))
    session_id = str(state.get("session_id") or "")
    held = documents.get(session, SESSION, session_id) if session_id else None
    slip = verification_facts.slip(session, id, state) if session_id else None
    owned = [{"id": d.id, **d.state} for d in documents.children(session, site_id, "instrument")]
    entry = documents.get(session, "establishment", site_id)
    sites = site_card.family(session, site_id) if entry is not None else [site_id]
    verified = verification_history.of_instruments(session, [i["id"] for i in owned], sites)
    compared = verification_history.signs(session, [i for i in owned if i["id"] in verified], verified, inspected_on(state) or today)  # fmt: skip
    names = Context({i["id"]: i for i in owned}, {})
    found = [(i["id"], names.name(i["id"], "instrument"), compared[i["id"]]) for i in owned if i["id"] in compared]
    return Card(slip, held, [row for row in found if row[2].judged != UNKNOWN])
