"""The published checklists on paper: units, the law of the day, conditional items, expired standards, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from sync import paper, seal
from tests.server.printing.real import CODES, STANDARD, real
from tests.server.printing.samples import fuel_station


def items_of(doc: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Printed items by key; of several subjects, the first."""
    found: dict[str, dict[str, Any]] = {}
    for checklist in doc["checklists"]:
        for section in checklist["sections"]:
            for item in section["subjects"][0]["items"]:
                found.setdefault(item["key"], item)
    return found


@pytest.mark.parametrize("code", CODES)
def test_every_published_checklist_has_a_paper_without_gaps(code: str) -> None:
    doc = paper.compose(**real(code))
    seal.canonical_text(doc)
    assert [each["missing"] for each in doc["checklists"]] == [[]]
    for item in items_of(doc).values():
        for column in (item["table"] or {"columns": []})["columns"]:
            assert column["title"], item["key"]


def test_a_scale_prints_its_own_unit() -> None:
    items = items_of(paper.compose(**real("weighing-instrument")))
    assert {each["title"]: each["unit"] for each in items["NA03"]["values"]}["Max"] == "kg"
    columns = {each["title"]: each["unit"] for each in items["NA12"]["table"]["columns"]}
    assert (columns["Tải L"], columns["Số chỉ I"], columns["Sai số"]) == ("kg", "kg", "kg")
    gold = items_of(paper.compose(**real("gold-jewellery")))
    assert {each["unit"] for each in gold["G10"]["table"]["columns"]} == {"g"}


def test_a_lot_prints_the_unit_of_its_nominal_quantity() -> None:
    items = items_of(paper.compose(**real("prepackage")))
    assert {each["title"]: (each["text"], each["unit"]) for each in items["PP03"]["values"]}["Lượng danh định Qn"] == (
        "500",
        "g",
    )
    columns = {each["title"]: each["unit"] for each in items["PP09"]["table"]["columns"]}
    assert (columns["Qr"], columns["Chênh lệch"]) == ("g", "g")


def test_a_relative_error_is_printed_in_percent() -> None:
    documents = real("medical-instrument")
    documents["findings"] = [f for f in documents["findings"] if f["item"] == "ME11"]
    columns = items_of(paper.compose(**documents))["ME11"]["table"]["columns"]
    assert {each["title"]: each["unit"] for each in columns}["Sai số"] == "%"


def test_a_certificate_that_is_valid_for_long_needs_no_explanation() -> None:
    documents = real("electricity-meter")
    shown = {f["subject_id"]: f for f in documents["findings"] if f["item"] == "EM04"}
    assert [f["computed"]["verdict"] for f in shown.values()] == ["pass", "fail"]
    (section,) = (s for s in paper.compose(**documents)["checklists"][0]["sections"] if s["key"] == "meter")
    said = [next(i for i in each["items"] if i["key"] == "EM04")["explanation"] for each in section["subjects"]]
    assert said[0] == ""
    assert "15C00217: −248 ngày" in said[1].replace("số ngày còn hiệu lực của ", "").replace(" tính từ 05/08/2021", "")
    own = items_of(paper.compose(**real("own-instrument")))["MD04"]
    assert "hết hạn trong vòng 60 ngày" in own["explanation"]


@pytest.mark.parametrize(
    ("on", "cited", "basis"),
    [("2021-07-12", "Thông tư liên tịch 13/2014/TTLT-BKHCN-BYT Điều 10 khoản 7 điểm b", "18/2008/QH12"),
     ("2026-11-24", "Thông tư 59/2025/TT-BKHCN", "94/2025/QH15")],
)  # fmt: skip
def test_the_articles_are_those_of_the_day(on: str, cited: str, basis: str) -> None:
    doc = paper.compose(**real("diagnostic-xray", on))
    assert {each["key"]: each["legal_basis"] for each in doc["nonconformities"]}["X17"] == [cited]
    assert basis in doc["basis"][0]


def test_a_conditional_item_is_missing_only_where_it_applies() -> None:
    documents = real("weighing-instrument")
    bridge = documents["instruments"][1]["id"]
    documents["findings"] = [f for f in documents["findings"] if f["item"] != "W18"]
    assert [each["key"] for each in paper.compose(**documents)["checklists"][0]["missing"]] == ["W18"]
    for instrument in documents["instruments"]:
        instrument["type"] = "weighing_instrument"
    assert bridge in {f["subject_id"] for f in documents["findings"]}
    assert paper.compose(**documents)["checklists"][0]["missing"] == []


def test_what_one_of_several_subjects_lacks_is_named() -> None:
    documents = real("weighing-instrument")
    second = documents["instruments"][1]["id"]
    documents["findings"] = [f for f in documents["findings"] if (f["item"], f["subject_id"]) != ("NA04", second)]
    assert [each["key"] for each in paper.compose(**documents)["checklists"][0]["missing"]] == ["NA04"]


def test_an_expired_standard_says_why_it_was_used() -> None:
    documents = real("fuel-dispenser", "2021-11-16")
    documents["inspection"]["standard_overrides"] = {STANDARD: "Đã gửi hiệu chuẩn, chờ giấy."}
    (standard,) = paper.compose(**documents)["standards"]
    assert (standard["expired"], standard["reason"]) == (True, "Đã gửi hiệu chuẩn, chờ giấy")


def test_the_letterhead_is_that_of_the_campaign() -> None:
    documents = fuel_station()
    documents["campaign"]["organisation"] = {
        "name": "Sở cũ",
        "letterhead": ["UBND tỉnh cũ", "Sở cũ"],
        "place": "Bắc Giang",
    }
    documents["organisation"] = {"name": "Sở mới", "letterhead": ["UBND tỉnh mới", "Sở mới"], "place": "Bắc Ninh"}
    doc = paper.compose(**documents)
    assert (doc["agency"], doc["place_date"][:9]) == (["UBND tỉnh cũ", "Sở cũ"], "Bắc Giang")


@pytest.mark.parametrize("named", [True, False])
def test_a_refusal_gives_the_witness_a_place_to_sign_or_says_there_is_none(*, named: bool) -> None:
    witness = {"name": "Đỗ Văn Xã", "capacity": "đại diện UBND xã"} if named else None
    refusal = {
        "role": "representative",
        "name": "Phạm Thị Bán",
        "outcome": "refused",
        "reason": "không đồng ý",
        "witness": witness,
    }
    signers = paper.compose(**{**fuel_station(), "signatures": [refusal]})["signatures"]
    headings = [each["heading"] for each in signers]
    assert ("NGƯỜI CHỨNG KIẾN" in headings) is named
    assert signers[0]["unwitnessed"] is not named
