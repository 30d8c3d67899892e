"""What certificates do to verdicts as things arrive: blocked, overridden, followed, and never in what is frozen."""

from __future__ import annotations

from typing import Any

import pytest

from sync.findings import recompute
from tests.sync.tablet import Station, open_station

VISIT = {"started_at": "2026-11-24T08:00:00+07:00", "ended_at": None, "position": None}


@pytest.fixture
def station() -> Station:
    """An inspection in progress."""
    found = open_station()
    found.starts()
    return found


def weights(station: Station, until: str = "2026-11-20", kind: str = "mass") -> str:
    """Register a set of weights of the team."""
    id = station.server.new_id()
    certificate = {"number": "QC-1", "issued_on": "2025-11-21", "valid_until": until}
    state = {"name": "Bộ quả cân M1", "kind": kind, "serial": "QC-M1", "certificates": [certificate]}
    station.server.office("measurement_standard", id, "agency", state)
    return id


def says(station: Station, **fields: Any) -> None:
    """A member changes the inspection on top of what the server holds."""
    state = station.server.state("inspection", station.inspection)
    base = {name: state.get(name) for name in fields}
    result = station.member.do("inspection", station.inspection, station.scope, set=fields, base=base)
    assert result["status"] == "applied", result


def weighs(station: Station) -> None:
    """The member tests the instrument at a load; without standards that is a pass."""
    row = {"load": "1000", "indication": "1001"}
    station.record(station.member, "NA12", subject=station.instrument, rows=[row])
    station.member.push()


def computed(station: Station) -> dict[str, Any]:
    """The verdict as it stands."""
    found: dict[str, Any] = station.server.state("finding", station.answer("NA12", subject=station.instrument))[
        "computed"
    ]
    return found


def test_measuring_standard_with_expired_certificate_blocks_a_verdict(station: Station) -> None:
    """The acceptance page's small check of this name."""
    says(station, standards=[weights(station)], visits=[VISIT])
    weighs(station)
    found = computed(station)
    assert (found["verdict"], found["errors"]) == ("inconclusive", ["1"])
    assert found["explanation"].startswith(
        "chưa kết luận: Bộ quả cân M1 số QC-M1 hết hạn hiệu chuẩn ngày 20/11/2026, trước ngày kiểm tra 24/11/2026, "
        "không ghi lý do vẫn dùng; "
    )


def test_a_reason_lets_the_verdict_stand_and_taking_it_back_blocks_again(station: Station) -> None:
    id = weights(station)
    says(station, standards=[id])
    weighs(station)
    assert computed(station)["verdict"] == "inconclusive"
    says(station, standard_overrides={id: "Đã gửi hiệu chuẩn, chờ giấy"})
    assert computed(station)["verdict"] == "pass"
    assert computed(station)["explanation"].endswith("có ghi lý do vẫn dùng")
    says(station, standard_overrides={id: " "})
    assert computed(station)["verdict"] == "inconclusive"


def test_two_inspectors_give_reasons_for_two_standards_and_both_stand(station: Station) -> None:
    one, other = weights(station), weights(station)
    says(station, standards=[one, other])
    for tablet, id in ((station.member, one), (station.leader, other)):
        tablet.do(
            "inspection", station.inspection, station.scope, set={"standard_overrides": {id: "Chờ giấy"}}, base={}
        )
    assert station.server.state("inspection", station.inspection)["standard_overrides"] == {
        one: "Chờ giấy",
        other: "Chờ giấy",
    }
    weighs(station)
    assert computed(station)["verdict"] == "pass"


def test_verdicts_follow_the_standards_and_the_day_as_the_servers_own_change(station: Station) -> None:
    weighs(station)
    assert "chưa ghi chuẩn đo lường đã dùng (quả cân, cân chuẩn)" in computed(station)["explanation"]
    assert computed(station)["verdict"] == "pass"
    says(station, standards=[weights(station)])
    assert computed(station)["verdict"] == "inconclusive"
    follow = [e for e in station.server.entries() if e["kind"] == "finding"][-1]
    assert (follow["op_id"], follow["device"], follow["actor"], list(follow["set"])) == (
        None,
        None,
        "system",
        ["computed"],
    )
    says(station, visits=[{**VISIT, "started_at": "2026-11-20T08:00:00+07:00"}])
    assert computed(station)["verdict"] == "pass"
    says(station, visits=[{**VISIT, "started_at": "2026-11-20T08:00:00+07:00"}, VISIT])
    assert computed(station)["verdict"] == "inconclusive", "it ran out between two visits"


