"""/tablets, /quarantine, /people: codes, revocation, and what stands aside."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from server.db.devices import Device
from server.db.users import User
from server.services import tablets
from tests.builders import Office
from tests.server.api.test_enrolments import body_of
from tests.server.api.wire import Wire
from tests.server.pages.scene import NASTY, Desk


def test_a_code_from_the_page_enrols_and_then_shows(desk: Desk, office: Office, client: FlaskClient) -> None:
    person = office.hires("inspector", "Lê Thị Thành Viên")
    made = desk.sends(desk.opens("/tablets"), "/tablets/codes", user_id=person.id)
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    page = made.get_data(as_text=True)
    code = re.findall(r'<strong class="code">([^<]+)<', page)[0]
    assert f"https://kiemtra.bacninh.gov.vn/app/#enrol={code.replace('-', '')}" in page
    assert "Lê Thị Thành Viên" in page
    assert client.post("/api/v1/enrolments", json=body_of(code, tablet_name=NASTY)).status_code == 201
    listed = desk.opens("/tablets")
    assert "Lê Thị Thành Viên" in listed
    assert html.escape(NASTY, quote=False).replace("'", "&#39;") in listed
    assert code not in listed


@pytest.mark.parametrize("user_id", ["", "x", "x" * 36, "é" * 36, "9c4aa645-55c5-415d-82fe-b3b1821eb8c6"])
def test_a_code_is_for_someone(desk: Desk, user_id: str) -> None:
    answer = desk.sends(desk_page(desk), "/tablets/codes", user_id=user_id)
    assert answer.status_code == 400
    assert "Hãy chọn người" in answer.get_data(as_text=True)


def desk_page(desk: Desk) -> str:
    """The page of tablets, with the form whether or not anyone may carry one."""
    return desk.opens("/tablets")


@pytest.mark.parametrize("role", ["clerk", "admin"])
def test_the_page_makes_no_code_for_who_stays_in_the_office(desk: Desk, office: Office, role: str) -> None:
    person = office.hires(role)
    assert desk.sends(desk.opens("/tablets"), "/tablets/codes", user_id=person.id).status_code == 400


def test_a_locked_account_is_not_offered(desk: Desk, office: Office) -> None:
    person = office.hires("inspector", "Người Đã Nghỉ")
    with office.transaction() as session:
        session.get_one(User, person.id).is_active = False
    assert "Người Đã Nghỉ" not in desk.opens("/tablets")
    assert desk.sends(desk.opens("/tablets"), "/tablets/codes", user_id=person.id).status_code == 404


def test_revoking_asks_for_a_reason_and_happens_once(desk: Desk, office: Office, client: FlaskClient) -> None:
    kit = office.enrols(office.hires("inspector", "Lê Mất Máy"))
    path = f"/tablets/{kit.device_id}/revoke"
    page = desk.opens(path)
    assert "Không hoàn tác được" in page
    for reason in ("", "  ", "x" * 501):
        assert desk.sends(page, path, reason=reason).status_code == 400
    assert desk.sends(page, path, reason="Báo mất ở Lục Ngạn").status_code == 303
    assert "Đã thu hồi quyền" in desk.opens("/tablets")
    assert desk.sends(page, path, reason="lần hai").status_code == 303
    said = desk.opens(path)
    assert "Báo mất ở Lục Ngạn" in said
    assert '<form class="stack"' not in said
    keys = client.get("/.well-known/minutes-keys.json").get_json()["keys"]
    assert [k["revoked_at"] is not None for k in keys if k["holder"] == kit.device_id] == [True]


def test_an_unknown_tablet_is_not_found(desk: Desk) -> None:
    desk.opens(f"/tablets/{uuid4()}/revoke", 404)


def test_people_are_listed_for_the_administrator(office: Office, client: FlaskClient) -> None:
    locked = office.hires("inspector", "Người Đã Nghỉ")
    with office.transaction() as session:
        session.get_one(User, locked.id).is_active = False
    page = Desk(client).signs_in(office.hires("admin", "Vũ Anh Tuấn")).opens("/people")
    assert "2 tài khoản" in page
    assert "Người Đã Nghỉ" in page
    assert "Đã khóa" in page
    assert "argon2" not in page


def test_what_a_tablet_says_of_itself_stands_in_the_list_and_in_the_file(
    desk: Desk, office: Office, client: FlaskClient
) -> None:
    wire = Wire(client, office.enrols(office.hires("team_leader", "Trần Văn Trưởng"), "Máy 7"))
    assert "máy chưa báo" in desk.opens("/tablets")
    wire.hello(
        client={"app": "x", "build": "2026.11.3" + "0" * 90, "protocols": [1]}, unsent={"operations": 12, "photos": 3}
    )
    page = desk.opens("/tablets")
    assert "12 thao tác, 3 ảnh" in page
    assert "phiên bản 2026.11.3" in page
    wire.hello()
    assert "12 thao tác, 3 ảnh" in desk.opens("/tablets"), "an app that does not say leaves what was said"
    lines = desk.client.get("/tablets?export=csv").get_data().decode("utf-8-sig").splitlines()
    row = dict(zip(lines[0].split(";"), lines[1].split(";"), strict=True))
    assert (row["Người dùng"], row["Máy"], row["Thao tác chưa gửi"], row["Ảnh chưa gửi"]) == (
        "Trần Văn Trưởng",
        "Máy 7",
        "12",
        "3",
    )
    bad = wire.post("/sync/hello", {"client": {}, "unsent": {"operations": -1}})
    assert bad.status_code == 400


def test_the_list_is_narrowed_and_the_file_with_it(desk: Desk, office: Office, client: FlaskClient) -> None:
    now = datetime.now(UTC)
    kits = [
        office.enrols(office.hires("inspector", name), f"Máy {n}")
        for n, name in enumerate(("Đỗ Thị Lặng", "Lê Văn Gửi", "Trần Thu Hồi"))
    ]
    Wire(client, kits[1]).hello(
        client={"app": "x", "build": "1", "protocols": [1]}, unsent={"operations": 0, "photos": 3}
    )
    with office.transaction() as session:
        silent, revoked = session.get_one(Device, kits[0].device_id), session.get_one(Device, kits[2].device_id)
        silent.last_seen_at, silent.enrolled_at = None, now - timedelta(days=8)
        revoked.last_seen_at, revoked.revoked_at = now - timedelta(days=31), now

    def left(query: str) -> list[int]:
        lines = desk.client.get(f"/tablets?export=csv&{query}").get_data(as_text=True).splitlines()[1:]
        page = desk.opens(f"/tablets?{query}")
        found = [n for n in range(3) if any(f"Máy {n}" in line for line in lines)]
        assert found == [n for n in range(3) if f"<td>Máy {n}<" in page]
        return found

    assert left("") == [0, 1, 2]
    assert left("q=do+thi") == [0]
    assert left("q=may+1") == [1]
    with office.transaction() as session:
        kid = tablets.one(session, kits[2].device_id).kid
    assert left(f"q={kid}") == [2]
    assert left("state=revoked") == [2]
    assert left("state=active") == [0, 1]
    assert left("silent=7") == [0, 2]
    assert left("silent=30") == [2]
    assert left("unsent=1") == [1]
    assert left("silent=7&state=active&q=lang") == [0]
    assert left("state=khong-co&silent=x") == [0, 1, 2]
    assert left("q=khong+ai") == []
    assert "Không có máy nào khớp" in desk.opens("/tablets?q=khong+ai")
