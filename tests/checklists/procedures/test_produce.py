"""The lychee's registered values: nothing is concluded before the agency confirms them, then at least is enough."""

from __future__ import annotations

from datetime import date

from checklists.limits import load_rules
from checklists.procedures import evaluate


def test_the_agency_enters_the_registered_value_and_then_it_decides() -> None:
    request = {
        "date": "2021-06-15", "context": "inspection", "parameters": {"characteristic": "fruit-mass"},
        "rows": [{"readings": ["18.4", "17.6"]}],
    }  # fmt: skip
    before = evaluate("registered-minimum", request, load_rules())
    assert before["verdict"] == "inconclusive"
    assert before["explanation"].startswith("chưa kết luận: thiếu căn cứ trị số đăng ký; khối lượng quả trung bình")
    for value, expected in (("18", "pass"), ("18.001", "fail")):
        rules = load_rules().with_confirmed(
            "gi-lychee-fruit-mass", value, "Lê Soát", "Bản mô tả CDĐL", date(2021, 6, 1)
        )
        after = evaluate("registered-minimum", request, rules)
        assert after["verdict"] == expected
        assert (
            f"giới hạn không nhỏ hơn {value.replace('.', ',')} g, theo căn cứ: Bản mô tả CDĐL" in after["explanation"]
        )
