"""/programme: the year's board, one activity, adding and withdrawing what arises, without JavaScript."""

from __future__ import annotations

import pytest

from server.demo.load import PROGRAMME
from server.services import journal, programme, programme_additions
from server.services.programme_file import parse
from tests.builders import Office
from tests.server.pages.scene import NASTY, Desk

NEW = "/programme/BG-2021/new"
SAID = {
    "subject": f"Kiểm tra tết Trung thu {NASTY}", "kind": "kiem_tra", "domain": "goods_quality_label", "months": ["9", "10"],
    "requested_by": "Ban Chỉ đạo 389 tỉnh", "number": "45/KH-BCĐ", "dated": "2021-08-23", "signer": "Trưởng ban",
}  # fmt: skip


@pytest.fixture
def imported(office: Office) -> None:
    with office.transaction() as session:
        programme.import_file(session, parse(PROGRAMME.read_bytes()))


def adds(desk: Desk) -> str:
    asked = desk.sends(desk.opens(NEW), NEW, **SAID)
    assert asked.status_code == 200
    page = asked.get_data(as_text=True)
    assert "Xem lại trước khi ghi" in page
    assert "<script>alert(1)" not in page
    done = desk.sends(page, NEW, months=["9", "10"])
    assert done.status_code == 303, done.get_data(as_text=True)
    return str(done.headers["Location"])


def test_without_a_programme_the_page_says_how_to_begin(desk: Desk) -> None:
    assert "Chưa nhập chương trình nào" in desk.opens("/programme")


@pytest.mark.usefixtures("imported")
def test_the_board_shows_every_activity_and_its_source(desk: Desk) -> None:
    page = desk.opens("/programme?on=2021-08-20")
    assert page.count('<th scope="row">') == 34
    assert "tính đến ngày 20/08/2021" in page
    one = desk.opens("/programme/BG-2021/A08?on=2021-08-20")
    assert "Chủ tịch UBND tỉnh (quyết định phê duyệt)" in one
    assert "chương trình nêu rõ" in one
    assert one.count("<blockquote>") == 2
    assert "Không có hoạt động nào khớp" in desk.opens("/programme?state=withdrawn")


@pytest.mark.usefixtures("imported")
def test_forged_addresses_are_not_found_and_nonsense_in_a_filter_is_ignored(desk: Desk) -> None:
    for path in ("/programme/BG-2021/A99", "/programme/x/A01", "/programme/x/new", "/programme?programme=x",
                 "/programme/BG-2021/%00", "/programme/%00/A01", f"/programme/BG-2021/{'A' * 500}"):  # fmt: skip
        desk.opens(path, 404)
    assert desk.opens("/programme?domain=%22%3E&kind='&scope=x&state=x&on=31/8").count('<th scope="row">') == 34


@pytest.mark.usefixtures("imported")
def test_what_arises_is_looked_at_added_marked_apart_and_withdrawn(desk: Desk, office: Office) -> None:
    path = adds(desk)
    assert "Phát sinh" in desk.opens("/programme")
    page = desk.opens(path)
    assert "số 45/KH-BCĐ, ngày 23/08/2021, Trưởng ban ký" in page
    empty = desk.sends(page, f"{path}/withdraw", reason=" ")
    assert (empty.status_code, "Phải ghi lý do rút" in empty.get_data(as_text=True)) == (400, True)
    assert desk.sends(page, f"{path}/withdraw", reason="Hoãn vì dịch").status_code == 303
    stale = desk.sends(page, f"{path}/withdraw", reason="Lần nữa")
    assert (stale.status_code, "Hoãn vì dịch" in stale.get_data(as_text=True)) == (409, True)
    with office.transaction() as session:
        assert journal.verify(session).is_whole
        assert len(programme_additions.activities(session, "BG-2021")) == 1


@pytest.mark.usefixtures("imported")
def test_a_wrong_form_keeps_what_was_typed(desk: Desk) -> None:
    answer = desk.sends(desk.opens(NEW), NEW, **{**SAID, "subject": "Đ" * 501, "signer": ""})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    endless = desk.sends(desk.opens(NEW), NEW, **{**SAID, "months": ["9" * 5000, "13"]})
    assert (endless.status_code, "Tháng từ 1 đến 12" in endless.get_data(as_text=True)) == (400, True)
    assert "dài 501 ký tự, tối đa 500" in page
    assert "Cần người ký văn bản" in page
    assert "Đ" * 501 in page
    assert 'value="9" checked' in page


@pytest.mark.usefixtures("imported")
def test_only_supervisors_add(office: Office) -> None:
    clerk = Desk(office.app.test_client()).signs_in(office.hires("clerk"))
    assert "Thêm nội dung phát sinh" not in clerk.opens("/programme")
    clerk.opens(NEW, 403)
