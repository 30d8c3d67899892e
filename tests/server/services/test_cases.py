"""Violation cases in the database: facts of the signed minutes, journalled acts, and nothing of them on a tablet."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.db.documents import Document
from server.db.journal import JournalEntry
from server.errors import Problem
from server.services import case_list, cases, journal, minutes
from tests.builders import Office
from tests.server.casework import ISSUED, NOW, Casework, casework_of
from tests.server.pages.scene import NASTY


@pytest.fixture
def work(office: Office, client: FlaskClient) -> Casework:
    """Minutes with violations, no case yet."""
    return casework_of(office, client)


def minutes_of(work: Casework) -> Document:
    """The minutes issued."""
    with work.office.transaction() as session:
        found = session.scalars(select(Document).where(Document.kind == "minutes")).one()
        session.expunge(found)
        return found


def rewrites(work: Casework, kind: str, id: str, **more: Any) -> None:
    """Change a document at the office."""
    with work.office.transaction() as session:
        row = session.get_one(Document, (kind, id))
        scope, parent, state = row.scope, row.parent, row.state
    work.office.records(kind, scope, {**state, **more}, id=id, parent=parent)


def test_a_case_holds_what_was_signed_and_not_what_was_edited_since(work: Casework) -> None:
    site = work.scene.site
    rewrites(work, "finding", site.finding_id("FU11"), answer="conforming", note="Sửa sau khi ký")
    work.opens()
    page = work.sees()
    facts = {f["item"]: f for f in page.state["facts"]}
    assert set(facts) == {"FU11", "FU13"}, "a measurement without a verdict (FU14) is no violation"
    assert "Cầu dao đặt sau tủ hàng" in facts["FU11"]["note"]
    assert facts["FU11"]["finding_id"] == site.finding_id("FU11")
    assert facts["FU13"]["finding_id"] == site.finding_id("FU13", site.instrument)
    assert (facts["FU13"]["subject"], facts["FU11"]["subject"]) == ("Cột đo xăng dầu số A-1", "")
    assert (page.price_sum, page.unpriced) == (45_000_000, [])
    assert page.state["detected"]["at"] == "2026-11-20T10:00:00+07:00"
    assert (page.clocks[0].state, page.clocks[0].left) == ("overdue", -2)


def test_what_an_amendment_prints_again_replaces_what_it_corrects(work: Casework) -> None:
    first = minutes_of(work).id
    rewrites(work, "finding", work.scene.site.finding_id("FU11"), answer="conforming")
    work.issues("amendment", at=NOW - timedelta(days=2), amends=first)
    work.opens()
    assert {f["item"] for f in work.state["facts"]} == {"FU13"}
    assert [m["text"] for m in work.state["minutes"]] == ["01/BB-ĐKT", "02/BB-ĐKT"]
    assert work.state["detected"]["at"] == "2026-11-20T10:00:00+07:00", "found when the first minutes were made"


def test_no_case_without_standing_readable_minutes_with_violations(work: Casework) -> None:
    paper = minutes_of(work)
    for canonical in ("[]", '{"checklists":[1],"establishment":{}}', '{"checklists":[]}'):
        rewrites(work, "minutes", paper.id, canonical=canonical)
        with pytest.raises(Problem, match="không đúng cấu trúc"):
            work.opens()
    text = json.loads(paper.state["canonical"])
    rewrites(work, "minutes", paper.id, canonical=json.dumps({**text, "checklists": []}))
    with pytest.raises(Problem, match="không ghi nội dung nào không đạt"):
        work.opens()
    rewrites(work, "minutes", paper.id, canonical=paper.state["canonical"])
    with work.office.transaction() as session:
        minutes.void(session, paper.id, "In hỏng", actor=work.scene.leader.id, now=NOW)
    with pytest.raises(Problem, match="Chưa có biên bản kiểm tra nào đang có hiệu lực"):
        work.opens()
    with work.office.transaction() as session, pytest.raises(Problem, match="Không có cuộc kiểm tra"):
        cases.gather(session, work.scene.site.establishment)


def test_a_second_case_must_be_meant(work: Casework) -> None:
    first = work.opens()
    with pytest.raises(Problem, match="đã có 1 hồ sơ"):
        work.opens()
    with pytest.raises(Problem, match="lý do"):
        work.opens(" ", another=True)
    second = work.opens("Vi phạm khác", another=True)
    with work.office.transaction() as session:
        assert {d.id for d in cases.of_inspection(session, work.scene.site.inspection)} == {first, second}
    work.acts("results", awaited="yes", samples="Xăng E5, niêm phong NP-01")
    third = work.opens("Trùng", another=True)
    work.acts("drop", reason="Trùng hồ sơ")
    with work.office.transaction() as session:
        assert [r.id for r in case_list.every(session, NOW.date())] == [first, second, third], (
            "overdue first, done last"
        )
        found = case_list.listing(session, case_list.Filter.of("overdue", "cua hang 01/bb-đkt", "9"), NOW.date())
        assert ([r.id for r in found.rows], found.page) == ([first], 1)
        assert (found.counts["overdue"], found.counts["dropped"], found.counts["open"]) == (1, 1, 2)
        assert case_list.listing(session, case_list.Filter.of("", "không có đâu", "x"), NOW.date()).rows == []
        assert not any(r.is_overdue for r in case_list.every(session, ISSUED.date()))


@pytest.mark.parametrize("code", ["clock_skewed", "clock_ahead", "other_year"])
@pytest.mark.sqlite_only("what the warnings of minutes mean lies above the database")
def test_from_a_doubtful_clock_no_deadline_runs_until_a_person_says_when(work: Casework, code: str) -> None:
    doubt = {"code": code, "detail": "Đồng hồ máy tính bảng lệch 90 phút so với máy chủ."}
    rewrites(work, "minutes", minutes_of(work).id, warnings=[{"code": "lease_forgotten", "detail": "x"}, doubt])
    work.opens()
    assert work.sees().clocks[0].state == "no_time"
    assert work.state["detected"]["printed"] == "2026-11-20T10:00:00+07:00"
    work.acts("detect", at="2026-11-20T09:30", source_text="Theo quyết định công bố lúc 09:00")
    assert (work.sees().clocks[0].state, work.sees().clocks[0].left) == ("overdue", -2)
    assert work.state["detected"]["doubts"] == [doubt]


def test_from_opening_to_the_receipt_with_every_correction_readable(work: Casework) -> None:
    work.opens()
    work.acts("violation", fact="1", conduct=f"Sử dụng cột đo {NASTY}", article="Điểm … khoản … Điều …")
    work.is_decided("12.500.000")
    again = {"number": "45/QĐ-XPHC", "on": "2026-11-25", "signer": "Nguyễn Thanh Bình", "signer_title": "Giám đốc"}
    before = work.sees()
    with pytest.raises(Problem, match="lý do sửa"):
        work.acts("decision", **again, amount="15.000.000")
    assert (work.sees().seen, work.sees().state) == (before.seen, before.state)
    work.acts("decision", **again, amount="15.000.000", correction="Chép nhầm từ dự thảo")
    newest = work.sees().history[0]
    assert (newest.reason, newest.who) == ("Chép nhầm từ dự thảo", "Nguyễn Thanh Bình")
    assert newest.changes == [("Quyết định xử phạt: mức phạt tiền", "12.500.000 đồng", "15.000.000 đồng")]
    for form in work.sees().forms:
        assert all(value == "" for field, _, value in form.fields if field.type == "amount"), (
            "a fine is never pre-filled"
        )
    work.acts("payment", amount="15.000.000", on="2026-11-26", receipt="BL 001")
    work.acts("strike", row=f"payments/{work.state['payments'][0]['id']}", reason="Biên lai của vụ khác")
    assert work.sees().history[0].changes == [("Nộp phạt 1: bị gạch", "", "Biên lai của vụ khác")]
    work.acts("close", reason="Chuyển cơ quan thi hành")
    with pytest.raises(Problem, match="“Đã kết thúc”"):
        work.acts("paper", what="x", copies="1")
    with work.office.transaction() as session:
        assert journal.verify(session).is_whole
        entries = [
            json.loads(e) for e in session.scalars(select(JournalEntry.entry).where(JournalEntry.kind == "case"))
        ]
        assert {(e["scope"], e["actor"], e["device"]) for e in entries} == {
            ("office:cases", work.scene.supervisor.id, None)
        }
        row = session.get_one(Document, ("case", work.id))
        row.state = {**row.state, "decision": {**row.state["decision"], "amount": "1"}}
        session.flush()
        assert not journal.verify(session).is_whole, "an amount changed behind the journal is found"
        session.rollback()


def test_two_people_do_not_overwrite_each_other(work: Casework) -> None:
    work.opens()
    seen = str(work.sees().seen)
    work.acts("complexity", value="complex", reason="Nhiều tình tiết")
    for name in ("complexity", "nothing"):
        with (
            pytest.raises(Problem, match=r"vừa được người khác ghi|Không có việc này"),
            work.office.transaction() as session,
        ):
            cases.act(session, work.id, name, {"value": "ordinary", "correction": "x"}, seen=seen,
                      actor=work.scene.supervisor.id, now=NOW)  # fmt: skip
    assert work.state["complexity"]["value"] == "complex"
    work.id = work.scene.site.inspection
    with pytest.raises(Problem, match="Không có hồ sơ"):
        work.acts("drop", reason="x")


def test_of_many_who_open_or_write_at_once_one_does(work: Casework) -> None:
    def told(act: Callable[[], object]) -> str:
        try:
            act()
        except Problem as problem:
            return problem.detail[:12]
        return "done"

    def writes(seen: str) -> None:
        with work.office.transaction() as session:
            cases.act(session, work.id, "paper", {"what": "Biên bản", "copies": "1"}, seen=seen,
                      actor=work.scene.supervisor.id, now=NOW)  # fmt: skip

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(told, [work.opens] * 4)) == ["Cuộc kiểm tr"] * 3 + ["done"]
        seen = str(work.sees().seen)
        assert sorted(pool.map(told, [lambda: writes(seen)] * 4)) == ["Hồ sơ vừa đư"] * 3 + ["done"]
    assert len(work.state["papers"]) == 1


def test_no_tablet_and_no_evidence_archive_holds_anything_of_a_case(work: Casework, tmp_path: Path) -> None:
    work.opens()
    work.is_decided("12.500.000")
    tablet = work.scene.tablet
    pulled = tablet.pull()
    assert pulled
    assert not [item for item in pulled if item["kind"] == "case" or item["scope"].startswith("office:")]
    for type in ("create", "patch", "delete"):
        result = tablet.one(tablet.op("case", work.id, type, "office:cases", {"status": "dropped"}, base_rev=1))
        assert (result["status"], result["code"]) == ("quarantined", "server_kind")
        assert "XPHC" not in json.dumps(result)
    assert work.sees().status == "decided"
    path = tmp_path / "ho-so.zip"
    with work.office.app.app_context():
        typed = ["evidence", "export", work.scene.site.inspection, "-o", str(path)]
        done = work.office.app.test_cli_runner().invoke(args=typed)
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(path) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())
    assert work.id.encode() not in whole
    assert b"XPHC" not in whole
