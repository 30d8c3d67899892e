"""POST /sync/push over HTTP and a real database: exactly one result each, nothing lost, nothing twice."""

from __future__ import annotations

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.devices import Device
from server.db.journal import JournalEntry
from server.db.sync import Quarantine, Receipt
from server.services import journal
from tests.builders import Office
from tests.server.api.wire import Site, Wire, foreign_uuid, new_id, site_of


@pytest.fixture
def leader(office: Office) -> Any:
    """The leader of the team."""
    return office.hires("team_leader", "Trần Trưởng Đoàn")


@pytest.fixture
def member(office: Office) -> Any:
    """A member of the team."""
    return office.hires("inspector", "Lê Thành Viên")


@pytest.fixture
def site(office: Office, leader: Any, member: Any) -> Site:
    """Their inspection."""
    return site_of(office, leader, member)


@pytest.fixture
def tablet(client: FlaskClient, office: Office, leader: Any) -> Wire:
    """The leader's tablet."""
    return Wire(client, office.enrols(leader))


@pytest.fixture
def second(client: FlaskClient, office: Office, member: Any) -> Wire:
    """The member's tablet."""
    return Wire(client, office.enrols(member, "Máy tính bảng 2"))


def quarantined(session: Session) -> list[Quarantine]:
    """Everything in quarantine."""
    session.rollback()
    return list(session.scalars(select(Quarantine).order_by(Quarantine.id)))


def journalled(session: Session, op_id: str) -> int:
    """How often an operation stands in the journal."""
    session.rollback()
    query = select(func.count()).select_from(JournalEntry).where(JournalEntry.op_id == op_id)
    return session.scalar(query) or 0


def test_a_finding_arrives(tablet: Wire, site: Site, database: Session) -> None:
    op = tablet.finding(site, set={"note": "Có giấy", "values": {"number": "01/GCN", "valid_until": "2022-01-31"}})
    answer = tablet.push(op)

    (result,) = answer["results"]
    assert (result["status"], result["rev"], result["scope"], result["code"]) == ("applied", 1, site.scope, None)
    assert answer["next_device_seq"] == 2
    row = documents.get(database, "finding", op["id"])
    assert row is not None
    assert row.state["note"] == "Có giấy"
    assert row.parent == site.inspection
    entry = database.scalars(select(JournalEntry).where(JournalEntry.op_id == op["op_id"])).one()
    assert entry.seq == result["seq"]


def test_the_same_again_answers_the_same(tablet: Wire, site: Site, database: Session) -> None:
    op = tablet.finding(site)
    first, again = tablet.one(op), tablet.one(op)
    assert again == {**first, "replay": True}
    assert journalled(database, op["op_id"]) == 1


def test_a_whole_batch_resent_with_one_more(tablet: Wire, site: Site, database: Session) -> None:
    ops = [tablet.finding(site, item) for item in ("FU02", "FU03", "FU04")]
    tablet.push(*ops[:2])
    answer = tablet.push(*ops)
    assert [r["replay"] for r in answer["results"]] == [True, True, False]
    assert [journalled(database, op["op_id"]) for op in ops] == [1, 1, 1]


def test_an_altered_operation_is_kept_beside_the_first(tablet: Wire, site: Site, database: Session) -> None:
    op = tablet.finding(site, set={"note": "một"})
    tablet.push(op)
    altered = {**op, "set": {**op["set"], "note": "hai"}}
    result = tablet.one(altered)
    assert (result["status"], result["code"]) == ("quarantined", "op_id_reuse")
    (row,) = quarantined(database)
    assert json.loads(row.raw) == altered
    kept = documents.get(database, "finding", op["id"])
    assert kept is not None
    assert kept.state["note"] == "một"


