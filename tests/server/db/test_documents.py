"""Reading documents: many at once."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from server.db import documents
from server.db.documents import Document
from tests.builders import Office


def test_documents_of_several_kinds_come_by_their_keys(office: Office) -> None:
    with office.transaction() as session:
        keys = [(kind, f"{kind}-{n}") for kind in ("establishment", "instrument") for n in range(3)]
        session.add_all(Document(kind=kind, id=id, scope="area:1", rev=1, state={"name": id}) for kind, id in keys)
        session.add(Document(kind="instrument", id="establishment-0", scope="area:1", rev=1, state={}))
    with office.transaction() as session:
        assert documents.many(session, []) == {}
        found = documents.many(session, [*keys[1:], ("finding", "establishment-0")], lock=True)
        assert {key: document.state["name"] for key, document in found.items()} == {key: key[1] for key in keys[1:]}


@pytest.mark.sqlite_only("how SQLite answers")
def test_many_documents_are_searched_for_and_not_among_all(office: Office) -> None:
    asked = []
    with office.transaction() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
        documents.many(session, [("establishment", "a"), ("establishment", "b"), ("instrument", "a")])
        [(statement, given)] = asked
        steps = [step[3] for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    assert any(step.startswith("SEARCH document USING") for step in steps)
    assert not any(step.startswith("SCAN document") for step in steps)
