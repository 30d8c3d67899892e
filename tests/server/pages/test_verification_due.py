"""/verification-due: a year by commune and month, the owners to invite with what is due; and an instrument's history."""

from __future__ import annotations

import io
import json

import pytest
from pypdf import PdfReader

from tests.builders import AREA, Office
from tests.server.pages.scene import Desk
from tests.server.verifying import Team, owner, team_of

OTHER = "07210"


@pytest.fixture
def team(office: Office) -> Team:
    office.has_organisation()
    for code, name in ((AREA, "Xã Song Mai"), (OTHER, "Thị trấn Kép")):
        office.records("area", f"area:{code}", {"code": code, "name": name, "district": "Huyện Lạng Giang", "province": "Tỉnh Bắc Giang",
                       "valid_from": "2020-01-01", "valid_to": None})  # fmt: skip
    return team_of(office)


def due(team: Team, instrument: str, day: str) -> None:
    team.amends("instrument", instrument, verified_until=day)


def test_a_year_is_counted_by_commune_and_month(desk: Desk, office: Office, team: Team) -> None:
    _, (a, b, c) = owner(office, "Sạp gạo bà Tám", ["S1", "S2", "S3"])
    _, (d,) = owner(office, "Trạm y tế", ["H1"], type="sphygmomanometer", area=OTHER)
    for instrument, day in ((a, "2022-03-31"), (b, "2022-03-05"), (c, "2021-12-31"), (d, "2022-11-30")):
        due(team, instrument, day)
    page = desk.opens("/verification-due?year=2022")
    assert "Trước 2022" in page
    rows = desk.client.get("/verification-due?year=2022&export=csv").get_data(as_text=True).splitlines()[1:]
    assert [row.split(";")[1:] for row in rows] == [
        ["1", "0", "0", "2", *["0"] * 9, "2"], ["0", *["0"] * 10, "1", "0", "1"], ["1", "0", "0", "2", *["0"] * 7, "1", "0", "3"]
    ]  # fmt: skip
    assert "Trạm y tế" not in desk.opens("/verification-due/owners?year=2022&month=03")
    march = desk.opens(f"/verification-due/owners?year=2022&month=03&area={AREA}")
    assert "1 cơ sở có 2 phương tiện đo" in march
    assert "2 cân" in march
    assert "1 cơ sở có 3 phương tiện đo" in desk.opens("/verification-due/owners?year=2022&month=03&overdue=1")
    assert "Sạp gạo" not in desk.opens("/verification-due/owners?year=2022&type=sphygmomanometer")
    assert "2 cơ sở" in desk.opens("/verification-due/owners?year=2022&line=xăng dầu")
    paper = desk.client.get("/verification-due/owners.pdf?year=2022")
    text = " ".join(PdfReader(io.BytesIO(paper.data)).pages[0].extract_text().split())
    for said in ("Xã Song Mai", "Thị trấn Kép", "Sạp gạo bà Tám", "05/03/2022", "2 cơ sở, 3 phương tiện đo"):
        assert said in text
    rows = desk.client.get("/verification-due/owners?year=2022&export=csv").get_data(as_text=True).splitlines()[1:]
    assert len(rows) == 2
    desk.opens("/verification-due?year=x&area=%22&month=99&page=-1&line=%25&type=x")


def test_an_instrument_tells_its_verifications_and_whether_its_sticker_matches(desk: Desk, office: Office, team: Team) -> None:  # fmt: skip
    site, (scale, other) = owner(office, "Sạp gạo bà Tám", ["S1", "S2"])
    slip = team.receives(site, [scale, other])
    said = {"number": {"text": "01/BBKĐ"}, "verification": {"conclusion": "pass", "place": "Chợ Kép", "adjustment": {"answer": "conforming"},
            "stickers": [{"serial": "TC0001", "place": "Mặt trước"}], "valid_until": {"day": "2022-08-31"}}}  # fmt: skip
    team.issues(slip, scale, "verification_record", 1, canonical=json.dumps(said))
    team.issues(
        slip, scale, "verification_certificate", 1, canonical=json.dumps({**said, "number": {"text": "01/GCN"}})
    )
    failed = {"number": {"text": "02/BBKĐ"}, "verification": {"conclusion": "fail"}}
    team.issues(slip, other, "verification_record", 2, canonical=json.dumps(failed))
    team.amends("instrument", scale, verified_until="2099-08-31", mark_serial="TC0001", certificate_number="01/GCN")
    page = desk.opens(f"/instruments/{scale}")
    assert ("Chợ Kép" in page, "đã hiệu chỉnh" in page, "01/BBKĐ" in page, "01/GCN" in page) == (True,) * 4
    assert "giấy ghi 31/8/2022, danh bạ ghi 31/8/2099" in page
    assert "Không đạt" in desk.opens(f"/instruments/{other}")
    assert "Chưa có gì để đối chiếu" in desk.opens(f"/instruments/{other}")
    owners = desk.opens("/verification-due/owners?year=2099")
    assert "05/08/2021" in owners  # when it was last verified


def test_the_next_inspection_sees_sticker_and_certificate_and_a_slip_shows_its_queue(
    desk: Desk, office: Office, team: Team
) -> None:
    site, (scale,) = owner(office, "Sạp gạo bà Tám", ["S1"])
    slip = team.receives(site, [scale])
    team.concludes(slip, scale, "pass", adjusted=True)
    said = {"number": {"text": "01/GCN"}, "verification": {"conclusion": "pass", "stickers": [{"serial": "TC0001"}],
            "valid_until": {"day": "2022-08-31"}}}  # fmt: skip
    team.issues(slip, scale, "verification_certificate", 1, canonical=json.dumps(said))
    team.amends("instrument", scale, verified_until="2022-08-31", mark_serial="TC0001", certificate_number="01/GCN")
    team.takes(slip, "cash", [("Cân", "30000")], name="Bà Tám")
    team.hands_back(slip, [scale])
    page = desk.opens(f"/inspections/{slip}")
    for text in ("Phiếu K7-001", "Chợ Kép", "đã hiệu chỉnh", "Đã trả", "Thu 30.000 đồng, tiền mặt"):
        assert text in page
    campaign = office.opens_campaign(team.leader, establishments=[site], checklists=("weighing-instrument",))
    visit = office.plans_inspection(campaign, site, team.leader, ("weighing-instrument",))
    assert "Tem khớp giấy chứng nhận" in desk.opens(f"/inspections/{visit}")  # planned for 2021-08-05
    team.amends("instrument", scale, mark_serial="TC0002")
    assert "giấy ghi TC0001, danh bạ ghi TC0002" in desk.opens(f"/inspections/{visit}")
