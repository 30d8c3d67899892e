"""Campaigns and planned inspections: what a decision, a team and a plan must be, and what is pinned."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from checklists import catalog
from server.db import documents
from server.db.campaigns import grants_of, led_by
from server.demo.load import PROGRAMME
from server.errors import Problem
from server.services import campaigns, inspection_plans, organisations, programme, rules
from server.services.campaign_kinds import KINDS
from server.services.inspection_plans import Plan
from server.services.programme_file import parse
from tests.builders import AREA, Office, Person

NOW = datetime(2021, 7, 20, tzinfo=UTC)
CERTIFICATE = {"number": "15/CC", "valid_to": "2023-01-01"}


@pytest.fixture
def leader(office: Office) -> Person:
    return office.hires("team_leader", "Hoàng Minh Đức")


@pytest.fixture
def site(office: Office) -> str:
    return office.registers_establishment()


@pytest.fixture
def values(office: Office, leader: Person, site: str) -> dict[str, Any]:
    """A campaign without a fault."""
    with office.transaction() as session:
        programme.import_file(session, parse(PROGRAMME.read_bytes()))
    return {
        "code": "XD-2021", "title": "Kiểm tra nhà nước về đo lường xăng dầu", "kind": "kiem_tra_nha_nuoc",
        "programme_activity": "BG-2021/A08", "checklists": ["general", "fuel-dispenser"], "starts_on": "2021-08-02",
        "ends_on": "2021-08-31", "organisation_id": office.has_organisation(),
        "decision": {"number": "98/QĐ-SKHCN", "date": "2021-07-26", "signer": "Nguyễn Quốc Khánh", "title": "Giám đốc",
                     "basis": ["Luật Đo lường"], "trigger": "plan", "scope": "Xăng dầu", "duration_days": 30},
        "team": [{"user_id": leader.id, "name": leader.name, "title": "Phó Chi cục trưởng", "agency": "Chi cục TĐC",
                  "role": "leader", "certificate": CERTIFICATE},
                 {"name": "Bùi Văn Sơn", "agency": "Quản lý thị trường", "role": "member"}],
        "establishment_ids": [site],
    }  # fmt: skip


def create(office: Office, values: dict[str, Any]) -> str:
    with office.transaction() as session:
        return campaigns.create(session, values, actor="system", at=NOW)


def test_a_campaign_gives_its_team_the_areas_and_keeps_its_agency_as_it_was(
    office: Office, session: Session, values: dict[str, Any], leader: Person
) -> None:
    id = create(office, values)
    row = documents.get(session, "campaign", id)
    assert row is not None
    assert row.scope == f"campaign:{id}"
    assert row.state["organisation"]["letterhead"] == ["UBND TỈNH BẮC GIANG", "SỞ KHOA HỌC VÀ CÔNG NGHỆ"]
    assert row.state["team"][1]["user_id"] is None
    assert row.state["decision"] == values["decision"]
    assert grants_of(session, leader.id) == {"agency", f"campaign:{id}", f"area:{AREA}"}
    assert led_by(session, leader.id) == {id}


def test_a_verification_session_gives_its_team_the_area_of_its_place(
    office: Office, session: Session, leader: Person
) -> None:
    campaign = office.opens_campaign(leader, kind="kiem_dinh_luu_dong")
    state = {"campaign_id": campaign, "on": "2021-08-02", "place": "Chợ Chũ", "area_code": AREA}
    office.records("verification_session", f"campaign:{campaign}", state, parent=campaign)
    assert f"area:{AREA}" in grants_of(session, leader.id)
    assert f"area:{AREA}" not in grants_of(session, office.hires().id)


FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("no leader", {"team.0.role": "member"}, "team", "đúng một trưởng đoàn (đang có 0)"),
    ("two leaders", {"team.1.role": "leader", "team.1.certificate": CERTIFICATE}, "team", "đang có 2"),
    ("odd role", {"team.1.role": "boss"}, "team[1]", "vai trò 'boss'"),
    ("nameless", {"team.1.name": ""}, "team[1]", "họ tên"),
    ("stranger", {"team.1.user_id": "nobody"}, "team[1]", "không có tài khoản"),
    ("leader uncertified", {"team.0.certificate": None}, "team[0]", "Thông tư 28/2013"),
    ("certificate over", {"team.0.certificate.valid_to": "2021-08-01"}, "team[0]", "hết hạn ngày 01/08/2021"),
    ("certificate undated", {"team.0.certificate.valid_to": "x"}, "team[0]", "cần số và hạn"),
    ("ends first", {"ends_on": "2021-08-01"}, "ends_on", "sớm hơn"),
    ("no day", {"starts_on": "20210802"}, "starts_on", "NĂM-THÁNG-NGÀY"),
    ("decided late", {"decision.date": "2021-08-03"}, "decision.date", "trước ngày bắt đầu"),
    ("bad number", {"decision.number": "QĐ số 98"}, "decision.number", "123/QĐ-SKHCN"),
    ("no signer", {"decision.signer": " "}, "decision.signer", "người ký"),
    ("no basis", {"decision.basis": "Luật"}, "decision.basis", "danh sách"),
    ("odd trigger", {"decision.trigger": "whim"}, "decision.trigger", "Lý do kiểm tra"),
    ("endless", {"decision.duration_days": 0}, "decision.duration_days", "1 đến 366"),
    ("no decision", {"decision": None}, "decision", "Cần quyết định"),
    ("odd checklist", {"checklists": ["fuel-dispenser", "moon"]}, "checklists", "'moon'"),
    ("no checklist", {"checklists": []}, "checklists", "ít nhất một"),
    ("odd kind", {"kind": "raid"}, "kind", "'raid'"),
    ("not the programme's act", {"kind": "thanh_tra"}, "kind", "không phải “Thanh tra chuyên ngành”"),
    ("not in the programme", {"programme_activity": "BG-2021/A99"}, "programme_activity", "A99"),
    ("odd establishment", {"establishment_ids": ["x"]}, "establishment_ids", "Không có cơ sở: x"),
    ("odd agency", {"organisation_id": "x"}, "organisation_id", "Không có cơ quan"),
    ("no code", {"code": ""}, "code", "mã đợt"),
    ("no title", {"title": "x" * 501}, "title", "tên đợt"),
]


@pytest.mark.parametrize(("change", "field", "complaint"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_is_named_with_its_field(
    office: Office, session: Session, values: dict[str, Any], change: dict[str, Any], field: str, complaint: str
) -> None:
    wrong: Any = deepcopy(values)
    for path, value in change.items():
        place, *rest = reversed(path.split("."))
        target = wrong
        for step in reversed(rest):
            target = target[int(step)] if step.isdigit() else target[step]
        target[place] = value
    with pytest.raises(Problem) as refusal:
        create(office, wrong)
    assert any(e["field"] == field and complaint in e["detail"] for e in refusal.value.extra["errors"])
    assert documents.of_kind(session, "campaign") == []


def test_a_campaign_that_names_no_checklists_uses_those_of_its_activity(
    office: Office, session: Session, values: dict[str, Any]
) -> None:
    del values["checklists"]
    row = documents.get(session, "campaign", create(office, values))
    assert row is not None
    assert row.state["checklists"] == ["general", "fuel-dispenser"]
    survey = {**values, "code": "KS-2021", "kind": "khao_sat", "programme_activity": "BG-2021/A17", "checklists": None}
    later = create(office, survey)
    session.rollback()  # see what was committed since
    row = documents.get(session, "campaign", later)
    assert row is not None
    assert row.state["checklists"] == ["general", "goods-survey"]


def test_an_activity_without_checklists_says_why_and_may_still_be_given_some(
    office: Office, session: Session, values: dict[str, Any]
) -> None:
    projects = {**values, "kind": "kiem_tra", "programme_activity": "BG-2021/A29", "checklists": None}
    with pytest.raises(Problem, match="không có danh mục kiểm tra hiện trường"):
        create(office, projects)
    row = documents.get(session, "campaign", create(office, {**projects, "checklists": ["general"]}))
    assert row is not None
    assert row.state["checklists"] == ["general"]


def test_a_code_is_given_once(office: Office, values: dict[str, Any]) -> None:
    create(office, values)
    with pytest.raises(Problem, match="đã có"):
        create(office, values)


def test_inspectorates_of_departments_end_in_july_2025_and_specialised_inspection_begins() -> None:
    june, july = date(2025, 6, 30), date(2025, 7, 1)
    assert (KINDS["thanh_tra"].in_force(june), KINDS["thanh_tra"].in_force(july)) == (True, False)
    assert [KINDS["kiem_tra_chuyen_nganh"].in_force(d) for d in (june, july)] == [False, True]


def test_an_agency_is_not_shown_outside_its_validity(office: Office, session: Session) -> None:
    id = office.has_organisation()
    assert organisations.snapshot(session, id, date(2019, 12, 31)) is None
    assert organisations.snapshot(session, id, date(2021, 1, 1)) is not None


def test_a_planned_inspection_pins_checklists_and_rules(
    office: Office, session: Session, values: dict[str, Any], site: str, leader: Person
) -> None:
    campaign = create(office, values)
    with office.transaction() as writing:
        id = inspection_plans.plan(writing, campaign, Plan(site, "2021-08-05"), actor="system", at=NOW)
    row = documents.get(session, "inspection", id)
    assert row is not None
    assert (row.parent, row.scope, row.state["status"]) == (campaign, f"campaign:{campaign}", "planned")
    assert row.state["lead_user_id"] == leader.id
    latest = [catalog.load().latest(code) for code in ("general", "fuel-dispenser")]
    assert row.state["checklists"] == [{"code": c.code, "version": c.version, "sha256": c.sha256} for c in latest]
    current = rules.current(session)
    assert row.state["rules"] == {"version": current.version, "sha256": current.sha256}

    with office.transaction() as writing:
        made = rules.confirm(writing, "fuel-price", value=None, reviewed_by="Lê Soát", document="ĐLVN 10:2017",
                             on=date(2021, 8, 1), now=NOW)  # fmt: skip
        later = inspection_plans.plan(writing, campaign, Plan(site, "2021-08-06", follows=id), actor="system", at=NOW)
    session.rollback()  # see what was committed since
    pinned = [documents.get(session, "inspection", each) for each in (id, later)]
    assert [each and each.state["rules"]["version"] for each in pinned] == [current.version, made.version]
    assert rules.by_version(session, current.version) == current


@pytest.mark.parametrize(
    ("plan", "complaint"),
    [
        ({"planned_on": "2021-09-01"}, "nằm ngoài đợt"),
        ({"planned_on": "mai"}, "NĂM-THÁNG-NGÀY"),
        ({"establishment_id": "x"}, "không có trong đợt"),
        ({"lead_user_id": "x"}, "không ở trong đoàn"),
        ({"checklists": ["taximeter"]}, "không dùng danh mục: taximeter"),
        ({"follows": "x"}, "không thuộc đợt này"),
    ],
)
def test_a_wrong_plan_is_refused(
    office: Office, session: Session, values: dict[str, Any], site: str, plan: dict[str, Any], complaint: str
) -> None:
    campaign = create(office, values)
    made = Plan(**{"establishment_id": site, "planned_on": "2021-08-05", **plan})
    with pytest.raises(Problem, match=complaint), office.transaction() as writing:
        inspection_plans.plan(writing, campaign, made, actor="system", at=NOW)
    assert documents.of_kind(session, "inspection") == []


def test_a_second_visit_says_which_one_it_follows(office: Office, values: dict[str, Any], site: str) -> None:
    campaign = create(office, values)
    with office.transaction() as writing:
        first = inspection_plans.plan(writing, campaign, Plan(site, "2021-08-05"), actor="system", at=NOW)
    with pytest.raises(Problem, match="đã có trong kế hoạch"), office.transaction() as writing:
        inspection_plans.plan(writing, campaign, Plan(site, "2021-08-06"), actor="system", at=NOW)
    with office.transaction() as writing:
        second = inspection_plans.plan(
            writing, campaign, Plan(site, "2021-08-20", follows=first), actor="system", at=NOW
        )
    assert second != first


def test_a_campaign_that_is_not_there_has_no_plans(office: Office) -> None:
    with pytest.raises(Problem, match="Không có đợt"), office.transaction() as writing:
        inspection_plans.plan(writing, "x", Plan("y", "2021-08-05"), actor="system", at=NOW)
