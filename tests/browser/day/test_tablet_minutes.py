"""A leader closes an inspection with the server really stopped: numbered, signed, printed, and all of it agrees afterwards."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from playwright.sync_api import expect
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from server.demo.serving import check
from sync import seal
from tests.browser.day.department import Department
from tests.browser.day.tablet import SLOW, FieldTablet
from tests.browser.day.test_field_day import NOZZLES, OVER_LIMIT
from tests.pictures import jpeg

pytestmark = pytest.mark.timeout(600)


class Leader:
    """What the leader of the team does at the screens of minutes."""

    def __init__(self, tablet: FieldTablet, inspection: str) -> None:
        """At one inspection."""
        self.tablet, self.inspection, self.page = tablet, inspection, tablet.page

    def at(self, path: str = "") -> None:
        """Go to a screen of the inspection's minutes."""
        self.tablet.goes(f"/inspections/{self.inspection}/minutes{path}")

    def fetches_the_engine(self) -> None:
        """Once, with a network."""
        self.at("/new/working")
        expect(self.page.get_by_role("heading", name="1. Kiểm tra trước khi phát hành")).to_be_visible(timeout=SLOW)
        get = self.page.get_by_role("button", name=re.compile("^Tải bộ dàn trang"))
        expect(get.or_(self.page.get_by_text("Cần biết")).first).to_be_visible(timeout=SLOW)
        if get.count():
            get.click()
        expect(get).to_have_count(0, timeout=SLOW * 3)

    def issues(self, form: str, name: str) -> str:
        """Look the check over, issue; return the number."""
        self.at(f"/new/{form}")
        expect(self.page.get_by_text("Đọc bản dự thảo")).to_be_visible(timeout=SLOW)
        accept = self.page.get_by_label("Tôi đã xem các điểm trên và vẫn lập biên bản")
        go = self.page.get_by_role("button", name="Phát hành", exact=True)
        expect(accept.or_(self.page.get_by_text("Không thiếu gì.")).first).to_be_visible(timeout=SLOW)
        if accept.count():
            accept.check()
        go.click(timeout=SLOW)
        self.page.get_by_role("alertdialog").get_by_role("button", name=re.compile("^Phát hành số")).click()
        head = self.page.get_by_role("heading", level=1)
        expect(head).to_have_text(re.compile(f"^{name} số"), timeout=SLOW * 3)
        return str(head.inner_text()).rsplit(" ", 1)[-1]

    def saves(self) -> bytes:
        """The PDF of the paper that is shown."""
        with self.page.expect_download(timeout=SLOW * 3) as saved:
            self.page.get_by_role("button", name="Tải PDF").click()
        return Path(saved.value.path()).read_bytes()

    def signs_for_all(self) -> None:
        """The site refuses before a witness, the others signed in ink; one page is photographed."""
        self.page.get_by_role("button", name="Ghi", exact=True).first.click()
        sheet = self.page.get_by_role("dialog")
        sheet.get_by_role("radio", name="Từ chối ký").check()
        sheet.get_by_role("button", name="Ghi", exact=True).click()
        expect(sheet.get_by_text("Cần người xác nhận, hoặc lý do không có người chứng kiến.")).to_be_visible()
        sheet.get_by_label("Người xác nhận việc từ chối ký").fill("Đỗ Văn Xã")
        sheet.get_by_role("button", name="Ghi", exact=True).click()
        expect(sheet).to_have_count(0)
        self.page.get_by_role("button", name="Tất cả đã ký tay").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Tất cả đã ký tay").click()
        expect(self.page.get_by_text("Chờ bản ký", exact=True)).to_be_visible()
        picture: Any = {"name": "trang.jpg", "mimeType": "image/jpeg", "buffer": jpeg((800, 1100), seed=9)}
        self.page.locator('input[type="file"]').set_input_files([picture])
        expect(self.page.get_by_text("Chờ bản ký", exact=True)).to_have_count(0, timeout=SLOW)


def text_of(pdf: bytes) -> str:
    """Everything that stands on the pages."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def code_of(pdf: bytes) -> str:
    """What the QR code on the last page says."""
    document = PdfDocument(pdf)
    image = document[len(document) - 1].render(scale=200 / 72).to_pil()
    document.close()
    (code,) = [found.text for found in zxingcpp.read_barcodes(image)]
    return str(code)


def printed_by_the_server(department: Department, minutes: str) -> bytes:
    """The PDF that the server makes of the same minutes."""
    out = department.server.folder / f"{minutes}.pdf"
    department.server.flask("minutes", "pdf", minutes, "--out", str(out))
    return out.read_bytes()


def sends_back(department: Department, inspection: str, remark: str) -> None:
    """A supervisor returns the inspection at the office's page, with the finding that does not conform."""
    finding = next(id for id, f in department.states("finding").items() if f["answer"] == "nonconforming")
    office, path = department.office(), f"/inspections/{inspection}"
    _, page = office.asks("GET", path)
    action = re.search(rf'action="({re.escape(path)}/[a-z]+)"', page)
    status, _ = office.submits(page, action[1] if action else path, decision="returned", remark=remark, confirm="1",
                               **{"finding": finding, f"remark-{finding}": remark})  # fmt: skip
    check(status in {302, 303}, f"không trả lại được ({status})")