def test_a_gap_names_what_is_waited_for_and_applies_nothing(tablet: Wire, site: Site, database: Session) -> None:
    first, missing, last = (tablet.finding(site, item) for item in ("FU02", "FU03", "FU04"))
    answer = tablet.post("/sync/push", {"protocol": 1, "epoch": "", "ops": [first, last]})
    assert answer.status_code == 409
    assert (answer.get_json()["code"], answer.get_json()["next_device_seq"]) == ("device_gap", 2)
    assert answer.mimetype == "application/problem+json"
    assert database.scalar(select(func.count()).select_from(Receipt)) == 0

    database.rollback()
    tablet.push(first, missing, last)
    assert database.scalar(select(func.count()).select_from(Receipt)) == 3


def test_a_cloned_tablet_is_noticed_and_stopped(tablet: Wire, site: Site, database: Session) -> None:
    """Acceptance 8: the repeated counter stops the device; the whole story is in tests/journeys."""
    tablet.push(tablet.finding(site, "FU02"), tablet.finding(site, "FU03"))
    clone = Wire(tablet.client, tablet.kit, seq=1)
    answer = clone.push(clone.finding(site, "FU04"))
    assert answer["results"][0]["code"] == "device_fork"
    assert answer["next_device_seq"] == 3
    device = database.get(Device, tablet.kit.device_id)
    assert device is not None
    assert device.stopped_at is not None
    lease = tablet.post("/leases", {"series": "BB", "year": 2026, "count": 5})
    assert lease.status_code == 403


def test_two_inspectors_meet_in_one_answer(tablet: Wire, second: Wire, site: Site, database: Session) -> None:
    one = tablet.finding(site, set={"answer": "conforming", "note": ""})
    two = second.finding(site, set={"answer": "nonconforming", "note": "Hết hạn"})
    assert one["id"] == two["id"]
    tablet.push(one)
    result = second.one(two)

    assert result["status"] == "merged"
    assert result["conflicts"]["answer"]["mine"] == "nonconforming"
    assert result["conflicts"]["answer"]["theirs"] == "conforming"
    assert result["current"]["state"]["note"] == "Hết hạn"
    row = documents.get(database, "finding", one["id"])
    assert row is not None
    (loser,) = row.state["conflicts"]["answer"]
    assert (loser["value"], loser["actor"]) == ("nonconforming", second.kit.user.id)
    assert loser["kept"] == result["conflicts"]["answer"]["actors"]["theirs"]
    assert loser["kept"]["actor"] == tablet.kit.user.id
    assert loser["kept"]["at"] <= loser["at"]
    anew = tablet.op(
        "finding", one["id"], "patch", site.scope, {"answer": "not_checked"}, base={"answer": "conforming"}
    )
    later = tablet.push(anew)
    second.pull()
    state = second.documents["finding", one["id"]]["state"]
    assert (state["answer"], [r["value"] for r in state["conflicts"]["answer"]]) == ("not_checked", ["nonconforming"])
    [kept] = [r["kept"] for r in state["conflicts"]["answer"]]
    assert (kept["actor"], kept["at"] >= loser["at"]) == (tablet.kit.user.id, True), later


def test_a_conflict_is_resolved_by_a_person(tablet: Wire, second: Wire, site: Site, database: Session) -> None:
    one = tablet.finding(site, set={"answer": "conforming"})
    two = second.finding(site, set={"answer": "nonconforming"})
    tablet.push(one)
    second.push(two)
    resolve = tablet.op("finding", one["id"], "resolve", site.scope,
                        {"field": "answer", "value": "nonconforming", "op_ids": [two["op_id"]]})  # fmt: skip
    assert tablet.one(resolve)["status"] in {"applied", "merged"}
    row = documents.get(database, "finding", one["id"])
    assert row is not None
    assert (row.state["answer"], row.state["conflicts"]) == ("nonconforming", {})


