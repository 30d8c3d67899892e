"""/printing/blanks: numbers set aside by the office, sheets under them, keyed in later or voided; none comes twice."""

from __future__ import annotations

import html
import io
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader

from server.services import journal, numbers
from sync.paper_words import VIETNAM
from tests.builders import Person
from tests.server.pages.scene import NASTY
from tests.server.pages.scene import Desk as Window
from tests.server.services.test_minutes import Desk, desk
from tests.server.services.test_papers import photographs_the_pages

__all__ = ["desk"]
YEAR = datetime.now(VIETNAM).year


@pytest.fixture
def clerk(desk: Desk) -> Window:
    """Văn thư, signed in."""
    return Window(desk.office.app.test_client()).signs_in(desk.office.hires("clerk", "Vũ Thị Văn Thư"))


@pytest.fixture
def supervisor(desk: Desk) -> Window:
    """Lãnh đạo duyệt, signed in."""
    return Window(desk.office.app.test_client()).signs_in(desk.office.hires("supervisor", "Nguyễn Thanh Bình"))


def sets_aside(desk: Desk, window: Window, **given: str) -> Any:
    path = f"/printing/blanks/new/{desk.inspection}"
    wanted = {"form": "inspection", "count": "3", "purpose": "Đoàn xăng dầu, vùng không có sóng", **given}
    return window.sends(window.opens(path), path, **wanted)


def register(desk: Desk) -> list[tuple[int, str, str | None]]:
    with desk.office.transaction() as session:
        assert journal.verify(session).is_whole
        return [(r.number, r.status, r.reason) for r in numbers.register(session, "BB-ĐKT", YEAR)]


def test_a_clerk_sets_numbers_aside_and_prints_sheets(desk: Desk, clerk: Window) -> None:
    found = clerk.opens("/printing/blanks?q=cua+hang")
    assert f"/printing/blanks/new/{desk.inspection}" in found
    answer = sets_aside(desk, clerk)
    assert answer.status_code == 303
    path = answer.headers["Location"]
    reason = "Đoàn xăng dầu, vùng không có sóng"
    assert register(desk) == [(n, "reserved", reason) for n in (1, 2, 3)]
    pdf = clerk.client.get(f"{path}/sheets.pdf")
    text = [page.extract_text() or "" for page in PdfReader(io.BytesIO(pdf.data)).pages]
    for number in ("01", "02", "03"):
        assert sum(f"Số: {number}/BB-ĐKT" in page for page in text) == 1
    assert "Quét mã" not in "".join(text), "nothing is signed yet"
    assert len(text) % 2 == 0, "every sheet is a sheet of its own"
    assert "Vũ Thị Văn Thư" in clerk.opens("/printing/blanks")
    assert "Dành cho bản in sẵn" in clerk.opens("/numbers?status=reserved")
    assert "Nhập bản đã viết" not in clerk.opens(path)
    assert clerk.client.get(f"{path}/key-in/1").status_code == 403


def test_the_same_form_twice_sets_aside_once(desk: Desk, clerk: Window) -> None:
    path = f"/printing/blanks/new/{desk.inspection}"
    page = clerk.opens(path)
    for _ in range(2):
        assert clerk.sends(page, path, form="inspection", count="2", purpose="x").status_code == 303
    assert len(register(desk)) == 2


def test_odd_wishes_take_no_number(desk: Desk, clerk: Window) -> None:
    for given in ({"count": "0"}, {"count": "51"}, {"count": "-1"}, {"count": "hai"}, {"count": "9" * 30}, {"count": "00500"}, {"purpose": " "},
                  {"purpose": "x" * 501}, {"form": "amendment"}, {"form": "suspension_notice"}, {"form": NASTY}, {"id": "x"}):  # fmt: skip
        answer = sets_aside(desk, clerk, **given)
        assert answer.status_code == 400, given
        assert "<script>alert" not in answer.get_data(as_text=True)
    assert register(desk) == []
    for path in (
        f"/printing/blanks/new/{uuid4()}",
        f"/printing/blanks/{uuid4()}",
        f"/printing/blanks/{uuid4()}/sheets.pdf",
    ):
        assert clerk.client.get(path).status_code == 404


def test_what_was_written_is_keyed_in_once_and_what_was_spoiled_is_voided(desk: Desk, supervisor: Window) -> None:
    path = sets_aside(desk, supervisor).headers["Location"]
    page = supervisor.opens(f"{path}/key-in/2")
    action, written = f"{path}/key-in/2", datetime.now(VIETNAM)
    refused = supervisor.sends(page, action, written_at=f"{written:%Y-%m-%dT%H:%M}")
    assert refused.status_code == 409
    assert "Chưa có ảnh các trang biên bản đã ký" in refused.get_data(as_text=True)
    photographs_the_pages(desk)
    for odd in ("", "hôm nay", f"{written + timedelta(days=1):%Y-%m-%dT%H:%M}"):
        assert supervisor.sends(page, action, written_at=odd).status_code == 400, odd
    assert supervisor.sends(page, action, written_at=f"{written:%Y-%m-%dT%H:%M}").status_code == 303
    assert supervisor.sends(page, action, written_at=f"{written:%Y-%m-%dT%H:%M}").status_code == 409
    void = html.unescape(re.findall(r'href="(/numbers/void[^"]+number=1)"', supervisor.opens(path))[0])
    assert supervisor.sends(supervisor.opens(void), "/numbers/void", reason="Bị ướt").status_code == 303
    assert [status for _number, status, _reason in register(desk)] == ["void", "issued", "reserved"]
    sheets = PdfReader(io.BytesIO(supervisor.client.get(f"{path}/sheets.pdf").data))
    text = "".join(page.extract_text() or "" for page in sheets.pages)
    assert "Số: 03/BB-ĐKT" in text
    assert "Số: 01/BB-ĐKT" not in text
    assert "02/BB-ĐKT" in supervisor.opens("/printing"), "what was keyed in waits for the printer like any other paper"


def test_inspectors_set_nothing_aside(desk: Desk) -> None:
    person: Person = desk.office.hires("team_leader", "Lê Trưởng Đoàn")
    window = Window(desk.office.app.test_client()).signs_in(person)
    for path in ("/printing/blanks", f"/printing/blanks/new/{desk.inspection}"):
        assert window.client.get(path).status_code == 403
