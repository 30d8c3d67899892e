"""/establishments and /instruments: finding without diacritics, filtering, sorting, paging, exporting, and the two cards."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from server.services import establishment_import, journal, tables
from sync.paper_words import local
from tests.builders import AREA, Office, Person
from tests.server.pages.scene import NASTY, Desk, scene_of
from tests.server.services.test_register_rows import changes

TODAY = local(datetime.now(UTC)).date()
HERE = [{"code": AREA, "name": "Xã Song Mai", "district": "TP. Bắc Giang", "province": "Bắc Giang",
         "valid_from": "2000-01-01", "valid_to": None}]  # fmt: skip


def names(page: str, column: str = "row") -> list[str]:
    """What the first column of the list says, without what only screen readers hear."""
    body = page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    found = re.findall(rf'<th scope="{column}"><a [^>]+>(.*?)</a>', body)
    return [re.sub(r"<span class=\"unseen\">.*?</span>", "", each) for each in found]


@pytest.fixture
def sites(office: Office) -> dict[str, str]:
    """Three establishments, the second with instruments that ran out, will run out, and have no day."""
    office.records("area", f"area:{AREA}", HERE[0])
    found = {name: office.registers_establishment(name=name) for name in ("Ông Đạt", "Cửa hàng xăng dầu Ăn", "Ân Phúc")}
    changes(office, "establishment", found["Ông Đạt"], business_lines=["Vàng  bạc"], tax_code="0109988776")
    for serial, days in (("HET", -10), ("B-20", 20), ("C-80", 80), ("D-400", 400)):
        id = office.registers_instrument(found["Cửa hàng xăng dầu Ăn"])
        changes(office, "instrument", id, serial=serial, verified_until=(TODAY + timedelta(days=days)).isoformat())
    changes(office, "instrument", office.registers_instrument(found["Ân Phúc"]), serial="KHONG", verified_until=None)
    return found


def test_establishments_are_found_filtered_and_sorted_in_the_alphabet(desk: Desk, sites: dict[str, str]) -> None:
    assert names(desk.opens("/establishments")) == ["Ân Phúc", "Cửa hàng xăng dầu Ăn", "Ông Đạt"]
    assert names(desk.opens("/establishments?sort=-name")) == ["Ông Đạt", "Cửa hàng xăng dầu Ăn", "Ân Phúc"]
    assert names(desk.opens("/establishments?q=xang+dau+an+tran+thi")) == ["Ân Phúc", "Cửa hàng xăng dầu Ăn"]
    assert names(desk.opens("/establishments?q=0109988776")) == ["Ông Đạt"]
    page = desk.opens("/establishments?line=vàng+bạc")
    assert (names(page), '<option value="vàng bạc" selected>Vàng bạc' in page) == (["Ông Đạt"], True)
    assert names(desk.opens("/establishments?state=overdue")) == ["Cửa hàng xăng dầu Ăn"]
    assert names(desk.opens("/establishments?sort=due"))[0] == "Cửa hàng xăng dầu Ăn"
    assert names(desk.opens("/establishments?sort=-instruments"))[0] == "Cửa hàng xăng dầu Ăn"
    assert "Không có cơ sở nào khớp" in desk.opens("/establishments?q=%25_")
    assert "Xã Song Mai, TP. Bắc Giang, Bắc Giang" in page


def test_what_makes_no_sense_is_as_if_it_were_not_asked(desk: Desk, sites: dict[str, str]) -> None:
    for query in ("page=99999", "page=-1", "sort=drop+table", "state=x", "sort=--name", f"area={'x' * 900}", "page=²"):
        desk.opens(f"/establishments?{query}")
        desk.opens(f"/instruments?{query}&due=31&type=%00x".replace("%00", ""))


def test_the_due_list_counts_within_30_60_and_90_days(desk: Desk, sites: dict[str, str]) -> None:
    page = desk.opens("/instruments")
    tabs = dict(re.findall(r">([^<>]+) <b>(\d+)</b>", page.split('class="tabs"')[1].split("</nav>")[0]))
    assert tabs == {"Tất cả": "5", "Quá hạn": "1", "Trong 30 ngày": "1", "Trong 60 ngày": "1", "Trong 90 ngày": "2",
                    "Chưa ghi hạn": "1", "Bị đình chỉ": "0"}  # fmt: skip
    assert "quá hạn 10 ngày" in desk.opens("/instruments?due=overdue")
    serials = re.findall(r"<td>([A-Z]+-?\d*)</td>", desk.opens("/instruments?due=90&sort=-due"))
    assert serials == ["C-80", "B-20"]
    assert "C-80" in desk.opens("/instruments?q=c-80+an"), "a word may stand in the establishment's name"
    assert "B-20" not in desk.opens("/instruments?q=c-80+an")


def test_lists_are_exported_whole_and_come_back_through_the_import(
    desk: Desk, office: Office, sites: dict[str, str]
) -> None:
    book = desk.client.get("/establishments?sort=-name&export=xlsx").get_data()
    rows = list(load_workbook(io.BytesIO(book)).worksheets[0].values)
    assert [row[0] for row in rows[1:]] == ["Ông Đạt", "Cửa hàng xăng dầu Ăn", "Ân Phúc"]
    assert (rows[2][11], rows[2][12], rows[1][1]) == (4, 1, "0109988776")
    lines = desk.client.get("/instruments?due=overdue&export=csv").get_data().decode("utf-8-sig").splitlines()
    assert (len(lines), lines[1].split(";")[9:11]) == (2, [(TODAY - timedelta(days=10)).isoformat(), "-10"])
    with office.transaction() as session:
        report = establishment_import.run(
            session, tables.of_bytes(book, "co-so.xlsx"), actor="system", at=datetime.now(UTC), dry_run=True
        )
    assert (report.errors, report.imported, len(report.already_known)) == ([], 0, 3)


def test_pages_hold_fifty_and_keep_the_filter(desk: Desk, office: Office) -> None:
    with office.transaction() as session:
        from server.services import establishments, ledger

        state = {"name": "", "tax_code": "", "address": "x", "area_code": AREA, "business_lines": []}
        made = [
            establishments.establishment_change({**state, "name": f"Quầy {n:03}"}, actor="system") for n in range(101)
        ]
        ledger.record(session, made, datetime.now(UTC))
    page = desk.opens("/establishments?q=quay&page=3")
    assert names(page) == ["Quầy 100"]
    assert 'href="/establishments?q=quay&amp;page=2"' in page
    assert "/establishments?q=quay&amp;export=csv" in page


def test_an_inspector_sees_only_the_communes_of_his_campaigns(office: Office, client: FlaskClient) -> None:
    inspector = office.hires("inspector")
    own = office.registers_establishment(name="Trong xã")
    far = office.registers_establishment(area="07300", name="Ngoài xã")
    near, away = office.registers_instrument(own), office.registers_instrument(far, area="07300")
    office.opens_campaign(inspector, establishments=[own])
    desk = Desk(client).signs_in(inspector)
    assert names(desk.opens("/establishments")) == ["Trong xã"]
    assert "Ngoài xã" not in desk.opens("/instruments")
    assert "Ngoài" not in desk.client.get("/establishments?export=csv").get_data(as_text=True)
    for path, status in ((f"/establishments/{own}", 200), (f"/establishments/{far}", 404), (f"/instruments/{near}", 200),
                         (f"/instruments/{away}", 404), (f"/establishments/{'0' * 8}-0000-4000-8000-{'0' * 12}", 404)):  # fmt: skip
        desk.opens(path, status)
    stranger = Desk(office.app.test_client()).signs_in(office.hires("inspector"))
    assert "Danh bạ còn trống" in stranger.opens("/establishments")
    assert "Chưa có phương tiện đo nào" in stranger.opens("/instruments")


def test_a_card_shows_instruments_visits_and_kin(
    office: Office, client: FlaskClient, supervisor: Person, desk: Desk
) -> None:
    scene = scene_of(office, client)
    site = scene.site
    kin = office.registers_establishment(name=f"Chi nhánh {NASTY}"[:500])
    page = desk.opens(f"/establishments/{site.establishment}")
    assert f"/instruments/{site.instrument}" in page
    assert f"/inspections/{site.inspection}" in page
    assert f"/establishments/{kin}" in page
    assert "<script>alert" not in page
    card = desk.opens(f"/instruments/{site.instrument}")
    assert "FU14" in card
    assert "<svg" in card
    assert f"https://kiemtra.bacninh.gov.vn/instruments/{site.instrument}" in card
    with office.transaction() as session:
        assert journal.verify(session).is_whole


def test_codes_of_persons_that_begin_alike_are_no_kin(office: Office, desk: Desk) -> None:
    """Twelve digits are one person's number; of shorter codes the first ten are the legal entity's."""
    first, second = (office.registers_establishment(name=f"Hộ kinh doanh {n}") for n in (1, 2))
    branch = office.registers_establishment(name="Chi nhánh")
    for id, code in ((first, "024099000011"), (second, "024099000012"), (branch, "0240990000-001")):
        changes(office, "establishment", id, tax_code=code)
    assert "không có cơ sở khác cùng mã số thuế" in desk.opens(f"/establishments/{first}")
