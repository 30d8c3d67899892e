"""What goes wrong in the field: a record that the server refuses, a full tablet, a wrong clock, a tablet that was reported lost."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.day.colleague import finishes
from tests.browser.day.department import LEADER, Department
from tests.browser.day.tablet import FieldTablet
from tests.pictures import jpeg

pytestmark = pytest.mark.timeout(600)
FULL = """(() => {
  window.isFull = false
  for (const name of ['put', 'add']) {
    const write = IDBObjectStore.prototype[name]
    IDBObjectStore.prototype[name] = function (...given) {
      if (window.isFull) throw new DOMException('no room', 'QuotaExceededError')
      return write.apply(this, given)
    }
  }
})()"""


def test_a_refused_record_lets_the_rest_flow_and_stays(tablet: FieldTablet, department: Department) -> None:
    """Acceptance 2: somebody else has issued the minutes meanwhile, so what this tablet still recorded is refused."""
    poisoned, healthy = (
        department.inspection_at("Cửa hàng xăng dầu Song Mai"),
        department.inspection_at("Cửa hàng xăng dầu Nếnh"),
    )
    tablet.context.set_offline(True)
    tablet.begins(poisoned)
    tablet.answers("GE02", "Không đạt", "Ghi trên máy bị chậm.")
    tablet.begins(healthy)
    tablet.answers("GE02", "Đạt")
    tablet.has_recorded("GE02", answer="conforming")
    finishes(department, poisoned, LEADER)
    tablet.context.set_offline(False)
    mine = {op["op_id"]: op for op in tablet.holds()["ops"]}
    tablet.goes("/sync")
    tablet.presses("Đồng bộ ngay")
    notice = tablet.page.locator("section").filter(
        has=tablet.page.get_by_role("heading", name=re.compile("Cần xem lại"))
    )
    expect(notice.get_by_role("listitem").first).to_be_visible()
    refused = department.quarantined()
    assert refused
    assert set(refused) | set(department.taken()) >= mine.keys()
    assert "finding" in {mine[op]["kind"] for op in refused}
    assert {mine[op]["set"].get("inspection_id", mine[op]["id"]) for op in refused} <= {
        poisoned,
        *department.states("finding", poisoned),
    }
    assert {s["inspection_id"] for s in department.states("finding", healthy).values()} == {healthy}
    said = _notices(tablet).locator(".detail").first.inner_text()
    assert said in {row["detail"] for row in tablet.holds()["notices"]}
    tablet.stops()
    tablet.starts()
    tablet.signs_in()
    tablet.goes("/sync")
    expect(_notices(tablet).locator(".detail").first).to_have_text(said)
    with tablet.page.expect_download() as saved:
        tablet.presses("Xuất ra tệp")
    with ZipFile(saved.value.path()) as file:
        kept = json.loads(file.read("operations.json"))
    assert {row["operation"]["op_id"] for row in kept["refused"]} == refused.keys()


def _notices(tablet: FieldTablet) -> Locator:
    """What the sync screen wants looked at."""
    return tablet.page.locator("section").filter(
        has=tablet.page.get_by_role("heading", name=re.compile("^Cần xem lại"))
    )


def test_a_full_tablet_says_so_and_writes_nothing_by_halves(tablet: FieldTablet, department: Department) -> None:
    inspection = department.inspection_at("Cửa hàng xăng dầu Song Mai")
    page = tablet.page
    tablet.context.set_offline(True)
    tablet.begins(inspection)
    tablet.answers("GE02", "Không đạt", "Ghi trước khi máy đầy.")
    tablet.has_recorded("GE02", answer="nonconforming", note="Ghi trước khi máy đầy.")
    page.evaluate(FULL)
    before = tablet.holds()
    page.evaluate("window.isFull = true")
    tablet.answers("GE03", "Không đạt")
    expect(page.get_by_text("Máy hết chỗ: chưa lưu được.")).to_be_visible()
    item = tablet.item("GE02")
    item.locator('input[type="file"][multiple]').set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": jpeg((400, 300))}
    )
    expect(item.get_by_text("Máy hết chỗ: ảnh chưa được lưu")).to_be_visible()
    assert tablet.holds() == before
    page.evaluate("window.isFull = false")
    page.get_by_role("button", name="Thử lại").click()
    expect(page.get_by_text(re.compile("^Đã lưu trên máy"))).to_be_visible()
    tablet.photographs("GE02", jpeg((400, 300)))
    tablet.context.set_offline(False)
    tablet.syncs()
    assert department.answers(inspection) == {"GE02": "nonconforming", "GE03": "nonconforming"}
    assert [p["status"] for p in department.states("photo").values()] == ["complete"]


def test_a_clock_that_is_years_off_is_told_and_proven(tablet: FieldTablet, department: Department) -> None:
    """Acceptance 19: the tablet says how far off it is; what it recorded carries the proven difference."""
    inspection = department.inspection_at("Cửa hàng xăng dầu Song Mai")
    tablet.stops()
    tablet.starts()
    wrong = datetime.now(UTC) - timedelta(days=5 * 365)
    tablet.page.clock.install(time=wrong)
    tablet.page.goto("/app/")
    tablet.signs_in()
    tablet.syncs()
    expect(tablet.page.get_by_text(re.compile(r"Đồng hồ của máy chậm \d+ phút"))).to_be_visible()
    tablet.begins(inspection)
    tablet.answers("GE02", "Đạt")
    tablet.syncs()
    offsets = department.offsets()
    assert offsets
    assert all(abs(offset - 5 * 365 * 86_400_000) < 600_000 for offset in offsets)


def test_a_revoked_tablet_delivers_what_it_holds_into_quarantine(tablet: FieldTablet, department: Department) -> None:
    """Acceptance 19: reported lost, found again; nothing of it is applied, nothing of it is lost."""
    inspection = department.inspection_at("Cửa hàng xăng dầu Song Mai")
    tablet.context.set_offline(True)
    tablet.begins(inspection)
    tablet.answers("GE02", "Đạt")
    tablet.has_recorded("GE02", answer="conforming")
    mine = {op["op_id"] for op in tablet.holds()["ops"]}
    (lost,) = json.loads(department.server.flask("tablets", "list", "--json"))
    department.server.flask("tablets", "revoke", lost["id"], "--reason", "Mất máy trên đường đi")
    tablet.context.set_offline(False)
    tablet.goes("/sync")
    tablet.presses("Đồng bộ ngay")
    expect(tablet.page.get_by_text(re.compile("đã bị thu hồi")).first).to_be_visible()
    expect(tablet.page.locator("header .chip")).not_to_contain_text("Đã gửi hết")
    assert mine <= department.quarantined().keys()
    assert department.states("finding", inspection) == {}
