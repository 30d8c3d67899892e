"""What the leader of a team does at the screens of minutes, and what is read off the papers that come of it."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pdfplumber
import zxingcpp
from PIL.Image import Image
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from server.demo.serving import check
from tests.browser.day.department import Department
from tests.browser.day.tablet import SLOW, FieldTablet
from tests.pictures import jpeg
from tests.server.printing.press import MM


class Leader:
    """What the leader of the team does at the screens of minutes."""

    def __init__(self, tablet: FieldTablet, inspection: str) -> None:
        """At one inspection."""
        self.tablet, self.inspection = tablet, inspection

    @property
    def page(self) -> Page:
        """The tablet's page; another one after each restart of the browser."""
        return self.tablet.page

    def at(self, path: str = "") -> None:
        """Go to a screen of the inspection's minutes."""
        self.tablet.goes(f"/inspections/{self.inspection}/minutes{path}")

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


def keeps_the_layout(pdf: bytes) -> None:
    """Paper, margins and letters as the rules for administrative texts ask (NĐ 30/2020, Phụ lục I), measured in the PDF."""
    with pdfplumber.open(io.BytesIO(pdf)) as paper:
        for page in paper.pages:
            assert (round(page.width / MM), round(page.height / MM)) == (210, 297)
            body = [c for c in page.chars if 18 * MM < c["top"] < 277 * MM and c["text"].strip()]
            assert min(c["x0"] for c in body) >= 30 * MM - 0.1
            assert max(c["x1"] for c in body) <= 195 * MM + 0.3
        (first,) = [
            line for line in paper.pages[0].extract_text_lines(return_chars=True) if line["text"].startswith("Hôm nay")
        ]
        assert {round(c["size"], 1) for c in first["chars"] if c["text"].strip()} == {13.0}
        assert {c["fontname"].split("+")[-1] for c in first["chars"] if c["text"].strip()} == {"Tinos-Regular"}


def modules_of(pdf: bytes) -> list[tuple[float, ...]]:
    """Where the small filled squares of the QR symbol lie, by page."""
    with pdfplumber.open(io.BytesIO(pdf)) as paper:
        return [
            (page.page_number, *(round(float(shape[side]), 2) for side in ("x0", "top", "x1", "bottom")))
            for page in paper.pages for shape in (*page.rects, *page.curves)
            if shape["fill"] and shape["height"] < 0.8 * MM
        ]  # fmt: skip


def text_of(pdf: bytes) -> str:
    """Everything that stands on the pages."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def code_of(pdf: bytes) -> str:
    """What the QR code on the last page says."""
    (code,) = [found.text for found in zxingcpp.read_barcodes(last_page(pdf))]
    return str(code)


def last_page(pdf: bytes, dots: int = 200) -> Image:
    """The page that carries the QR code, as a picture of so many dots an inch."""
    document = PdfDocument(pdf)
    image: Image = document[len(document) - 1].render(scale=dots / 72).to_pil()
    document.close()
    return image


def before_the_lens(pdf: bytes) -> Image:
    """The foot of the page held before a camera, not quite straight."""
    page = last_page(pdf, 300)
    (found,) = zxingcpp.read_barcodes(page)
    corner, margin = found.position.top_left, 60
    side = found.position.bottom_right.x - corner.x + 2 * margin
    foot = page.crop((corner.x - margin, corner.y - margin, corner.x - margin + side, corner.y - margin + side))
    return foot.rotate(4, fillcolor="white")


def printed_by_the_server(department: Department, minutes: str) -> bytes:
    """The PDF that the server makes of the same minutes."""
    out = department.server.folder / f"{minutes}.pdf"
    department.server.flask("minutes", "pdf", minutes, "--out", str(out))
    return out.read_bytes()


def sends_back(department: Department, inspection: str, remark: str) -> None:
    """A supervisor returns the inspection at the office's page, with the finding that does not conform."""
    finding = next(
        id for id, f in department.states("finding", inspection).items() if f.get("answer") == "nonconforming"
    )
    office, path = department.office(), f"/inspections/{inspection}"
    _, page = office.asks("GET", path)
    status, _ = office.submits(page, f"{path}/review", decision="returned", remark=remark, confirm="1",
                               **{"finding": finding, f"remark-{finding}": remark})  # fmt: skip
    check(status in {302, 303}, f"không trả lại được ({status})")
