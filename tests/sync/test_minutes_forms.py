"""Papers of other forms pushed by tablets: a visit that came to nothing ends the inspection so, a notice is no tablet's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sync.tablet import Station, open_station
from tests.sync.test_minutes import issue, outcome

ATTEMPT = {"cause": "closed", "at": "2026-11-24T08:00:00+07:00", "no_witness_reason": "xã không cử được người"}


@pytest.fixture
def planned() -> Station:
    """A planned inspection; the leader holds numbers 1 to 9."""
    station = open_station()
    station.server.lease(station.leader.device_id, 1, 9)
    return station


def status(station: Station) -> str:
    return str(station.server.state("inspection", station.inspection)["status"])


def declares(station: Station, **more: Any) -> dict[str, Any]:
    fields = {"attempt": ATTEMPT, "reason": "Cổng khóa", **more}
    before = station.server.state("inspection", station.inspection)
    base = {name: before.get(name) for name in fields}
    result: dict[str, Any] = station.leader.do(
        "inspection", station.inspection, station.scope, "patch", set=fields, base=base
    )
    return result


def not_carried_out(station: Station, number: int = 1) -> tuple[str, dict[str, Any]]:
    return issue(station, station.leader, station.paper(station.leader, number, form="not_carried_out", findings=[]))


@pytest.mark.parametrize("more", [{}, {"status": "not_carried_out"}])
def test_its_minutes_end_a_planned_inspection_as_not_carried_out(planned: Station, more: dict[str, str]) -> None:
    assert outcome(declares(planned, **more)) == ("applied", None)
    id, result = not_carried_out(planned)
    assert outcome(result) == ("applied", None)
    assert status(planned) == "not_carried_out"
    state = planned.server.state("minutes", id)
    assert (state["status"], state["warnings"]) == ("issued", [])  # no required answer is missing


def test_after_them_the_inspection_is_frozen_but_for_the_signed_pages(planned: Station) -> None:
    declares(planned, status="not_carried_out")
    assert declares(planned, reason="Cổng khóa, xích")["status"] == "applied"  # no paper yet
    not_carried_out(planned)
    assert outcome(declares(planned, reason="Lý do khác hẳn")) == ("held", "after-issue")
    assert planned.server.state("inspection", planned.inspection)["reason"] == "Cổng khóa, xích"
    photo = {"inspection_id": planned.inspection, "purpose": "evidence", "sha256": "0" * 64}
    results = [
        planned.leader.do("photo", planned.server.new_id(), planned.scope, "create", parent=planned.inspection,
                          set={**photo, "purpose": purpose})
        for purpose in ("evidence", "signed_paper")
    ]  # fmt: skip
    assert [r["status"] for r in results] == ["held", "applied"]


def test_voiding_them_opens_it_again(planned: Station) -> None:
    id, _ = not_carried_out(planned)
    voided = planned.leader.do("minutes", id, planned.scope, "void", set={"reason": "Ghi nhầm giờ"})
    assert outcome(voided) == ("applied", None)
    assert outcome(declares(planned)) == ("applied", None)
    assert outcome(not_carried_out(planned, 2)[1]) == ("applied", None)


def test_they_never_undo_an_inspection_that_was_begun(planned: Station) -> None:
    planned.starts()
    id, result = not_carried_out(planned)
    assert outcome(result) == ("applied", None)
    assert status(planned) == "in_progress"
    assert [w["code"] for w in planned.server.state("minutes", id)["warnings"]] == ["status"]


def test_inspection_minutes_win_over_not_carried_out(planned: Station) -> None:
    not_carried_out(planned)
    id, result = issue(planned, planned.leader, planned.paper(planned.leader, 2))
    assert outcome(result) == ("applied", None)
    assert status(planned) == "issued"
    assert {"status", "already_closed"} <= {w["code"] for w in planned.server.state("minutes", id)["warnings"]}


def test_a_notice_from_a_tablet_is_kept_and_said_to_be_the_offices(planned: Station) -> None:
    fields = planned.paper(planned.leader, 1, form="suspension_notice", closes=False, findings=[])
    id, result = issue(planned, planned.leader, fields)
    assert outcome(result) == ("applied", None)
    assert [w["code"] for w in planned.server.state("minutes", id)["warnings"]] == ["office_form"]
    assert status(planned) == "planned"
