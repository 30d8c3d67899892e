"""Demo data: believable, whole, marked as demo, and only for an empty database."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from checklists import catalog
from server.db import documents
from server.db.campaigns import grants_of, led_by
from server.db.numbers import Series
from server.db.users import Role, by_username
from server.demo import load as demo
from server.demo import market
from server.demo.load import Loaded
from server.errors import Problem
from server.security.keys import server_key
from server.security.passwords import matches
from server.services import areas, conclusions, journal, mark_list, mark_stocktakes, rules, verification_facts
from tests.builders import Office

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


@pytest.fixture
def loaded(office: Office) -> Loaded:
    with office.transaction() as session:
        return demo.load(session, at=NOW)


def test_it_holds_what_the_department_needs_to_begin(loaded: Loaded) -> None:
    assert loaded.counts == {
        "areas": 308, "activities": 34, "organisations": 3, "standards": 8, "users": 11, "establishments": 40,
        "instruments": loaded.counts["instruments"], "inspections": 40,
    }  # fmt: skip
    assert loaded.counts["instruments"] > 80
    assert [c["code"] for c in loaded.campaigns] == ["VANG-2021", "XQ-2021", "XD-2021"]
    assert {a["role"] for a in loaded.accounts} == {r.value for r in Role}


def test_every_account_can_sign_in(loaded: Loaded, session: Session) -> None:
    found = [by_username(session, account["username"]) for account in loaded.accounts]
    assert {account["password"] for account in loaded.accounts} == {"demo-hientruong-2021"}
    hashes = {user.password_hash for user in found if user is not None and user.is_active}
    assert None not in found
    assert all(matches(stored, "demo-hientruong-2021") for stored in hashes)


def test_campaigns_follow_the_programme_and_the_season(loaded: Loaded, session: Session) -> None:
    found = {c.state["code"]: c.state for c in documents.of_kind(session, "campaign")}
    assert {
        code: (s["programme_activity"], s["kind"], s["starts_on"][:7], len(s["establishment_ids"]))
        for code, s in found.items()
    } == {
        "VANG-2021": ("BG-2021/A02", "thanh_tra", "2021-03", 12),
        "XQ-2021": ("BG-2021/A10", "kiem_tra", "2021-07", 12),
        "XD-2021": ("BG-2021/A08", "kiem_tra_nha_nuoc", "2021-08", 16),
    }
    for state in found.values():
        assert any(m["user_id"] is None for m in state["team"])
        assert {"leader", "secretary", "technical_officer"} <= {m["role"] for m in state["team"]}
        assert session.get(Series, state["organisation"]["series"][0]["series"]) is not None


def test_two_leaders_can_issue_in_all_three_campaigns(loaded: Loaded, session: Session) -> None:
    led = Counter[str]()
    for username in ("truongdoan1", "truongdoan2"):
        user = by_username(session, username)
        assert user is not None
        led.update(led_by(session, user.id))
    assert set(led) == {c["id"] for c in loaded.campaigns}


@pytest.mark.usefixtures("loaded")
def test_invented_names_are_marked_and_no_tax_code_can_be_real(session: Session) -> None:
    for site in documents.of_kind(session, "establishment"):
        assert site.state["name"].endswith("(DEMO)")
        assert site.state["representative"]["name"].endswith("(DEMO)")
        code = site.state["tax_code"]
        check = (10 - sum(int(d) * w for d, w in zip(code, TAX_WEIGHTS, strict=False)) % 11) % 10
        assert int(code[9]) != check
    for kind in ("user", "measurement_standard"):
        assert all(d.state["name"].endswith("(DEMO)") for d in documents.of_kind(session, kind))


@pytest.mark.usefixtures("loaded")
def test_establishments_stand_on_real_communes_of_2021(session: Session) -> None:
    for site in documents.of_kind(session, "establishment"):
        area = areas.on_day(session, site.state["area_code"], date(2021, 8, 1))
        assert area is not None
        assert area.full_name in site.state["address"]
        assert site.scope == f"area:{area.code}"


@pytest.mark.usefixtures("loaded")
def test_instruments_have_what_their_checklists_ask_for(session: Session) -> None:
    asked = {
        kind
        for code in ("fuel-dispenser", "gold-jewellery", "diagnostic-xray")
        for section in catalog.load().latest(code).sections
        for kind in section.instrument_types
    }
    for instrument in documents.of_kind(session, "instrument"):
        assert instrument.state["type"] in asked
        attributes = instrument.state["attributes"]
        assert all(isinstance(v, str) for v in attributes.values())
        if instrument.state["type"] == "weighing_instrument":
            assert {"accuracy_class", "max", "e", "d", "unit"} <= set(attributes)


@pytest.mark.usefixtures("loaded")
def test_inspections_lie_in_their_campaigns_and_their_standards_are_calibrated(session: Session) -> None:
    standards = {d.id: d.state for d in documents.of_kind(session, "measurement_standard")}
    for inspection in documents.of_kind(session, "inspection"):
        planned = inspection.state["planned_on"]
        assert date.fromisoformat(planned).weekday() < 5
        assert inspection.state["standards"]
        assert all(standards[id]["calibrated_until"] >= planned for id in inspection.state["standards"])


@pytest.mark.usefixtures("loaded")
def test_one_fuel_limit_is_confirmed_and_says_that_it_is_demo(session: Session) -> None:
    limit = rules.current(session).limit("fuel-delivery-inspection")
    assert limit is not None
    assert limit.status == "confirmed"
    assert "DEMO" in (limit.reviewed_by or "")


@pytest.mark.usefixtures("loaded")
def test_a_database_with_anything_in_it_is_refused(office: Office, session: Session) -> None:
    before = len(documents.of_kind(session, "establishment"))
    with pytest.raises(Problem, match="đã có dữ liệu"), office.transaction() as writing:
        demo.load(writing, at=NOW)
    session.rollback()
    assert len(documents.of_kind(session, "establishment")) == before


def test_one_account_is_enough_to_refuse(office: Office) -> None:
    office.hires()
    with pytest.raises(Problem, match="đã có dữ liệu"), office.transaction() as writing:
        demo.load(writing, at=NOW)


def test_a_load_test_gets_its_numbers_and_each_tablet_only_its_part(office: Office, session: Session) -> None:
    with office.transaction() as writing:
        loaded = demo.load(writing, at=NOW, establishment_count=300, inspector_count=60, inspections_each=4)
    assert loaded.counts["establishments"] == len(documents.of_kind(session, "establishment")) == 300
    assert sum(a["role"] == "inspector" for a in loaded.accounts) == 60
    assert len(loaded.campaigns) == 5
    leads = Counter(d.state["lead_user_id"] for d in documents.of_kind(session, "inspection"))
    assert sorted(leads.values()) == [4] * 60
    every = {f"area:{a.code}" for a in areas.every(session)}
    for account in loaded.accounts:
        user = by_username(session, account["username"])
        assert user is not None
        granted = grants_of(session, user.id) & every
        assert bool(granted) == (account["role"] in {"inspector", "team_leader"})
        assert len(granted) < 120


def test_a_small_demo_is_whole_too(office: Office, session: Session) -> None:
    with office.transaction() as writing:
        loaded = demo.load(writing, at=NOW, establishment_count=1, inspector_count=1)
    assert loaded.counts["inspections"] == 1
    assert len(documents.of_kind(session, "campaign")) == 3


def test_a_past_day_of_the_verification_team_stands_as_the_server_itself_concludes(
    office: Office, loaded: Loaded, session: Session
) -> None:
    with office.transaction() as writing:
        market.fill(writing, loaded, server_key(office.app.config["SETTINGS"].instance), at=NOW)
    session.rollback()
    found = {d.state["on"]: d for d in documents.of_kind(session, "verification_session")}
    held, later = verification_facts.read(session, [found["2021-04-14"], found["2021-04-21"]])
    assert (len(held.slips), len(held.brought), later.slips) == (11, 19, [])
    results = Counter(one.place.conclusion for one in held.brought)
    assert results == {"pass": 14, "fail": 3, "inconclusive": 2}
    assert all(slip.is_done and slip.state["status"] == "issued" for slip in held.slips)
    ours = conclusions.of_slips(session, [slip.id for slip in held.slips])
    assert [each for each in ours if each.differs] == []
    assert mark_list.findings(session) == []
    (count,) = mark_stocktakes.stocktakes(session)
    assert (count.state, count.on, [(c.counted, c.then) for c in count.counts]) == ("agrees", "2021-04-14", [(35, 35)])
    signs = {one.id: one.state["mark_serial"] for one in held.brought if "verification_certificate" in one.papers}
    assert len(set(signs.values())) == 14
    assert journal.verify(session).is_whole
