"""Papers beside the minutes, on a tablet held across: seals, a suspension, a visit that came to nothing, sheets filled in by hand."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from server.demo.day import now
from tests.browser.camera import film_of
from tests.browser.day.department import Department
from tests.browser.day.leader import Leader, before_the_lens, printed_by_the_server, text_of
from tests.browser.day.tablet import ACROSS, SLOW, FieldTablet
from tests.browser.day.test_field_day import NOZZLES, OVER_LIMIT
from tests.browser.looking import looks_right
from tests.pictures import jpeg

pytestmark = pytest.mark.timeout(600)
SITE = "Cửa hàng xăng dầu Song Mai"
GOES_OUT = """() => {
  const went = []
  const notes = (what) => { went.push(what); document.documentElement.dataset.went = went.length }
  window.went = went
  navigator.canShare = () => true
  navigator.share = async ({ files }) => {
    for (const file of files) notes({ how: 'share', name: file.name, type: file.type, bytes: [...new Uint8Array(await file.arrayBuffer())] })
  }
  const added = new MutationObserver(() => {
    const frame = document.querySelector('iframe#printing')
    if (!frame || frame.seen) return
    frame.seen = true
    frame.addEventListener('load', () => { frame.contentWindow.print = () => notes({ how: 'print', name: frame.title, from: frame.src.slice(0, 5) }) }, { capture: true, once: true })
  })
  added.observe(document.body, { childList: true, subtree: true })
}"""
"""Only the system's own dialogs are stood in for: the sheet of apps to share with, and the printer's window."""


def chosen(place: Locator, picture: bytes, name: str = "anh.jpg") -> None:
    """The camera hands over one file."""
    file: Any = {"name": name, "mimeType": "image/jpeg", "buffer": picture}
    place.locator('input[type="file"]').first.set_input_files([file])


@pytest.fixture
def tablet(tablet_of: Any) -> FieldTablet:
    """The leader's tablet, held across."""
    tablet: FieldTablet = tablet_of(size=ACROSS)
    tablet.starts()
    tablet.signs_in()
    return tablet


def test_a_second_day_with_seals_and_a_suspension(tablet: FieldTablet, department: Department) -> None:
    """Two papers offline, one printed and one shared; afterwards every screen of the nozzle says that it stands suspended."""
    inspection, page = department.inspection_at(SITE), tablet.page
    leader = Leader(tablet, inspection)
    campaign = department.states("inspection")[inspection]["campaign_id"]
    agency = department.states("campaign")[campaign]["organisation_id"]
    department.server.flask("organisations", "drawn-signatures", agency, "--allow")
    tablet.syncs()
    department.stops()
    tablet.begins(inspection)
    expect(tablet.item("GE01").get_by_label("Số quyết định")).to_have_value(re.compile("/QĐ"))
    tablet.answers("GE02", "Đạt")
    tablet.shows(NOZZLES)
    tablet.measures("FU14", *OVER_LIMIT)
    tablet.answers("FU14", "Không đạt", "Vòi số 1 vượt giới hạn sai số.")
    leader.at("/words")
    for type, more in (("Niêm phong", {"Số niêm phong, tem": "NP-0147; NP-0148"}), ("Tạm dừng sử dụng", {})):
        _measures(leader, type, more)
    page.evaluate(GOES_OUT)

    sealed = leader.issues("sealing", "Biên bản niêm phong")
    page.get_by_role("button", name="In", exact=True).click()
    expect(page.locator("iframe#printing")).to_have_count(1, timeout=SLOW)
    expect(page.locator("html")).to_have_attribute("data-went", "1", timeout=SLOW)
    assert page.evaluate("window.went.map(({ how, name, from }) => [how, name, from])") == [
        ["print", f"{sealed.replace('/', '-')}-{now().year}.pdf", "blob:"]
    ]
    number = leader.issues("inspection", "Biên bản kiểm tra")
    _signs_on_the_screen(leader)
    page.get_by_role("button", name="Chia sẻ PDF").click()
    expect(page.locator("html")).to_have_attribute("data-went", "2", timeout=SLOW)
    handed = page.evaluate("window.went[1]")
    assert (handed["how"], handed["type"]) == ("share", "application/pdf")
    for words in ("NP-0147, NP-0148", "Tạm dừng sử dụng", f"Số: {number}"):
        assert words in text_of(bytes(handed["bytes"]))

    department.server.starts()
    tablet.syncs()
    papers = {m["form"]: id for id, m in department.states("minutes").items()}
    assert bytes(handed["bytes"]) == printed_by_the_server(department, papers["inspection"])
    assert department.quarantined() == {}
    [signature] = department.states("signature").values()
    assert (signature["outcome"], len(signature["strokes"])) == ("drawn", 2)
    assert {m["type"] for m in department.states("measure", inspection).values()} == {"seal", "suspend"}
    tablet.syncs()  # what the server made of it comes down again
    _says_that_it_is_suspended(tablet, department, inspection, number)
    _is_read_by_the_camera(tablet, department, bytes(handed["bytes"]), number)


