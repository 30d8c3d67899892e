"""What two requests do to each other on an engine that lets them run at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from server.db import documents
from server.db.devices import Device
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.security.keys import server_key
from server.services import ledger, minutes, numbers, push
from tests.builders import Office
from tests.pictures import jpeg, sha256
from tests.server.api.tus_wire import CHUNK, UPLOADS, metadata
from tests.server.api.wire import AT, Site, Wire, new_id, site_of

PHOTO = jpeg((64, 48))
YEAR = datetime.now(UTC).year
Start = Callable[[Callable[[], Any]], "Future[Any]"]


@pytest.fixture
def leader(office: Office, app: Flask) -> Wire:
    """A leader's tablet."""
    return Wire(app.test_client(), office.enrols(office.hires("team_leader")))


@pytest.fixture
def site(office: Office, leader: Wire) -> Site:
    """A planned inspection."""
    return site_of(office, leader.kit.user)


@pytest.fixture
def start(app: Flask) -> Iterator[Start]:
    """Begin another request while ours is open; it runs until it must wait for us."""
    with ThreadPoolExecutor(2) as pool:

        def begin(work: Callable[[], Any]) -> Future[Any]:
            future = pool.submit(work)
            time.sleep(0.4)
            return future

        yield begin


def pushed(session: Session, tablet: Wire, *ops: Any) -> list[str]:
    """Push inside a transaction that is still open."""
    return [r["status"] for r in push.push(session, tablet.kit.device_id, ops, datetime.now(UTC))["results"]]


def photo_of(tablet: Wire, site: Site) -> dict[str, Any]:
    """The record of a photo."""
    said = {"inspection_id": site.inspection, "finding_id": None, "purpose": "evidence", "sha256": sha256(PHOTO),
            "size": len(PHOTO), "media_type": "image/jpeg", "taken_at": AT, "position": None, "original_sha256": None}  # fmt: skip
    return tablet.op("photo", new_id(), "create", site.scope, said, parent=site.inspection)


def test_record_and_bytes_that_come_at_once_end_complete(
    app: Flask, office: Office, leader: Wire, site: Site, start: Start, database: Session
) -> None:
    """The bytes are finished while the record's push is not yet committed (I13)."""
    op = photo_of(leader, site)

    def upload() -> int:
        named = metadata(photo_id=op["id"], sha256=sha256(PHOTO), filetype="image/jpeg")
        headers = {**leader.kit.headers, "Tus-Resumable": "1.0.0", "Content-Type": CHUNK, "Upload-Metadata": named,
                   "Upload-Length": str(len(PHOTO))}  # fmt: skip
        return app.test_client().post(UPLOADS, data=PHOTO, headers=headers).status_code

    with office.transaction() as session:
        assert pushed(session, leader, op) == ["applied"]
        uploading = start(upload)
    assert uploading.result() == 201
    photo = documents.get(database, "photo", op["id"])
    assert photo is not None
    assert photo.state["status"] == "complete"


def test_a_child_that_came_while_its_parent_was_pushed_is_not_left_behind(
    app: Flask, office: Office, leader: Wire, site: Site, start: Start, database: Session
) -> None:
    parent = leader.op(
        "inspection", new_id(), "create", site.scope, documents_state(database, site), parent=site.campaign
    )
    member = Wire(app.test_client(), office.enrols(leader.kit.user))
    signature = {"inspection_id": parent["id"], "role": "representative", "name": "Trần Thị Bán", "title": "Cửa hàng trưởng",
                 "outcome": "ink", "reason": None, "witness": None, "strokes": [], "signed_at": AT}  # fmt: skip
    child = member.op("signature", new_id(), "create", site.scope, signature, parent=parent["id"])
    with office.transaction() as session:
        assert pushed(session, member, child) == ["held"]
        pushing = start(lambda: leader.one(parent))
    assert pushing.result()["status"] == "applied"
    assert documents.get(database, "signature", child["id"]) is not None


def documents_state(session: Session, site: Site) -> dict[str, Any]:
    """What a tablet says of a new inspection like the planned one."""
    planned = documents.get(session, "inspection", site.inspection)
    assert planned is not None
    wanted = ("campaign_id", "establishment_id", "checklists", "rules", "planned_on", "lead_user_id")
    state = {name: planned.state[name] for name in wanted}
    session.rollback()
    return state


