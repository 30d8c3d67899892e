"""A suspended instrument says so at every later visit, whichever campaign suspended it, until it is released."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.db import documents
from server.services import ledger, minutes
from tests.builders import Office
from tests.server.api.wire import Wire, new_id
from tests.server.pages.scene import Desk, Scene, scene_of


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    return scene_of(office, client, issued=False)


def measures(scene: Scene, type: str, at: str, **more: Any) -> str:
    """The team records a suspension or a release of the station's instrument."""
    id, site = new_id(), scene.site
    state = {"inspection_id": site.inspection, "instrument_id": site.instrument, "type": type, "serials": [], "reason": "Vượt sai số",
             "at": at, **more}  # fmt: skip
    op = scene.tablet.op("measure", id, "create", site.scope, state, parent=site.inspection)
    assert scene.tablet.one(op)["status"] == "applied"
    return id


def suspensions(scene: Scene) -> list[dict[str, Any]]:
    with scene.office.transaction() as session:
        instrument = documents.get(session, "instrument", scene.site.instrument)
        assert instrument is not None
        return list(instrument.state.get("suspensions") or [])


def test_a_suspension_stands_on_the_instrument_until_it_is_released(scene: Scene) -> None:
    id = measures(scene, "suspend", "2021-08-05T10:00:00+07:00")
    assert suspensions(scene) == [{"measure_id": id, "inspection_id": scene.site.inspection,
                                   "at": "2021-08-05T10:00:00+07:00", "reason": "Vượt sai số", "paper": None}]  # fmt: skip
    measures(scene, "seal", "2021-08-05T10:05:00+07:00")
    assert len(suspensions(scene)) == 1
    measures(scene, "resume", "2021-08-20T10:00:00+07:00")
    assert suspensions(scene) == []


def test_a_release_that_comes_first_counts_all_the_same(scene: Scene) -> None:
    suspended = new_id()
    measures(scene, "resume", "2021-08-20T10:00:00+07:00", follows=suspended)
    site = scene.site
    state = {"inspection_id": site.inspection, "instrument_id": site.instrument, "type": "suspend", "serials": [],
             "reason": "Vượt sai số", "at": "2021-08-05T10:00:00+07:00"}  # fmt: skip
    scene.tablet.one(scene.tablet.op("measure", suspended, "create", site.scope, state, parent=site.inspection))
    assert suspensions(scene) == []


def test_it_names_the_paper_that_lists_it_while_that_stands(scene: Scene) -> None:
    measures(scene, "suspend", "2021-08-05T10:00:00+07:00")
    issued = scene.issues()
    assert [each["paper"] for each in suspensions(scene)] == ["Biên bản số 01/BB-ĐKT"]
    with scene.office.transaction() as session:
        minutes.void(session, issued, "In hỏng", actor=scene.leader.id, now=datetime.now(UTC))
    assert [each["paper"] for each in suspensions(scene)] == [None]


def test_a_measure_that_comes_after_its_paper_names_it_too(scene: Scene) -> None:
    id = new_id()
    with scene.office.transaction() as session:
        canonical = json.dumps({"number": {"text": "07/BB-ĐKT"}, "measures": [{"id": id}]})
        state = {"form": "inspection", "status": "issued", "series": "BB-ĐKT", "year": 2021, "number": 7,
                 "canonical": canonical, "issued_at": "2021-08-05T11:00:00+07:00"}  # fmt: skip
        paper = ledger.change(session, "minutes", new_id(), scene.site.scope, state,
                              actor=scene.leader.id, parent=scene.site.inspection)  # fmt: skip
        ledger.record(session, [paper], datetime.now(UTC))
    site = scene.site
    measure = {"inspection_id": site.inspection, "instrument_id": site.instrument, "type": "suspend", "serials": [], "reason": "Vượt sai số",
               "at": "2021-08-05T10:00:00+07:00"}  # fmt: skip
    scene.tablet.one(scene.tablet.op("measure", id, "create", site.scope, measure, parent=site.inspection))
    assert [each["paper"] for each in suspensions(scene)] == ["Biên bản số 07/BB-ĐKT"]


def test_another_campaigns_tablet_and_page_see_it(scene: Scene) -> None:
    measures(scene, "suspend", "2021-08-05T10:00:00+07:00")
    other = scene.office.hires("team_leader", "Đỗ Văn Khác")
    campaign = scene.office.opens_campaign(other, (), establishments=[scene.site.establishment])
    later = scene.office.plans_inspection(campaign, scene.site.establishment, other)
    wire = Wire(scene.client, scene.office.enrols(other, "Máy 3"))
    pulled = [i for i in wire.pull() if i["kind"] == "instrument" and i["id"] == scene.site.instrument]
    assert len(pulled[0]["state"]["suspensions"]) == 1
    page = Desk(scene.office.app.test_client()).signs_in(scene.supervisor).opens(f"/inspections/{later}")
    assert "Phương tiện đang bị tạm dừng sử dụng" in page
    assert "cuộc kiểm tra khác" in page


def test_a_tablet_cannot_lift_it_by_writing_the_field(scene: Scene) -> None:
    measures(scene, "suspend", "2021-08-05T10:00:00+07:00")
    site = scene.site
    op = scene.tablet.op("instrument", site.instrument, "patch", f"area:{'07213'}", {"suspensions": []}, base_rev=1,
                         parent=site.establishment)  # fmt: skip
    scene.tablet.one(op)
    assert len(suspensions(scene)) == 1


def test_a_deleted_measure_suspends_nothing(scene: Scene) -> None:
    id = measures(scene, "suspend", "2021-08-05T10:00:00+07:00")
    op = scene.tablet.op("measure", id, "delete", scene.site.scope, {}, base_rev=1, parent=scene.site.inspection)
    assert scene.tablet.one(op)["status"] == "applied"
    assert suspensions(scene) == []
