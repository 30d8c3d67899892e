"""The follow-up board: overdue first, a re-check from what is open, case files for supervisors only."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.builders import Office
from tests.server.casework import Casework, casework_of
from tests.server.pages.scene import Desk


@pytest.fixture
def work(office: Office, client: FlaskClient) -> Casework:
    """A station with issued minutes, an open requirement and violations."""
    return casework_of(office, client)


@pytest.fixture
def desk(work: Casework) -> Desk:
    """The supervisor's browser."""
    return Desk(work.office.app.test_client()).signs_in(work.scene.supervisor)


def board_of(work: Casework) -> str:
    return f"/follow-up/{work.scene.site.campaign}"


def test_the_list_of_decisions_leads_to_the_board(work: Casework, desk: Desk) -> None:
    page = desk.opens("/follow-up")
    assert board_of(work) in page
    assert "1 cơ sở" in page  # the requirement was due in 2021
    board = desk.opens(board_of(work))
    assert "Chờ bản ký" in board
    assert "quá hạn" in board
    assert "Đã khắc phục 0/1" in board


def test_filters_keep_what_they_say(work: Casework, desk: Desk) -> None:
    assert "Kiểm định lại vòi 1" in desk.opens(f"{board_of(work)}?stage=overdue")
    assert "Không có cơ sở nào khớp" in desk.opens(f"{board_of(work)}?stage=closed")
    assert "Không có cơ sở nào khớp" in desk.opens(f"{board_of(work)}?q=khong+co+co+so+nay")
    assert "Kiểm định lại vòi 1" in desk.opens(f"{board_of(work)}?stage=khong-co&page=99")


def test_a_case_is_seen_by_supervisors_only(work: Casework, desk: Desk) -> None:
    work.opens()
    work.is_decided("12500000")
    board = desk.opens(board_of(work))
    assert f"/cases/{work.id}" in board
    assert "phạt 12.500.000 đồng, đã nộp 0 đồng" in board
    clerk = Desk(work.office.app.test_client()).signs_in(work.office.hires("clerk", "Vũ Thị Văn"))
    page = clerk.opens(board_of(work))
    assert work.id not in page
    assert "12.500.000" not in page


def test_another_team_sees_nothing(work: Casework) -> None:
    stranger = Desk(work.office.app.test_client()).signs_in(work.office.hires("inspector", "Người Đoàn Khác"))
    stranger.opens(board_of(work), 404)
    assert board_of(work) not in stranger.opens("/follow-up")
    stranger.opens("/follow-up/00000000-0000-7000-8000-000000000000", 404)


def test_a_recheck_is_planned_once_from_what_is_open(work: Casework, desk: Desk) -> None:
    path = f"{work.scene.path}/recheck"
    assert path in desk.opens(board_of(work))
    form = desk.opens(path)
    assert "Kiểm định lại vòi 1" in form
    answer = desk.sends(form, path, planned_on="2021-08-09", lead=work.scene.member.id, code=["fuel-dispenser"])
    assert answer.status_code == 303
    made = answer.headers["Location"].rsplit("/", 1)[-1]
    assert "kiểm tra lại" in desk.opens(board_of(work))
    with work.office.transaction() as session:
        from server.db import documents

        planned = documents.get(session, "inspection", made)
        assert planned is not None
        assert planned.state["follows"] == work.scene.site.inspection
        assert planned.state["lead_user_id"] == work.scene.member.id
        assert [c["code"] for c in planned.state["checklists"]] == ["general", "fuel-dispenser"]
    assert path not in desk.opens(board_of(work))
    desk.opens(path, 409)
    assert desk.sends(form, path, planned_on="2021-08-09", code=["fuel-dispenser"]).status_code == 409


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"planned_on": "2031-01-01", "code": ["fuel-dispenser"]}, "nằm ngoài đợt"),
        ({"planned_on": "mai", "code": ["fuel-dispenser"]}, "không có dạng"),
        ({"planned_on": "2021-08-09"}, "ít nhất một danh mục"),
        ({"planned_on": "2021-08-09", "code": ["fuel-dispenser"], "lead": "ai-do"}, "không ở trong đoàn"),
    ],
)
def test_what_cannot_be_planned_is_said_and_kept(work: Casework, desk: Desk, typed: dict[str, str], said: str) -> None:
    path = f"{work.scene.path}/recheck"
    answer = desk.sends(desk.opens(path), path, **typed)
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    assert said in page
    assert f'value="{typed["planned_on"]}"' in page


def test_only_a_supervisor_plans_a_recheck(work: Casework) -> None:
    clerk = Desk(work.office.app.test_client()).signs_in(work.office.hires("clerk", "Vũ Thị Văn"))
    clerk.opens(f"{work.scene.path}/recheck", 403)