def _signs_on_the_screen(leader: Leader) -> None:
    """Two strokes with a finger; the first try, a mere touch, is no signature."""
    page = leader.page
    page.get_by_role("button", name="Ghi", exact=True).first.click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("radio", name="Ký trên thiết bị").check()
    pad = sheet.get_by_role("img", name="Ô ký tên")
    pad.click()
    sheet.get_by_role("button", name="Ghi", exact=True).click()
    expect(sheet.get_by_text("Chưa có nét ký, hoặc nét ký quá dài.")).to_be_visible()
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    for left in (0.2, 0.5):
        page.mouse.move(box["x"] + left * box["width"], box["y"] + 0.7 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + (left + 0.15) * box["width"], box["y"] + 0.2 * box["height"], steps=6)
        page.mouse.move(box["x"] + (left + 0.25) * box["width"], box["y"] + 0.6 * box["height"], steps=6)
        page.mouse.up()
    looks_right(page, "pad-across")
    sheet.get_by_role("button", name="Ghi", exact=True).click()
    expect(sheet).to_have_count(0)
    expect(page.get_by_text("Ký trên thiết bị", exact=True)).to_be_visible()


def _measures(leader: Leader, type: str, more: dict[str, str]) -> None:
    page = leader.page
    page.get_by_role("button", name="Thêm biện pháp").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("radio", name=type, exact=True).check()
    nozzle = sheet.get_by_label("Đối tượng").locator("option").nth(1).get_attribute("value")
    sheet.get_by_label("Đối tượng").select_option(nozzle)
    for label, said in {**more, "Lý do": "Vượt giới hạn sai số cho phép"}.items():
        sheet.get_by_label(label).fill(said)
    if type == "Niêm phong":
        chosen(sheet, jpeg((640, 480), seed=3))
        expect(sheet.locator(".photos img")).to_have_count(1, timeout=SLOW)
        looks_right(page, "sealing-across")
    sheet.get_by_role("button", name="Ghi biện pháp").click()
    expect(sheet).to_have_count(0)


def _is_read_by_the_camera(tablet: FieldTablet, department: Department, pdf: bytes, number: str) -> None:
    """The paper is held before the lens of a tablet with no network: it is genuine, and whose it is."""
    tablet.stops()
    department.stops()
    tablet.film = film_of(before_the_lens(pdf), tablet.profile.parent / "paper.y4m", 720)
    tablet.starts()
    tablet.signs_in()
    tablet.goes("/scan")
    page = tablet.page
    expect(page.get_by_text("Biên bản thật", exact=True)).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("definition").filter(has_text=SITE)).to_be_visible()
    expect(page.get_by_text(number, exact=True)).to_be_visible()
    looks_right(page, "scanned-across")


def _says_that_it_is_suspended(tablet: FieldTablet, department: Department, inspection: str, number: str) -> None:
    """On the site's card, on the instrument's own, and in the checklist of a later visit."""
    page, site = tablet.page, department.states("inspection")[inspection]["establishment_id"]
    today = now().strftime("%d/%m/%Y")
    tablet.goes(f"/sites/{site}")
    row = page.get_by_role("link").filter(has_text=f"tạm dừng từ {today}")
    expect(row).to_contain_text(f"Biên bản số {number}", timeout=SLOW)
    looks_right(page, "site-suspended-across")
    row.click()
    expect(page.get_by_text("Phương tiện đang bị tạm dừng sử dụng")).to_be_visible()
    expect(page.get_by_text(f"theo Biên bản số {number}: Vượt giới hạn sai số cho phép")).to_be_visible()
    looks_right(page, "instrument-suspended-across")
    tablet.goes(f"/sites/{site}")
    tablet.presses("Lập cuộc kiểm tra")
    page.get_by_role("dialog").get_by_role("radio").first.check()
    page.get_by_role("dialog").get_by_role("button", name="Lập").click()
    page.locator(".tree button").filter(
        has=page.get_by_role("img", name="Phương tiện đang bị tạm dừng sử dụng")
    ).first.click()
    expect(page.get_by_text(f"theo Biên bản số {number}: Vượt giới hạn sai số cho phép")).to_be_visible()
    expect(page.get_by_text("Ghi tại cuộc kiểm tra khác.")).to_be_visible()
    looks_right(page, "checklist-suspended-across")


