"""Verdicts computed again: silent where all agree, named value by value where a record or the signed minutes differ."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.db.documents import Document
from server.db.users import User
from server.extensions import db
from server.services import inspection_view
from server.services.recomputed import Check
from tests.builders import Office
from tests.server.pages.scene import Desk, Scene, scene_of


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """An issued inspection with one measurement, FU14."""
    return scene_of(office, client)


def measured(scene: Scene) -> str:
    """The measurement's id."""
    return scene.site.finding_id("FU14", scene.site.instrument)


def check_of(scene: Scene) -> Check:
    """What the page says of the measurement."""
    with scene.office.app.app_context():
        session = db.session()
        user = session.get_one(User, scene.supervisor.id)
        found = inspection_view.page(session, scene.site.inspection, user, date(2021, 8, 6)).checks
        assert list(found) == [measured(scene)], "only what is measured is computed"
        return found[measured(scene)]


def rewrites(scene: Scene, kind: str, id: str, **more: Any) -> None:
    """Put other words into a document, as an older server or a hand in the database might have."""
    with scene.office.transaction() as session:
        row = session.get_one(Document, (kind, id))
        row.state = {**row.state, **more}


def test_where_all_agree_it_says_so_quietly(scene: Scene) -> None:
    check = check_of(scene)
    assert (check.differences, check.verdict, check.paper) == ([], "inconclusive", "01/BB-ĐKT")
    assert check.limit == "0.45 %"
    page = Desk(scene.office.app.test_client()).signs_in(scene.supervisor).opens(scene.path)
    assert "Máy chủ tính lại: chưa kết luận, khớp biên bản 01/BB-ĐKT." in page
    assert "ra kết quả khác" not in page


def test_a_recorded_verdict_that_differs_is_shown_loudly(scene: Scene) -> None:
    with scene.office.app.app_context():
        computed = db.session().get_one(Document, ("finding", measured(scene))).state["computed"]
    limit = {**computed["limit"], "value": "0.5"}
    rewrites(
        scene,
        "finding",
        measured(scene),
        computed={**computed, "verdict": "pass", "errors": ["0.45", "0.05"], "limit": limit},
    )
    said = {(d.source, d.what): (d.then, d.now) for d in check_of(scene).differences}
    assert said["Bản ghi trên máy chủ", "Kết luận của số đo"] == ("đạt", "chưa kết luận")
    assert said["Bản ghi trên máy chủ", "Giới hạn cho phép"] == ("0.5 %", "0.45 %")
    assert said["Bản ghi trên máy chủ", "Dòng 1, Sai số"][0] == "0.45"
    assert not [source for source, _ in said if source.startswith("Biên bản")], "the paper says what is computed now"
    page = Desk(scene.office.app.test_client()).signs_in(scene.supervisor).opens(scene.path)
    assert "1 số đo máy chủ tính lại ra kết quả khác" in page
    assert "Máy chủ tính lại ra kết quả khác: chưa kết luận" in page


def test_minutes_that_print_another_value_are_named(scene: Scene) -> None:
    with scene.office.app.app_context():
        paper = json.loads(db.session().get_one(Document, ("minutes", scene.minutes_id)).state["canonical"])
    for block in paper["checklists"]:
        for section in block["sections"]:
            for subject in section["subjects"]:
                for item in subject["items"]:
                    if item["key"] == "FU14":
                        item["verdict_word"] = "đạt"
                        item["table"]["rows"][1][-1] = "9.99"
    rewrites(scene, "minutes", scene.minutes_id, canonical=json.dumps(paper, ensure_ascii=False))
    said = [(d.source, d.what, d.then) for d in check_of(scene).differences]
    assert said == [
        ("Biên bản 01/BB-ĐKT", "Kết luận của số đo", "đạt"),
        ("Biên bản 01/BB-ĐKT", "Dòng 2, Sai số", "9.99"),
    ]


@pytest.mark.parametrize("canonical", ["", "{}", "[]", '{"checklists": [1], "number": {}}'])
def test_minutes_that_cannot_be_read_are_not_compared(scene: Scene, canonical: str) -> None:
    rewrites(scene, "minutes", scene.minutes_id, canonical=canonical)
    assert (check_of(scene).paper, check_of(scene).differences) == ("", [])


@pytest.mark.parametrize(
    "rows", [[{"v_fd": "x"}], [], [1, None], [{"flow_regime": "maximum", "v_pr": "20", "v_fd": "20", "v_ref": "0"}]]
)
def test_readings_of_another_time_break_nothing(scene: Scene, rows: list[Any]) -> None:
    rewrites(scene, "finding", measured(scene), rows=rows)
    Desk(scene.office.app.test_client()).signs_in(scene.supervisor).opens(scene.path)
