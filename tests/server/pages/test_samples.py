"""Samples on the office's pages: where they are, handing them over, what a laboratory said; nothing is ever lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.db import documents
from server.errors import Problem
from server.extensions import db
from server.services import journal, work_calendar
from tests.builders import Office
from tests.server.api.wire import Wire, new_id
from tests.server.pages.scene import NASTY, Desk, Scene, scene_of

LONG_AGO = "2026-02-02T09:40:00+07:00"
RESULT: dict[str, Any] = {
    "laboratory": "Trung tâm Kỹ thuật 1", "report_number": "0123/KQ", "report_on": "2026-02-20", "conclusion": "nonconforming",
    "test-name": ["Trị số ốc tan (RON)", "Hàm lượng lưu huỳnh", ""], "test-method": ["TCVN 2703", "", ""],
    "test-value": ["93.1", "8", ""], "test-unit": ["", "mg/kg", ""], "test-requirement": ["95", "10", ""],
    "test-conclusion": ["nonconforming", "conforming", "not_stated"], "statement": f"Mẫu không phù hợp. {NASTY}",
}  # fmt: skip


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """An inspection in progress."""
    return scene_of(office, client, issued=False)


@pytest.fixture
def desk(scene: Scene) -> Desk:
    """Its supervisor, signed in."""
    return Desk(scene.office.app.test_client()).signs_in(scene.supervisor)


def takes(scene: Scene, *seals: str, **more: Any) -> str:
    """The team takes a sample; returns its id."""
    id, site = new_id(), scene.site
    said = {"inspection_id": site.inspection, "product": "Xăng RON 95-III", "code": "M-01", "taken_at": LONG_AGO, "quantity": "3",
            "unit": "L", "instrument_id": site.instrument, "place": "Vòi 1",
            "portions": {"1": {"purpose": "test", "quantity": "1", "unit": "L", "seals": list(seals), "holder": "Đoàn"},
                         "2": {"purpose": "retained_site", "quantity": "1", "unit": "L", "seals": [], "holder": NASTY}}}  # fmt: skip
    result = scene.tablet.one(
        scene.tablet.op("sample", id, "create", site.scope, {**said, **more}, parent=site.inspection)
    )
    assert result["status"] == "applied", result
    return id


def state_of(scene: Scene, id: str) -> dict[str, Any]:
    """The sample's present state."""
    with scene.office.app.app_context():
        found = documents.get(db.session(), "sample", id)
        assert found is not None
        return dict(found.state)


def results_in(scene: Scene) -> list[dict[str, Any]]:
    """Every version of every laboratory result."""
    with scene.office.app.app_context():
        return [d.state for d in documents.of_kind(db.session(), "lab_result")]


def hands_over(scene: Scene, desk: Desk, id: str, **more: Any) -> Any:
    """Fill in the form of the custody, confirm it, return the last answer."""
    path = f"/samples/{id}"
    given = {
        "type": "handed_over",
        "at": "2026-02-05T08:00",
        "from": "Lê Quốc Lượng",
        "to": "Trung tâm 1",
        "document": "05/PGM",
    }
    asked = desk.sends(desk.opens(path), f"{path}/custody", **{**given, **more})
    return asked if asked.status_code != 200 else desk.sends(asked.get_data(as_text=True), f"{path}/custody")


def reports(desk: Desk, id: str, query: str = "", **more: Any) -> Any:
    """Fill in the form of a result, confirm it, return the last answer."""
    path = f"/samples/{id}/result"
    asked = desk.sends(desk.opens(path + query), path, **{**RESULT, **more})
    if asked.status_code != 200:
        return asked
    page = asked.get_data(as_text=True)
    tests = {
        f"test-{name}": RESULT[f"test-{name}"][:2]
        for name in ("name", "method", "value", "unit", "requirement", "conclusion")
    }
    return desk.sends(page, path, **tests)


