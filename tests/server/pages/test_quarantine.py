"""/quarantine: listed, shown whole, taken, corrected or put aside by one supervisor, once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.db import documents
from server.db.journal import JournalEntry
from server.db.sync import Quarantine
from server.services import journal, release
from sync.operations import digest
from tests.builders import Office, Person
from tests.server.api.wire import Site, Wire, new_id, site_of
from tests.server.pages.scene import NASTY, Desk

ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}"


@pytest.fixture
def tablet(client: FlaskClient, office: Office) -> Wire:
    """A leader's tablet."""
    return Wire(client, office.enrols(office.hires("team_leader", "Lê Gửi Nhầm")))


@pytest.fixture
def site(office: Office, tablet: Wire) -> Site:
    """The leader's inspection."""
    return site_of(office, tablet.kit.user)


def waiting(office: Office) -> list[str]:
    """Ids of what nobody decided, in order."""
    with office.transaction() as session:
        return [row.id for row in release.waiting(session)]


def row_of(office: Office, id: str) -> dict[str, Any]:
    """One row as it stands."""
    with office.transaction() as session:
        row = session.get_one(Quarantine, id)
        return {"state": row.state, "code": row.code, "raw": row.raw, "decision": row.decision}


def finding(office: Office, id: str) -> dict[str, Any] | None:
    """A finding as it stands."""
    with office.transaction() as session:
        found = documents.get(session, "finding", id)
        return None if found is None else dict(found.state)


def decides(desk: Desk, path: str, decision: str, reason: str) -> Any:
    """Choose, read the confirmation, confirm."""
    asked = desk.sends(desk.opens(path), f"{path}/decision", decision=decision, reason=reason)
    assert asked.status_code == 200, asked.get_data(as_text=True)
    return desk.sends(asked.get_data(as_text=True), f"{path}/decision")


def test_an_operation_is_shown_whole(desk: Desk, office: Office, tablet: Wire, site: Site) -> None:
    assert "Không có gì đang chờ xử lý" in desk.opens("/quarantine")
    tablet.push(tablet.finding(site, set={"note": "Đã ghi trước"}))
    office.revokes(tablet.kit)
    late = tablet.finding(site, set={"note": NASTY, "answer": "nonconforming"})
    late |= {"clock": {"boot": "b", "mono_ms": 1, "offset_ms": -7_200_000, "offset_age_s": 60}, "base": {"note": "Cũ"}}
    tablet.push(late)
    listed = desk.opens("/quarantine")
    assert "Thêm kết quả FU02" in listed
    assert "Lê Gửi Nhầm" in listed
    (id,) = waiting(office)
    page = desk.opens(f"/quarantine/{id}")
    for said in ("Máy tính bảng đã bị thu hồi", "đồng hồ máy lệch -120 phút", "Không đạt", "Đạt", "Đã ghi trước",
                 "sửa từ: Cũ", "Cửa hàng xăng dầu số 1", ESCAPED, late["op_id"], digest(late)):  # fmt: skip
        assert said in page, said
    assert "<script>alert" not in page
    raw = desk.client.get(f"/quarantine/{id}/raw")
    assert raw.get_json() == late
    assert "attachment" in raw.headers["Content-Disposition"]


def test_an_answer_that_is_none_is_shown_as_it_came(desk: Desk, tablet: Wire, site: Site, office: Office) -> None:
    tablet.one(tablet.finding(site, "FU13", set={"answer": "có lẽ đạt"}))
    page = desk.opens(f"/quarantine/{waiting(office)[0]}")
    assert "có lẽ đạt" in page
    assert "(chưa trả lời)" not in page


