"""Marks, goods, provenance and orphan sources beside the dossier (gold-xray-minutes §3-4), counted there by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from checklists import catalog
from checklists.conditions import applies
from checklists.judge import judge
from checklists.limits import load_rules
from checklists.model import Item
from tests.checklists.figures import raw_items, served_figures
from tests.checklists.test_content import find, sections

KEYS = {
    "trademark": [f"T{n:02}" for n in range(1, 20)],
    "geographical-indication": [f"V{n:02}" for n in range(1, 19)],
    "goods-quality-label": [f"H{n:02}" for n in range(1, 23)],
    "product-provenance": [f"R{n:02}" for n in range(1, 11)],
    "orphan-source": [f"O{n:02}" for n in range(1, 18)],
    "goods-survey": [f"S{n:02}" for n in range(1, 15)],
}
# Of the dossier's lists: how many rows bear ★ (a photo when the answer is "no"), name a photo, bear nothing.
DOSSIER_MARKS = {
    "trademark": {"★": 5, "photo": 3, "-": 11},
    "geographical-indication": {"★": 5, "-": 13},
    "goods-quality-label": {"★": 10, "photo": 1, "-": 11},
    "product-provenance": {"★": 1, "-": 9},
    "orphan-source": {"★": 1, "photo": 2, "-": 14},
    "goods-survey": {"★": 5, "photo": 1, "-": 8},
}
# What is served: photo (required, on nonconforming, encouraged, none); items by how often they are answered; items
# with a procedure; items that name a document.
SERVED = {
    "trademark": ((0, 5, 3, 11), {"visit": 19}, 0, 14),
    "geographical-indication": ((0, 5, 0, 13), {"visit": 18}, 3, 6),
    "goods-quality-label": ((1, 10, 0, 11), {"visit": 21, "sample": 1}, 0, 17),
    "product-provenance": ((0, 1, 0, 9), {"visit": 10}, 0, 6),
    "orphan-source": ((0, 1, 2, 14), {"visit": 17}, 1, 5),
    "goods-survey": ((1, 5, 0, 8), {"visit": 13, "sample": 1}, 0, 12),
}
# Rows of the survey come from the rows of the inspection; what only an inspection may do stays there.
NOT_SURVEYED = {"H02", "H10", "H11", "H14", "H15", "H19", "H21", "H22"}
# Texts that the dossier writes out in full, to the letter.
SAID = {
    "T01": "Chủ văn bằng",
    "T12": "Kiểm soát chất lượng theo quy chế",
    "T14": "Số lượng, trị giá hàng nghi vi phạm",
    "T19": "Khó khăn, kiến nghị",
    "V09": "Khối lượng quả trung bình",
    "V13": "Màu vỏ, gai, hạt",
    "V16": "Mã QR truy xuất quét được, nội dung đúng",
    "H19": "Hàng tạm dừng lưu thông/niêm phong",
    "R05": "Dữ liệu tối thiểu đủ",
    "R07": "Cập nhật lần cuối",
    "O04": "Kiểm tra chức năng bằng nguồn kiểm tra trước khi đo",
    "O12": "Biện pháp tức thời: khoanh vùng, cử người trông, thông báo",
    "O14": "Cơ sở có thiết bị hoặc quy trình phát hiện phóng xạ trong phế liệu",
}
PHOTO_RULES = {"★": {"on_nonconforming"}, "photo": {"required", "encouraged"}, "-": {"none"}}
# The dossier's types in the order in which they decide: yes or no anywhere makes a row a judgement.
TYPES = (
    ("yn", {"answer", "table"}), ("table", {"table", "text", "number"}), ("photo", {"photo", "text"}), ("num", {"number", "table"}),
    ("choice", {"choice", "multi_choice"}), ("date", {"date"}), ("gps", {"computed"}), ("register", {"text"}), ("text", {"text"}),
)  # fmt: skip


@pytest.mark.parametrize("code", sorted(KEYS))
def test_every_row_of_the_dossier_once_with_its_type_and_photo_mark(code: str) -> None:
    assert sorted(item["key"] for item in raw_items(code)) == KEYS[code]
    assert catalog.load().latest(code).version == 1
    for item in raw_items(code):
        mark = item["dossier"]
        assert item["photo"] in PHOTO_RULES[mark["photo"]], item["key"]
        allowed = next(kinds for word, kinds in TYPES if word in mark["type"])
        assert item["type"] in allowed, item["key"]
        assert mark["photo"] != "★" or "★" in mark["type"], item["key"]


@pytest.mark.parametrize("code", sorted(KEYS))
def test_the_figures_are_those_of_the_dossier(code: str) -> None:
    assert Counter(item["dossier"]["photo"] for item in raw_items(code)) == DOSSIER_MARKS[code]
    assert served_figures(code) == SERVED[code]


def test_texts_are_those_of_the_dossier_to_the_letter() -> None:
    found = {item.key: item.text.vi for _, section in sections() for item in section.items if item.key in SAID}
    assert found == SAID


def test_the_survey_asks_what_the_inspection_asks_and_holds_nothing_back() -> None:
    inspected = {item["key"]: item for item in raw_items("goods-quality-label")}
    rows = [item["dossier"]["row"] for item in raw_items("goods-survey")]
    assert sorted(rows) == sorted(set(inspected) - NOT_SURVEYED)
    for item in raw_items("goods-survey"):
        like = inspected[item["dossier"]["row"]]
        assert item["type"] == like["type"], item["key"]
        assert item["dossier"]["type"] == like["dossier"]["type"], item["key"]
        if like["key"] != "H18":  # bought, not taken
            assert item["vi"] == like["vi"]
    note = find("goods-survey", "S01").note
    assert note is not None
    assert "không xử phạt" in note


def asked(item: Item, **answers: Any) -> bool:
    return applies(item.when, None, answers)


def test_mooncakes_and_toys_are_asked_for_where_they_are_on_sale() -> None:
    for kinds, cakes, toys in (([], False, False), (["mooncake"], True, False), (["toys", "mooncake"], True, True)):
        seen = {"values": {"kinds": kinds, "season": "mid_autumn"}}
        assert asked(find("goods-quality-label", "H21"), H01=seen) is cakes
        assert asked(find("goods-quality-label", "H22"), H01=seen) is toys


def test_rules_of_use_are_asked_of_collective_and_certification_marks() -> None:
    for kinds, expected in ((["individual"], False), (["individual", "collective"], True), (["certification"], True)):
        assert asked(find("trademark", "T11"), T03={"values": {"kinds": kinds}}) is expected
        assert asked(find("trademark", "T12"), T03={"values": {"kinds": kinds}}) is expected
    assert asked(find("trademark", "T14"), T13={"answer": "nonconforming"})
    assert not asked(find("trademark", "T14"), T13={"answer": "conforming"})


@pytest.mark.parametrize(("highest", "nearer"), [("0.4", True), ("100", True), ("100.01", False), ("", False)])
def test_nobody_is_asked_for_a_reading_at_a_metre_above_100(highest: str, nearer: bool) -> None:
    found = {"O09": {"answer": "nonconforming"}, "O08": {"values": {"value": highest}}}
    assert asked(find("orphan-source", "O11"), **found) is nearer
    assert asked(find("orphan-source", "O12"), **found)


def test_the_sweep_never_asks_to_come_near() -> None:
    for key in ("O07", "O11", "O12"):
        note = find("orphan-source", key).note
        assert note is not None
        assert "100 µSv/h" in note
        assert "lùi ra, khoanh vùng" in note
    for key in ("O10", "O11"):
        item = find("orphan-source", key)
        assert not item.required
        assert item.note is not None
        assert "không lại gần" in item.note


VERDICTS: list[tuple[str, str, list[dict[str, Any]], dict[str, Any]]] = [
    ("geographical-indication", "V09", [{"readings": ["20.1", "19.8"]}], {}),
    ("geographical-indication", "V10", [{"readings": ["72", "70.5"]}], {}),
    ("geographical-indication", "V11", [{"readings": ["18.2", "18.6", "18.0"]}], {}),
    ("orphan-source", "O07", [{"point": "cổng", "distance": "2", "readings": ["0.2", "0.3"]}],
     {"O05": {"values": {"place": "cổng bảo vệ", "value": ["0.12", "0.11", "0.13", "0.12", "0.12"]}}}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "key", "rows", "answers"), VERDICTS, ids=[v[1] for v in VERDICTS])
def test_readings_reach_their_procedure_and_conclude_nothing_before_the_agency_confirms(
    code: str, key: str, rows: list[dict[str, Any]], answers: dict[str, Any]
) -> None:
    computed = judge(find(code, key), {"rows": rows}, None, answers, load_rules(), date(2021, 7, 12), "inspection")
    assert computed is not None
    assert computed["errors"], computed["explanation"]
    assert computed["verdict"] == "inconclusive"
    assert computed["limit"] is not None
    assert computed["limit"]["status"] == "unconfirmed"
