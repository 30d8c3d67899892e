"""The supervisor's decision through the pages: confirmed, once, on what was seen, by the tablets' own machine."""

from __future__ import annotations

import json
import re
import threading
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.journal import JournalEntry
from server.extensions import db
from server.services import journal
from tests.builders import Office
from tests.server.pages.scene import Desk, Scene, scene_of


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """An issued inspection."""
    return scene_of(office, client)


@pytest.fixture
def desk(scene: Scene) -> Desk:
    """Its supervisor, signed in."""
    return Desk(scene.office.app.test_client()).signs_in(scene.supervisor)


def state_of(scene: Scene) -> dict[str, Any]:
    """The inspection's present state."""
    with scene.office.app.app_context():
        return dict(db.session.get_one(Document, ("inspection", scene.site.inspection)).state)


def entries_of(scene: Scene) -> list[dict[str, Any]]:
    """The inspection's own journal entries."""
    with scene.office.app.app_context():
        query = (
            select(JournalEntry.entry).where(JournalEntry.doc_id == scene.site.inspection).order_by(JournalEntry.seq)
        )
        return [json.loads(text) for text in db.session.scalars(query)]


def sends(desk: Desk, scene: Scene, page: str | None = None, **given: Any) -> Any:
    """Send the decision form of a page."""
    return desk.sends(page if page is not None else desk.opens(scene.path), f"{scene.path}/review", **given)


def test_approving_asks_first_and_then_reaches_the_tablet(scene: Scene, desk: Desk) -> None:
    asked = sends(desk, scene, decision="approved", remark="Đồng ý")
    assert asked.status_code == 200
    page = asked.get_data(as_text=True)
    assert "Phê duyệt?" in page
    assert state_of(scene)["status"] == "issued"

    done = sends(desk, scene, page)
    assert (done.status_code, done.headers["Location"]) == (303, scene.path)
    shown = desk.opens(scene.path)
    assert "Đã phê duyệt: Cửa hàng xăng dầu số 1." in shown
    assert "review-form" not in shown
    state = state_of(scene)
    assert state["status"] == "approved"
    assert (state["review"]["decision"], state["review"]["remark"], state["review"]["items"]) == (
        "approved",
        "Đồng ý",
        [],
    )
    last = entries_of(scene)[-1]
    assert (last["actor"], last["device"], last["type"]) == (scene.supervisor.id, None, "patch")

    scene.tablet.pull()
    assert scene.tablet.documents["inspection", scene.site.inspection]["state"]["status"] == "approved"


def test_returning_names_items_and_opens_only_them(scene: Scene, desk: Desk) -> None:
    item, other = scene.site.finding_id("FU11"), scene.site.finding_id("FU02")
    asked = sends(desk, scene, decision="returned", remark="", finding=[item], **{f"remark-{item}": "Chụp lại\r\ncầu dao", f"remark-{other}": "bỏ"})  # fmt: skip
    page = asked.get_data(as_text=True)
    assert "Các mục phải bổ sung (1)" in page
    assert sends(desk, scene, page).status_code == 303
    review = state_of(scene)["review"]
    assert review["items"] == [{"finding_id": item, "remark": "Chụp lại\ncầu dao"}]
    assert "Phải bổ sung. Chụp lại" in desk.opens(scene.path)

    scene.tablet.pull()
    said = scene.tablet.documents["inspection", scene.site.inspection]["state"]
    assert said["status"] == "returned"
    site, tablet = scene.site, scene.tablet
    patch = {"op": "patch", "base_rev": None, "parent": site.inspection}
    again = [
        tablet.op("finding", id, "patch", site.scope, {"note": "đã chụp lại"}, base={"note": tablet.documents["finding", id]["state"]["note"]}, parent=patch["parent"])
        for id in (item, other)
    ]  # fmt: skip
    results = tablet.push(*again)["results"]
    assert [(r["status"], r["code"]) for r in results] == [("applied", None), ("held", "after-issue")]
    shown = desk.opens(scene.path)
    assert "Dữ liệu chờ xử lý (1)" in shown