def test_a_child_waits_for_its_parent(tablet: Wire, second: Wire, site: Site, database: Session) -> None:
    id = new_id()
    requirement = second.op("requirement", new_id(), "create", site.scope,
                            {"inspection_id": id, "text": "Kiểm định lại", "state": "open"}, parent=id)  # fmt: skip
    result = second.one(requirement)
    assert (result["status"], result["code"]) == ("held", "held_parent")

    state = {"campaign_id": site.campaign, "establishment_id": site.establishment, "planned_on": "2021-08-06"}
    inspection = tablet.op("inspection", id, "create", site.scope, state, parent=site.campaign)
    assert tablet.one(inspection)["status"] == "applied"
    assert documents.get(database, "requirement", requirement["id"]) is not None
    (row,) = quarantined(database)
    assert row.state == "applied"
    assert journalled(database, requirement["op_id"]) == 1


def test_a_group_stands_or_falls_together(tablet: Wire, site: Site, database: Session) -> None:
    good = tablet.finding(site, "FU02", group="g1")
    bad = tablet.op("finding", foreign_uuid(), "create", site.scope, {"answer": 1}, group="g1")
    alone = tablet.finding(site, "FU03")
    answer = tablet.push(good, bad, alone)
    assert [r["status"] for r in answer["results"]] == ["quarantined", "quarantined", "applied"]
    assert answer["results"][0]["code"] == "group_failed"
    assert documents.get(database, "finding", good["id"]) is None


def test_one_poisoned_operation_spoils_only_itself(tablet: Wire, site: Site) -> None:
    before, after = tablet.finding(site, "FU02"), None
    poison = tablet.op("finding", foreign_uuid(), "create", site.scope, {"values": {"a": [[[]]]}})
    after = tablet.finding(site, "FU03")
    statuses = [r["status"] for r in tablet.push(before, poison, after)["results"]]
    assert statuses == ["applied", "quarantined", "applied"]


def test_a_revoked_tablet_delivers_into_quarantine(tablet: Wire, site: Site, office: Office, database: Session) -> None:
    office.revokes(tablet.kit)
    op = tablet.finding(site)
    result = tablet.one(op)
    assert (result["status"], result["code"]) == ("quarantined", "revoked_device")
    assert result["current"]["state"] is None
    (row,) = quarantined(database)
    assert json.loads(row.raw) == op
    assert documents.get(database, "finding", op["id"]) is None
    assert tablet.post("/sync/pull", {"cursor": None}).status_code == 403


def test_the_upload_token_may_push_but_not_pull(tablet: Wire, site: Site) -> None:
    headers = {"Authorization": f"Bearer {tablet.kit.upload_token}"}
    body = {"protocol": 1, "epoch": "", "ops": [tablet.finding(site)]}
    pushed = tablet.client.post("/api/v1/sync/push", json=body, headers=headers)
    assert pushed.get_json()["results"][0]["status"] == "applied"
    assert tablet.client.get("/api/v1/sync/receipts", headers=headers).status_code == 200
    for path, asked in (("pull", {"cursor": None}), ("hello", {"client": {}})):
        assert tablet.client.post(f"/api/v1/sync/{path}", json=asked, headers=headers).status_code == 403


def test_gzip_both_ways(tablet: Wire, site: Site) -> None:
    ops = [tablet.finding(site, item) for item in ("FU02", "FU03", "FU04", "FU05", "FU06")]
    body = gzip.compress(json.dumps({"protocol": 1, "epoch": "", "ops": ops}).encode())
    headers = {**tablet.kit.headers, "Content-Encoding": "gzip", "Content-Type": "application/json",
               "Accept-Encoding": "gzip"}  # fmt: skip
    answer = tablet.client.post("/api/v1/sync/push", data=body, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.data))["results"]) == 5


def test_an_old_protocol_and_an_old_epoch_still_deliver(tablet: Wire, site: Site) -> None:
    body = {"protocol": 0, "epoch": "an-epoch-of-before-the-restore", "ops": [tablet.finding(site)]}
    answer = tablet.post("/sync/push", body)
    assert answer.status_code == 200
    assert answer.get_json()["results"][0]["status"] == "applied"