def test_a_sample_from_the_field_to_its_result(scene: Scene, desk: Desk) -> None:
    id = takes(scene, "NP-0101", "NP-0102")
    page = desk.opens("/samples")
    assert "Xăng RON 95-III" in page
    assert "Chờ bàn giao" in page
    assert "Quá hạn gửi thử nghiệm: chậm nhất 09/02/2026" in page
    assert "NP-0101" in desk.opens(scene.path)

    done = hands_over(scene, desk, id)
    assert (done.status_code, done.headers["Location"]) == (303, f"/samples/{id}")
    event = {"type": "handed_over", "at": "2026-02-05T08:00:00+07:00", "from": "Lê Quốc Lượng", "to": "Trung tâm 1",
             "document": "05/PGM", "recorded_by": scene.supervisor.id}  # fmt: skip
    assert state_of(scene, id)["custody"] == [event]
    assert hands_over(scene, desk, id).status_code == 303
    assert "đã được ghi từ trước" in desk.opens(f"/samples/{id}")
    assert len(state_of(scene, id)["custody"]) == 1
    assert "Chờ kết quả <b>1</b>" in desk.opens("/samples")

    assert reports(desk, id).status_code == 303
    page = desk.opens(f"/samples/{id}")
    assert "Phiếu kết quả số 0123/KQ, ngày 20/02/2026" in page
    assert "93,1" in page
    assert "<script>alert" not in page
    [said] = results_in(scene)
    assert [test["name"] for test in said["tests"]] == ["Trị số ốc tan (RON)", "Hàm lượng lưu huỳnh"]
    assert (said["sample_id"], said["entered_by"], said["replaces"]) == (id, scene.supervisor.id, None)
    assert "Đã có kết quả <b>1</b>" in desk.opens("/samples?q=np-%200101")

    scene.tablet.pull()
    assert [d for (kind, _), d in scene.tablet.documents.items() if kind == "lab_result"], "the team sees it too"
    with scene.office.app.app_context():
        assert journal.verify(db.session()).is_whole


def test_a_correction_stands_beside_the_old_version(scene: Scene, desk: Desk) -> None:
    id = takes(scene, "NP-1")
    reports(desk, id)
    assert "đã được nhập cho mẫu" in reports(desk, id, conclusion="conforming").get_data(as_text=True)
    with scene.office.app.app_context():
        [old] = documents.of_kind(db.session(), "lab_result")
        first = old.id
    form = desk.opens(f"/samples/{id}/result?replaces={first}")
    assert 'value="93.1"' in form
    refused = reports(desk, id, f"?replaces={first}", conclusion="conforming")
    assert "Phải ghi lý do đính chính." in refused.get_data(as_text=True)
    assert reports(desk, id, f"?replaces={first}", conclusion="conforming", reason="Chép nhầm").status_code == 303
    again = reports(desk, id, f"?replaces={first}", conclusion="not_stated", reason="Người khác cũng sửa")
    assert again.status_code == 409
    assert "vừa được đính chính" in again.get_data(as_text=True)
    page = desk.opens(f"/samples/{id}")
    assert "Đính chính: Chép nhầm" in page
    assert "Đã được đính chính bằng bản mới hơn" in page
    assert sorted(r["conclusion"] for r in results_in(scene)) == ["conforming", "nonconforming"]


def test_custody_and_results_come_after_issue_and_what_was_taken_stays(scene: Scene, desk: Desk) -> None:
    id = takes(scene, "NP-1")
    paper = scene.issues("sampling")
    with scene.office.app.app_context():
        minutes = documents.get(db.session(), "minutes", paper)
        assert minutes is not None
        assert minutes.state["freezes"] == [id]
        [row] = json.loads(minutes.state["canonical"])["samples"]
        assert (row["name"], row["portions"][0]["seals"]) == ("Xăng RON 95-III", "NP-1")
    scene.issues()
    before = state_of(scene, id)
    late = scene.tablet.op(
        "sample", id, "patch", scene.site.scope, {"product": "Dầu"}, base={"product": before["product"]}
    )
    assert scene.tablet.one(late)["code"] == "after-issue"
    event = {"type": "sealed", "at": LONG_AGO}
    added = scene.tablet.one(scene.tablet.op("sample", id, "patch", scene.site.scope, {"custody": [event]}))
    assert added["status"] == "applied"
    assert hands_over(scene, desk, id).status_code == 303
    assert reports(desk, id).status_code == 303
    now = state_of(scene, id)
    assert [e["type"] for e in now["custody"]] == ["sealed", "handed_over"]
    assert {**now, "custody": None, "warnings": None} == {**before, "custody": None, "warnings": None}
    page = desk.opens(f"/samples/{id}")
    assert "01/BB-ĐKT (PDF)" in page