def test_the_list_is_filtered_and_paged(desk: Desk, office: Office, tablet: Wire) -> None:
    other = office.enrols(office.hires("inspector", "Người Khác"))
    raws = ["không phải JSON", '{"a":"\\ud800","kind":"\\ud800"}', "[" * 50_000, '"' + "x" * 50_000 + '"', "5",
            json.dumps({"kind": NASTY, "type": NASTY, "id": NASTY, "parent": 5, "set": {NASTY: NASTY}, "base": [], "clock": 5, "at": 5})]  # fmt: skip
    ids = []
    with office.transaction() as session:
        for n in range(60):
            ids.append(str(uuid4()))
            session.add(Quarantine(id=ids[-1], op_id=None, device_id=tablet.kit.device_id if n else other.device_id, device_seq=n,
                                   parent=None, raw=raws[n % len(raws)], digest="0" * 64, code="malformed" if n % 2 else "too_deep",
                                   detail="Không đúng.", state="discarded" if n == 3 else "held" if n == 5 else "quarantined",
                                   received_at=datetime.now(UTC), decision=None))  # fmt: skip
    rows = {q: desk.opens(f"/quarantine?{q}").count('<th scope="row">')
            for q in ("", "page=2", "state=all&page=2", "state=held", "state=discarded", f"tablet={other.device_id}",
                      "code=too_deep&tablet=x", "code=too_deep", "page=x&state=y&code=z")}  # fmt: skip
    assert list(rows.values()) == [50, 9, 10, 1, 1, 1, 0, 30, 50]
    for id in ids[:6]:
        page = desk.opens(f"/quarantine/{id}")
        assert "<script>alert" not in page
        assert desk.client.get(f"/quarantine/{id}/correction").status_code in {200, 303}
    assert "chỉ hiện phần đầu" in desk.opens(f"/quarantine/{ids[9]}")


def test_released_after_a_confirmation(
    desk: Desk, office: Office, tablet: Wire, site: Site, supervisor: Person
) -> None:
    office.revokes(tablet.kit)
    op = tablet.finding(site, set={"note": "đã ghi trước khi mất máy"})
    tablet.push(op)
    (id,) = waiting(office)
    path = f"/quarantine/{id}"
    assert desk.sends(desk.opens(path), f"{path}/decision", decision="release", reason="  ").status_code == 400
    assert desk.sends(desk.opens(path), f"{path}/decision", decision="burn", reason="x").status_code == 400
    assert desk.sends(desk.opens(path), f"{path}/decision", decision="release", reason="x" * 501).status_code == 400
    assert decides(desk, path, "release", f"Máy đã tìm thấy {NASTY}").status_code == 303
    found = finding(office, op["id"])
    assert found is not None
    assert (found["note"], found["created_by"]) == ("đã ghi trước khi mất máy", tablet.kit.user.id)
    page = desk.opens(path)
    assert "Đã nhận vào hồ sơ" in page
    assert "Nguyễn Thanh Bình" in page
    assert ESCAPED in page
    with office.transaction() as session:
        entry = json.loads(
            session.scalars(select(JournalEntry.entry).where(JournalEntry.kind == release.DECISION)).one()
        )
        assert (entry["actor"], entry["device"], entry["set"]["op_id"]) == (supervisor.id, None, op["op_id"])
        assert journal.verify(session).is_whole


def test_the_second_supervisor_sees_who_decided(desk: Desk, office: Office, tablet: Wire, site: Site) -> None:
    office.revokes(tablet.kit)
    tablet.push(tablet.finding(site))
    (id,) = waiting(office)
    path = f"/quarantine/{id}"
    late = Desk(office.app.test_client()).signs_in(office.hires("supervisor", "Người Đến Sau"))
    asked = late.sends(late.opens(path), f"{path}/decision", decision="discard", reason="Gửi nhầm").get_data(
        as_text=True
    )
    correcting = late.opens(f"{path}/correction")
    assert decides(desk, path, "release", "Đúng").status_code == 303
    for page, action, given in (
        (asked, f"{path}/decision", {}),
        (correcting, f"{path}/correction", {"text": "{}", "reason": "x", "confirm": "1"}),
        (correcting, f"{path}/correction", {"text": "{}", "reason": "x"}),
    ):
        answer = late.sends(page, action, **given)
        assert answer.status_code == 409
        assert "Nguyễn Thanh Bình đã nhận vào hồ sơ lúc" in answer.get_data(as_text=True)
    assert row_of(office, id)["state"] == "released"
    assert late.client.get(f"{path}/correction").status_code == 303
    assert f'action="{path}/decision"' not in late.opens(path)