def test_unknown_fields_come_back_unchanged(tablet: Wire, site: Site) -> None:
    future = {"sensor": {"temperature": "24.5", "deep": [1, True, None, "ổn"]}}
    op = tablet.finding(site, set={"x_new": future})
    tablet.push(op)
    tablet.pull()
    assert tablet.documents["finding", op["id"]]["state"]["x_new"] == future


def test_decomposed_text_is_stored_composed(tablet: Wire, site: Site, database: Session) -> None:
    decomposed = "Niêm phong – cột số 1"
    op = tablet.finding(site, set={"note": decomposed})
    tablet.push(op)
    row = documents.get(database, "finding", op["id"])
    assert row is not None
    assert row.state["note"] == "Niêm phong – cột số 1"


def test_receipts_give_the_answers_again(tablet: Wire, site: Site) -> None:
    results = tablet.push(*(tablet.finding(site, item) for item in ("FU02", "FU03", "FU04")))["results"]
    answer = tablet.client.get("/api/v1/sync/receipts?after_device_seq=1", headers=tablet.kit.headers).get_json()
    assert [r["device_seq"] for r in answer["receipts"]] == [2, 3]
    assert [r["result"] for r in answer["receipts"]] == results[1:]
    assert (answer["next_device_seq"], answer["more"]) == (4, False)


@pytest.mark.parametrize("query", ["after_device_seq=-1", "after_device_seq=x", "after_device_seq=1e3",
                                   "after_device_seq=99999999999999999999"])  # fmt: skip
def test_a_senseless_receipt_question_is_refused(tablet: Wire, query: str) -> None:
    answer = tablet.client.get(f"/api/v1/sync/receipts?{query}", headers=tablet.kit.headers)
    assert answer.status_code == 400
    assert "after_device_seq" in answer.get_json()["errors"]


def test_more_than_five_hundred_operations_are_too_many(tablet: Wire) -> None:
    answer = tablet.post("/sync/push", {"protocol": 1, "epoch": "", "ops": [{}] * 501})
    assert answer.status_code == 413
    assert answer.get_json()["max_ops"] == 500


def test_an_empty_push_is_a_question(tablet: Wire) -> None:
    assert tablet.push()["next_device_seq"] == 1


def test_the_same_bundle_from_many_at_once_is_taken_once(
    tablet: Wire, site: Site, app: Flask, database: Session
) -> None:
    ops = [tablet.finding(site, item) for item in ("FU02", "FU03", "FU04")]
    body = {"protocol": 1, "epoch": "", "ops": ops}

    def send(_: int) -> tuple[int, list[tuple[str, int]]]:
        answer = app.test_client().post("/api/v1/sync/push", json=body, headers=tablet.kit.headers)
        return answer.status_code, [(r["status"], r["seq"]) for r in answer.get_json()["results"]]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(24)))
    assert {status for status, _ in answers} == {200}
    assert all(results == answers[0][1] for _, results in answers)
    assert [journalled(database, op["op_id"]) for op in ops] == [1, 1, 1]
    assert quarantined(database) == []
    assert journal.verify(database).is_whole


def test_tablets_that_write_and_read_at_once_miss_nothing(tablet: Wire, second: Wire, site: Site, app: Flask) -> None:
    def write(wire: Wire, start: int) -> None:
        wire.client = app.test_client()
        for n in range(start, start + 15):
            wire.push(wire.finding(site, set={"ordinal": n}))

    reader = Wire(app.test_client(), tablet.kit)
    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write, tablet, 0), pool.submit(write, second, 100)]
        while not all(w.done() for w in writers):
            reader.pull(limit=3)
        for w in writers:
            w.result()
    reader.pull()
    assert sum(kind == "finding" for kind, _ in reader.documents) == 30
