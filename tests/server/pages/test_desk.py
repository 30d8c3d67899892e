"""/tablets/ID, /numbers, /limits: a tablet stopped after a fork, the register, papers under one number, limits."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from checklists.limits import SHIPPED_VERSION
from server.db import documents
from server.db.devices import Device
from server.db.journal import JournalEntry
from server.db.numbers import MinutesNumber, NumberLease
from server.services import journal, rules
from tests.builders import Kit, Office, Person
from tests.server.api.wire import Site, Wire, site_of
from tests.server.pages.scene import NASTY, Desk, Scene, scene_of

YEAR = datetime.now(UTC).year
REGISTER = f"/numbers?series=BB-%C4%90KT&year={YEAR}"


@pytest.fixture
def tablet(client: FlaskClient, office: Office) -> Wire:
    """A leader's tablet with a range of numbers."""
    wire = Wire(client, office.enrols(office.hires("team_leader", "Lê Trưởng Đoàn")))
    office.opens_series()
    leases(wire, 5)
    return wire


def leases(wire: Wire, count: int) -> Any:
    """Ask for numbers."""
    return wire.post("/leases", {"series": "BB-ĐKT", "year": YEAR, "count": count})


def register(office: Office) -> dict[int, tuple[str, str | None]]:
    """What the register's table says."""
    with office.transaction() as session:
        return {r.number: (r.status, r.reason) for r in session.scalars(select(MinutesNumber))}


def journalled(office: Office, kind: str) -> list[dict[str, Any]]:
    """Journal entries of a kind; the whole journal must be whole."""
    with office.transaction() as session:
        assert journal.verify(session).is_whole
        found = session.scalars(select(JournalEntry.entry).where(JournalEntry.kind == kind).order_by(JournalEntry.seq))
        return [json.loads(entry) for entry in found]


def forks(wire: Wire, office: Office) -> Site:
    """Use one number twice: a tablet restored from an old copy."""
    site = site_of(office, wire.kit.user)
    wire.push(wire.finding(site, "FU02"))
    wire.seq = 0
    wire.push(wire.finding(site, "FU11", set={"note": NASTY}))
    return site


def test_a_stopped_tablet_says_why_and_is_resumed(desk: Desk, office: Office, tablet: Wire, supervisor: Person) -> None:
    forks(tablet, office)
    path = f"/tablets/{tablet.kit.device_id}"
    assert path in desk.opens("/tablets")
    page = desk.opens(path)
    for said in (
        "Vì sao bị tạm dừng",
        "Thao tác trùng số thứ tự (1)",
        "Thêm kết quả FU11",
        "Thêm kết quả",
        "vùng chờ xử lý",
    ):
        assert said in page, said
    assert leases(tablet, 1).status_code == 403
    assert desk.sends(page, f"{path}/resume", reason=" ").status_code == 400
    assert desk.sends(page, f"{path}/resume", reason=f"Khôi phục có biên bản {NASTY}").status_code == 303
    after = desk.opens(path)
    assert "Đang dùng" in after
    assert "Cho dùng lại – Nguyễn Thanh Bình" in after
    assert "<script>alert" not in after
    assert leases(tablet, 1).status_code == 201
    (entry,) = journalled(office, "resumption")
    assert (entry["actor"], entry["device"], entry["set"]["device_id"]) == (supervisor.id, None, tablet.kit.device_id)
    assert desk.sends(page, f"{path}/resume", reason="lần hai").status_code == 303
    assert len(journalled(office, "resumption")) == 1
    tablet.seq = 0
    tablet.push(tablet.op("finding", str(uuid4()), "patch", "agency", {}))
    assert "Tạm dừng" in desk.opens(path), "another fork stops it again"


