"""What is concluded on an instrument of a mobile verification, and why: decision 0022 "Who may conclude"."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from checklists import catalog
from checklists.conclusion import Case, Conclusion, conclude
from checklists.judge import judge
from checklists.limits import load_rules
from checklists.model import Verdict
from checklists.standards import supported

CHECKLIST = catalog.load().latest("mobile-verification")
ON = date(2021, 8, 5)
INSTRUMENT, VERIFIER, WEIGHTS = "i", "u1", "q1"
SCALE = {"type": "weighing_instrument", "attributes": {"accuracy_class": "III", "e": "0.02", "unit": "kg"}}
MEMBER = {"user_id": VERIFIER, "name": "Nguyễn Văn Chuẩn", "role": "verifier", "procedures": ["30-2019", "14"],
          "certificate": {"number": "KĐV-1187", "valid_to": "2023-06-30"}}  # fmt: skip
SLIP = {"standards": [WEIGHTS]}
SESSION = {"on": "2021-08-05", "verifiers": [VERIFIER],
           "environment": [{"at": "2021-08-05T08:00:00+07:00", "temperature": "29.5", "humidity": "71"}]}  # fmt: skip
STANDARD = {"id": WEIGHTS, "kind": "mass", "name": "Bộ quả cân M1", "serial": "M1-07",
            "certificates": [{"number": "V01", "issued_on": "2020-09-30", "valid_until": "2021-09-30"}]}  # fmt: skip
LOADS = [
    {"direction": "up", "load": "30", "indication": "30"},
    {"direction": "down", "load": "60", "indication": "60.02"},
]
GOOD: dict[str, Any] = {
    "KD04": {"values": {"procedure": "30-2019"}},
    "KD07": {"answer": "conforming"},
    "KD08": {"answer": "conforming"},
    "KD0902": {"rows": LOADS},
    "KD0903": {"values": {"load": "20"}, "rows": [{"indication": "20"}, {"indication": "20.02"}]},
    "KD0904": {"values": {"load": "40"}, "rows": [{"indication": "40"}, {"indication": "40.02"}]},
    "KD0905": {"answer": "conforming"},
}
FAILED_LOADS = {"rows": [{"load": "30", "indication": "30.04"}]}


def answered(answers: dict[str, Any], subject: dict[str, Any] = SCALE, on: date = ON) -> list[dict[str, Any]]:
    """The findings about the instrument, judged as the server judges them."""
    found = []
    for key, said in answers.items():
        item = CHECKLIST.item(key)
        assert item is not None
        state = {
            "checklist": CHECKLIST.code,
            "item": key,
            "subject_id": None if key in ("KD05", "KD06") else INSTRUMENT,
            **said,
        }
        computed = judge(item, state, subject, answers, load_rules(), on, "verification")
        if computed is not None and item.procedure is not None:
            computed = supported(computed, item.procedure.name, [], [on], {})
        found.append(state | {"computed": computed})
    return found


def case(answers: dict[str, Any] = GOOD, subject: dict[str, Any] = SCALE, **more: Any) -> Case:
    made = Case(checklist=CHECKLIST, instrument_id=INSTRUMENT, instrument=subject, inspection=SLIP, findings=answered(answers, subject),
                session=SESSION, team=[MEMBER], standards=[STANDARD], verifier=VERIFIER, on=ON)  # fmt: skip
    return replace(made, **more)


def reasons(found: Conclusion | None) -> tuple[str, ...]:
    """Why it is not concluded."""
    assert found is not None
    assert found.verdict is Verdict.INCONCLUSIVE
    return found.reasons


def test_a_scale_that_passed_every_test_passes_without_a_word() -> None:
    assert conclude(case()) == Conclusion(Verdict.PASS)


def test_nothing_is_concluded_before_anything_was_tested() -> None:
    assert conclude(case({})) is None
    assert conclude(case({"KD04": GOOD["KD04"]})) is None
    assert conclude(case({"KD07": {"answer": None, "note": "chờ quả cân"}})) is None


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"KD07": {"answer": "nonconforming"}}, "không đạt ở bước Kiểm tra bên ngoài (KD07)"),
        ({"KD08": {"answer": "nonconforming"}}, "không đạt ở bước Kiểm tra kỹ thuật (KD08)"),
        ({"KD0902": FAILED_LOADS},
         "không đạt ở bước Tải tăng, tải giảm (KD0902): sai số tại tải 30 kg: +0,04 kg"),
        ({"KD0902": {"rows": LOADS, "answer": "nonconforming"}}, "không đạt ở bước Tải tăng, tải giảm (KD0902)"),
        ({"KD0905": {"answer": "nonconforming"}}, "không đạt ở bước Độ động (phân biệt) (KD0905)"),
    ],
)  # fmt: skip
def test_the_first_failed_step_decides_whatever_else_is_missing(answers: dict[str, Any], why: str) -> None:
    found = conclude(case(GOOD | answers, session=None, team=[]))
    assert found is not None
    assert found.verdict is Verdict.FAIL
    assert len(found.reasons) == 1
    assert found.words.startswith(why), found.words
    assert conclude(case(answers, session=None, team=[])) == found


AGAIN = {key.replace("KD09", "KD10"): said for key, said in GOOD.items() if key.startswith("KD09")}
BEFORE: dict[str, Any] = {
    **{k: GOOD[k] for k in ("KD04", "KD07", "KD08")},
    "KD0902": FAILED_LOADS | {"answer": "nonconforming"},
}


def test_after_an_adjustment_its_readings_decide_and_those_of_before_stay_as_they_are() -> None:
    adjusted = {"KD10": {"answer": "conforming"}}
    assert conclude(case(BEFORE | adjusted | AGAIN)) == Conclusion(Verdict.PASS)
    found = conclude(case(BEFORE | adjusted | AGAIN | {"KD1002": FAILED_LOADS}))
    assert found is not None
    assert found.verdict is Verdict.FAIL
    assert found.words.startswith("không đạt ở bước Sau hiệu chỉnh: tải tăng, tải giảm (KD1002): sai số")
    missing = reasons(conclude(case(BEFORE | adjusted)))
    assert "chưa có kết quả mục Sau hiệu chỉnh: tải tăng, tải giảm (KD1002)" in missing
    without = conclude(case(BEFORE | {"KD10": {"answer": "not_applicable"}} | AGAIN))
    assert without is not None
    assert without.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("team", "verifier", "why"),
    [
        ([MEMBER | {"procedures": ["13-2019"]}], VERIFIER,
         ("Nguyễn Văn Chuẩn không có thẩm quyền với ĐLVN 30:2019 (cân đồng hồ lò xo)",)),
        ([{k: v for k, v in MEMBER.items() if k != "procedures"}], VERIFIER,
         ("Nguyễn Văn Chuẩn không có thẩm quyền với ĐLVN 30:2019 (cân đồng hồ lò xo)",)),
        ([MEMBER | {"certificate": {"valid_to": "2021-08-04"}}], VERIFIER,
         ("thẻ, chứng chỉ của Nguyễn Văn Chuẩn hết hạn ngày 04/08/2021",)),
        ([MEMBER | {"certificate": None}], VERIFIER, ("Nguyễn Văn Chuẩn chưa có thẻ, chứng chỉ kiểm định viên ghi hạn",)),
        ([MEMBER], "u2", ("kiểm định viên không có trong thành phần đoàn",)),
        ([], None, ("kiểm định viên không có trong thành phần đoàn",)),
    ],
)  # fmt: skip
def test_only_who_may_verify_by_the_procedure_concludes(
    team: list[Any], verifier: str | None, why: tuple[str, ...]
) -> None:
    assert reasons(conclude(case(team=team, verifier=verifier))) == why


def test_on_the_last_day_of_a_card_its_holder_still_verifies() -> None:
    assert conclude(case(team=[MEMBER | {"certificate": {"valid_to": "2021-08-05"}}])) == Conclusion(Verdict.PASS)


def test_without_a_known_verifier_one_of_the_session_who_may_is_enough() -> None:
    other = MEMBER | {"user_id": "u2", "name": "Lý Thị Mới", "procedures": []}
    session = SESSION | {"verifiers": ["u2", VERIFIER]}
    assert conclude(case(team=[other, MEMBER], session=session, verifier=None)) == Conclusion(Verdict.PASS)
    assert len(reasons(conclude(case(team=[other, MEMBER], session=session, verifier="u2")))) == 1


def test_the_procedure_must_be_written_down() -> None:
    assert reasons(conclude(case({k: v for k, v in GOOD.items() if k != "KD04"}))) == ("chưa ghi ĐLVN áp dụng (KD04)",)


OLD = STANDARD | {"certificates": [{"number": "V01", "issued_on": "2020-08-01", "valid_until": "2021-08-01"}]}


def test_a_standard_out_of_date_needs_a_written_reason() -> None:
    expired = "Bộ quả cân M1 số M1-07 hết hạn hiệu chuẩn ngày 01/08/2021, trước ngày kiểm tra 05/08/2021"
    assert reasons(conclude(case(standards=[OLD]))) == (expired,)
    excused = {"standard_overrides": {WEIGHTS: "Đã gửi hiệu chuẩn, chờ giấy"}}
    assert conclude(case(standards=[OLD], inspection=SLIP | excused)) == Conclusion(Verdict.PASS)
    blank = {"standard_overrides": {WEIGHTS: "  "}}
    assert reasons(conclude(case(standards=[OLD], inspection=SLIP | blank))) == (expired,)


def test_a_standard_for_other_instruments_says_nothing_about_a_scale() -> None:
    gauge = OLD | {"id": "q2", "kind": "pressure"}
    assert conclude(case(standards=[STANDARD, gauge], inspection={"standards": [WEIGHTS, "q2"]})) == Conclusion(
        Verdict.PASS
    )


def test_standards_must_be_listed_or_written_down_by_hand() -> None:
    assert reasons(conclude(case(inspection={}))) == ("chưa ghi chuẩn đo lường đã dùng (quả cân, cân chuẩn)",)
    by_hand = GOOD | {"KD05": {"rows": [{"label": "Bộ quả cân", "valid_until": "2021-12-31"}]}}
    assert conclude(case(by_hand, inspection={})) == Conclusion(Verdict.PASS)


def test_the_ambient_conditions_must_be_read() -> None:
    session = SESSION | {"environment": [{"at": "2021-08-05T08:00:00+07:00", "temperature": "29.5"}]}
    assert reasons(conclude(case(session=session))) == ("chưa đọc nhiệt độ, độ ẩm môi trường",)
    read = {"KD06": {"values": {"temperature": "29", "humidity": "70"}}}
    assert conclude(case(GOOD | read, session=session)) == Conclusion(Verdict.PASS)


@pytest.mark.parametrize("key", ["KD07", "KD08", "KD0902", "KD0903", "KD0904", "KD0905"])
def test_a_required_test_that_is_missing_or_was_not_carried_out_leaves_it_open(key: str) -> None:
    item = CHECKLIST.item(key)
    assert item is not None
    name = f"{item.text.vi} ({key})"
    missing = reasons(conclude(case({k: v for k, v in GOOD.items() if k != key})))
    assert missing == (f"chưa có kết quả mục {name}",)
    not_done = reasons(conclude(case(GOOD | {key: {"answer": "not_checked"}})))
    assert not_done == (f"không kiểm tra mục {name}",)


def test_a_test_that_cannot_be_done_on_this_kind_is_left_out_but_not_all_of_them() -> None:
    hanging = GOOD | {"KD0903": {"answer": "not_applicable"}}
    assert conclude(case(hanging)) == Conclusion(Verdict.PASS)
    none = hanging | {key: {"answer": "not_applicable"} for key in ("KD0902", "KD0904")}
    assert reasons(conclude(case(none))) == ("chưa có phép đo nào được kết luận đạt",)


def test_an_unconfirmed_limit_concludes_nothing() -> None:
    taximeter = {"type": "taximeter", "attributes": {}}
    answers = {k: GOOD[k] for k in ("KD07", "KD08")} | {
        "KD04": {"values": {"procedure": "14"}}, "KD0913": {"rows": [{"reference": "1000", "indicated": "1014"}]}}  # fmt: skip
    road = {"id": WEIGHTS, "kind": "length", "calibrated_until": "2022-01-01"}
    found = reasons(conclude(case(answers, taximeter, standards=[road])))
    assert [why.split(":")[0] for why in found] == [
        "mục Bảng đo quãng đường (KD0913)", "chưa có phép đo nào được kết luận đạt"]  # fmt: skip
    assert "+1,4" in found[0]


def test_what_was_voided_or_said_of_another_instrument_counts_for_nothing() -> None:
    whole = case()
    other = {"checklist": CHECKLIST.code, "item": "KD07", "subject_id": "j", "answer": "nonconforming"}
    voided = {
        "checklist": CHECKLIST.code,
        "item": "KD08",
        "subject_id": INSTRUMENT,
        "answer": "nonconforming",
        "voided": {"reason": "Nhầm"},
    }
    assert conclude(replace(whole, findings=[voided, *whole.findings, other, voided])) == Conclusion(Verdict.PASS)


def test_what_was_said_of_the_instrument_goes_before_what_was_said_of_the_visit() -> None:
    whole = case()
    visit = {"checklist": CHECKLIST.code, "item": "KD07", "subject_id": None, "answer": "nonconforming"}
    assert conclude(replace(whole, findings=[*whole.findings, visit])) == Conclusion(Verdict.PASS)
    assert conclude(replace(whole, findings=[visit, *whole.findings])) == Conclusion(Verdict.PASS)


def test_the_first_version_of_the_checklist_is_concluded_by_its_own_table() -> None:
    first = catalog.load().get("mobile-verification", 1)
    assert first is not None
    item = first.item("KD09")
    assert item is not None
    state = {"checklist": first.code, "item": "KD09", "subject_id": INSTRUMENT, "rows": LOADS}
    table = state | {"computed": judge(item, state, SCALE, {}, load_rules(), ON, "verification")}
    findings = [*answered({k: GOOD[k] for k in ("KD04", "KD07", "KD08")}), table]
    assert conclude(case(checklist=first, findings=findings)) == Conclusion(Verdict.PASS)
