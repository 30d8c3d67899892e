"""One bundle posted by fifty clients at once: one record, fifty equal answers (acceptance 6)."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.journal import JournalEntry
from server.db.sync import Quarantine, Receipt
from sync.operations import digest
from tests.builders import Office
from tests.contract.hammer import HttpClient
from tests.contract.live import LiveServer
from tests.server.api.wire import Wire, site_of

CLIENTS = 50


@pytest.fixture
def bundle(live: LiveServer, office: Office) -> tuple[Wire, list[dict[str, Any]]]:
    """A tablet and ten answers of one visit."""
    wire = Wire(HttpClient(live.url), office.enrols(office.hires("team_leader")))
    site = site_of(office, wire.kit.user)
    return wire, [wire.finding(site, "FU02", set={"ordinal": n, "note": "Niêm phong còn nguyên"}) for n in range(10)]


def told(answer: dict[str, Any]) -> str:
    """What an answer says of its operations, but for whether it says so again."""
    return json.dumps([{**result, "replay": None} for result in answer["results"]], sort_keys=True)


def count(session: Session, table: Any) -> int:
    """How many rows a table has."""
    session.rollback()
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_one_bundle_from_fifty_clients_is_one_record(
    bundle: tuple[Wire, list[dict[str, Any]]], database: Session
) -> None:
    wire, ops = bundle
    before = {table: count(database, table) for table in (JournalEntry, Document, Receipt, Quarantine)}
    gate = threading.Barrier(CLIENTS)

    def deliver(_: int) -> dict[str, Any]:
        gate.wait()
        return wire.push(*ops)

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(deliver, range(CLIENTS)))
    answers.append(wire.push(*ops))  # and a week later
    assert len({told(answer) for answer in answers}) == 1
    assert {result["status"] for result in answers[0]["results"]} == {"applied"}
    first = [answer for answer in answers if not any(result["replay"] for result in answer["results"])]
    assert len(first) == 1
    after = {table: count(database, table) for table in before}
    assert [after[table] - before[table] for table in before] == [10, 10, 10, 0]


def test_one_changed_byte_is_quarantined_and_both_hashes_are_named(
    bundle: tuple[Wire, list[dict[str, Any]]], database: Session
) -> None:
    wire, ops = bundle
    wire.push(*ops)
    changed = {**ops[3], "set": {**ops[3]["set"], "note": "Niêm phong còn nguyêm"}}
    with ThreadPoolExecutor(CLIENTS) as pool:
        results = [answer["results"][0] for answer in pool.map(lambda _: wire.push(changed), range(CLIENTS))]
    assert {(result["status"], result["code"]) for result in results} == {("quarantined", "op_id_reuse")}
    assert all(digest(op)[:16] in result["detail"] for op in (ops[3], changed) for result in results)
    (row,) = database.scalars(select(Quarantine)).all()
    assert (json.loads(row.raw), row.digest) == (changed, digest(changed))
    state = database.get_one(Document, ("finding", ops[3]["id"])).state
    assert state["note"] == "Niêm phong còn nguyên"
