"""/fees: sums by method, the cash sheet on screen, paper and in Excel, payers for invoices, taking a payment back."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from server.services import journal
from tests.builders import Office
from tests.server.pages.scene import NASTY, Desk
from tests.server.verifying import DAY, Team, owner, team_of


@pytest.fixture
def team(office: Office) -> Team:
    office.has_organisation()
    found = team_of(office)
    a, scales = owner(office, "Sạp gạo bà Tám", ["S1", "S2"])
    b, (other,) = owner(office, f"Quầy thịt {NASTY}", ["S3"])
    one, two = found.receives(a, scales), found.receives(b, [other])
    found.takes(one, "cash", [("Cân đồng hồ lò xo", "30000"), ("Cân đồng hồ lò xo", "30000")],
                name="Nguyễn Thị Tám", tax_code="2400999001", address="Chợ Kép", email="tam@example.vn")  # fmt: skip
    found.takes(one, "cash", [("Dán lại tem", "5000")])
    found.takes(two, "transfer", [("Cân đồng hồ lò xo", "30000")])
    found.takes(two, "subsidised", [("Huyết áp kế", "25000")])
    return found


def voids(desk: Desk, amount: str, reason: str) -> int:
    """Take back the payment whose row shows an amount."""
    page = desk.opens("/fees")
    row = page[page.index(f">{amount} đồng</td>") :]
    action = row.split('action="', 1)[1].split('"', 1)[0]
    return int(desk.sends(page, action, reason=reason).status_code)


def test_payments_are_summed_by_method_and_one_is_taken_back(desk: Desk, office: Office, team: Team) -> None:
    page = desk.opens("/fees")
    assert ("65.000 đồng</b>" in page, "30.000 đồng</b>" in page, "25.000 đồng</b>" in page) == (True, True, True)
    assert "Cân đồng hồ lò xo × 2" in page
    assert "<script>alert" not in page
    assert "4 khoản thu" in desk.opens(f"/fees?session={team.session}&first={DAY}&last={DAY}")
    assert "Không có khoản thu nào khớp" in desk.opens("/fees?first=2021-08-06")
    assert voids(desk, "5.000", " ") == 400
    assert voids(desk, "5.000", "Thu nhầm") == 303
    after = desk.opens("/fees")
    assert "60.000 đồng</b>" in after
    assert "Đã hủy: Thu nhầm" in after
    with office.transaction() as session:
        assert journal.verify(session).is_whole


def test_the_cash_sheet_says_its_sum_in_figures_and_words(desk: Desk, office: Office, team: Team) -> None:
    voids(desk, "5.000", "Thu nhầm")
    page = desk.opens(f"/fees/cash/{DAY}")
    assert "Sáu mươi nghìn đồng" in page
    assert "Đã hủy, không tính" in page
    paper = desk.client.get(f"/fees/cash/{DAY}/sheet.pdf?session={team.session}")
    text = " ".join(PdfReader(io.BytesIO(paper.data)).pages[0].extract_text().split())
    for said in ("BẢNG KÊ THU TIỀN MẶT", "SỞ KHOA HỌC VÀ CÔNG NGHỆ", "Nguyễn Thị Tám", "60.000", "Bằng chữ: Sáu mươi nghìn đồng", "THỦ QUỸ"):  # fmt: skip
        assert said in text
    assert "Thu nhầm" not in text
    book = load_workbook(io.BytesIO(desk.client.get(f"/fees/cash/{DAY}?export=xlsx").data))
    last = [cell.value for cell in list(book.worksheets[0].rows)[-1]]
    assert (last[2], last[4], last[5]) == ("Tổng cộng", "Bằng chữ: Sáu mươi nghìn đồng", 60000)
    assert "không thu tiền mặt" in desk.opens("/fees/cash/2021-08-06")
    for bad in ("/fees/cash/2021-13-01", f"/fees/cash/{DAY}?session=x", "/fees/cash/x/sheet.pdf"):
        desk.opens(bad, 404)


def test_payers_go_to_the_invoice_system_line_by_line(desk: Desk, office: Office, team: Team) -> None:
    rows = desk.client.get("/fees/invoices?export=csv").get_data(as_text=True).splitlines()[1:]
    cells = sorted(row.split(";")[3:5] + row.split(";")[7:] for row in rows if "Tám" in row)
    assert ["Nguyễn Thị Tám", "2400999001", "Cân đồng hồ lò xo", "cái", "2", "30000", "60000", "Tiền mặt"] in cells
    assert (len(rows), any("Được hỗ trợ" in row for row in rows)) == (3, False)
    assert "Huyết áp kế" in desk.opens("/fees/invoices?method=subsidised")
    clerk = Desk(office.app.test_client()).signs_in(office.hires("clerk"))
    assert "Hủy khoản thu" not in clerk.opens("/fees")
    Desk(office.app.test_client()).signs_in(team.verifier).opens("/fees", 403)
