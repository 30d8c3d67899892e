"""The first six checklists beside the dossiers: every item, its type and photo mark, and verdicts end to end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from checklists import catalog
from checklists.conditions import applies
from checklists.judge import judge
from checklists.limits import load_rules
from checklists.model import Item, Section

KEYS = {
    "general": [f"GE{n:02}" for n in range(1, 13)],
    "fuel-dispenser": [f"FU{n:02}" for n in range(1, 26)],
    "taximeter": [f"TX{n:02}" for n in range(1, 21)],
    "gold-jewellery": [f"G{n:02}" for n in range(1, 26)],
    "diagnostic-xray": [f"X{n:02}" for n in range(1, 33)],
    "weighing-instrument": [
        *(f"NA{n:02}" for n in range(1, 18)), *(f"W{n:02}" for n in range(18, 23)), "NA23", "NA24"],
}  # fmt: skip
PROCEDURES = {
    "FU14": "fuel-delivery", "FU15": "fuel-price", "NA12": "nawi-load", "NA13": "nawi-eccentricity",
    "NA14": "nawi-repeatability", "TX14": "taximeter-distance", "G10": "nawi-load", "G11": "gold-mass",
    "G19": "gold-fineness", "X24": "dose-rate",
}  # fmt: skip
# Counted in the tables of the dossiers: their photo marks (★ = a photo when the answer is "no"), never read from the files.
DOSSIER_MARKS = {
    "general": {"B": 3, "B*": 2, "K": 1, "-": 6},
    "fuel-dispenser": {"B": 13, "B*": 5, "K": 5, "-": 2},
    "weighing-instrument": {"B": 8, "B*": 4, "K": 6, "-": 6},
    "taximeter": {"B": 11, "B*": 2, "K": 3, "-": 4},
    "gold-jewellery": {"★": 11, "photo": 2, "-": 12},
    "diagnostic-xray": {"★": 18, "photo": 2, "-": 12},
}
# What is served of them: (photo required, on nonconforming, encouraged, none), and how often each section is answered.
SERVED = {
    "general": ((0, 2, 4, 6), {"visit": 12}),
    "fuel-dispenser": ((2, 15, 6, 2), {"visit": 10, "instrument": 14, "sample": 1}),
    "weighing-instrument": ((1, 10, 7, 6), {"instrument": 22, "visit": 2}),
    "taximeter": ((1, 11, 4, 4), {"visit": 1, "vehicle": 19}),
    "gold-jewellery": ((2, 11, 1, 11), {"visit": 18, "instrument": 6, "sample": 1}),
    "diagnostic-xray": ((1, 18, 1, 12), {"visit": 15, "instrument": 17}),
}
# Texts copied from the dossiers letter by letter, the hardest to spell of each.
SAID = {
    "GE04": "Thành phần đoàn có mặt; chứng chỉ nghiệp vụ của trưởng đoàn, cán bộ kỹ thuật",
    "GE12": "Ý kiến cơ sở; ký/từ chối ký (lý do, người chứng kiến)",
    "FU08": "Niêm phong/kẹp chì tại: bộ đếm, cơ cấu điều chỉnh buồng đong, bộ tạo xung (encoder), hộp điện tử – còn nguyên vẹn",
    "FU11": "Cầu dao/đóng ngắt nguồn các cột đo lắp tại một vị trí, dễ tiếp cận, không kín đáo",
    "W19": "Hố cân sạch, khe hở quanh bàn cân không kẹt, thoát nước",
    "NA06": "Chì niêm, khóa hiệu chuẩn (nút CAL, jumper, hộp cộng) còn nguyên",
    "TX18": "Không tự nhảy quãng đường khi xe dừng / bấm còi, bấm nút lạ",
    "G17": "Ký hiệu G.P, G.F, C, P đúng quy định (mạ, bọc, ghép)",
    "X26": "Kế hoạch ứng phó sự cố bức xạ cấp cơ sở đã lập/phê duyệt; có 3 tình huống X-quang",
    "X29": "Không có nhân viên < 18 tuổi; nữ mang thai/nuôi con < 12 tháng không làm việc bức xạ",
}
# What becomes of the dossiers' photo marks: a required photo (B) stays required once per subject only.
PHOTO_RULES = {
    "B": {"required", "on_nonconforming", "encouraged"},
    "B*": {"on_nonconforming"},
    "★": {"on_nonconforming"},
    "K": {"encouraged"},
    "photo": {"required", "encouraged"},
    "-": {"none"},
}
# Dossier types that are a judgement (yes, no, not applicable): served as `answer`, or as a table of answers.
TYPES = {
    "TXT": {"text", "answer"}, "CHO": {"choice", "multi_choice", "text"}, "NUM": {"number"}, "TBL": {"table", "text"},
    "YN": {"answer"}, "CALC": {"computed"},
    "yn": {"answer"}, "choice": {"choice", "multi_choice", "text"}, "num": {"number", "answer"}, "table": {"table", "text"},
    "text": {"text"},
}  # fmt: skip


def raw(code: str) -> dict[str, Any]:
    text = (Path(catalog.DATA) / code / "v1.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def raw_items() -> Iterator[tuple[str, dict[str, Any]]]:
    for code in KEYS:
        for section in raw(code)["sections"]:
            for item in section["items"]:
                yield code, item


def sections() -> Iterator[tuple[str, Section]]:
    for checklist in catalog.load().all():
        for section in checklist.sections:
            yield checklist.code, section


def find(code: str, key: str) -> Item:
    item = catalog.load().latest(code).item(key)
    assert item is not None
    return item


def test_all_six_are_published() -> None:
    assert {(code, 1) for code in KEYS} <= {(c.code, c.version) for c in catalog.load().all()}
    assert set(catalog.version_files(catalog.DATA)) == set(catalog.read_published(catalog.DATA))


@pytest.mark.parametrize("code", sorted(KEYS))
def test_every_dossier_item_once(code: str) -> None:
    keys = [item.key for section in catalog.load().latest(code).sections for item in section.items]
    assert sorted(keys) == sorted(KEYS[code])


def test_types_and_photo_rules_follow_the_dossier_marks() -> None:
    for code, item in raw_items():
        mark = item["dossier"]
        assert item["photo"] in PHOTO_RULES[mark["photo"].split(" ")[0]] or (code, item["key"]) == (
            "gold-jewellery",
            "G04",  # the dossier asks for the scale's plate under "evidence", not in the table
        ), item["key"]
        # A row with yes/no anywhere is a judgement; otherwise its first word says the type.
        word = next((each for each in ("YN", "yn") if mark["type"].startswith(each) or f"+{each}" in mark["type"]), "")
        word = word or next(each for each in TYPES if mark["type"].startswith(each))
        assert item["type"] in TYPES[word] | ({"table"} if "table" in mark["type"] else set()), item["key"]


@pytest.mark.parametrize("code", sorted(KEYS))
def test_the_figures_are_those_of_the_dossier(code: str) -> None:
    marks = Counter(item["dossier"]["photo"].split(" ")[0] for each, item in raw_items() if each == code)
    assert marks == DOSSIER_MARKS[code]
    checklist = catalog.load().latest(code)
    photos = Counter(item.photo for section in checklist.sections for item in section.items)
    pers = Counter({section.per: 0 for section in checklist.sections})
    for section in checklist.sections:
        pers[section.per] += len(section.items)
    served = tuple(photos[rule] for rule in ("required", "on_nonconforming", "encouraged", "none"))
    assert (served, pers) == SERVED[code]


def test_texts_are_those_of_the_dossier_to_the_letter() -> None:
    found = {item.key: item.text.vi for _, section in sections() for item in section.items if item.key in SAID}
    assert found == SAID


# What the dossiers know from memory only is shown to the inspector with that word and is not cited.
@pytest.mark.parametrize(
    "key", ["FU14", "FU18", "FU19", "NA12", "NA13", "NA14", "NA15", "TX11", "TX12", "TX13", "TX14", "X24"]
)
def test_what_was_not_read_is_said_to_be_from_memory(key: str) -> None:
    (note,) = [item.note for _, section in sections() for item in section.items if item.key == key]
    assert note is not None
    assert "ghi theo trí nhớ" in note


def test_no_text_is_said_twice_and_units_stand_on_numbers() -> None:
    for _, section in sections():
        for item in section.items:
            assert item.text.vi != item.text.en
            for field in (*item.fields, *item.columns):
                assert field.unit is None or field.type in ("number", "choice"), (item.key, field.key)
                assert not field.many or field.type == "number"


def test_a_station_with_twelve_nozzles_is_asked_for_twelve_photos() -> None:
    burden: Counter[str] = Counter()
    for code in ("general", "fuel-dispenser"):
        for section in catalog.load().latest(code).sections:
            times = {"visit": 1, "instrument": 12, "sample": 1, "vehicle": 0}[section.per]
            for item in section.items:
                burden[item.photo] += times
    assert burden["required"] == 13  # twelve nameplates and the seals of one sample
    assert burden["encouraged"] <= 40  # offered, not asked


def test_photos_are_required_at_most_once_per_subject() -> None:
    required = Counter(
        (code, s.per) for code, s in sections() if code in KEYS for i in s.items if i.photo == "required"
    )
    assert required == {
        ("fuel-dispenser", "instrument"): 1,
        ("fuel-dispenser", "sample"): 1,
        ("weighing-instrument", "instrument"): 1,
        ("taximeter", "vehicle"): 1,
        ("gold-jewellery", "instrument"): 1,
        ("gold-jewellery", "sample"): 1,
        ("diagnostic-xray", "instrument"): 1,
    }


def test_procedures_hang_on_their_items() -> None:
    found = {i.key: i.procedure.name for c, s in sections() if c in KEYS for i in s.items if i.procedure is not None}
    assert found == PROCEDURES


@pytest.mark.parametrize(
    ("type_", "pit", "kind", "asked"),
    [
        ("weighbridge", "true", None, ["W18", "W19", "W20", "W21", "W22"]),
        ("weighbridge", "false", None, ["W18", "W20", "W21", "W22"]),
        ("weighbridge", None, None, ["W18", "W20", "W21", "W22"]),
        ("weighing_instrument", None, None, []),
        ("weighing_instrument", "true", None, []),
        ("weighing_instrument", None, "platform", []),
        ("weighing_instrument", None, "weighbridge_surface", ["W18", "W20", "W21", "W22"]),
        ("weighing_instrument", None, "weighbridge_pit", ["W18", "W19", "W20", "W21", "W22"]),
    ],
)
def test_weighbridge_items(type_: str, pit: str | None, kind: str | None, asked: list[str]) -> None:
    subject = {"type": type_, "attributes": {} if pit is None else {"pit_mounted": pit}}
    findings = {} if kind is None else {"NA02": {"values": {"kind": kind}}}
    section = next(s for s in catalog.load().latest("weighing-instrument").sections if s.key == "weighbridge")
    assert [item.key for item in section.items if applies(item.when, subject, findings)] == asked


def test_the_scan_reads_can_chim() -> None:
    note = find("weighing-instrument", "NA02").note
    assert note is not None
    assert "“cân chím điện tử”" in note
    assert "cân chìm" in note


SCALE = {"type": "weighbridge", "attributes": {"accuracy_class": "III", "e": "20", "unit": "kg"}}
GRAMS = {"type": "weighing_instrument", "attributes": {"accuracy_class": "III", "e": "5", "unit": "g"}}
VERDICTS: list[tuple[str, str, dict[str, Any], dict[str, Any] | None, dict[str, Any], str]] = [
    # F6, F4: the limit of ĐLVN 10 is not confirmed
    ("fuel-dispenser", "FU14", {"rows": [{"v_fd": "20.00", "v_ref": "19.90", "seconds": "32"}]}, None, {}, "inconclusive"),
    ("fuel-dispenser", "FU15", {"rows": [{"volume": "12.34", "unit_price": "21590", "price": "266421"}]}, None, {},
     "inconclusive"),
    # N4, N5 in service, N1 with E0 given in e (0,5 g = 0,1 e)
    ("weighing-instrument", "NA12", {"rows": [{"load": "40000", "indication": "40060"}]}, SCALE, {}, "fail"),
    ("weighing-instrument", "NA12", {"rows": [{"load": "40000", "indication": "40040"}]}, SCALE, {}, "pass"),
    ("weighing-instrument", "NA12", {"rows": [{"load": "1000", "indication": "1000", "delta_load": "1.5"}]}, GRAMS,
     {"NA11": {"values": {"value": "0.1"}}}, "pass"),
    # N11, N12 in service: the test load is a field of the item itself
    ("weighing-instrument", "NA13", {"values": {"load": "40000"}, "rows": [{"position": "đầu", "indication": "40060"}]},
     SCALE, {}, "fail"),
    ("weighing-instrument", "NA14", {"values": {"load": "64000"},
     "rows": [{"indication": each} for each in ("63980", "64000", "64020")]}, SCALE, {}, "pass"),
    # T8
    ("taximeter", "TX14", {"rows": [{"indicated": "1014", "reference": "1000"}]}, None, {}, "inconclusive"),
    ("gold-jewellery", "G10", {"values": {"zero_error": "0.5"}, "rows": [{"load": "1000", "indication": "1000"}]},
     GRAMS, {}, "pass"),
    ("gold-jewellery", "G11", {"values": {"e": "1"}, "rows": [{"name": "Nhẫn", "declared": "7.500", "measured": "7.497"}]},
     None, {}, "pass"),
    ("gold-jewellery", "G11", {"values": {"e": "1"}, "rows": [{"name": "Nhẫn", "declared": "7.500", "measured": "7.490"}]},
     None, {}, "fail"),
    ("gold-jewellery", "G19", {"rows": [{"name": "Nhẫn 18K", "declared": "75.0", "readings": ["74.5", "74.6", "74.4"]}]},
     None, {}, "fail"),
    # The vector of the X-ray dossier: 0,525 net is over 0,5; the factor stands with the meter, X25
    ("diagnostic-xray", "X24", {"values": {"background": ["0.12", "0.11", "0.13"]},
     "rows": [{"point": "P9 nơi chờ", "place": "public", "readings": ["0.62", "0.60", "0.64"]}]}, None,
     {"X25": {"values": {"factor": "1.05"}}}, "fail"),
    ("diagnostic-xray", "X24", {"values": {"background": ["0.12", "0.11", "0.13"]},
     "rows": [{"point": "P1", "place": "control", "readings": ["0.62", "0.60", "0.64"]}]}, None,
     {"X25": {"values": {"factor": "1.05"}}}, "pass"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "key", "finding", "subject", "answers", "verdict"), VERDICTS)
def test_readings_entered_in_a_checklist_reach_their_verdict(
    code: str, key: str, finding: dict[str, Any], subject: dict[str, Any] | None, answers: dict[str, Any], verdict: str
) -> None:
    computed = judge(find(code, key), finding, subject, answers, load_rules(), date(2021, 7, 12), "inspection")
    assert computed is not None
    assert computed["errors"], computed["explanation"]
    assert computed["verdict"] == verdict, computed["explanation"]


def test_the_factor_of_the_meter_counts() -> None:
    finding: dict[str, Any] = {
        "values": {"background": ["0.12"]},
        "rows": [{"point": "P9", "place": "public", "readings": ["0.62"]}],
    }
    item, rules = find("diagnostic-xray", "X24"), load_rules()
    with_factor = {"X24": finding, "X25": {"values": {"factor": "1.05"}}}
    verdicts = [judge(item, finding, None, answers, rules, date(2021, 7, 12), "inspection")
                for answers in ({"X24": finding}, with_factor)]  # fmt: skip
    assert [v and v["verdict"] for v in verdicts] == ["pass", "fail"]
