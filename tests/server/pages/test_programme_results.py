"""Activities without a checklist: entered as done with a paper, month by month, struck out with a reason, never gone."""

from __future__ import annotations

from datetime import date

import pytest

from server.services import journal, programme_board
from tests.builders import Office
from tests.server.pages.scene import NASTY, Desk
from tests.server.services.plans import imports

SAID = {
    "month": "1",
    "done_on": "2021-01-20",
    "number": "12/BC-SKHCN",
    "dated": "2021-01-22",
    "signer": "Nguyễn Thanh Bình",
    "note": NASTY,
}


@pytest.fixture
def desk(office: Office) -> Desk:
    imports(office)
    return Desk(office.app.test_client()).signs_in(office.hires("supervisor", "Phạm Lãnh Đạo"))


def outside(office: Office, months: int) -> tuple[str, list[int]]:
    """An activity of the programme without a checklist and with so many months, and these."""
    with office.transaction() as session:
        found = programme_board.chosen(session, "")
        assert found is not None
        board = programme_board.board(session, found, programme_board.Filter(date(2021, 12, 31)))
        row = next(r for r in board.rows if r.state == "outside" and len(r.activity.months) == months)
        return row.activity.code, list(row.activity.months)


def state(office: Office, code: str) -> str:
    with office.transaction() as session:
        return programme_board.one(session, "BG-2021", code, date(2021, 12, 31)).state


def test_months_are_entered_one_by_one_until_the_activity_is_done(desk: Desk, office: Office) -> None:
    code, months = outside(office, 2)
    path = f"/programme/BG-2021/{code}"
    for month, expected in zip(months, ("under_way", "done"), strict=True):
        answer = desk.sends(desk.opens(path), f"{path}/done", **SAID | {"month": str(month)})
        assert answer.status_code == 303
        assert state(office, code) == expected
    page = desk.opens(path)
    assert "12/BC-SKHCN" in page
    assert "Phạm Lãnh Đạo" in page
    assert "<script>alert(1)" not in page
    again = desk.sends(page, f"{path}/done", **SAID | {"month": str(months[0])})
    assert (again.status_code, "đã có người ghi hoàn thành" in again.get_data(as_text=True)) == (409, True)
    with office.transaction() as session:
        assert journal.verify(session).is_whole


def test_a_standing_task_goes_on_until_december(desk: Desk, office: Office) -> None:
    code, _ = outside(office, 0)
    path = f"/programme/BG-2021/{code}"
    for month, expected in ((3, "under_way"), (12, "done")):
        assert desk.sends(desk.opens(path), f"{path}/done", **SAID | {"month": str(month)}).status_code == 303
        assert state(office, code) == expected


def test_a_mistake_is_struck_out_once_and_stays_readable(desk: Desk, office: Office) -> None:
    code, months = outside(office, 1)
    path = f"/programme/BG-2021/{code}"
    desk.sends(desk.opens(path), f"{path}/done", **SAID | {"month": str(months[0])})
    page = desk.opens(path)
    strike = page.split(f'action="{path}/done/')[1].split('"')[0]
    refused = desk.sends(page, f"{path}/done/{strike}", seen="1", reason=" ")
    assert (refused.status_code, "Phải ghi lý do" in refused.get_data(as_text=True)) == (400, True)
    assert desk.sends(page, f"{path}/done/{strike}", seen="1", reason="Ghi nhầm hoạt động").status_code == 303
    assert desk.sends(page, f"{path}/done/{strike}", seen="1", reason="Lần nữa").status_code == 409
    assert state(office, code) == "outside"
    assert "Ghi nhầm hoạt động" in desk.opens(path)
    assert desk.sends(desk.opens(path), f"{path}/done", **SAID | {"month": str(months[0])}).status_code == 303
    other = f"/programme/BG-2021/A08/done/{strike}"
    forged = page.replace(f"{path}/done/{strike}", other)
    assert desk.sends(forged, other, seen="2", reason="Của hoạt động khác").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"month": "13"}, "Hãy chọn tháng"),
        ({"done_on": "2999-01-01"}, "chưa tới"),
        ({"done_on": "2020-12-31"}, "trước năm 2021"),
        ({"dated": "hôm qua"}, "NĂM-THÁNG-NGÀY"),
        ({"number": ""}, "Cần số, ký hiệu văn bản"),
        ({"signer": "x" * 201}, "Cần người ký"),
        ({"note": "x" * 501}, "tối đa 500"),
    ],
)
def test_a_wrong_form_writes_nothing_and_keeps_what_was_typed(
    desk: Desk, office: Office, wrong: dict[str, str], said: str
) -> None:
    code, months = outside(office, 1)
    path = f"/programme/BG-2021/{code}"
    answer = desk.sends(desk.opens(path), f"{path}/done", **SAID | {"month": str(months[0])} | wrong)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert said in page
    assert "2021-01-2" in page
    assert state(office, code) == "outside"


def test_what_inspections_say_is_not_entered_by_hand(desk: Desk, office: Office) -> None:
    code, _ = outside(office, 1)
    assert "Ghi hoàn thành một tháng" not in desk.opens("/programme/BG-2021/A08")
    page = desk.opens(f"/programme/BG-2021/{code}")
    forged = page.replace(f"/programme/BG-2021/{code}/done", "/programme/BG-2021/A08/done")
    answer = desk.sends(forged, "/programme/BG-2021/A08/done", **SAID)
    assert (answer.status_code, "tính từ các đợt kiểm tra" in answer.get_data(as_text=True)) == (409, True)
    clerk = Desk(office.app.test_client()).signs_in(office.hires("clerk"))
    assert "Ghi hoàn thành một tháng" not in clerk.opens(f"/programme/BG-2021/{code}")