def test_what_still_cannot_be_applied_says_why(desk: Desk, office: Office, tablet: Wire, site: Site) -> None:
    tablet.push(tablet.op("weather", new_id(), "create", site.scope, {"sky": "blue"}))
    (id,) = waiting(office)
    assert decides(desk, f"/quarantine/{id}", "release", "thử").status_code == 303
    page = desk.opens(f"/quarantine/{id}")
    assert "chưa nhận được" in page
    assert row_of(office, id)["state"] == "quarantined"
    assert decides(desk, f"/quarantine/{id}", "discard", "Loại lạ").status_code == 303
    assert "Đã bỏ qua" in desk.opens(f"/quarantine/{id}")


def test_corrected_by_a_supervisor_the_original_stays(
    desk: Desk, office: Office, tablet: Wire, site: Site, supervisor: Person
) -> None:
    op = tablet.finding(site, set={"answer": "nonconforming", "note": 5})
    tablet.push(op)
    (id,) = waiting(office)
    path = f"/quarantine/{id}/correction"
    form = desk.opens(path)
    text = {n: op[n] for n in ("kind", "id", "parent", "type", "scope", "base_rev", "set", "base", "checklist")}
    for wrong, said in (
        ("{", "không phải JSON hợp lệ"), ("[]", "đối tượng JSON"), ('{"op_id": "x"}', "Không sửa được trường"),
        ('{"kind": "finding", "kind": "photo"}', "hai trường cùng tên"), ('{"base_rev": NaN}', "số không hợp lệ"),
        (json.dumps({**text, "kind": "minutes"}), "chữ ký số"), (json.dumps(text), "chưa nhận được"), ("[" * 9000, "JSON"),
        (json.dumps({**text, "set": {**op["set"], "note": 0.5}}), "chưa nhận được"),
        (json.dumps({**text, "set": {**op["set"], "note": "\ud800"}}), "chưa nhận được"),
        (json.dumps({**text, "scope": "device:x"}), "chưa nhận được"),
    ):  # fmt: skip
        answer = desk.sends(form, path, text=wrong, reason="Sửa kiểu")
        assert answer.status_code == 400, wrong
        assert said in answer.get_data(as_text=True), wrong
    good = json.dumps({**text, "set": {**op["set"], "note": f"Năm {NASTY}"}}, ensure_ascii=False)
    assert desk.sends(form, path, text=good, reason=" ").status_code == 400
    asked = desk.sends(form, path, text=good, reason="Ghi chú phải là chữ")
    assert asked.status_code == 200
    assert finding(office, op["id"]) is None, "nothing is written before the confirmation"
    assert desk.sends(asked.get_data(as_text=True), path).status_code == 303

    found = finding(office, op["id"])
    assert found is not None
    assert (found["note"], found["created_by"]) == (f"Năm {NASTY}", supervisor.id)
    row = row_of(office, id)
    assert (row["state"], json.loads(row["raw"])) == ("replaced", op)
    with office.transaction() as session:
        entries = [json.loads(e) for e in session.scalars(select(JournalEntry.entry).order_by(JournalEntry.scope))]
        made = next(e for e in entries if e["kind"] == "finding")
        cited = next(e for e in entries if e["kind"] == release.DECISION)["set"]
        assert (made["actor"], made["device"], made["op_id"]) == (supervisor.id, None, cited["replacement"]["op_id"])
        assert (cited["op_id"], cited["digest"]) == (op["op_id"], digest(op))
        assert journal.verify(session).is_whole
    assert tablet.one(op)["replay"] is True
    page = desk.opens(f"/quarantine/{id}")
    assert "Đã sửa rồi nhận" in page
    assert "<script>alert" not in page