def test_a_standard_of_another_kind_or_one_that_nobody_knows_blocks_nothing(station: Station) -> None:
    says(station, standards=[weights(station, kind="volume"), station.server.new_id()])
    weighs(station)
    assert computed(station)["verdict"] == "pass"


def test_an_open_inspection_follows_a_new_certificate_and_a_closed_one_does_not(station: Station) -> None:
    id = weights(station)
    says(station, standards=[id])
    weighs(station)
    newer = {"number": "QC-2", "issued_on": "2026-11-20", "valid_until": "2027-11-19"}
    state = station.server.state("measurement_standard", id)
    station.server.office(
        "measurement_standard", id, "agency", {**state, "certificates": [*state["certificates"], newer]}
    )
    (change,) = recompute(station.server, [station.inspection], "")
    assert change.state is not None
    assert (change.state["computed"]["verdict"], change.op_id, change.actor) == ("pass", None, "system")
    inspection = station.server.state("inspection", station.inspection)
    station.server.office("inspection", station.inspection, station.scope, {**inspection, "status": "issued"})
    assert recompute(station.server, [station.inspection], "") == []


def test_what_working_minutes_froze_keeps_its_verdict_whatever_the_standards(station: Station) -> None:
    station.server.lease(station.leader.device_id, 1, 9)
    weighs(station)
    fields = station.paper(station.leader, 1, closes=False, form="working")
    station.leader.do(
        "minutes", station.server.new_id(), station.scope, "create", parent=station.inspection, set=fields
    )
    before = computed(station)
    says(station, standards=[weights(station)])
    assert (before["verdict"], computed(station)) == ("pass", before)


@pytest.mark.parametrize("bad", [[], {}, 5, "x", {"": None}])
def test_odd_reasons_are_no_reasons(station: Station, bad: Any) -> None:
    id = weights(station)
    state = station.server.state("inspection", station.inspection)
    station.server.office("inspection", station.inspection, station.scope,
                          {**state, "standards": [id, None, 5], "standard_overrides": bad})  # fmt: skip
    weighs(station)
    assert computed(station)["verdict"] == "inconclusive"


class TestInstruments:
    """Verdicts that read what the instrument is."""

    def amends(self, station: Station, e: str) -> None:
        """A colleague corrects the verification scale interval on the plate."""
        result = station.leader.do("instrument", station.instrument, station.area,
                                   set={"attributes": {"e": e}}, base={"attributes": {"e": "1"}})  # fmt: skip
        assert result["status"] in {"applied", "merged"}

    def test_an_open_inspection_follows_an_instrument_that_is_corrected_later(self, station: Station) -> None:
        station.record(
            station.member, "NA12", subject=station.instrument, rows=[{"load": "1000", "indication": "1003"}]
        )
        station.member.push()
        assert computed(station)["verdict"] == "fail"
        self.amends(station, "5")
        assert computed(station)["verdict"] == "pass"

    def test_a_closed_inspection_keeps_what_it_found(self, station: Station) -> None:
        station.record(
            station.member, "NA12", subject=station.instrument, rows=[{"load": "1000", "indication": "1003"}]
        )
        station.member.push()
        before, state = computed(station), station.server.state("inspection", station.inspection)
        station.server.office("inspection", station.inspection, station.scope, {**state, "status": "approved"})
        self.amends(station, "5")
        assert computed(station) == before

    def test_an_instrument_that_lands_after_its_results_gives_them_their_verdict(self, station: Station) -> None:
        new = station.server.new_id()
        station.record(station.member, "NA12", subject=new, rows=[{"load": "1000", "indication": "1001"}])
        station.member.push()
        id = station.answer("NA12", subject=new)
        assert station.server.state("finding", id)["computed"]["verdict"] == "inconclusive"
        fields = {"establishment_id": station.establishment, "type": "weighing_instrument", "attributes": {"e": "1"}}
        station.leader.do("instrument", new, station.area, "create", parent=station.establishment, set=fields)
        assert station.server.state("finding", id)["computed"]["verdict"] == "pass"
