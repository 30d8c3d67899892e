"""What a verification session carries decides its slips' verdicts as things arrive: the day, the standards, the reasons."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sync.tablet import Station, open_station
from tests.sync.test_standards import computed, says, weighs, weights


@pytest.fixture
def station() -> Station:
    """A slip in progress, its verifiers on the team; the leader opened a session for the day."""
    found = open_station()
    found.starts()
    for tablet in (found.leader, found.member):
        found.server.change_device(tablet.device_id, verified_campaigns=frozenset({found.campaign}))
    return found


def opens(station: Station, **carried: Any) -> str:
    """Open a session and put the slip into it."""
    session = station.server.new_id()
    fields = {"campaign_id": station.campaign, "on": "2026-11-24", "place": "Chợ Đồng Nguyên", **carried}
    result = station.leader.do(
        "verification_session", session, station.scope, "create", parent=station.campaign, set=fields
    )
    assert result["status"] == "applied", result
    says(station, session_id=session)
    return session


def changes(station: Station, session: str, **fields: Any) -> None:
    """The leader changes the session."""
    state = station.server.state("verification_session", session)
    base = {name: state.get(name) for name in fields}
    result = station.leader.do("verification_session", session, station.scope, set=fields, base=base)
    assert result["status"] == "applied", result


def test_the_standards_of_a_session_are_those_of_its_slips_and_so_are_the_reasons(station: Station) -> None:
    id = weights(station)
    weighs(station)
    assert "chưa ghi chuẩn đo lường đã dùng" in computed(station)["explanation"]
    session = opens(station, standards=[id])
    assert computed(station)["verdict"] == "inconclusive"
    assert "hết hạn hiệu chuẩn" in computed(station)["explanation"]
    changes(station, session, standard_overrides={id: "Đã gửi hiệu chuẩn, chờ giấy"})
    assert computed(station)["verdict"] == "pass"
    changes(station, session, standards=[weights(station, "2027-01-01")])
    assert computed(station)["explanation"].count("chuẩn") == 0


def test_a_slip_that_is_closed_keeps_its_verdict(station: Station) -> None:
    session = opens(station, standards=[weights(station, "2027-01-01")])
    weighs(station)
    before = computed(station)
    issued = {**station.server.state("inspection", station.inspection), "status": "issued"}
    station.server.office("inspection", station.inspection, station.scope, issued)
    changes(station, session, standards=[weights(station)])
    assert computed(station) == before