def test_a_group_is_decided_together(desk: Desk, office: Office, tablet: Wire, site: Site) -> None:
    good = tablet.finding(site, "FU02", group="g1")
    bad = tablet.finding(site, "FU11", set={"note": 5}, group="g1")
    alone = tablet.finding(site, "FU13", set={"note": 5})
    tablet.push(good, bad, alone)
    first, second, _ = waiting(office)
    page = desk.opens(f"/quarantine/{first}")
    assert "Cùng nhóm (1)" in page
    text = {n: bad[n] for n in ("kind", "id", "parent", "type", "scope", "set")} | {"set": {**bad["set"], "note": "5"}}
    path = f"/quarantine/{second}/correction"
    asked = desk.sends(desk.opens(path), path, text=json.dumps(text), reason="Sửa").get_data(as_text=True)
    assert desk.sends(asked, path).status_code == 303
    assert [row_of(office, id)["state"] for id in (first, second)] == ["released", "replaced"]
    released, replaced = finding(office, good["id"]), finding(office, bad["id"])
    assert released is not None
    assert replaced is not None
    assert released["created_by"] == tablet.kit.user.id
    assert len(waiting(office)) == 1


def test_a_discarded_group_goes_whole(desk: Desk, office: Office, tablet: Wire, site: Site) -> None:
    tablet.push(tablet.finding(site, "FU02", group="g"), tablet.finding(site, "FU11", set={"note": 5}, group="g"))
    first, second = waiting(office)
    asked = desk.sends(
        desk.opens(f"/quarantine/{first}"), f"/quarantine/{first}/decision", decision="discard", reason="Nhầm"
    )
    assert "cả nhóm 2 thao tác" in asked.get_data(as_text=True)
    assert decides(desk, f"/quarantine/{second}", "discard", "Nhầm").status_code == 303
    assert [row_of(office, id)["state"] for id in (first, second)] == ["discarded", "discarded"]


def test_what_waits_for_a_parent_says_so(desk: Desk, office: Office, tablet: Wire, site: Site) -> None:
    missing, refused = new_id(), new_id()
    tablet.push(
        tablet.op("finding", new_id(), "patch", site.scope, {"note": "x"}, parent=missing),
        tablet.op("inspection", refused, "create", site.scope, {"campaign_id": site.campaign, "status": 5}, parent=site.campaign),
        tablet.op("photo", new_id(), "create", site.scope, {"inspection_id": refused, "purpose": "evidence", "sha256": "a" * 64,
                  "size": 1, "media_type": "image/jpeg", "taken_at": "2021-08-05T08:00:00+07:00"}, parent=refused),
    )  # fmt: skip
    first, parent, child = waiting(office)
    assert "máy tính bảng chưa gửi tới" in desk.opens(f"/quarantine/{first}")
    assert f'href="/quarantine/{parent}"' in desk.opens(f"/quarantine/{child}")


def test_an_id_already_in_the_journal_is_not_written_twice(
    desk: Desk, office: Office, tablet: Wire, site: Site
) -> None:
    op = tablet.finding(site)
    tablet.push(op)
    tablet.push({**op, "device_seq": 2, "set": {**op["set"], "note": "khác"}})
    (id,) = waiting(office)
    assert decides(desk, f"/quarantine/{id}", "release", "thử").status_code == 303
    assert (row_of(office, id)["state"], row_of(office, id)["code"]) == ("quarantined", "op_id_reuse")
    path = f"/quarantine/{id}/correction"
    asked = desk.sends(desk.opens(path), path, text=json.dumps({**{n: op[n] for n in ("kind", "id", "parent", "scope")},
                       "type": "patch", "set": {"note": "khác"}, "base": {"note": ""}}), reason="Nội dung đúng")  # fmt: skip
    assert desk.sends(asked.get_data(as_text=True), path).status_code == 303
    found = finding(office, op["id"])
    assert found is not None
    assert found["note"] == "khác"