def test_returning_without_a_reason_is_refused(scene: Scene, desk: Desk) -> None:
    for given in ({"remark": ""}, {"remark": " \n\t "}, {"finding": [scene.site.finding_id("FU11")]}):
        answer = sends(desk, scene, decision="returned", **given)
        assert answer.status_code == 400
        assert "Phải ghi lý do trả lại." in answer.get_data(as_text=True)
    assert state_of(scene)["status"] == "issued"


def test_sending_twice_is_harmless(scene: Scene, desk: Desk) -> None:
    page = sends(desk, scene, decision="returned", remark="Thiếu ảnh").get_data(as_text=True)
    answers = [sends(desk, scene, page) for _ in range(3)]
    assert [a.status_code for a in answers] == [303] * 3
    assert [e["set"].get("status") for e in entries_of(scene)].count("returned") == 1
    assert "đã được ghi từ trước" in desk.opens(scene.path)


def test_pressing_at_the_same_moment_writes_once(scene: Scene, desk: Desk) -> None:
    page = sends(desk, scene, decision="approved", remark="").get_data(as_text=True)
    start, statuses = threading.Barrier(4), []
    cookie = desk.client.get_cookie("session")
    assert cookie is not None

    def press() -> None:
        own = scene.office.app.test_client()
        own.set_cookie("session", cookie.value, secure=True)
        start.wait()
        statuses.append(sends(Desk(own), scene, page).status_code)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * 4
    assert [e["set"].get("status") for e in entries_of(scene)].count("approved") == 1


def test_a_page_gone_stale_shows_what_changed_and_keeps_what_was_typed(scene: Scene, desk: Desk) -> None:
    old = desk.opens(scene.path)
    scene.requires()
    item = scene.site.finding_id("FU11")
    for confirm in ({}, {"confirm": "1"}):
        answer = sends(desk, scene, old, decision="returned", remark="Xem lại", finding=[item], **{f"remark-{item}": "mục này"}, **confirm)  # fmt: skip
        page = answer.get_data(as_text=True)
        assert answer.status_code == 409
        assert "Có thay đổi sau khi bạn mở trang" in page
        assert "Thêm yêu cầu khắc phục" in page
        assert ">Xem lại</textarea>" in page
        assert f'value="{item}" checked' in page
        assert ">mục này</textarea>" in page
    assert state_of(scene)["status"] == "issued"
    assert sends(desk, scene, page, decision="returned", remark="Xem lại", confirm="1").status_code == 303


def test_two_supervisors_who_disagree_do_not_overwrite(scene: Scene, desk: Desk) -> None:
    second = Desk(scene.office.app.test_client()).signs_in(scene.office.hires("supervisor", "Trần Thị Hai"))
    pages = [one.opens(scene.path) for one in (desk, second)]
    assert sends(desk, scene, pages[0], decision="approved", confirm="1").status_code == 303
    answer = sends(second, scene, pages[1], decision="returned", remark="Không", confirm="1")
    assert answer.status_code == 409
    assert "“Đã phê duyệt” nên không trả lại được" in answer.get_data(as_text=True)
    assert state_of(scene)["status"] == "approved"


@pytest.mark.parametrize("decision", ["approved", "returned"])
def test_what_is_not_issued_cannot_be_decided(office: Office, client: FlaskClient, decision: str) -> None:
    scene = scene_of(office, client, issued=False)
    desk = Desk(office.app.test_client()).signs_in(scene.supervisor)
    page = desk.opens(scene.path)
    assert "review-form" not in page
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    data = {"csrf_token": token, "decision": decision, "remark": "x", "seen": "999999", "confirm": "1"}
    answer = desk.client.post(f"{scene.path}/review", data=data)
    assert answer.status_code == 409
    assert "“Đang kiểm tra”" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"decision": "approve"}, 400), ({"decision": ""}, 400), ({"seen": ""}, 400), ({"seen": "-1"}, 400), ({"seen": "²"}, 400),
        ({"seen": "9" * 300}, 400), ({"remark": "x" * 4001}, 400), ({"decision": "returned", "finding": ["không có"]}, 409),
        ({"decision": "returned", "finding": ["' OR 1=1"], "remark": "x"}, 409),
    ],
)  # fmt: skip
def test_a_form_made_by_hand_gets_a_problem(scene: Scene, desk: Desk, given: dict[str, Any], status: int) -> None:
    answer = sends(desk, scene, **{"decision": "approved", "confirm": "1", **given})
    assert answer.status_code == status
    assert "<h1>" in answer.get_data(as_text=True)
    assert state_of(scene)["status"] == "issued"


