"""Scenario 20: whoever edits the database past the ledger is found: columns, tails, receipts, quarantine, decisions."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from server.extensions import db
from server.services import journal, release
from tests.builders import Office
from tests.server.api.wire import Site, Wire, new_id, site_of


@pytest.fixture
def site(office: Office, client: FlaskClient) -> Site:
    """Answers applied and merged, one operation discarded by a person, one waiting, one held."""
    leader = office.hires("team_leader")
    site = site_of(office, leader)
    wire = Wire(client, office.enrols(leader))
    wire.push(
        wire.finding(site, "FU02"),
        wire.finding(site, "FU03"),
        wire.op("finding", new_id(), "create", site.scope, {"nonsense": 1}, parent=site.inspection),
        wire.op("campaign", site.campaign, "patch", site.scope, {"title": "x"}),
        wire.op("photo", new_id(), "create", site.scope, {"inspection_id": new_id()}, parent=new_id()),
        "not an operation at all",
    )
    with office.transaction() as session:
        row = next(row for row in release.waiting(session) if row.device_seq == 3)
        release.discard(session, row.id, actor=leader.id, reason="Gửi nhầm", now=datetime.now(UTC))
    return site


def found(app: Flask, statement: str, **values: object) -> list[str]:
    """Do something past the ledger and say what verification names."""
    with app.app_context(), db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for trigger in ("journal_no_update", "journal_no_delete"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger}")
        else:
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS journal_append_only ON journal")
        touched = connection.execute(text(statement), values).rowcount
        assert touched
    with app.app_context(), Session(db.engine) as session:
        report = journal.verify(session)
    return [str(b["reason"]) for b in report.broken] + report.differences


def test_a_day_with_refused_operations_is_whole(app: Flask, site: Site) -> None:
    with app.app_context(), Session(db.engine) as session:
        report = journal.verify(session)
        states = session.execute(text("SELECT state, count(*) FROM quarantine GROUP BY state")).all()
    assert report.is_whole, report
    assert dict(map(tuple, states))["discarded"] == 1
    assert sum(count for _, count in states) == 4


CUT_LAST = "DELETE FROM journal WHERE scope = :s AND seq = (SELECT max(seq) FROM journal WHERE scope = :s)"
BESIDE = (
    "UPDATE journal SET op_id = NULL WHERE op_id = (SELECT min(op_id) FROM journal)",
    "UPDATE journal SET kind = 'photo' WHERE op_id = (SELECT min(op_id) FROM journal)",
    "UPDATE journal SET doc_id = 'x' WHERE op_id = (SELECT min(op_id) FROM journal)",
)


@pytest.mark.parametrize("statement", BESIDE)
def test_a_column_beside_an_entry_is_compared_with_it(app: Flask, site: Site, statement: str) -> None:
    (said,) = found(app, statement)
    assert "không khớp với bản ghi" in said


def test_a_tail_cut_off_with_a_matching_head_is_found(app: Flask, site: Site) -> None:
    """The counter says how many there were; with the counter set back too, the receipts still know."""
    with app.app_context(), db.engine.begin() as connection:
        before = connection.scalar(
            text("SELECT hash FROM journal WHERE scope = :s ORDER BY seq DESC LIMIT 1 OFFSET 1"), {"s": site.scope}
        )
        connection.execute(text("UPDATE scope SET head = :h WHERE scope = :s"), {"h": before, "s": site.scope})
    (said,) = found(app, CUT_LAST, s=site.scope)
    assert "bảng scope ghi" in said
    said_again = found(app, "UPDATE scope SET seq = seq - 1 WHERE scope = :s", s=site.scope)
    assert any(line.startswith("biên nhận của thao tác") for line in said_again)


RECEIPTS = [
    ("DELETE FROM receipt WHERE device_seq = 1", "thiếu biên nhận của 1 thao tác, đầu tiên là số 1"),
    ("UPDATE receipt SET digest = 'x' WHERE device_seq = 1", "khác với nhật ký"),
    ("UPDATE receipt SET result = replace(result, '\"seq\"', '\"sez\"') WHERE device_seq = 1", "khác với nhật ký"),
    ("DELETE FROM quarantine WHERE device_seq = 3 OR device_seq = 4", "không còn trong vùng chờ xử lý"),
    ("DELETE FROM quarantine WHERE op_id IS NULL", "thiếu biên nhận của 1 thao tác, đầu tiên là số 6"),
    ("UPDATE quarantine SET raw = replace(raw, 'nonsense', 'nonsence') WHERE device_seq = 3", "đã bị sửa"),
    ("UPDATE quarantine SET digest = 'x' WHERE device_seq = 4", "đã bị sửa"),
    ("UPDATE quarantine SET state = 'released' WHERE device_seq = 4", "không có bản ghi nhật ký"),
    ("UPDATE quarantine SET state = 'discarded' WHERE device_seq = 4", "mà không có quyết định"),
    (
        "UPDATE quarantine SET decision = replace(decision, 'Gửi nhầm', 'Gửi đúng') WHERE state = 'discarded'",
        "quyết định",
    ),
    ("UPDATE quarantine SET decision = NULL WHERE state = 'discarded'", "quyết định"),
    ("UPDATE quarantine SET state = 'quarantined', decision = NULL WHERE state = 'discarded'", "quyết định"),
    ("DELETE FROM quarantine WHERE state = 'discarded'", "nhật ký có quyết định về nó"),
]


@pytest.mark.parametrize(("statement", "named"), RECEIPTS, ids=[r[0][:60] for r in RECEIPTS])
def test_receipts_and_quarantine_are_compared_with_the_journal(
    app: Flask, site: Site, statement: str, named: str
) -> None:
    assert any(named in line for line in found(app, statement)), found(app, statement)


def test_every_byte_of_every_entry_counts(app: Flask, site: Site) -> None:
    """Entries and hashes: whichever byte is changed, the first broken entry is the one that was touched (I11)."""
    with app.app_context(), Session(db.engine) as session:
        rows = session.execute(
            text("SELECT seq, entry, hash FROM journal WHERE scope = :s ORDER BY seq"), {"s": site.scope}
        ).all()
    from sync.feed import JournalBroken, verify_chain

    chain = [tuple(row) for row in rows]
    for index, (seq, entry, hash) in enumerate(chain):
        for at in range(0, len(entry), 7):
            changed = entry[:at] + chr(ord(entry[at]) ^ 1) + entry[at + 1 :]
            altered = [*chain[:index], (seq, changed, hash), *chain[index + 1 :]]
            with pytest.raises(JournalBroken) as broken:
                list(verify_chain(site.scope, altered, chain[-1][2]))
            assert broken.value.seq == seq
        for at in range(64):
            changed = hash[:at] + ("0" if hash[at] != "0" else "1") + hash[at + 1 :]
            altered = [*chain[:index], (seq, entry, changed), *chain[index + 1 :]]
            with pytest.raises(JournalBroken) as broken:
                list(verify_chain(site.scope, altered, chain[-1][2]))
            assert broken.value.seq == seq
    assert json.loads(chain[0][1])["seq"] == 1