def test_a_revoked_tablet_is_not_resumed_and_its_numbers_are_voided_at_once(
    desk: Desk, office: Office, tablet: Wire
) -> None:
    forks(tablet, office)
    path = f"/tablets/{tablet.kit.device_id}"
    page, asked = desk.opens(path), desk.opens(f"{path}/revoke")
    assert "Hủy luôn 5 số" in asked
    assert f"{path}/numbers/void" not in page
    assert desk.sends(asked, f"{path}/revoke", reason="Báo mất").status_code == 303
    assert desk.sends(page, f"{path}/resume", reason="x").status_code == 409
    page = desk.opens(path)
    assert desk.sends(page, f"{path}/numbers/void", reason="").status_code == 400
    assert desk.sends(page, f"{path}/numbers/void", reason=NASTY).status_code == 303
    assert register(office) == dict.fromkeys(range(1, 6), ("void", NASTY))
    (entry,) = journalled(office, "numbers_voided")
    assert entry["set"]["books"] == [{"series": "BB-ĐKT", "year": YEAR, "numbers": [1, 2, 3, 4, 5]}]
    said = desk.opens(REGISTER)
    assert "Không có số nào không rõ" in said
    assert "<script>alert" not in said
    assert "không giữ số nào" in desk.opens(path)


def test_revoking_and_voiding_in_one_act(desk: Desk, office: Office, tablet: Wire) -> None:
    path = f"/tablets/{tablet.kit.device_id}"
    token = desk.opens(f"{path}/revoke")
    refused = desk.client.post(
        f"{path}/numbers/void", data={"csrf_token": re.findall('csrf_token" value="([^"]+)', token)[0], "reason": "x"}
    )
    assert refused.status_code == 409, "numbers of a tablet in use may be on paper already"
    assert desk.sends(token, f"{path}/revoke", reason="Rơi xuống sông", void_numbers="1").status_code == 303
    assert {status for status, _ in register(office).values()} == {"void"}


def test_numbers_come_back_from_a_tablet_in_hand(desk: Desk, office: Office, tablet: Wire) -> None:
    path = f"/tablets/{tablet.kit.device_id}"
    page = desk.opens(path)
    with office.transaction() as session:
        lease = session.scalars(select(NumberLease)).one().id
    for first, reason, status in (
        ("", "x", 400),
        ("9", "x", 400),
        ("-1", "x", 400),
        ("3", " ", 400),
        ("3", "Hết đợt", 303),
        ("3", "Hết đợt", 409),
    ):
        answer = desk.sends(page, f"{path}/numbers/return", lease_id=lease, first_unused=first, reason=reason)
        assert answer.status_code == status, (first, reason)
    assert register(office) == dict.fromkeys((3, 4, 5), ("returned", None))
    said = desk.opens(REGISTER)
    assert "Không có số nào không rõ" in said, "1 and 2 are on paper that has yet to come"
    assert said.count("Máy đang giữ") == 3
    assert journalled(office, "numbers_returned")[0]["set"]["numbers"] == [3, 4, 5]
    assert leases(tablet, 2).get_json()["from"] == 3


def test_one_number_is_voided_with_a_reason(desk: Desk, office: Office, tablet: Wire) -> None:
    path = f"/numbers/void?series=BB-%C4%90KT&year={YEAR}&number=2"
    assert path.replace("&", "&amp;") in desk.opens(REGISTER)
    page = desk.opens(path)
    assert "có thể đã in biên bản" in page
    assert desk.sends(page, "/numbers/void", reason="").status_code == 400
    assert desk.sends(page, "/numbers/void", reason="In hỏng").status_code == 303
    assert desk.sends(page, "/numbers/void", reason="In hỏng").status_code == 409
    assert register(office) == {2: ("void", "In hỏng")}
    assert journalled(office, "numbers_voided")[0]["set"]["numbers"] == [2]
    for odd in ("number=6", "number=0", "number=x", "number=" + "9" * 30):
        desk.opens(f"/numbers/void?series=BB-%C4%90KT&year={YEAR}&{odd}", 404)
    desk.opens("/numbers?series=x&year=y", 404)
    desk.opens(f"/numbers/papers?series=BB-%C4%90KT&year={YEAR}&number=1", 404)


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """An issued inspection."""
    return scene_of(office, client)