def test_a_returned_run_is_leased_once(office: Office, leader: Wire, app: Flask, start: Start) -> None:
    series = office.opens_series()
    body = {"series": series, "year": YEAR, "count": 5}
    lease = leader.post("/leases", body).get_json()
    assert leader.post(f"/leases/{lease['id']}/return", {"first_unused": lease["from"]}).status_code == 200
    other = Wire(app.test_client(), office.enrols(office.hires("team_leader")))
    with office.transaction() as session:
        device = session.get_one(Device, leader.kit.device_id)
        mine = numbers.grant(session, device, series, YEAR, 5, datetime.now(UTC))
        taken = {*range(mine.first, mine.last + 1)}
        asking = start(lambda: other.post("/leases", body).get_json())
    theirs = asking.result()
    assert taken == {1, 2, 3, 4, 5}
    assert taken.isdisjoint(range(theirs["from"], theirs["to"] + 1))


def test_first_numbers_of_a_year_asked_for_at_once_differ(
    office: Office, leader: Wire, app: Flask, start: Start
) -> None:
    series = office.opens_series()
    other = Wire(app.test_client(), office.enrols(office.hires("team_leader")))
    with office.transaction() as session:
        assert numbers.take_next(session, series, YEAR, new_id(), datetime.now(UTC)) == 1
        asking = start(lambda: other.post("/leases", {"series": series, "year": YEAR, "count": 3}))
    answer = asking.result()
    assert (answer.status_code, answer.get_json()["from"]) == (201, 2)


def test_minutes_hold_what_was_being_pushed_when_they_were_issued(
    app: Flask, office: Office, leader: Wire, site: Site, start: Start, database: Session
) -> None:
    """The server issues while an answer is not yet committed: the paper must not freeze the answer of before."""
    office.has_organisation()
    office.opens_series()
    finding = leader.finding(site)
    assert leader.one(finding)["status"] == "applied"
    change = leader.op("finding", finding["id"], "patch", site.scope, {"note": "Thiếu một niêm phong"}, base_rev=1)

    def issue() -> str:
        with office.transaction() as session:
            key = server_key(app.config["SETTINGS"].instance)
            return minutes.issue(
                session, site.inspection, "inspection", actor=leader.kit.user.id, key=key, now=datetime.now(UTC)
            )

    with office.transaction() as session:
        assert pushed(session, leader, change) == ["applied"]
        issuing = start(issue)
    issued = documents.get(database, "minutes", issuing.result())
    assert issued is not None
    assert "Thiếu một niêm phong" in issued.state["canonical"]


@pytest.mark.postgresql_only("SQLite has one writer at a time")
def test_a_state_made_from_what_has_changed_meanwhile_is_refused(
    app: Flask, office: Office, start: Start, database: Session
) -> None:
    site = office.registers_establishment()
    with app.app_context():
        session = db.session()
        seen = documents.get(session, "establishment", site)
        assert seen is not None
        mine = {**seen.state, "phone": "0204 385 4321"}
        start(
            lambda: office.records("establishment", seen.scope, {**mine, "phone": "", "name": "Tên mới"}, id=site)
        ).result()
        with pytest.raises(Problem) as refused:
            ledger.change(session, "establishment", site, seen.scope, mine, actor="system")
        assert refused.value.code is ProblemCode.CONFLICT
    kept = documents.get(database, "establishment", site)
    assert kept is not None
    assert kept.state["name"] == "Tên mới"


def test_a_site_that_moves_takes_the_changes_of_its_instruments_along(
    app: Flask, office: Office, leader: Wire, site: Site, start: Start, database: Session
) -> None:
    """The move writes every instrument; one is being corrected by an operation that does not name its parent."""
    other = office.registers_establishment("07375", "Cửa hàng khác")
    office.opens_campaign(leader.kit.user, establishments=[other])
    member = Wire(app.test_client(), office.enrols(leader.kit.user))
    area = "area:07213"
    fix = member.op("instrument", site.instrument, "patch", area, {"serial": "B-2"}, base_rev=1)
    move = leader.op("establishment", site.establishment, "patch", area, {"area_code": "07375"}, base_rev=1)
    with office.transaction() as session:
        assert pushed(session, member, fix) == ["applied"]
        moving = start(lambda: leader.one(move))
    assert moving.result()["status"] == "applied"
    instrument = documents.get(database, "instrument", site.instrument)
    assert instrument is not None
    assert (instrument.scope, instrument.state["serial"]) == ("area:07375", "B-2")
