"""The tablet's own core against the server as it is served: records, photos and refusals, over links that break."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.storage import open_store
from tests.builders import Office, Person
from tests.contract.live import BrokenLink, LiveServer
from tests.contract.tablet.field import code_for, fills, journalled, op_ids, quarantined, reference
from tests.contract.tablet.program import PIN, TabletProgram
from tests.pictures import jpeg, sha256
from tests.server.api.wire import Site


def test_the_first_sync_brings_all_that_a_day_offline_needs(tablet: TabletProgram, office: Office, site: Site) -> None:
    office.opens_series()
    year = datetime.now(UTC).year
    tablet.does("askNumbers", "BB-ĐKT", year, 20)
    ready = tablet.does("readiness")
    assert (ready["campaigns"], ready["inspections"]) == (1, 1)
    assert ready["sites"] >= 1 <= ready["instruments"]
    assert ready["checklists"]["missing"] == ready["rules"]["missing"] == []
    assert reference() in ready["checklists"]["have"]
    assert ready["numbers"] == [{"series": "BB-ĐKT", "year": year, "left": 20}]
    assert list(tablet.states("inspection")) == [site.inspection]


def test_findings_arrive_once_and_come_back_with_what_the_server_made(
    tablet: TabletProgram, site: Site, database: Session
) -> None:
    ids = fills(tablet, site)
    assert tablet.syncs_until_done()["refused"] == 0
    assert journalled(database, op_ids(tablet)) == op_ids(tablet)
    shown = tablet.states("finding")
    assert set(shown) == set(ids)
    for id in ids:
        assert shown[id] == database.get_one(Document, ("finding", id)).state
        assert "computed" in shown[id]
    assert all(row["state"] == "kept" and row["result"]["status"] == "applied" for row in tablet.ops())


@pytest.mark.parametrize("fault", ["lost", "half"])
def test_a_lost_answer_doubles_nothing(tablet: TabletProgram, site: Site, database: Session, fault: str) -> None:
    ids = fills(tablet, site)
    tablet.does("troubles", {"ordered": [{"path": "/sync/push", "fault": fault, "times": 3}]})
    waiting = tablet.syncs()
    assert (waiting["state"], waiting["waiting"]["records"]) == ("offline", 10)
    tablet.does("patch", "finding", ids[0], {"note": "sửa lúc chờ"}, {})
    tablet.syncs_until_done()
    assert len(op_ids(tablet)) == 11
    assert journalled(database, op_ids(tablet)) == op_ids(tablet)
    assert quarantined(database, op_ids(tablet)) == []
    assert tablet.states("finding")[ids[0]]["note"] == "sửa lúc chờ"


@pytest.mark.parametrize("seed", range(3))
def test_whatever_breaks_by_chance_everything_arrives_once(
    tablet: TabletProgram, site: Site, database: Session, blob_url: str, seed: int
) -> None:
    """Acceptance 1: a third of all requests fails before, in the middle or after; each photo and finding is there once."""
    photo = jpeg((900, 700))
    tablet.does("troubles", {"rate": 0.33, "seed": seed})
    for n in range(4):
        ids = fills(tablet, site, 4 + n)
        tablet.does("patch", "finding", ids[n], {"note": f"Lần {n} – {seed}"}, {})
        tablet.photographs(site.inspection, ids[n], photo)
        tablet.syncs()
    tablet.does("troubles", {"rate": 0})
    tablet.syncs_until_done()
    assert journalled(database, op_ids(tablet)) == op_ids(tablet)
    assert quarantined(database, op_ids(tablet)) == []
    shown = {**tablet.states("finding"), **tablet.states("photo")}
    stored = database.scalars(select(Document).where(Document.parent == site.inspection)).all()
    assert {d.id: d.state for d in stored} == shown
    assert [d.state["status"] for d in stored if d.kind == "photo"] == ["complete"] * 4
    with open_store(blob_url).open(sha256(photo)) as file:
        assert file.read() == photo


def test_a_photo_over_a_link_that_is_cut_resumes(
    tablet_of: Callable[..., TabletProgram], live: LiveServer, office: Office, leader: Person, site: Site,
    blob_url: str,
) -> None:  # fmt: skip
    """Acceptance 3: bit-identical, and of what was sent only the chunk that was cut comes again."""
    photo = jpeg((2400, 1800))
    link = BrokenLink(live.port, [len(photo) // 4, len(photo) // 3, len(photo) // 5], is_rude=True)
    tablet = tablet_of(link.url)
    try:
        tablet.enrols(code_for(office, leader))
        tablet.syncs()
        tablet.photographs(site.inspection, None, photo)
        tablet.syncs_until_done()
        assert link.cuts == []
        [kept] = tablet.does("photos")
        assert (kept["state"], kept["hasBytes"]) == ("complete", True)  # no backup has them yet
    finally:
        tablet.ends()
        link.close()
    with open_store(blob_url).open(sha256(photo)) as file:
        assert file.read() == photo


def test_refused_work_stays_with_the_servers_words_and_the_rest_arrives(
    tablet: TabletProgram, site: Site, database: Session
) -> None:
    """Acceptance 2 and 18."""
    fills(tablet, site, 3)
    tablet.does("create", "finding", {"scope": site.scope, "parent": site.inspection, "set": {
        "inspection_id": site.inspection, "checklist": "fuel-dispenser", "item": "FU02", "ordinal": 0, "answer": "conforming"}})  # fmt: skip
    fills(tablet, site, 6)
    assert tablet.syncs_until_done()["refused"] == 1
    [notice] = tablet.does("notices")
    assert (notice["why"], notice["code"]) == ("quarantined", "bad_answer_id")
    assert "không khớp" in notice["detail"]
    assert quarantined(database, op_ids(tablet)) == ["bad_answer_id"]
    assert len(journalled(database, op_ids(tablet))) == 6
    tablet.does("restart")
    tablet.does("open", tablet.does("people")[0]["device"], PIN)
    assert len(tablet.does("notices")) == 1
    refused = tablet.does("document", "finding", notice["id"])
    assert (refused["refused"], refused["state"]["answer"]) == (1, "conforming")  # still shown to who entered it


def test_two_tablets_at_one_station(
    tablet: TabletProgram, tablet_of: Callable[..., TabletProgram], office: Office, leader: Person, site: Site
) -> None:
    """Acceptance 13: different fields merge, the same field shows both values until somebody decides."""
    other = tablet_of()
    other.enrols(code_for(office, leader))
    other.syncs()
    for one, note in ((tablet, "Kẹp chì đứt"), (other, "Kẹp chì còn")):
        one.does("answer", site.inspection, reference(), "FU02", {"note": note})
    other.does("answer", site.inspection, reference(), "FU02", {"answer": "nonconforming"})
    tablet.syncs_until_done()
    assert other.syncs_until_done()["conflicts"] == 1
    tablet.syncs_until_done()
    [finding] = tablet.does("documents", "finding")
    assert [finding] == other.does("documents", "finding")
    assert (finding["state"]["answer"], finding["state"]["note"]) == ("nonconforming", "Kẹp chì đứt")
    [loser] = finding["state"]["conflicts"]["note"]
    assert loser["value"] == "Kẹp chì còn"
    assert loser["kept"] == {"actor": loser["actor"], "at": loser["kept"]["at"]}  # one person on two tablets
    assert loser["kept"]["at"] <= loser["at"]
    tablet.does("resolve", "finding", finding["id"], "note", "Kẹp chì đứt, đã niêm phong lại", [loser["op_id"]])
    tablet.syncs_until_done()
    assert other.syncs_until_done()["conflicts"] == 0
    assert other.states("finding")[finding["id"]]["note"] == "Kẹp chì đứt, đã niêm phong lại"


def test_a_revoked_tablet_still_delivers(tablet: TabletProgram, office: Office, site: Site, database: Session) -> None:
    """Acceptance 19: what it still holds goes to quarantine, and it is told so."""
    from server.db.devices import Device

    fills(tablet, site, 2)
    with office.transaction() as session:
        device = session.get_one(Device, tablet.does("meta", "identity")["server_device"])
        device.revoked_at = datetime.now(UTC)
    status = tablet.syncs()
    assert (status["state"], status["reason"], status["waiting"]["records"]) == ("failed", "revoked", 0)
    assert quarantined(database, op_ids(tablet)) == ["revoked_device"] * 2
    assert {notice["why"] for notice in tablet.does("notices")} == {"quarantined"}
