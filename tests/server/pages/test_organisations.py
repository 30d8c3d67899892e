"""/organisations: what papers take from an agency, and the switch for signatures on a tablet's screen."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from server.db import documents
from server.db.journal import JournalEntry
from server.services import journal
from tests.builders import Office
from tests.server.pages.scene import Desk


@pytest.fixture
def desk(office: Office) -> Desk:
    office.has_organisation()
    return Desk(office.app.test_client()).signs_in(office.hires("admin"))


def allowed(office: Office) -> bool:
    with office.transaction() as session:
        found = documents.get(session, "organisation", office.organisation_id)
        assert found is not None
        assert journal.verify(session).is_whole
        return bool(found.state.get("drawn_signatures"))


def test_an_administrator_sees_agencies_and_allows_drawn_signatures(desk: Desk, office: Office) -> None:
    page = desk.opens("/organisations")
    for said in ("UBND TỈNH BẮC GIANG<br>SỞ KHOA HỌC VÀ CÔNG NGHỆ", "KT. Giám đốc Phó Giám đốc Trần Thị Minh Hà", "từ 01/01/2020",
                 "thông báo kết quả thử nghiệm", "Không\n"):  # fmt: skip
        assert said in page, said
    path = f"/organisations/{office.organisation_id}/drawn-signatures"
    asked = desk.opens(path)
    assert "Bản giấy có chữ ký mực vẫn là bản chính" in asked
    assert not allowed(office), "looking changes nothing"
    assert desk.sends(asked, path, seen="1", allowed="1").status_code == 303
    assert allowed(office)
    stale = desk.sends(asked, path, seen="1", allowed="0")
    assert (stale.status_code, "vừa được người khác sửa" in stale.get_data(as_text=True)) == (409, True)
    assert desk.sends(desk.opens(path), path, seen="x" * 99, allowed="0").status_code == 409
    assert desk.sends(desk.opens(path), path, seen="2", allowed="0").status_code == 303
    assert not allowed(office)
    with office.transaction() as session:
        entries = session.scalars(select(JournalEntry.actor).where(JournalEntry.kind == "organisation")).all()
    assert len(entries) == 3, "registered, allowed, no longer allowed"
    assert entries[1] == entries[2] != entries[0], "by the administrator"


def test_only_administrators_come_in_and_others_are_not_there(desk: Desk, office: Office) -> None:
    desk.opens("/organisations/00000000-0000-4000-8000-000000000000/drawn-signatures", 404)
    other = Desk(office.app.test_client()).signs_in(office.hires("supervisor"))
    for path in ("/organisations", f"/organisations/{office.organisation_id}/drawn-signatures"):
        other.opens(path, 403)
