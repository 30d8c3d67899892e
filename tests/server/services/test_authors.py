"""Who wrote a value last, as a conflict names him: by the document's own revisions, in whichever scope it then was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from server.db.documents import Document
from server.services import authors, ledger
from tests.builders import AREA, Office


def writes(office: Office, id: str, actor: str, area: str, **fields: Any) -> None:
    """Somebody changes an establishment."""
    with office.transaction() as session:
        state = {**session.get_one(Document, ("establishment", id)).state, "area_code": area, **fields}
        change = ledger.change(session, "establishment", id, f"area:{area}", state, actor=actor)
        ledger.record(session, [change], datetime.now(UTC))


def test_the_last_author_is_told_though_the_document_moved_to_where_less_was_written(office: Office) -> None:
    id, *_ = [office.registers_establishment() for _ in range(5)]
    writes(office, id, "one", AREA, phone="0204.1", representative={"name": "Trần Thị Bán", "title": ""})
    for actor, area, phone in (("other", "07216", "0204.2"), ("third", "07216", "0204.3")):
        writes(office, id, actor, area, phone=phone)
    with office.transaction() as session:
        fields = ("phone", "area_code", "representative.name", "name")
        found = [authors.last_of(session, "establishment", id, field) for field in fields]
    assert [author and author.actor for author in found] == ["third", "other", "one", "system"]