def doubles(scene: Scene) -> str:
    """A second paper under the same number; return its id."""
    with scene.office.transaction() as session:
        first = documents.get(session, "minutes", scene.minutes_id)
        assert first is not None
        state = {
            **first.state,
            "status": "conflicting",
            "created_by": scene.member.id,
            "issued_at": "2026-11-20T10:00:00+07:00",
        }
    return scene.office.records("minutes", scene.site.scope, state, parent=scene.site.inspection)


def test_two_papers_under_one_number_stand_side_by_side(scene: Scene, office: Office) -> None:
    desk = Desk(office.app.test_client()).signs_in(scene.supervisor)
    second = doubles(scene)
    assert "2 tờ cùng số" in desk.opens("/numbers")
    other = office.enrols(scene.member)
    assert "Biên bản trùng số (1)" in desk.opens(f"/tablets/{other.device_id}")
    path = f"/numbers/papers?series=BB-%C4%90KT&year={YEAR}&number=1"
    page = desk.opens(path)
    for said in (
        "2 tờ cùng số 01/BB-ĐKT",
        "Trần Văn Trưởng",
        "Lê Thị Thành Viên",
        "tờ giữ số",
        "Trùng số, cần xem xét",
    ):
        assert said in page, said
    action = f"/numbers/papers/{second}/void"
    for reason, replaced_by in ((" ", ""), ("x", second), ("x", str(uuid4())), ("x", NASTY)):
        asked = desk.sends(page, action, reason=reason, replaced_by=replaced_by).get_data(as_text=True)
        assert "<script>alert" not in asked
        assert desk.sends(asked, action).status_code == 400
    asked = desk.sends(page, action, reason=NASTY, replaced_by=scene.minutes_id).get_data(as_text=True)
    assert "Hủy biên bản này?" in asked
    assert desk.sends(asked, action).status_code == 303
    assert desk.sends(asked, action).status_code in {400, 409}
    with office.transaction() as session:
        void, kept = documents.get(session, "minutes", second), documents.get(session, "minutes", scene.minutes_id)
        assert void is not None
        assert kept is not None
        assert (void.state["status"], void.state["voided"]["replaced_by"]) == ("void", scene.minutes_id)
        assert (kept.state["status"], session.scalars(select(MinutesNumber)).one().status) == ("issued", "issued")
        assert journal.verify(session).is_whole
    page = desk.opens(path)
    assert "<script>alert" not in page
    assert "Thay bằng" in page


def test_an_empty_register(desk: Desk) -> None:
    assert "Chưa cấp số biên bản nào" in desk.opens("/numbers")


def test_a_limit_is_confirmed_on_a_documents_word(desk: Desk, office: Office) -> None:
    listed = desk.opens("/limits")
    assert listed.index("Chưa xác nhận") < listed.index("Đã xác nhận")
    path = "/limits/fuel-delivery-inspection"
    page = desk.opens(path)
    assert "0,45 %" in page
    good = {"number": f"ĐLVN 10:2017 {NASTY}", "on": "2017-12-29", "value": "0,5"}
    for wrong in (
        {"number": ""},
        {"on": ""},
        {"on": "hôm qua"},
        {"value": "-1"},
        {"value": "x" * 50},
        {"number": "x" * 301},
    ):
        assert desk.sends(page, path, **{**good, **wrong}).status_code == 400, wrong
    asked = desk.sends(page, path, **good).get_data(as_text=True)
    for said in ("0,45 %", "0,5 %", "đổi giá trị", f"{SHIPPED_VERSION}+1", "giữ nguyên bộ quy định"):
        assert said in asked, said
    with office.transaction() as session:
        assert rules.current(session).version == SHIPPED_VERSION, "nothing is written before the confirmation"
    assert desk.sends(asked, path).status_code == 303
    assert desk.sends(asked, path).status_code == 409
    after = desk.opens(path)
    assert "Đã xác nhận" in after
    assert "<script>alert" not in after
    with office.transaction() as session:
        made = rules.current(session).limit("fuel-delivery-inspection")
        old = rules.by_version(session, SHIPPED_VERSION)
        assert made is not None
        assert old is not None
        assert (str(made.value), made.reviewed_by) == ("0.5", "Nguyễn Thanh Bình, Kiểm tra viên")
        assert str(old.limit("fuel-delivery-inspection").value) == "0.45"  # type: ignore[union-attr]  # a miss fails the test
    desk.opens("/limits/khong-co", 404)