def test_minutes_are_closed_with_no_server_and_all_agrees_later(department: Department, tablet: FieldTablet) -> None:
    inspection = department.inspection_at("Cửa hàng xăng dầu Song Mai")
    leader = Leader(tablet, inspection)
    leader.fetches_the_engine()
    department.stops()

    tablet.begins(inspection)
    tablet.answers("GE02", "Đạt")
    tablet.shows(NOZZLES)
    tablet.measures("FU14", *OVER_LIMIT)
    tablet.answers("FU14", "Không đạt", "Vòi số 1 vượt giới hạn sai số.")
    leader.at("/words")
    leader.page.get_by_role("button", name="Soạn từ kết quả").click()
    expect(leader.page.get_by_label("Nội dung kết luận")).to_have_value(re.compile("không đạt yêu cầu"))
    leader.page.get_by_role("button", name=re.compile("^Soạn từ nội dung không đạt")).click()
    expect(leader.page.get_by_label("Nội dung yêu cầu")).to_have_value(re.compile("FU14"))

    spoiled = leader.issues("working", "Biên bản làm việc")
    leader.page.get_by_role("button", name="Hủy biên bản").click()
    leader.page.get_by_label("Lý do hủy").fill("Máy in kẹt giấy, bản in hỏng")
    leader.page.get_by_role("button", name="Hủy biên bản này").click()
    expect(leader.page.get_by_text("Đã hủy: Máy in kẹt giấy, bản in hỏng")).to_be_visible()
    number = leader.issues("inspection", "Biên bản kiểm tra")
    assert (spoiled, number) == ("01/BB-ĐKT", "02/BB-ĐKT")
    pdf = leader.saves()
    assert "Số: 02/BB-ĐKT" in text_of(pdf)
    leader.signs_for_all()

    department.server.starts()
    tablet.syncs()
    papers = {state["number"]: (id, state) for id, state in department.states("minutes").items()}
    assert {n: state["status"] for n, (_, state) in papers.items()} == {1: "void", 2: "issued"}
    assert department.quarantined() == {}
    id, state = papers[2]
    assert (state["diverged"], state["amends"]) == ([], None)
    assert department.states("inspection")[inspection]["status"] == "issued"
    theirs = printed_by_the_server(department, id)
    assert text_of(theirs) == text_of(pdf)
    assert (
        code_of(theirs)
        == code_of(pdf)
        == seal.qr_text(f"localhost:{department.server.port}", seal.parse_qr(code_of(pdf)))
    )
    assert hashlib.sha256(theirs).hexdigest() == hashlib.sha256(pdf).hexdigest()
    assert {s["outcome"] for s in department.states("signature").values()} == {"refused", "ink"}

    sends_back(department, inspection, "Ghi lại số tem của vòi số 1")
    tablet.syncs()
    tablet.inspects(inspection)
    tablet.shows(NOZZLES)
    note = tablet.item("FU14").get_by_label("Ghi chú")
    note.fill("Vòi số 1 vượt giới hạn sai số; tem số 22B01431.")
    note.blur()
    leader.at()
    expect(leader.page.get_by_text("Lãnh đạo trả lại: Ghi lại số tem của vòi số 1")).to_be_visible()
    assert leader.issues("amendment", "Biên bản bổ sung") == "03/BB-ĐKT"
    amended = text_of(leader.saves())
    assert "Bổ sung Biên bản số 02/BB-ĐKT" in amended
    assert "22B01431" in amended
    assert "GE02" not in amended, "it prints what came back, the rest stands in the first minutes"
    tablet.syncs()
    assert {s["number"]: s["status"] for s in department.states("minutes").values()} == {
        1: "void",
        2: "amended",
        3: "issued",
    }
    assert department.states("inspection")[inspection]["status"] == "issued"

    tablet.goes("/scan")
    leader.page.get_by_role("button", name="Cập nhật danh sách khóa").click()
    expect(leader.page.get_by_text(re.compile("^Danh sách khóa ngày"))).to_be_visible()
    leader.page.get_by_label("Hoặc dán nội dung mã QR").fill(code_of(pdf))
    leader.page.get_by_role("button", name="Kiểm tra", exact=True).click()
    expect(leader.page.get_by_text("Biên bản thật, đã có biên bản bổ sung")).to_be_visible()
