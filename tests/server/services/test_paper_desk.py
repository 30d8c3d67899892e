"""The office's desk for papers below the pages: re-checks, series, and the command."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from server.db import documents
from server.errors import Problem
from server.services import minutes, paper_chain, paper_desk
from tests.server.services.test_minutes import NOW, Desk, desk

__all__ = ["desk"]


def state_of(desk: Desk, kind: str, id: str) -> dict[str, Any]:
    with desk.office.transaction() as session:
        found = documents.get(session, kind, id)
        assert found is not None
        return dict(found.state)


def measured(desk: Desk, inspection: str, type: str, **more: Any) -> str:
    """Record a measure of an inspection."""
    scope = f"campaign:{state_of(desk, 'inspection', inspection)['campaign_id']}"
    state = {"inspection_id": inspection, "instrument_id": None, "type": type, "at": NOW.isoformat(), **more}
    return desk.office.records("measure", scope, state, parent=inspection)


def again(desk: Desk, follows: str) -> str:
    """Plan the re-check of an inspection."""
    before = state_of(desk, "inspection", desk.inspection)
    state = {**before, "follows": follows, "status": "planned"}
    return desk.office.records("inspection", f"campaign:{before['campaign_id']}", state, parent=before["campaign_id"])


def run(desk: Desk, *args: str) -> Any:
    return desk.office.app.test_cli_runner().invoke(args=["minutes", *args])


def test_a_re_check_resumes_what_the_first_inspection_suspended(desk: Desk) -> None:
    desk.office.opens_series("TB-SKHCN")
    suspend = measured(desk, desk.inspection, "suspend", reason="Vượt sai số")
    desk.issues()
    made = run(desk, "issue", desk.inspection, "--form", "suspension_notice", "--by", desk.leader.id, "--json")
    assert made.exit_code == 0, made.output
    second = again(desk, desk.inspection)
    measured(desk, second, "resume", follows=suspend, at=(NOW + timedelta(days=9)).isoformat())
    made = run(desk, "issue", second, "--form", "resumption_notice", "--signer", "Trần Thị Minh Hà", "--by", desk.leader.id,
               "--json")  # fmt: skip
    letter = json.loads(state_of(desk, "minutes", json.loads(made.output)["id"])["canonical"])
    assert letter["basis"][-1].startswith("Căn cứ Thông báo tạm dừng số 01/TB-SKHCN")
    assert letter["letter"]["signer"]["authority"] == "KT. Giám đốc"
    assert letter["number"]["text"] == "02/TB-SKHCN"


def test_a_loop_of_re_checks_ends(desk: Desk) -> None:
    second = again(desk, desk.inspection)
    before = state_of(desk, "inspection", desk.inspection)
    desk.office.records("inspection", f"campaign:{before['campaign_id']}", {**before, "follows": second},
                        id=desk.inspection, parent=before["campaign_id"])  # fmt: skip
    with desk.office.transaction() as session:
        found = [d.id for d in paper_chain.chain(session, minutes.existing(session, "inspection", second))]
    assert found == [second, desk.inspection]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--form", "inspection"], "Chưa phát hành được biên bản kiểm tra: Cuộc kiểm tra đang ở trạng thái"),
        (["--form", "unsealing"], "Chưa ghi việc mở niêm phong nào."),
        (["--form", "not_carried_out"], "Đoàn chưa ghi: lý do, thời điểm đoàn đến, ảnh hiện trạng"),
    ],
)
def test_the_command_says_why_a_paper_is_not_issued(desk: Desk, args: list[str], said: str) -> None:
    refused = run(desk, "issue", desk.inspection, *args, "--by", desk.leader.id)
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert run(desk, "issue", desk.inspection, "--form", "letter", "--by", desk.leader.id).exit_code == 2


def test_a_notice_never_takes_a_number_of_minutes() -> None:
    rows = [{"series": "TB", "form": "suspension_notice"}, {"series": "BB", "form": "working"}]
    assert minutes.series_of({"series": rows}, "sealing") == "BB"
    assert minutes.series_of({"series": rows}, "suspension_notice") == "TB"
    with pytest.raises(Problem, match="sổ số thông báo"):
        minutes.series_of({"series": rows}, "resumption_notice")
    with pytest.raises(Problem, match="sổ số biên bản"):
        minutes.series_of({"series": rows[:1]}, "inspection")


def test_an_inspection_whose_agency_is_unknown_is_shown_and_issues_nothing(desk: Desk) -> None:
    desk.office.organisation_id = "0192f0c1-2b3c-7d4e-8f50-000000000001"
    campaign = desk.office.opens_campaign(desk.leader)
    site = desk.office.registers_establishment()
    inspection = desk.office.plans_inspection(campaign, site, desk.leader)
    with desk.office.transaction() as session:
        found = minutes.existing(session, "inspection", inspection)
        found.state = {**found.state, "status": "in_progress"}
        said = {offer.form: offer.blocked for offer in paper_desk.offers(session, found)}
        session.rollback()
    assert said["working"] == "Cơ quan này chưa mở sổ số biên bản."
