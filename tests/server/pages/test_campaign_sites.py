"""/campaigns/<id>/sites: one site more or one given up, at a browser without JavaScript; stale, forged and empty forms."""

from __future__ import annotations

import pytest

from server.db import documents
from server.services import journal
from tests.builders import Office, Person
from tests.server.pages.scene import NASTY, Desk
from tests.server.services.plans import imports, site
from tests.server.services.test_campaign_sites import opened


@pytest.fixture
def leader(office: Office) -> Person:
    imports(office)
    return office.hires("team_leader", "Hoàng Minh Đức")


def forms(page: str, act: str) -> str:
    """The page from the first form of one kind on: all of them have the same address."""
    return page[page.rindex("<form", 0, page.index(f'value="{act}"')) :]


def test_a_site_is_found_added_and_another_given_up(desk: Desk, office: Office, leader: Person) -> None:
    a, b = site(office, "Cửa hàng A", "2400123401"), site(office, f"Trạm {NASTY}", "2400123402", due="2021-01-31")
    path = f"/campaigns/{opened(office, leader, [a])}/sites"
    assert "Không có cơ sở nào khớp" in desk.opens(f"{path}?q=khong+co")
    page = desk.opens(f"{path}?q=tram")
    assert "<script>alert(1)" not in page
    assert "1 phương tiện quá hạn kiểm định từ 31/01/2021" in page
    assert 'href="/follow-up" aria-current="page"' in page
    add = forms(page, "add")
    outside = desk.sends(add, path, act="add", planned_on="2021-09-30")
    text = outside.get_data(as_text=True)
    assert (outside.status_code, 'value="2021-09-30"' in text) == (400, True), "what was typed is kept"
    assert desk.sends(add, path, act="add", planned_on="2021-08-03").status_code == 303
    stale = desk.sends(add, path, act="add", planned_on="2021-08-03")
    assert (stale.status_code, "vừa được người khác sửa" in stale.get_data(as_text=True)) == (409, True)
    shown = desk.opens(path)
    assert "2 cơ sở</p>" in shown
    leave = forms(shown, "give_up")
    empty = desk.sends(leave, path, act="give_up", reason=" ")
    assert (empty.status_code, "Phải ghi lý do bỏ cơ sở" in empty.get_data(as_text=True)) == (400, True)
    assert desk.sends(leave, path, act="give_up", reason="Đã ngừng kinh doanh").status_code == 303
    assert "<small>Đã ngừng kinh doanh</small>" in desk.opens(path)
    with office.transaction() as session:
        assert journal.verify(session).is_whole
        visits = documents.children(session, path.split("/")[2], "inspection")
        assert sorted((i.state["establishment_id"] == a, i.state["status"]) for i in visits) == [
            (False, "planned"),
            (True, "not_carried_out"),
        ]
        assert {i.state["establishment_id"] for i in visits} == {a, b}


def test_an_entity_of_this_year_asks_for_its_basis_on_the_form(desk: Desk, office: Office, leader: Person) -> None:
    a, b = site(office, "Cửa hàng A", "2400123401"), site(office, "Cửa hàng B", "2400123402")
    opened(office, leader, [a])
    path = f"/campaigns/{opened(office, leader, [b], 'XD-2')}/sites"
    add = forms(desk.opens(f"{path}?q=cua+hang+a"), "add")
    assert "phải ghi căn cứ và văn bản" in desk.opens(f"{path}?q=cua+hang+a")
    refused = desk.sends(add, path, act="add", planned_on="2021-08-03", text="Có đơn", document="")
    text = refused.get_data(as_text=True)
    assert (refused.status_code, "hãy ghi căn cứ và văn bản" in text, 'value="Có đơn"' in text) == (409, True, True)
    said = {"planned_on": "2021-08-03", "text": "Có đơn", "document": "Phiếu 12"}
    assert desk.sends(add, path, act="add", **said).status_code == 303


def test_forged_forms_change_nothing_and_only_supervisors_may(desk: Desk, office: Office, leader: Person) -> None:
    a = site(office, "Cửa hàng A", "2400123401")
    path = f"/campaigns/{opened(office, leader, [a])}/sites"
    leave = forms(desk.opens(path), "give_up")
    for forged in ("", "x" * 500, "' OR 1=1", leader.id):
        assert desk.sends(leave, path, act="give_up", site=forged, reason="x").status_code == 404
        assert desk.sends(leave, path, act="add", site=forged, planned_on="2021-08-03").status_code == 400
    desk.opens("/campaigns/00000000-0000-0000-0000-000000000000/sites", 404)
    clerk = Desk(office.app.test_client()).signs_in(office.hires("clerk"))
    clerk.opens(path, 403)
