"""From plan to campaign: everything in one transaction, one inspection of a legal entity a year, two planners at once."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlalchemy.orm import Session

from server.db import documents
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.services import campaign_drafts, campaign_opening, journal, repeat_inspections
from server.web.transaction import writing
from tests.builders import Office, Person
from tests.server.services.plans import ACTIVITY, NOW, decision_form, imports, planned, site


@pytest.fixture
def leader(office: Office) -> Person:
    imports(office)
    return office.hires("team_leader", "Hoàng Minh Đức")


def opens(office: Office, id: str, seen: str) -> str:
    with office.transaction() as session:
        return campaign_opening.open_campaign(session, id, seen=seen, actor="u1", now=NOW)


def test_a_plan_becomes_a_campaign_with_its_visits_spread_over_working_days(
    office: Office, leader: Person, session: Session
) -> None:
    sites = [site(office, f"Cửa hàng {n}", f"24001234{n:02d}") for n in range(7)]
    campaign = opens(office, *planned(office, leader, sites))
    found = documents.get(session, "campaign", campaign)
    assert found is not None
    assert (found.state["kind"], found.state["programme_activity"]) == ("kiem_tra_nha_nuoc", ACTIVITY)
    assert found.state["checklists"] == ["general", "fuel-dispenser"]
    assert found.state["decision"]["basis"] == ["Luật Đo lường", "Chương trình công tác"]
    visits = documents.children(session, campaign, "inspection")
    assert {v.state["establishment_id"] for v in visits} == set(sites)
    assert {v.state["planned_on"] for v in visits} == {f"2021-08-{day:02d}" for day in range(2, 7)}
    assert {v.state["lead_user_id"] for v in visits} == {leader.id}
    assert journal.verify(session).is_whole


def test_a_plan_opens_once_and_a_stale_page_changes_nothing(office: Office, leader: Person) -> None:
    id, seen = planned(office, leader, [site(office, "Cửa hàng 1", "2400123401")])
    with pytest.raises(Problem, match="vừa được sửa ở trang khác") as stale:
        opens(office, id, "3")
    assert stale.value.code is ProblemCode.CONFLICT
    opens(office, id, seen)
    with pytest.raises(Problem, match="đã được mở từ kế hoạch này"):
        opens(office, id, "5")
    with pytest.raises(Problem, match="đã được mở"), office.transaction() as session:
        campaign_drafts.drop(session, id, [], seen="5", now=NOW)


def test_the_same_legal_entity_needs_a_basis_at_whichever_branch(
    office: Office, leader: Person, session: Session
) -> None:
    first, branch = site(office, "Cửa hàng A", "2400123401"), site(office, "Chi nhánh A", "2400123401-001")
    opened = opens(office, *planned(office, leader, [first]))
    id, seen = planned(office, leader, [branch], "XD-2021-2")
    with pytest.raises(Problem, match="1 cơ sở đã được kiểm tra") as refused:
        opens(office, id, seen)
    assert refused.value.code is ProblemCode.CONFLICT
    assert len(documents.of_kind(session, "campaign")) == 1  # nothing of the second was written
    with office.app.app_context():
        check = campaign_opening.check(db.session(), campaign_drafts.get(db.session(), id))
    (repeat,) = check.repeats
    assert (repeat.seen[0].campaign_id, repeat.seen[0].site, check.may_open) == (opened, "Cửa hàng A", False)
    with office.transaction() as writing_session:
        campaign_drafts.set_bases(
            writing_session, id, {branch: ("Có đơn tố cáo", "Phiếu 12 ngày 01/8/2021")}, seen=seen, now=NOW
        )
    second = opens(office, id, "5")
    session.rollback()
    state = documents.get(session, "campaign", second)
    assert state is not None
    (basis,) = state.state["repeat_bases"]
    assert (basis["establishment_id"], basis["text"], basis["by"]) == (branch, "Có đơn tố cáo", "u1")
    assert "Cửa hàng A" in basis["seen"][0]


def test_two_planners_who_choose_one_entity_at_once_do_not_both_get_it(
    office: Office, leader: Person, session: Session
) -> None:
    sites = [site(office, "Cửa hàng A", "2400123401"), site(office, "Chi nhánh A", "2400123401-001")]
    plans = [planned(office, leader, [each], f"XD-{n}") for n, each in enumerate(sites)]
    outcomes: list[str] = []
    start = threading.Barrier(2, timeout=20)

    def one(id: str, seen: str) -> None:
        with office.app.app_context():
            start.wait()
            try:
                with writing(db.session) as inside:
                    campaign_opening.open_campaign(inside, id, seen=seen, actor="u1", now=NOW)
                outcomes.append("opened")
            except Problem as problem:
                outcomes.append(problem.code.name)

    threads = [threading.Thread(target=one, args=plan) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["CONFLICT", "opened"]
    session.rollback()
    assert len(documents.of_kind(session, "campaign")) == len(documents.of_kind(session, "inspection")) == 1


def test_a_visit_that_did_not_take_place_and_other_acts_do_not_count(
    office: Office, leader: Person, session: Session
) -> None:
    a, b = site(office, "A", "2400123401"), site(office, "B", "2400123402")
    given_up = office.opens_campaign(leader, establishments=[a])
    visit = office.plans_inspection(given_up, a, leader)
    row = documents.get(session, "inspection", visit)
    assert row is not None
    office.records("inspection", row.scope, {**row.state, "status": "not_carried_out"}, id=visit, parent=given_up)
    office.opens_campaign(leader, establishments=[b], kind="kiem_dinh_luu_dong")
    office.opens_campaign(leader, establishments=[b], starts_on="2020-08-02", ends_on="2020-08-31")
    session.rollback()
    assert repeat_inspections.earlier(session, [a, b], 2021) == {}
    assert set(repeat_inspections.earlier(session, [a, b], 2020)) == {b}


def test_what_is_missing_is_said_all_at_once_with_its_page(office: Office, leader: Person, session: Session) -> None:
    with office.transaction() as inside:
        id = campaign_drafts.begin(inside, ACTIVITY, actor="u1", today=date(2021, 7, 20), now=NOW)
    draft = campaign_drafts.get(session, id)
    assert (draft.state["starts_on"], draft.state["ends_on"]) == ("2021-08-01", "2021-08-31")
    found = campaign_opening.check(session, draft)
    assert {place for place, _ in found.faults} == {"decision", "team", "sites"}
    with pytest.raises(Problem, match="Chưa chọn cơ sở nào"):
        opens(office, id, "1")


def test_forms_with_bad_words_are_refused_and_nothing_is_lost(office: Office, leader: Person) -> None:
    id, seen = planned(office, leader, [])
    form = decision_form(office)
    form["title"] = "x" * 501
    bad: dict[str, str] = {"user_id": "x", "agency": "Sở", "role": "member"}
    with office.transaction() as session:
        for refused in (
            lambda: campaign_drafts.set_decision(session, id, form, {}, seen=seen, now=NOW),
            lambda: campaign_drafts.add_member(session, id, bad, seen=seen, now=NOW),
            lambda: campaign_drafts.add_member(
                session, id, {"name": "A", "agency": "Sở", "role": "king"}, seen=seen, now=NOW
            ),
            lambda: campaign_drafts.add_member(
                session, id, {"user_id": leader.id, "agency": "Sở", "role": "member"}, seen=seen, now=NOW
            ),
            lambda: campaign_drafts.drop_member(session, id, "9", seen=seen, now=NOW),
            lambda: campaign_drafts.choose(session, id, ["forged"], seen=seen, now=NOW),
        ):
            with pytest.raises(Problem):
                refused()
        assert str(campaign_drafts.get(session, id).rev) == seen
    for name, code in (("BG-2021/A99", ProblemCode.NOT_FOUND), ("BG-2021/A29", ProblemCode.CONFLICT)):
        with pytest.raises(Problem) as problem, office.transaction() as session:
            campaign_drafts.begin(session, name, actor="u1", today=date(2021, 7, 20), now=NOW)
        assert problem.value.code is code


def test_a_mobile_verification_names_its_verifiers_and_plans_no_visits(
    office: Office, leader: Person, session: Session
) -> None:
    with office.transaction() as inside:
        id = campaign_drafts.begin(inside, "BG-2021/A20", actor="u1", today=date(2021, 4, 20), now=NOW)
        form = decision_form(office, "KD-2021")
        campaign_drafts.set_decision(inside, id, form, {"checklists": ["mobile-verification"]}, seen="1", now=NOW)
        chief = {"user_id": leader.id, "agency": "Chi cục TĐC", "role": "leader"}
        campaign_drafts.add_member(inside, id, chief, seen="2", now=NOW)
        person = {"name": "Vũ Thị Lan", "agency": "Chi cục TĐC", "role": "verifier"}
        with pytest.raises(Problem, match="mã không còn trong danh mục"):
            campaign_drafts.add_member(inside, id, person, ["30-2019", "99-1900"], seen="3", now=NOW)
        campaign_drafts.add_member(inside, id, person, seen="3", now=NOW)
        dated = {**person, "name": "Đỗ Văn Sơn", "certificate": "07/TKĐV", "certificate_until": "2021-08-04"}
        campaign_drafts.add_member(inside, id, dated, ["30-2019", "343-2020"], seen="4", now=NOW)
    found = campaign_opening.check(session, campaign_drafts.get(session, id))
    assert (found.faults, found.may_open) == ([], True)
    assert [said.split(":")[0].split(" chưa có")[0] for said in found.warnings] == [
        "Vũ Thị Lan là kiểm định viên nhưng chưa được giao ĐLVN nào",
        "Vũ Thị Lan",
        "Đỗ Văn Sơn",
        "Sở Khoa học và Công nghệ",
    ]
    opened = opens(office, id, "5")
    session.rollback()
    campaign = documents.get(session, "campaign", opened)
    assert campaign is not None
    assert campaign.state["team"][2]["procedures"] == ["30-2019", "343-2020"]
    assert documents.children(session, campaign.id, "inspection") == []