@pytest.mark.parametrize("role", ["inspector", "team_leader", "clerk"])
def test_only_supervisors_decide(scene: Scene, role: str) -> None:
    desk = Desk(scene.office.app.test_client()).signs_in(scene.office.hires(role))
    token = re.findall(r'name="csrf_token" value="([^"]+)"', desk.opens("/"))[0]
    data = {"csrf_token": token, "decision": "approved", "seen": "999999", "confirm": "1"}
    assert desk.client.post(f"{scene.path}/review", data=data).status_code == 403
    assert state_of(scene)["status"] == "issued"


def test_a_remark_with_hostile_text_stays_text(scene: Scene, desk: Desk) -> None:
    said = "'; DROP TABLE document; -- <b>{{ 7*7 }}</b>\x07 ả"
    page = sends(desk, scene, decision="returned", remark=said).get_data(as_text=True)
    assert "<b>{{" not in page
    assert sends(desk, scene, page).status_code == 303
    assert state_of(scene)["review"]["remark"] == "'; DROP TABLE document; -- <b>{{ 7*7 }}</b> ả"
    assert "&lt;b&gt;{{ 7*7 }}&lt;/b&gt;" in desk.opens(scene.path)


def test_the_journal_stays_whole(scene: Scene, desk: Desk) -> None:
    sends(desk, scene, decision="approved", confirm="1")
    with scene.office.app.app_context():
        session: Session = db.session()
        assert journal.verify(session).is_whole


def test_whoever_was_slower_sees_both_decisions(scene: Scene, desk: Desk) -> None:
    second = Desk(scene.office.app.test_client()).signs_in(scene.office.hires("supervisor", "Trần Thị Hai"))
    item = scene.site.finding_id("FU11")
    old = second.opens(scene.path)
    page = desk.opens(scene.path)
    assert sends(desk, scene, page, decision="returned", remark="Chụp lại", confirm="1").status_code == 303
    answer = sends(second, scene, old, decision="returned", remark="Bổ sung số đo", finding=[item], **{f"remark-{item}": "đo lại"})  # fmt: skip
    said = answer.get_data(as_text=True)
    assert answer.status_code == 409
    for part in (
        "Quyết định của bạn",
        "Bổ sung số đo",
        "đo lại",
        "Quyết định đã ghi</b> – Nguyễn Thanh Bình",
        "Chụp lại",
    ):
        assert part in said, part
    assert state_of(scene)["review"]["remark"] == "Chụp lại"


def test_what_waits_is_decided_on_the_inspections_page(scene: Scene, desk: Desk) -> None:
    late = scene.tablet.op("finding", scene.site.finding_id("FU11"), "patch", scene.site.scope, {"note": "ghi muộn"},
                           base={"note": ""}, parent=scene.site.inspection)  # fmt: skip
    assert scene.tablet.one(late)["status"] == "held"
    page = desk.opens(f"{scene.path}?queue=")
    (action,) = set(re.findall(r'action="(/quarantine/[^"]+/decision)"', page))
    asked = desk.sends(page, action, decision="release", reason="Đã hỏi lại đoàn").get_data(as_text=True)
    assert f'href="{scene.path}?queue="' in asked, "the way back"
    done = desk.sends(asked, action)
    assert (done.status_code, done.headers["Location"]) == (303, f"{scene.path}?queue=")
    assert "Dữ liệu chờ xử lý" not in desk.opens(scene.path)
