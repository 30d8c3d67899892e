"""People of a tablet against the real server: enrolment, several of them, a forgotten PIN, numbers of minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.documents import Document
from tests.builders import Office, Person
from tests.contract.tablet.field import code_for, fills, journalled, op_ids
from tests.contract.tablet.program import PIN, TabletError, TabletProgram
from tests.pictures import jpeg
from tests.server.api.wire import Site, site_of


def test_two_inspectors_on_one_tablet(
    tablet: TabletProgram, office: Office, leader: Person, site: Site, database: Session
) -> None:
    """Acceptance 18: each one's work goes up under its author while the other is signed in."""
    member = office.hires("inspector", "Trần Thị Bình")
    other = site_of(office, leader, member)
    first = tablet.does("people")[0]["device"]
    ids = fills(tablet, site, 5)
    second = tablet.enrols(code_for(office, member))
    tablet.syncs()
    assert list(tablet.states("inspection")) == [other.inspection]
    assert tablet.does("status", first)["waiting"]["records"] == 0
    stored = database.scalars(select(Document).where(Document.kind == "finding", Document.parent == site.inspection))
    assert {d.id: d.state["created_by"] for d in stored} == dict.fromkeys(ids, leader.id)
    tablet.does("open", first, PIN)
    tablet.syncs_until_done()
    assert tablet.states("finding").keys() == set(ids)
    assert {p["device"]: p["waiting"] for p in tablet.does("people")} == {first: 0, second: 0}


def test_a_forgotten_pin_loses_nothing(
    tablet: TabletProgram, office: Office, leader: Person, site: Site, database: Session
) -> None:
    fills(tablet, site, 3)
    tablet.syncs_until_done()
    ids = fills(tablet, site, 6)
    tablet.photographs(site.inspection, ids[5], jpeg())
    device = tablet.does("people")[0]["device"]
    tablet.does("close")
    with pytest.raises(TabletError) as wrong:
        tablet.does("enrolAgain", device, code_for(office, office.hires("inspector", "Người khác")), "111111")
    assert wrong.value.key == "other_person"
    assert tablet.does("enrolAgain", device, code_for(office, leader), "111111") == device
    assert len(tablet.ops()) == 7
    tablet.syncs_until_done()
    assert tablet.states("finding").keys() == set(ids)
    assert journalled(database, op_ids(tablet)) == op_ids(tablet)
    tablet.does("close")
    with pytest.raises(TabletError):
        tablet.does("open", device, PIN)
    tablet.does("open", device, "111111")


def test_an_enrolment_whose_answer_was_lost_needs_only_another_code(
    tablet_of: Callable[..., TabletProgram], office: Office, leader: Person, database: Session
) -> None:
    tablet = tablet_of()
    tablet.does("troubles", {"ordered": [{"path": "/enrolments", "fault": "lost", "times": 1}]})
    with pytest.raises(TabletError):
        tablet.enrols(code_for(office, leader))
    assert (tablet.does("people"), tablet.does("pending")) == ([], 1)
    tablet.enrols(code_for(office, leader), pin="111111")
    assert tablet.syncs()["state"] == "done"
    assert tablet.does("pending") == 0
    assert database.scalar(select(func.count()).select_from(Device).where(Device.user_id == leader.id)) == 1


def test_the_key_of_a_lost_enrolment_may_belong_to_somebody_else(
    tablet_of: Callable[..., TabletProgram], office: Office, leader: Person
) -> None:
    tablet = tablet_of()
    tablet.does("troubles", {"ordered": [{"path": "/enrolments", "fault": "lost", "times": 1}]})
    with pytest.raises(TabletError):
        tablet.enrols(code_for(office, leader))
    member = office.hires("inspector", "Trần Thị Bình")
    tablet.enrols(code_for(office, member))
    assert tablet.does("user")["id"] == member.id


def test_a_wrong_code_leaves_no_trace(tablet_of: Callable[..., TabletProgram]) -> None:
    tablet = tablet_of()
    with pytest.raises(TabletError) as refused:
        tablet.enrols("AAAA-BBBB-CCCC")
    assert refused.value.key == "code_refused"
    assert tablet.does("pending") == 0


def test_a_token_that_is_worth_nothing_any_more_keeps_the_queue(
    tablet: TabletProgram, office: Office, leader: Person, site: Site, database: Session
) -> None:
    fills(tablet, site, 3)
    with office.transaction() as session:
        device = session.get_one(Device, tablet.does("meta", "identity")["server_device"])
        device.token_hash = device.upload_token_hash = "0" * 64
    status = tablet.syncs()
    assert (status["state"], status["reason"], status["waiting"]["records"]) == ("failed", "sign_in", 3)
    tablet.does("enrolAgain", tablet.does("people")[0]["device"], code_for(office, leader), PIN)
    tablet.syncs_until_done()
    assert journalled(database, op_ids(tablet)) == op_ids(tablet)


def test_numbers_are_set_aside_spoilt_and_given_back(tablet: TabletProgram, office: Office) -> None:
    series, year = office.opens_series("BB-A"), datetime.now(UTC).year
    lease = tablet.does("askNumbers", series, year, 10)
    blank = tablet.does("reserve", series, year, 2)
    assert [each["number"] for each in blank] == [1, 2]
    tablet.does("spoil", series, year, 1, "Giấy bị rách")
    tablet.does("troubles", {"ordered": [{"path": "/return", "fault": "before", "times": 1}]})
    with pytest.raises(TabletError):
        tablet.does("giveBack", lease["id"])
    assert tablet.does("numbersLeft") == []
    tablet.syncs()  # hello still lists the range: it is given back again
    again = tablet.does("askNumbers", series, year, 3)
    assert (again["from"], again["to"]) == (3, 5)  # what came back is given out first; 2 lies on a sheet of paper
    assert tablet.does("numbersLeft") == [{"series": series, "year": year, "left": 3}]


def test_numbers_whose_answer_was_lost_come_with_the_next_hello(tablet: TabletProgram, office: Office) -> None:
    series, year = office.opens_series("BB-B"), datetime.now(UTC).year
    tablet.does("troubles", {"ordered": [{"path": "/leases", "fault": "lost", "times": 1}]})
    with pytest.raises(TabletError):
        tablet.does("askNumbers", series, year, 5)
    tablet.syncs()
    assert tablet.does("numbersLeft") == [{"series": series, "year": year, "left": 5}]