def test_every_row_can_be_read(desk: Desk, office: Office) -> None:
    with office.transaction() as session:
        now = rules.current(session)
    waiting = {law.id for law in now.law if law.status != "confirmed"} | {
        f.id for f in now.forms if f.status != "confirmed"
    }
    ids = {limit.id for limit in now.limits} | {c.id for c in now.cycles} | {p.id for p in now.penalties} | waiting
    listed = desk.opens("/limits")
    for id in ids:
        assert f'href="/limits/{id}"' in listed
    for id in sorted(ids)[::6]:
        assert id in desk.opens(f"/limits/{id}")


def test_limits_are_named_in_vietnamese(desk: Desk, office: Office) -> None:
    with office.transaction() as session:
        now = rules.current(session)
    listed = desk.opens("/limits")
    for code in {limit.procedure for limit in now.limits} | {key for limit in now.limits for key in limit.parameters}:
        assert f">{code}<" not in listed
        assert f">{code}, " not in listed
        assert f", {code} " not in listed


@pytest.mark.parametrize(
    ("row_id", "value", "before", "after"),
    [
        ("cycle-analytical-balance-2026", "24", "chưa đọc được", "24 tháng"),
        ("nd-119-art-15", "Điều 15, khoản 1", "Điều 15", "Điều 15, khoản 1"),
        ("luat-84-2025", "", "84/2025/QH15", "Đã xác nhận"),
        ("form-tt-28-inspection", "", "5.BBKT", "Đã xác nhận"),
    ],
)
def test_cycles_articles_documents_and_forms_are_confirmed_as_limits_are(
    desk: Desk, office: Office, row_id: str, value: str, before: str, after: str
) -> None:
    path = f"/limits/{row_id}"
    page = desk.opens(path)
    assert before in page
    good = {"number": "Công báo số 1", "on": "2026-03-01", "value": value}
    asked = desk.sends(page, path, **good).get_data(as_text=True)
    assert f"{SHIPPED_VERSION}+1" in asked
    assert desk.sends(asked, path).status_code == 303
    assert after in desk.opens(path)
    with office.transaction() as session:
        row = rules.current(session).row(row_id)
        assert row is not None
        assert (row.status, row.source, row.reviewed_by) == (
            "confirmed",
            "Công báo số 1, ngày 01/03/2026",
            "Nguyễn Thanh Bình, Kiểm tra viên",
        )


def test_fines_orient_the_office_and_are_never_more_than_was_read(desk: Desk) -> None:
    page = desk.opens("/limits/nd-119-art-14-2-2021")
    assert "từ 10.000.000 đồng đến 20.000.000 đồng" in page
    assert "Nghị định số 119/2017/NĐ-CP" in page
    assert "chưa đọc được mức tiền" in desk.opens("/limits/nd-119-art-10")


@pytest.mark.parametrize("role", ["inspector", "clerk"])
def test_who_reads_and_who_decides(office: Office, client: FlaskClient, tablet: Wire, role: str) -> None:
    desk = Desk(client).signs_in(office.hires(role))
    reads = 200 if role == "clerk" else 403
    for path in (REGISTER, "/limits", "/limits/fuel-price"):
        page = desk.opens(path, reads)
        assert "Hủy số" not in page
        assert "Xem sẽ đổi" not in page
    desk.opens(f"/numbers/void?series=BB-%C4%90KT&year={YEAR}&number=1", 403)
    desk.opens(f"/tablets/{tablet.kit.device_id}", 403)


def test_a_lost_lease_is_not_a_gap(office: Office, desk: Desk, tablet: Wire) -> None:
    kit: Kit = tablet.kit
    with office.transaction() as session:
        session.get_one(Device, kit.device_id).revoked_at = datetime.now(UTC)
    assert "Máy đang giữ" in desk.opens(REGISTER)
