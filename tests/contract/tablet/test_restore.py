"""The server lost its disk and was restored from a backup: tablets bring back all that it no longer has (I14)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.extensions import db
from tests.builders import Office, Person
from tests.contract.tablet.conftest import Department, serving
from tests.contract.tablet.field import code_for, fills, quarantined
from tests.contract.tablet.program import PIN, TabletProgram
from tests.pictures import jpeg
from tests.server.api.wire import Site, site_of

pytestmark = pytest.mark.slow  # servers started, backed up, restored


@pytest.fixture
def department(template_database: Path, tmp_path: Path) -> Iterator[Department]:
    """A department of each test's own: its disk is lost."""
    with serving(template_database, tmp_path) as department:
        yield department


def findings_of(department: Department, site: Site) -> set[str]:
    """The findings at the server."""
    with department.office.app.app_context():
        engine = db.engine
    with Session(engine) as session:
        query = select(Document.id).where(Document.kind == "finding", Document.parent == site.inspection)
        return set(session.scalars(query))


def test_a_day_that_the_backup_does_not_know_comes_again(
    department: Department, tablet: TabletProgram, site: Site, office: Office, tmp_path: Path
) -> None:
    series, year = office.opens_series("BB-R"), datetime.now(UTC).year
    old = fills(tablet, site, 3)
    tablet.photographs(site.inspection, old[0], jpeg((600, 400)))
    tablet.syncs_until_done()
    assert len(tablet.ops()) == 4
    department.flask("backup", str(tmp_path / "day-1.zip"))
    tablet.syncs()
    assert tablet.ops() == []  # durable now, and so forgotten
    new = fills(tablet, site, 8)
    tablet.does("patch", "finding", old[1], {"note": "sửa ngày thứ hai"}, {})
    tablet.photographs(site.inspection, new[7], jpeg((500, 300)))
    lease = tablet.does("askNumbers", series, year, 3)
    tablet.syncs_until_done()
    before = {kind: tablet.states(kind) for kind in ("finding", "photo", "inspection")}
    sent = tablet.ops()
    assert len(sent) == 7

    department.loses_its_disk(tmp_path / "day-1.zip")
    assert findings_of(department, site) == set(old)
    tablet.syncs_until_done()
    tablet.syncs_until_done()
    assert findings_of(department, site) == set(new)
    assert {kind: tablet.states(kind) for kind in before} == before
    assert [row["op"] for row in tablet.ops()] == [row["op"] for row in sent]
    with department.office.transaction() as session:
        assert quarantined(session, [row["op"]["op_id"] for row in sent]) == []
    assert [photo["state"] for photo in tablet.does("photos")] == ["complete"] * 2
    assert tablet.does("numbersLeft") == [{"series": series, "year": year, "left": 3}]  # the server took the range back
    assert tablet.does("askNumbers", series, year, 1)["from"] > lease["to"]


def test_a_tablet_that_was_enrolled_after_the_backup_goes_on_with_its_key_and_numbering(
    department: Department, tablet_of: Callable[..., TabletProgram], site: Site, office: Office, leader: Person,
    tmp_path: Path,
) -> None:  # fmt: skip
    department.flask("backup", str(tmp_path / "day-1.zip"))
    tablet = tablet_of()
    device = tablet.enrols(code_for(office, leader))
    tablet.syncs()
    sent = fills(tablet, site, 4)
    tablet.syncs_until_done()
    department.loses_its_disk(tmp_path / "day-1.zip")
    waiting = fills(tablet, site, 6)
    assert tablet.syncs()["reason"] == "sign_in"
    key = tablet.does("meta", "identity")["kid"]
    assert tablet.does("enrolAgain", device, code_for(office, leader), PIN) == device
    tablet.syncs_until_done()
    assert tablet.does("meta", "identity")["kid"] == key
    assert findings_of(department, site) == {*sent, *waiting}
    assert [row["op"]["device_seq"] for row in tablet.ops()] == [1, 2, 3, 4, 5, 6]


def test_what_a_signed_out_inspector_had_sent_comes_again_as_well(
    department: Department, tablet: TabletProgram, office: Office, leader: Person, site: Site, tmp_path: Path
) -> None:
    department.flask("backup", str(tmp_path / "day-1.zip"))
    ids = fills(tablet, site, 5)
    tablet.photographs(site.inspection, None, jpeg())
    tablet.syncs_until_done()
    first = tablet.does("people")[0]["device"]
    member = office.hires("inspector", "Trần Thị Bình")
    site_of(office, leader, member)
    department.flask("backup", str(tmp_path / "unused.zip"))
    department.loses_its_disk(tmp_path / "day-1.zip")
    assert findings_of(department, site) == set()
    member = office.hires("inspector", "Trần Thị Bình")
    tablet.enrols(code_for(office, member))
    fills_at = tablet.does("outbox", first)
    assert {row["state"] for row in fills_at} == {"kept"}
    tablet.syncs()  # the first push with the upload token tells of the new epoch only when something waits
    tablet.does("open", first, PIN)
    tablet.syncs_until_done()
    tablet.syncs_until_done()
    assert findings_of(department, site) == set(ids)
    assert [photo["state"] for photo in tablet.does("photos")] == ["complete"]