def test_a_seal_used_twice_is_shown_on_both_sides(scene: Scene, desk: Desk) -> None:
    first, second = takes(scene, "NP-7"), takes(scene, "np 7", code="M-02")
    for id in (first, second):
        assert "Số niêm phong" in (page := desk.opens(f"/samples/{id}"))
        assert "còn ghi ở nơi khác" in page
    measured = takes(scene, "NP-014", code="M-03")
    assert "niêm phong phương tiện đo" in desk.opens(f"/samples/{measured}")
    assert state_of(scene, first)["portions"]["1"]["seals"] == ["NP-7"], "both stay as they were recorded"


def test_the_time_to_send_a_sample_runs_on_working_days(scene: Scene, desk: Desk) -> None:
    takes(scene, "NP-1")
    old = takes(scene, "NP-2", taken_at="2025-12-01T08:00:00+07:00")
    page = desk.opens("/samples")
    assert "chậm nhất 09/02/2026" in page
    assert "chưa nhập ngày nghỉ của năm" in page
    holiday = work_calendar.Entry.of("2026-02-09", "2026-02-10", "off", "Nghỉ Tết", "TB 1/TB-VPCP")
    with scene.office.transaction() as session:
        work_calendar.add(session, holiday, actor=scene.supervisor.id, now=datetime.now(UTC))
    page = desk.opens("/samples")
    assert "chậm nhất 11/02/2026" in page
    assert "chưa nhập ngày nghỉ" not in page
    assert "Gửi thử nghiệm chậm nhất" not in desk.opens(f"/samples/{old}"), "no law of that day was seen"


def test_two_holders_of_one_portion_are_settled_on_the_page(scene: Scene, desk: Desk) -> None:
    id = takes(scene, "NP-1")
    other = Wire(scene.client, scene.office.enrols(scene.member, "Máy tính bảng 3"))
    old = state_of(scene, id)["portions"]
    for tablet, holder in ((scene.tablet, "Trưởng đoàn"), (other, "Thư ký")):
        said = {"portions": {**old, "1": {**old["1"], "holder": holder}}}
        tablet.one(tablet.op("sample", id, "patch", scene.site.scope, said, base={"portions": old}))
    page = desk.opens(scene.path)
    assert "Phần mẫu 1" in page
    for holder in ("Trưởng đoàn", "Thư ký"):
        assert holder in page
    [(path, rivals)] = state_of(scene, id)["conflicts"].items()
    action = f"/conflicts/sample/{id}"
    done = desk.sends(desk.opens(action), action, choice=rivals[0]["op_id"])
    assert done.status_code == 303, done.get_data(as_text=True)
    state = state_of(scene, id)
    assert (path, state["portions"]["1"]["holder"], state["conflicts"]) == ("portions.1", "Thư ký", {})


