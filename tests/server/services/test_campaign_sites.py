"""An open campaign gets one site more, or gives one up: journalled, with a reason, losing nothing that was recorded."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from server.db import documents
from server.errors import Problem
from server.services import campaign_opening, campaign_sites, journal, repeat_inspections
from tests.builders import Office, Person
from tests.server.services.plans import NOW, imports, planned, site


@pytest.fixture
def leader(office: Office) -> Person:
    imports(office)
    return office.hires("team_leader", "Hoàng Minh Đức")


def opened(office: Office, leader: Person, sites: list[str], code: str = "XD-2021") -> str:
    id, seen = planned(office, leader, sites, code)
    with office.transaction() as session:
        return campaign_opening.open_campaign(session, id, seen=seen, actor="u1", now=NOW)


def adds(
    office: Office, campaign: str, one: str, seen: str, text: str = "", document: str = "", on: str = "2021-08-03"
) -> None:
    with office.transaction() as session:
        campaign_sites.add(
            session, campaign, one, planned_on=on, text=text, document=document, seen=seen, actor="u1", now=NOW
        )


def gives_up(office: Office, campaign: str, one: str, seen: str, reason: str = "Đã ngừng kinh doanh") -> None:
    with office.transaction() as session:
        campaign_sites.give_up(session, campaign, one, reason, seen=seen, actor="u1", now=NOW)


def test_one_more_site_comes_with_its_visit_and_a_stale_page_adds_none(
    office: Office, leader: Person, session: Session
) -> None:
    a, b = site(office, "A", "2400123401"), site(office, "B", "2400123402")
    campaign = opened(office, leader, [a])
    for refused in (
        ("1", a, "2021-08-03"),
        ("9", b, "2021-08-03"),
        ("1", "forged", "2021-08-03"),
        ("1", b, "2021-09-30"),
    ):
        with pytest.raises(Problem):
            adds(office, campaign, refused[1], refused[0], on=refused[2])
    adds(office, campaign, b, "1")
    found = documents.get(session, "campaign", campaign)
    assert found is not None
    assert found.state["establishment_ids"] == [a, b]
    assert len(documents.children(session, campaign, "inspection")) == 2
    assert journal.verify(session).is_whole


def test_an_entity_of_this_year_needs_a_basis_here_too(office: Office, leader: Person, session: Session) -> None:
    a, b = site(office, "A", "2400123401"), site(office, "B", "2400123402")
    opened(office, leader, [a])
    campaign = opened(office, leader, [b], "XD-2")
    with pytest.raises(Problem, match="hãy ghi căn cứ"):
        adds(office, campaign, a, "1", text="Đơn")
    adds(office, campaign, a, "1", "Đơn tố cáo", "Phiếu 12")
    state = documents.get(session, "campaign", campaign)
    assert state is not None
    assert repeat_inspections.bases(state.state)[a]["document"] == "Phiếu 12"


def test_a_site_given_up_is_not_carried_out_and_one_with_records_stays(
    office: Office, leader: Person, session: Session
) -> None:
    a, b = site(office, "A", "2400123401"), site(office, "B", "2400123402")
    campaign = opened(office, leader, [a, b])
    visits = {i.state["establishment_id"]: i for i in documents.children(session, campaign, "inspection")}
    office.records(
        "inspection", visits[b].scope, {**visits[b].state, "status": "in_progress"}, id=visits[b].id, parent=campaign
    )
    with pytest.raises(Problem, match="đã có ghi nhận"):
        gives_up(office, campaign, b, "1")
    with pytest.raises(Problem, match="Phải ghi lý do"):
        gives_up(office, campaign, a, "1", " ")
    gives_up(office, campaign, a, "1")
    session.rollback()
    found, visit = documents.get(session, "campaign", campaign), documents.get(session, "inspection", visits[a].id)
    assert found is not None
    assert visit is not None
    assert (visit.state["status"], found.state["establishment_ids"]) == ("not_carried_out", [a, b])
    assert campaign_sites.given_up(found.state) == {a: "Đã ngừng kinh doanh"}
    assert repeat_inspections.earlier(session, [a], 2021) == {}  # it may be planned elsewhere this year
    assert journal.verify(session).is_whole