def test_a_revoked_tablets_queue_at_once(desk: Desk, office: Office, tablet: Wire, site: Site) -> None:
    path = f"/quarantine/tablets/{tablet.kit.device_id}"
    office.revokes(tablet.kit)
    ops = [tablet.finding(site, "FU02", set={"note": f"lần {n}"}) if n == 0 else
           tablet.op("finding", site.finding_id("FU02"), "patch", site.scope, {"note": f"lần {n}"}, base={"note": f"lần {n - 1}"})
           for n in range(5)]  # fmt: skip
    tablet.push(*ops, tablet.op("weather", new_id(), "create", site.scope, {}))
    page = desk.opens(path)
    assert desk.sends(page, f"{path}/decision", decision="release", reason="").status_code == 400
    asked = desk.sends(page, f"{path}/decision", decision="release", reason="Máy đã tìm thấy").get_data(as_text=True)
    tablet.push(tablet.finding(site, "FU11"))
    late = desk.sends(asked, f"{path}/decision")
    assert late.status_code == 409
    assert "Hàng đợi đã khác" in late.get_data(as_text=True)
    asked = desk.sends(desk.opens(path), f"{path}/decision", decision="release", reason="Máy đã tìm thấy").get_data(
        as_text=True
    )
    assert desk.sends(asked, f"{path}/decision").status_code == 303
    after = desk.opens(path)
    assert "6 thao tác" in after
    assert "1 thao tác chưa nhận được" in after
    found = finding(office, site.finding_id("FU02"))
    assert found is not None
    assert (found["note"], found["conflicts"]) == ("lần 4", {})
    asked = desk.sends(desk.opens(path), f"{path}/decision", decision="discard", reason="Loại lạ").get_data(
        as_text=True
    )
    assert desk.sends(asked, f"{path}/decision").status_code == 303
    assert "không còn gì" in desk.opens(path)


def test_a_tablet_in_use_is_decided_one_by_one(desk: Desk, office: Office, tablet: Wire, site: Site) -> None:
    tablet.push(tablet.op("weather", new_id(), "create", site.scope, {}))
    path = f"/quarantine/tablets/{tablet.kit.device_id}"
    page = desk.opens(path)
    assert "quyết định từng thao tác" in page
    token = desk.opens(f"/quarantine/{waiting(office)[0]}").split('name="csrf_token" value="')[1].split('"')[0]
    body = {
        "csrf_token": token,
        "decision": "discard",
        "reason": "x",
        "confirm": "1",
        "seen": f"1:{waiting(office)[0]}",
    }
    assert desk.client.post(f"{path}/decision", data=body).status_code == 409
    desk.opens(f"/quarantine/tablets/{uuid4()}", 404)
    desk.opens(f"/quarantine/{uuid4()}", 404)
    desk.opens(f"/quarantine/{uuid4()}/raw", 404)


@pytest.mark.parametrize("role", ["inspector", "team_leader", "clerk"])
def test_only_supervisors(office: Office, client: FlaskClient, role: str) -> None:
    desk = Desk(client).signs_in(office.hires(role))
    desk.opens("/quarantine", 403)
    desk.opens(f"/quarantine/{uuid4()}", 403)


def test_the_list_is_exported_as_it_is_filtered(desk: Desk, office: Office, client: FlaskClient) -> None:
    leader = office.hires("team_leader")
    wire = Wire(client, office.enrols(leader))
    wire.push(
        wire.op("campaign", new_id(), "create", "agency", {}), wire.op("nonsense", new_id(), "create", "agency", {})
    )
    lines = desk.client.get("/quarantine?code=server_kind&export=csv").get_data().decode("utf-8-sig").splitlines()
    assert (len(lines), ";server_kind;" in lines[1]) == (2, True)
    assert len(desk.client.get("/quarantine?export=csv").get_data().decode("utf-8-sig").splitlines()) == 3