TOMORROW = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%d")
WRONG_EVENTS = [
    ({"type": "lost"}, "Hãy chọn việc giao nhận."),
    ({"at": ""}, "phải có ngày và giờ"),
    ({"at": "2026-02-31T08:00"}, "phải có ngày và giờ"),
    ({"at": f"{TOMORROW}T08:00"}, "ở tương lai"),
    ({"to": " "}, "phải ghi bên nhận"),
    ({"type": "note", "condition": ""}, "phải có nội dung"),
    ({"portion": "9", "confirm": "1"}, "không có phần này"),
    ({"document": "x" * 501}, "dài tối đa 500"),
]
WRONG_RESULTS: list[tuple[dict[str, Any], str]] = [
    ({"laboratory": ""}, "Nơi thử nghiệm: không được để trống."),
    ({"report_on": TOMORROW}, "ở tương lai"),
    ({"report_on": "20/02/2026"}, "ngày có thật"),
    ({"conclusion": "đạt"}, "Hãy chọn kết luận"),
    ({"test-value": ["", "8", ""]}, "dòng 1: phải có tên chỉ tiêu và kết quả"),
    ({"test-name": ["x" * 501, "b", ""]}, "dòng 1: mỗi ô"),
    ({"photo": "no-photo", "confirm": "1"}, "không thuộc cuộc kiểm tra này"),
    ({"statement": "x" * 4001}, "dài tối đa 4000"),
]


def test_a_wrong_form_gets_a_sentence_and_keeps_what_was_typed(scene: Scene, desk: Desk) -> None:
    id = takes(scene, "NP-1")
    for given, sentence in WRONG_EVENTS:
        answer = hands_over(scene, desk, id, **given)
        assert answer.status_code == 400, given
        assert sentence in (page := answer.get_data(as_text=True)), given
        assert "to" in given or 'value="Trung tâm 1"' in page
    for said, sentence in WRONG_RESULTS:
        answer = desk.sends(desk.opens(f"/samples/{id}/result"), f"/samples/{id}/result", **{**RESULT, **said})
        assert answer.status_code == 400, said
        assert sentence in (page := answer.get_data(as_text=True)), said
        assert 'value="mg/kg"' in page
    assert state_of(scene, id).get("custody") in (None, [])
    assert results_in(scene) == []


def test_who_is_not_on_the_team_sees_no_sample(scene: Scene) -> None:
    id = takes(scene, "NP-1")
    stranger = Desk(scene.office.app.test_client()).signs_in(scene.office.hires())
    assert "Chưa có mẫu nào" in stranger.opens("/samples")
    for path in (f"/samples/{id}", f"/samples/{id}/result"):
        stranger.opens(path, 404)
    member = Desk(scene.office.app.test_client()).signs_in(scene.member)
    assert hands_over(scene, member, id).status_code == 303


@pytest.mark.parametrize("query", ["?stage=x&page=-1", "?page=" + "9" * 30, "?q=%3Cscript%3E", "?q=" + "a" * 5000])
def test_an_odd_question_gets_the_list(scene: Scene, desk: Desk, query: str) -> None:
    takes(scene)
    assert "<script>" not in desk.opens(f"/samples{query}")


def test_a_notice_tells_each_result_once_and_a_correction_anew(scene: Scene, desk: Desk) -> None:
    id = takes(scene, "NP-1")
    scene.office.opens_series("TB-SKHCN")
    for form in ("sampling", "inspection"):
        scene.issues(form)
    with pytest.raises(Problem, match="Không còn mẫu hoặc kết quả"):
        scene.issues("result_notice")
    reports(desk, id)
    first = rows_of(scene, scene.issues("result_notice"))
    assert [(row["report_number"], row["conclusion"]) for row in first] == [("0123/KQ", "nonconforming")]
    with pytest.raises(Problem, match="Không còn mẫu hoặc kết quả"):
        scene.issues("result_notice")
    reports(desk, id, f"?replaces={first[0]['id']}", conclusion="conforming", reason="Chép nhầm")
    assert [row["conclusion"] for row in rows_of(scene, scene.issues("result_notice"))] == ["conforming"]
    with pytest.raises(Problem, match="Không còn mẫu hoặc kết quả"):
        scene.issues("sampling")


def rows_of(scene: Scene, minutes_id: str) -> list[dict[str, Any]]:
    """The results that a paper lists."""
    with scene.office.app.app_context():
        paper = documents.get(db.session(), "minutes", minutes_id)
        assert paper is not None
        rows: list[dict[str, Any]] = json.loads(paper.state["canonical"])["results"]
        assert paper.state["freezes"] == [row["id"] for row in rows]
        return rows
