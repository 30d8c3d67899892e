"""A verifier at the table of a market: one scale passes, one fails, every screen is looked at on the way, upright and across."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.day.tablet import ACROSS, UPRIGHT, FieldTablet
from tests.browser.looking import looks_right
from tests.browser.verification.market import AREA, CERTIFICATES, LAN, PLACE, RECORDS, Market
from tests.browser.verification.table import Table

pytestmark = pytest.mark.timeout(900)


@pytest.mark.parametrize("size", [UPRIGHT, ACROSS], ids=["upright", "across"])
def test_a_scale_passes_and_a_scale_fails(
    market: Market, tablet_for: Callable[..., FieldTablet], size: tuple[int, int]
) -> None:
    table = Table(tablet_for(size=size))
    page = table.page

    def looks(name: str) -> None:
        looks_right(page, f"kd-{name}")

    table.tablet.goes("/verification")
    looks("sessions")
    table.tablet.goes("/verification/new")
    looks("session-new")
    table.opens_session(PLACE, AREA, "cấp M1")
    table.reads_environment("27,5", "68")
    table.is_given(sticker=1, seal=1)
    table.spoils_outside("seal", "C00100", "Rách, đứt")
    looks("marks")
    table.leases_numbers(RECORDS, CERTIFICATES)
    table.goes()
    looks("day")
    table.brings_back("25A000101")
    table.ticks("NH30-002")
    looks("register")
    slip, _ = table.writes_slip()
    looks("slip")
    expect(page.get_by_role("region", name="Phiếu tiếp nhận")).to_contain_text(LAN["name"])
    good, bad = market.scales
    table.takes(slip, good)
    table.chooses("KD04", "ĐLVN 30:2019 (cân đồng hồ lò xo)")
    table.answers("KD07", "Đạt")
    table.answers("KD08", "Đạt")
    table.measures(
        "KD0902",
        {"Tải L": "1", "Số chỉ I": "1,0"},
        {"Tải L": "15", "Số chỉ I": "15,0"},
        {"Tải L": "30", "Số chỉ I": "30,0"},
    )
    table.fills("KD0903", "Tải thử", "10")
    table.measures("KD0903", *({"Vị trí": where, "Số chỉ": "10,0"} for where in ("1", "2", "3", "4")))
    table.fills("KD0904", "Tải thử", "24")
    table.measures("KD0904", {"Số chỉ": "24,0"}, {"Số chỉ": "24,0"}, {"Số chỉ": "24,0"})
    table.answers("KD0905", "Đạt")
    table.answers("KD10", "Không áp dụng")
    looks("measured")
    table.concludes("Đạt")
    looks("passed")
    spoilt = table.spoils("Tem kiểm định", "Rách, đứt")
    sticker, seal = table.sticks(), table.seals()
    assert (spoilt, sticker, seal) == ("26A000101", "26A000102", "C00001")
    table.holds_until("2027-11-26")
    looks("marked")
    table.issues()
    looks("issued")
    table.takes(slip, bad)
    table.chooses("KD04", "ĐLVN 30:2019 (cân đồng hồ lò xo)")
    table.answers("KD07", "Không đạt")
    expect(table.item("KD08")).to_have_count(0)
    table.concludes("Không đạt")
    table.answers("KD18", "Đạt")
    looks("failed")
    table.issues()
    assert sorted(table.queued().values()) == ["Không đạt", "Đạt"]
    looks("queue")
    table.goes(f"/slips/{slip}/hand")
    expect(page.get_by_role("combobox", name="Giá", exact=True)).to_have_count(2)
    for price in page.get_by_role("combobox", name="Giá", exact=True).all():
        price.select_option(label="Cân đồng hồ lò xo đến 60 kg: 50.000 đ")
    expect(page.get_by_text("100.000 đ")).to_be_visible()
    looks("hand")
    page.get_by_role("button", name="Trả 2 phương tiện").click()
    table.tablet.heading("Hàng chờ")
    assert list(table.queued().values()) == ["Đã trả", "Đã trả"]
    table.counts_stock("Rơi mất một tem khi dọn bàn")
    looks("end")
    table.closes()
    table.tablet.syncs()
    assert table.tablet.holds()["notices"] == []
    _agrees(market, good, bad, slip, (spoilt, sticker, seal))
    table.tablet.goes(f"/instruments/{good}/signs")
    page.get_by_label("Hoặc gõ số tem").fill(sticker)
    table.tablet.presses("Đối chiếu")
    expect(page.get_by_role("heading", name="Tem khớp giấy chứng nhận")).to_be_visible()
    looks("sign")


def _agrees(market: Market, good: str, bad: str, slip: str, serials: tuple[str, ...]) -> None:
    """What the tablet did is what the server holds."""
    states = market.department.states
    assert market.department.quarantined() == {}
    assert {(m["serial"], m["fate"]) for m in states("mark").values()} == {
        ("C00100", "spoiled"), *((serial, "spoiled" if n == 0 else "used") for n, serial in enumerate(serials))
    }  # fmt: skip
    photos, spoilt = states("photo"), {m["serial"]: m for m in states("mark").values() if m["fate"] == "spoiled"}
    [outside, of_slip] = [photos[spoilt[serial]["photo_ids"][0]] for serial in ("C00100", serials[0])]
    assert (outside["status"], of_slip["status"]) == ("complete", "complete")
    assert (outside["session_id"], of_slip["inspection_id"]) == (spoilt["C00100"]["session_id"], slip)
    papers = sorted((m["form"], m["instrument_id"]) for m in states("minutes", slip).values())
    assert papers == sorted(
        [("verification_certificate", good), ("verification_record", good), ("verification_record", bad)]
    )
    register = states("instrument")
    assert (register[good]["mark_serial"], register[good]["verified_until"]) == (serials[1], "2027-11-26")
    assert not register[bad]["mark_serial"]
    inspection = states("inspection")[slip]
    assert inspection["status"] == "issued"
    assert set(inspection["handed_back"]) == {good, bad}
    (payment,) = states("payment", slip).values()
    assert (payment["method"], payment["amount"]) == ("cash", "100000")
    (stocktake,) = states("stocktake").values()
    assert len(stocktake["counts"]) == 2
