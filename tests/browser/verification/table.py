"""What a verifier does at the table: every screen of the verification team, in its own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.day.tablet import SLOW, FieldTablet
from tests.pictures import jpeg


@dataclass
class Table:
    """One tablet at the table of a market, in one verifier's hands."""

    tablet: FieldTablet
    session: str = ""

    @property
    def page(self) -> Page:
        """The tab that is looked at."""
        return self.tablet.page

    def goes(self, path: str = "") -> None:
        """Go to a screen of the session: `/queue`, `/register`, `/marks`, `/end`, '' for the day itself."""
        self.tablet.goes(f"/verification/{self.session}{path}")

    def opens_session(self, place: str, area: str, *standards: str) -> None:
        """Open today's session with everybody of the team and these standards."""
        self.tablet.goes("/verification/new")
        page = self.page
        page.get_by_label("Địa điểm").fill(place)
        page.get_by_label("Xã, phường").select_option(area)
        for standard in standards:
            page.get_by_role("checkbox", name=re.compile(standard)).check()
        self.tablet.presses("Mở phiên")
        self.tablet.heading(place)
        self.session = page.url.rsplit("/", 1)[-1]

    def reads_environment(self, temperature: str, humidity: str) -> None:
        """Write down what thermometer and hygrometer say."""
        self.goes()
        self.page.get_by_label("Nhiệt độ").fill(temperature)
        self.page.get_by_label("Độ ẩm").fill(humidity)
        self.tablet.presses("Ghi số đọc")
        expect(self.page.get_by_text(f"{temperature} °C")).to_be_visible()

    def is_given(self, sticker: int = 0, seal: int = 0) -> None:
        """Ask for stickers and seals while there is a network; each round gives 50 stickers, 100 seals."""
        self.goes("/marks")
        for kind, rounds in (("sticker", sticker), ("seal", seal)):
            section = self.page.locator("section", has=self.page.locator(f"h2#{kind}"))
            for _ in range(rounds):
                section.get_by_role("button", name=re.compile("^Xin cấp thêm")).click()
            if rounds:
                expect(section.get_by_text(re.compile("^Tiếp theo: ")).first).to_be_visible(timeout=SLOW)

    def leases_numbers(self, *series: str) -> None:
        """Ask for twenty numbers of each book."""
        self.tablet.goes("/sync?part=numbers")
        for name in series:
            row = self.page.get_by_role("listitem").filter(has=self.page.get_by_text(name, exact=False))
            row.get_by_role("button", name="Xin thêm 20 số").click()
            expect(row.get_by_text("Còn 20", exact=True)).to_be_visible(timeout=SLOW)

    # -- registering

    def brings_back(self, sign: str) -> None:
        """Somebody shows a sticker or a certificate: its number is typed, as the camera would read it."""
        self.goes("/register")
        self.tablet.presses("Quét giấy chứng nhận hoặc tem")
        sheet = self.page.get_by_role("dialog")
        sheet.get_by_label("Hoặc gõ số tem").fill(sign)
        sheet.get_by_role("button", name="Tìm", exact=True).click()
        expect(self.page.get_by_role("heading", name=re.compile("Phương tiện đo mang đến"))).to_be_visible()

    def finds_owner(self, looked: str, name: str) -> None:
        """Find an owner by a few words."""
        self.goes("/register")
        self.page.get_by_label("Tìm chủ phương tiện đo").fill(looked)
        self.page.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).click()

    def meets(self, name: str, phone: str) -> None:
        """Write down somebody new; the commune is the session's."""
        self.goes("/register")
        self.tablet.presses("Chủ mới")
        self.page.get_by_label("Họ tên hoặc tên cơ sở").fill(name)
        self.page.get_by_label("Điện thoại").fill(phone)

    def adds(self, n: int, type: str, **plate: str) -> None:
        """Fill in the n-th new instrument, by the labels of its boxes."""
        form = self.page.get_by_role("group", name=f"Phương tiện đo mới {n}", exact=True)
        expect(self.page.get_by_role("button", name="Thêm phương tiện đo", exact=True)).to_be_visible()
        if not form.is_visible():
            self.tablet.presses("Thêm phương tiện đo")
        form.get_by_label("Loại phương tiện đo").select_option(type)
        for label, said in plate.items():
            box = form.get_by_label(label.replace("_", " "))
            if box.evaluate("box => box.tagName") == "SELECT":
                box.select_option(said)
            else:
                box.fill(said)

    def ticks(self, *names: str) -> None:
        """Tick the instruments of the register that were brought."""
        for name in names:
            self.page.get_by_role("checkbox", name=re.compile(name)).check()

    def writes_slip(self) -> tuple[str, str]:
        """Write the slip; return its id and the number that is called out."""
        self.page.get_by_role("button", name=re.compile("^(Lập phiếu|Thêm vào phiếu)")).click()
        ticket = self.page.get_by_role("region", name="Phiếu tiếp nhận")
        expect(ticket).to_be_visible()
        return self.page.url.split("/slips/")[1].split("?")[0], ticket.locator(".number").inner_text()

    # -- one instrument

    def takes(self, slip: str, instrument: str) -> None:
        """Go on with one instrument of a slip."""
        self.goes(f"/slips/{slip}/{instrument}")
        expect(self.page.get_by_role("list", name="Các bước")).to_be_visible()

    def item(self, key: str) -> Locator:
        """One item of the checklist."""
        return self.page.locator(f'article[id$="-{key}"]')

    def answers(self, key: str, answer: str) -> None:
        """Tap an answer."""
        self.item(key).get_by_role("button", name=answer, exact=True).click()

    def chooses(self, key: str, choice: str) -> None:
        """Choose one of a few, by a tap or from a list."""
        chip = self.item(key).get_by_role("button", name=choice, exact=True)
        if chip.count():
            chip.click()
        else:
            self.item(key).get_by_role("combobox").first.select_option(label=choice)

    def fills(self, key: str, label: str, figure: str) -> None:
        """Type a figure of an item."""
        box = self.item(key).get_by_label(label).first
        box.fill(figure)
        box.blur()

    def measures(self, key: str, *rows: dict[str, str]) -> None:
        """Fill in a table, box by box."""
        self.tablet.measures(key, *rows)

    def concludes(self, verdict: str, note: str = "") -> None:
        """Write down what the screen proposes, or less with a reason."""
        section = self.page.get_by_role("region", name="Kết luận", exact=True)
        button = section.get_by_role("button", name=f"Ghi kết luận: {verdict}", exact=True)
        expect(section).to_be_visible()
        if note:
            if not section.get_by_label("Lý do").is_visible():
                section.get_by_role("button", name=re.compile("^(Kết luận khác|Không kiểm định tiếp được)$")).click()
            section.get_by_label("Lý do").fill(note)
        button.click()
        expect(section.get_by_role("button", name="Xem lại kết luận")).to_be_visible()

    # -- marks

    def box(self, kind: str) -> Locator:
        """The box of the next sticker (`Tem kiểm định`) or seal (`Chì, niêm`)."""
        return self.page.get_by_role("group", name=kind, exact=True)

    def sticks(self, place: str = "Mặt trước") -> str:
        """Stick the next sticker on; return its serial."""
        return self._uses("Tem kiểm định", "Số trên tem đang cầm", "Đã dán tem này", place)

    def seals(self, place: str = "Nắp hiệu chuẩn") -> str:
        """Put the next seal on; return its serial."""
        self.page.get_by_role("button", name=re.compile("^(Kẹp chì, niêm|Thêm chì, niêm)$")).click()
        return self._uses("Chì, niêm", "Số trên chì đang cầm", "Đã kẹp chì này", place)

    def _uses(self, kind: str, label: str, button: str, place: str) -> str:
        box = self.box(kind)
        serial = box.locator(".next strong").inner_text()
        box.get_by_label(label).fill(serial[-4:])
        box.get_by_label("Vị trí").fill(place)
        box.get_by_role("button", name=button).click()
        expect(self.page.get_by_text(re.compile(f"^Đã (dán tem|kẹp chì) {re.escape(serial)}"))).to_be_visible()
        return serial

    def spoils(self, kind: str, reason: str, *, photo: bool = True) -> str:
        """Write the next one off; return its serial. The one after it comes up."""
        box = self.box(kind)
        serial = box.locator(".next strong").inner_text()
        box.get_by_role("button", name=re.compile("hỏng$")).click()
        self._writes_off(reason, photo=photo)
        expect(box.locator(".next strong")).not_to_have_text(serial)
        return serial

    def spoils_outside(self, kind: str, serial: str, reason: str) -> None:
        """Write one off that was spoiled outside any slip, at the rolls: `sticker`, `seal`."""
        self.goes("/marks")
        self.page.locator("section", has=self.page.locator(f"h2#{kind}")).get_by_role(
            "button", name=re.compile("hỏng$")
        ).click()
        self.page.get_by_role("dialog").get_by_label("Số bị hỏng").fill(serial)
        self._writes_off(reason, photo=True)
        expect(self.page.get_by_role("listitem").filter(has_text=serial)).to_contain_text("1 ảnh")

    def _writes_off(self, reason: str, *, photo: bool) -> None:
        sheet = self.page.get_by_role("dialog")
        sheet.get_by_role("radio", name=reason, exact=True).check(force=True)
        if photo:
            files: Sequence[Any] = [{"name": "tem.jpg", "mimeType": "image/jpeg", "buffer": jpeg((640, 480))}]
            sheet.locator('input[type="file"]').set_input_files(files)
            expect(sheet.get_by_text("1 ảnh")).to_be_visible(timeout=SLOW)
        sheet.get_by_role("button", name="Ghi là hỏng").click()

    def holds_until(self, day: str) -> None:
        """Type the day until which the verification holds."""
        box = self.page.get_by_label("Có giá trị đến")
        box.fill(day)
        box.blur()

    # -- papers, handing back, the evening

    def issues(self) -> None:
        """Issue what this instrument gets: the record, and the certificate where it passed."""
        self.page.get_by_role("button", name=re.compile("^Lập biên bản")).click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Lập và ký").click()
        expect(self.page.get_by_role("heading", name="Giấy đã lập")).to_be_visible(timeout=SLOW)
        going = self.page.get_by_role("button", name=re.compile("^(Lập |Đang ký)"))
        expect(going).to_have_count(0, timeout=SLOW)

    def hands_back(self, slip: str, to: str = "") -> None:
        """Hand back everything of a slip that is ready, paid in cash by the table of prices."""
        self.goes(f"/slips/{slip}/hand")
        if to:
            self.page.get_by_label("Người nhận").fill(to)
        self.page.get_by_role("button", name=re.compile(r"^Trả \d+ phương tiện$")).click()
        self.tablet.heading("Hàng chờ")

    def queued(self) -> dict[str, str]:
        """The queue as it stands: each instrument's slip and name with its state."""
        self.goes("/queue")
        expect(self.page.get_by_role("list", name="Hàng chờ")).to_be_visible()
        rows = self.page.get_by_role("list", name="Hàng chờ").get_by_role("link")
        return {
            f"{rows.nth(n).locator('.slip').inner_text()} {rows.nth(n).locator('.words strong').inner_text()}": rows.nth(
                n
            )
            .locator(".marks .chip")
            .first.inner_text()
            for n in range(rows.count())
        }

    def counts_stock(self, explanation: str = "") -> None:
        """Count every roll as the ledger has it, the first one short by one where an explanation is given."""
        self.goes("/end")
        section = self.page.get_by_role("region", name=re.compile("Kiểm kê tem, chì"))
        rolls = section.locator(".roll")
        expect(rolls.first).to_be_visible()
        for n in range(rolls.count()):
            left = int(re.findall(r"sổ còn (\d+)", rolls.nth(n).inner_text())[0])
            rolls.nth(n).get_by_label("Đếm được").fill(str(left - 1 if explanation and n == 0 else left))
        if explanation:
            rolls.first.get_by_label("Giải thích chênh lệch").fill(explanation)
        section.get_by_role("button", name="Ghi kiểm kê").click()
        expect(section.get_by_text(re.compile("^Đã kiểm kê lúc"))).to_be_visible()

    def closes(self) -> None:
        """Close the session."""
        self.goes("/end")
        self.page.get_by_role("main").get_by_role("button", name="Khóa phiên").click()
        self.page.get_by_role("alertdialog").get_by_role("button", name="Khóa phiên").click()
        expect(self.page.get_by_role("main").get_by_text("Phiên đã khóa").first).to_be_visible()