def test_a_visit_that_came_to_nothing(tablet: FieldTablet, department: Department) -> None:
    """The gate is locked: cause, witness, picture and position are recorded, minutes issued, and the plan is over."""
    inspection, page = department.inspection_at(SITE), tablet.page
    leader = Leader(tablet, inspection)
    department.stops()
    leader.at("/new/not_carried_out")
    expect(page.get_by_text("Chưa ghi: ").first).to_be_visible(timeout=SLOW)
    leader.at("/attempt")
    page.get_by_role("radio", name="Cơ sở đóng cửa, không có người tiếp đoàn").check()
    page.get_by_label("Diễn biến cụ thể").fill("Cổng khóa, gọi hai lần không ai nghe máy")
    page.get_by_label("Họ và tên").fill("Ngô Văn Chứng")
    page.get_by_label("Tư cách").fill("Tổ trưởng tổ dân phố")
    page.get_by_role("button", name="Ghi vị trí").click()
    expect(page.get_by_text("Vị trí: 21.273100, 106.194600 (±8 m)")).to_be_visible()
    chosen(page.get_by_role("main"), jpeg((640, 480), seed=5))
    expect(page.locator(".photos img")).to_have_count(1, timeout=SLOW)
    looks_right(page, "attempt-across")
    number = leader.issues("not_carried_out", "Biên bản không tiến hành được")
    printed = text_of(leader.saves())
    for words in (f"Số: {number}", "Ngô Văn Chứng", "gọi hai lần không ai nghe máy"):
        assert words in printed
    department.server.starts()
    tablet.syncs()
    assert department.quarantined() == {}
    state = department.states("inspection")[inspection]
    assert (state["status"], state["attempt"]["cause"], state["attempt"]["witness"]["name"]) == (
        "not_carried_out", "closed", "Ngô Văn Chứng",
    )  # fmt: skip
    [minutes] = department.states("minutes").values()
    assert (minutes["status"], minutes["form"], minutes["warnings"]) == ("issued", "not_carried_out", [])


def test_sheets_for_a_dead_printer(tablet: FieldTablet, department: Department) -> None:
    """Two numbers are set aside and their sheets printed; one is filled in by hand and keyed in with its photo, one is torn."""
    inspection, page = department.inspection_at(SITE), tablet.page
    leader = Leader(tablet, inspection)
    leader.at("/blanks")
    page.evaluate(GOES_OUT)
    page.get_by_label("Bao nhiêu bản").fill("2")
    page.get_by_role("button", name="Dành số và in").click()
    expect(page.locator("html")).to_have_attribute("data-went", "2", timeout=SLOW * 2)
    assert [name.split("-BB")[0] for name in page.evaluate("window.went.map(each => each.name)")] == ["01", "02"]
    looks_right(page, "blanks-across")

    department.stops()
    tablet.begins(inspection)
    tablet.answers("GE02", "Đạt")
    leader.at("/blanks")
    first = page.locator(".card").filter(has=page.get_by_text("01/BB-ĐKT", exact=True))
    first.get_by_role("button", name="Nhập lại").click()
    sheet = page.get_by_role("dialog")
    written = now().strftime("%Y-%m-%dT%H:%M")
    sheet.get_by_label("Thời điểm ghi trên biên bản").fill(written)
    sheet.get_by_role("button", name="Nhập biên bản").click()
    expect(sheet.get_by_text("Chưa có ảnh các trang đã ký.")).to_be_visible()
    chosen(sheet, jpeg((800, 1100), seed=7))
    expect(sheet.locator(".photos img")).to_have_count(1, timeout=SLOW)
    looks_right(page, "blanks-keyed-across")
    sheet.get_by_role("button", name="Nhập biên bản").click()
    tablet.heading("Biên bản kiểm tra số 01/BB-ĐKT")
    expect(page.get_by_text("Ghi tay trên bản in sẵn, nhập lại")).to_be_visible()

    department.server.starts()
    tablet.syncs()
    leader.at("/blanks")
    page.get_by_role("button", name="Hủy số").click()
    page.get_by_label("Lý do hủy").fill("Tờ in sẵn bị ướt mưa")
    page.get_by_role("button", name="Hủy số này").click()
    expect(page.get_by_text("Không có bản in sẵn nào đang dành số.")).to_be_visible(timeout=SLOW)
    assert department.quarantined() == {}
    [minutes] = department.states("minutes").values()
    assert (minutes["status"], minutes["source"], minutes["issued_at"][:16], minutes["number"]) == (
        "issued",
        "paper",
        written,
        1,
    )
    [page_photo] = department.states("photo").values()
    assert (page_photo["purpose"], page_photo["status"]) == ("signed_paper", "complete")
    assert department.number(2) == ("void", "Tờ in sẵn bị ướt mưa")
