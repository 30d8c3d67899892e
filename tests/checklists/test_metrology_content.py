"""Medical, electricity, prepackages, bodies, check scales, own meters beside the metrology dossier."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from checklists import catalog
from checklists.conditions import applies
from checklists.judge import judge
from checklists.limits import load_rules
from checklists.lint_file import INSTRUMENT_TYPES
from sync.paper_words import INSTRUMENTS
from tests.checklists.figures import raw_items, served_figures
from tests.checklists.test_content import PHOTO_RULES, TYPES, find, sections
from tests.server.printing.entries_metrology import TABLES

KEYS = {
    "medical-instrument": [f"ME{n:02}" for n in range(1, 16)],
    "electricity-meter": [*(f"EL{n:02}" for n in range(1, 10)), *(f"EM{n:02}" for n in range(1, 13))],
    "prepackage": [f"PP{n:02}" for n in range(1, 17)],
    "verification-body": [f"VO{n:02}" for n in range(1, 17)],
    "check-scale": [f"DC{n:02}" for n in range(1, 16)],
    "own-instrument": [f"MD{n:02}" for n in range(1, 11)],
}
# Counted in the tables of the dossier. Check scales and own meters have none there: theirs are the author's.
DOSSIER_MARKS = {
    "medical-instrument": {"B": 4, "B*": 3, "K": 3, "-": 5},
    "electricity-meter": {"B": 8, "B*": 2, "K": 3, "-": 8},
    "prepackage": {"B": 5, "B*": 2, "K": 3, "-": 6},
    "verification-body": {"B": 4, "B*": 2, "K": 5, "-": 5},
    "check-scale": {"B": 2, "B*": 5, "K": 5, "-": 3},
    "own-instrument": {"B": 2, "B*": 1, "K": 2, "-": 5},
}
# What is served: photo (required, on nonconforming, encouraged, none); items by how often they are answered; items with
# a procedure; items that name a document.
SERVED = {
    "medical-instrument": ((1, 5, 4, 5), {"visit": 5, "instrument": 10}, 5, 10),
    "electricity-meter": ((1, 6, 6, 8), {"visit": 9, "instrument": 12}, 2, 9),
    "prepackage": ((1, 3, 6, 6), {"visit": 3, "sample": 13}, 2, 5),
    "verification-body": ((0, 4, 7, 5), {"visit": 16}, 1, 5),
    "check-scale": ((1, 6, 5, 3), {"visit": 5, "instrument": 10}, 6, 5),
    "own-instrument": ((1, 2, 2, 5), {"visit": 1, "instrument": 9}, 1, 1),
}
PROCEDURES = {
    "ME05": "validity", "ME08": "blood-pressure", "ME09": "leak-rate", "ME10": "clinical-thermometer", "ME11": "comparison",
    "EM04": "validity", "EM11": "electricity-error", "PP07": "validity", "PP09": "prepackage-lot", "VO06": "validity",
    "DC04": "validity", "DC09": "scale-interval", "DC10": "nawi-load", "DC11": "validity", "DC12": "check-scale",
    "DC13": "check-scale", "MD04": "validity",
}  # fmt: skip
# Texts copied from the dossier letter by letter, with its abbreviations written out.
SAID = {
    "ME06": "Tình trạng: nứt vỡ, cột thủy ngân đứt, kim không về 0, vòng bít rò",
    "ME08": "Bảng so sánh áp suất (0, 50, 100, 150, 200, 250, 300) lên/xuống",
    "EL09": "Giá trị công tơ mới tương đương × số công tơ vi phạm (khung phạt Điều 10)",
    "EM11": "Bảng sai số tại chỗ: I, U, cosφ, N, t, W_ch, E",
    "PP03": "Lượng danh định Qn, đơn vị, vị trí và cỡ chữ trên nhãn",
    "PP12": "Nhiệt độ (thể tích qua khối lượng riêng 20 °C)",
    "VO05": "≥ 02 nhân viên kỹ thuật mỗi lĩnh vực; hợp đồng ≥ 12 tháng; bằng cấp, đào tạo",
    "VO10": "Sổ tem, dấu, chì: nhập–dùng–hỏng–tồn–hủy",
}
KINDS = TYPES | {"DATE": {"date"}, "TXT": {"text", "answer"}}


@pytest.mark.parametrize("code", sorted(KEYS))
def test_every_row_of_the_dossier_once_with_its_type_and_photo_mark(code: str) -> None:
    assert sorted(item["key"] for item in raw_items(code)) == sorted(KEYS[code])
    assert catalog.load().latest(code).version == 1
    for item in raw_items(code):
        mark = item["dossier"]
        assert item["photo"] in PHOTO_RULES[mark["photo"].split(" ")[0]] or item["key"] == "PP11", item["key"]
        word = "YN" if "YN" in mark["type"] else next(each for each in KINDS if mark["type"].startswith(each))
        assert item["type"] in KINDS[word], item["key"]


@pytest.mark.parametrize("code", sorted(KEYS))
def test_the_figures_are_those_of_the_dossier(code: str) -> None:
    assert Counter(item["dossier"]["photo"].split(" ")[0] for item in raw_items(code)) == DOSSIER_MARKS[code]
    assert served_figures(code) == SERVED[code]


def test_procedures_and_texts() -> None:
    items = [item for code, section in sections() if code in KEYS for item in section.items]
    assert {item.key: item.procedure.name for item in items if item.procedure} == PROCEDURES
    assert {item.key: item.text.vi for item in items if item.key in SAID} == SAID


def test_photos_are_required_once_per_subject_only() -> None:
    required = Counter((c, s.per) for c, s in sections() if c in KEYS for i in s.items if i.photo == "required")
    assert set(required.values()) == {1}
    assert {per for _, per in required} == {"instrument", "sample"}


@pytest.mark.parametrize("key", ["EM11", "ME09", "PP03", "PP06", "PP07", "VO07", "MD06", "DC10"])
def test_what_was_not_read_is_said_to_be_from_memory(key: str) -> None:
    (note,) = [item.note for _, section in sections() for item in section.items if item.key == key]
    assert note is not None
    assert "ghi theo trí nhớ" in note


def test_every_instrument_has_its_name_on_paper() -> None:
    assert INSTRUMENTS.keys() >= INSTRUMENT_TYPES


def asked(code: str, subject: dict[str, Any] | None = None, **answers: Any) -> list[str]:
    """The items with a condition that are asked of a subject."""
    items = [item for section in catalog.load().latest(code).sections for item in section.items if item.when]
    return [item.key for item in items if applies(item.when, subject, answers)]


@pytest.mark.parametrize(
    ("type_", "keys"),
    [("sphygmomanometer", ["ME07", "ME08", "ME09"]), ("clinical_thermometer", ["ME10"]), ("electrocardiograph", ["ME11"]),
     ("electroencephalograph", []), ("patient_monitor", [])],
)  # fmt: skip
def test_each_medical_instrument_has_its_own_table(type_: str, keys: list[str]) -> None:
    assert asked("medical-instrument", {"type": type_}) == keys


def test_a_check_scale_that_is_not_there_is_not_asked_for_its_plate() -> None:
    there = ["DC03", "DC04", "DC05", "DC08", "DC09", "DC10"]
    assert asked("check-scale", DC02={"answer": "conforming"}) == there
    assert asked("check-scale", DC02={"answer": "nonconforming"}) == []


def test_an_expired_own_meter_needs_a_reason() -> None:
    assert asked("own-instrument", {"type": "dose_rate_meter"}, MD04={"answer": "nonconforming"}) == ["MD10"]
    assert asked("own-instrument", {"type": "dose_rate_meter"}, MD04={"answer": "conforming"}) == []


P5 = TABLES["PP09"]
LOT = {"PP03": {"values": {"nominal": "500", "unit": "g"}}, "PP05": {"values": {"value": "400"}}}
PLATE = {"EM02": {"values": {"accuracy_class": "1", "construction": "static_direct", "base_current": "5", "max_current": "80",
                             "constant": "1600"}}}  # fmt: skip
SCALE = {"type": "check_scale", "attributes": {"accuracy_class": "III", "e": "0.02", "d": "0.02", "unit": "kg"}}
# The vectors of the dossier, entered as an inspector does: code, item, finding, subject, other answers; verdict, words.
VERDICTS: list[tuple[str, str, dict[str, Any], dict[str, Any] | None, dict[str, Any], str, str]] = [
    # M1, M2, M3: limits of verification, of a foreign text or from memory decide nothing in an inspection
    ("medical-instrument", "ME10", {"rows": [{"reference": "37.00", "indication": "37.15"}]},
     {"attributes": {"kind": "glass"}}, {}, "inconclusive", "+0,15"),
    ("medical-instrument", "ME08", {"rows": [{"reference": "150", "indication": "154"}]},
     {"attributes": {"kind": "electronic"}}, {}, "inconclusive", "+4 mmHg"),
    ("medical-instrument", "ME11", {"rows": [{"reference": "10", "indication": "10.6"}]}, None, {}, "inconclusive", "+6,0000 %"),
    ("medical-instrument", "ME09", {"values": {"start": "250", "end": "247", "seconds": "60"}}, None, {},
     "inconclusive", "3,00 mmHg/min"),
    ("medical-instrument", "ME05", {"values": {"mark_number": "20B01", "valid_until": "2021-06-30"}}, None, {}, "fail", "20B01"),
    ("medical-instrument", "ME05", {"values": {"valid_until": "2021-07-12"}}, None, {}, "pass", "0 ngày"),
    ("medical-instrument", "ME05", {"values": {"mark_number": "20B01"}}, None, {}, "inconclusive", "Hạn kiểm định"),
    # E1, E2
    ("electricity-meter", "EM11", {"rows": [{"current": "5", "power_factor": "1", "pulses": "10", "reference_wh": "6.19"}]},
     None, PLATE, "inconclusive", "+0,9693 %"),
    ("electricity-meter", "EM11",
     {"rows": [{"current": "5", "power_factor": "1", "pulses": "10", "seconds": "20.75", "power_w": "1100"}]},
     None, PLATE, "inconclusive", "−1,4239 %"),
    ("electricity-meter", "EM11", {"rows": [{"current": "5", "power_factor": "1", "pulses": "10", "reference_wh": "0"}]},
     None, PLATE, "inconclusive", "W_ch"),
    # P5, and a lot smaller than its sample
    ("prepackage", "PP09", {"rows": P5}, None, LOT, "inconclusive", "498,9540"),
    ("prepackage", "PP09", {"rows": P5}, None,
     LOT | {"PP05": {"values": {"value": "40"}}}, "inconclusive", "nhỏ hơn số đơn vị đã đo (50)"),
    # N13, N14: Table 2 was not seen; Table 1 was
    ("check-scale", "DC12", {"rows": [{"reference": "1000", "indication": "1040"}]}, None, {}, "inconclusive", "+40"),
    ("check-scale", "DC13", {"rows": [{"reference": "1000", "indication": "960"}]}, None, {}, "inconclusive", "−40"),
    ("check-scale", "DC09", {"rows": [{"mass": "1"}]}, SCALE, {}, "pass", "0,02 kg"),
    ("check-scale", "DC09", {"rows": [{"mass": "0.1"}]}, SCALE, {}, "fail", "0,02 kg"),
    ("check-scale", "DC10", {"rows": [{"load": "30", "indication": "30.04"}]}, SCALE, {}, "pass", "+0,04"),
    ("verification-body", "VO06", {"rows": [{"label": "Bình chuẩn 10 L", "valid_until": "2021-04-30"}]}, None, {},
     "fail", "Bình chuẩn 10 L"),
    # The meters verified in November cover a campaign until September, not one until December
    ("own-instrument", "MD04", {"values": {"verified_on": "2020-11-11", "valid_until": "2021-11-10"}}, None,
     {"MD01": {"values": {"until": "2021-09-30"}}}, "pass", "hết hạn trong vòng 60 ngày"),
    ("own-instrument", "MD04", {"values": {"verified_on": "2020-11-11", "valid_until": "2021-11-10"}}, None,
     {"MD01": {"values": {"until": "2021-12-15"}}}, "fail", "−35 ngày"),
    ("own-instrument", "MD04", {"values": {"verified_on": "2020-11-11"}}, None,
     {"MD01": {"values": {"until": "2021-09-30"}}}, "pass", "12 tháng"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "key", "finding", "subject", "answers", "verdict", "words"), VERDICTS)
def test_readings_entered_in_a_checklist_reach_their_verdict(
    code: str, key: str, finding: dict[str, Any], subject: dict[str, Any] | None, answers: dict[str, Any], verdict: str,
    words: str,
) -> None:  # fmt: skip
    computed = judge(find(code, key), finding, subject, answers, load_rules(), date(2021, 7, 12), "inspection")
    assert computed is not None
    assert computed["verdict"] == verdict, computed["explanation"]
    assert words in computed["explanation"]
