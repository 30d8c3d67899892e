"""Acts on a case, pure: bad input is named, days stand in order, a fine is only what was typed from the decision."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services import case_acts
from server.services.case_acts import Stamp, allowed, paid, prices, status_of
from server.services.case_fields import FaultError, amount_of, dong
from server.services.case_forms import ACTS, STATUSES

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
PEOPLE = [("u1", "Trần Văn Trưởng")]
FACT = {"id": "1", "item": "FU14", "subject": "Cột đo số A-1", "text": "Sai số", "violation": None}
CASE: dict[str, Any] = {
    "detected": {"at": "2026-11-20T10:00:00+07:00", "printed": "2026-11-20T10:00:00+07:00", "source": "minutes", "doubts": []},
    "complexity": None, "results": None, "drafter": None, "report": None, "handover": None, "decision": None,
    "payments": [], "papers": [], "samples": [], "closing": None, "status": "open", "facts": [FACT],
    "instruments": [{"id": "1", "name": "Cột đo số A-1", "new_price": None, "source": "register"},
                    {"id": "2", "name": "Cột đo số A-2", "new_price": "45000000", "source": "register"}],
}  # fmt: skip
DRAFTER = {"user": "u1", "title": "Trưởng đoàn", "authority": "Quyết định 123/QĐ-SKHCN"}
REPORT = {"number": "01/BB-VPHC", "on": "2026-11-24"}
DECISION = {"number": "45/QĐ-XPHC", "on": "2026-11-25", "signer": "Nguyễn Thanh Bình", "signer_title": "Giám đốc"}


def done(case: dict[str, Any], name: str, typed: dict[str, str]) -> dict[str, Any]:
    """Do one act."""
    act = ACTS[name]
    assert act in allowed(case)
    values = case_acts.read(case, act, typed, PEOPLE, NOW)
    return case_acts.apply(case, act, values, Stamp("u9", NOW.isoformat(), f"r{len(case['payments'])}"), PEOPLE)


def drafted() -> dict[str, Any]:
    """A case with its violation report."""
    return done(done(CASE, "drafter", DRAFTER), "report", REPORT)


def decided(**more: str) -> dict[str, Any]:
    """A case with its decision."""
    return done(drafted(), "decision", {**DECISION, **more})


@pytest.mark.parametrize(
    ("act", "typed", "said"),
    [
        ("report", {"number": "", "on": ""}, "“Số biên bản”: phải ghi. “Ngày lập”: phải ghi."),
        ("report", {"number": "1", "on": "2026-11-27"}, "“Ngày lập”: ngày này chưa đến."),
        ("report", {"number": "1", "on": "24/11/2026"}, "NĂM-THÁNG-NGÀY"),
        ("report", {"number": "1", "on": "1999-12-31"}, "quá xa"),
        ("report", {"number": "1", "on": "2026-11-19"}, "Ngày lập biên bản vi phạm (19/11/2026) không được trước ngày phát"),
        ("report", {"number": "x" * 301, "on": "2026-11-24"}, "tối đa 300"),
        ("report", {"number": "1", "on": "2026-11-24", "note": "x" * 4001}, "tối đa 4000"),
        ("complexity", {"value": "hard"}, "hãy chọn lại"),
        ("complexity", {"value": "complex"}, "lý do xác định"),
        ("results", {"awaited": "yes"}, "mẫu nào"),
        ("results", {"awaited": "no", "received_on": "2026-11-24"}, "Phải chờ kết quả mẫu"),
        ("drafter", {"title": "x", "authority": "y", "correction": "z"}, "chọn một tài khoản"),
        ("drafter", {"user": "u1", "name": "A", "title": "x", "authority": "y", "correction": "z"}, "chỉ một trong hai"),
        ("drafter", {"user": "nobody", "title": "x", "authority": "y", "correction": "z"}, "hãy chọn lại"),
        ("drafter", DRAFTER, "phải ghi lý do sửa"),
        ("detect", {"at": "2026-11-27T08:00", "source_text": "x", "correction": "y"}, "chưa đến"),
        ("detect", {"at": "2026-11-20T25:00", "source_text": "x", "correction": "y"}, "không có giờ này"),
        ("detect", {"at": "2026-11-20T08:00+00:00", "source_text": "x", "correction": "y"}, "2026-08-05T10:30"),
        ("detect", {"at": "\x00", "source_text": "x", "correction": "y"}, "“Phát hiện lúc”: phải ghi."),
        ("detect", {"at": "2026-11-21T09:30", "source_text": "x"}, "lý do sửa"),
        ("price", {"instrument": "2", "new_price": "1000", "source_text": "x"}, "lý do sửa"),
        ("price", {"instrument": "3", "new_price": "1000", "source_text": "x"}, "hãy chọn lại"),
        ("paper", {"what": "Biên bản", "copies": "0"}, "từ 1 đến 9999"),
        ("paper", {"what": "Biên bản", "copies": "²"}, "từ 1 đến 9999"),
        ("violation", {"fact": "99", "conduct": "x", "article": "y"}, "hãy chọn lại"),
    ],
)  # fmt: skip
def test_bad_input_is_named(act: str, typed: dict[str, str], said: str) -> None:
    case = done(CASE, "drafter", DRAFTER)
    with pytest.raises(FaultError) as refused:
        done(case, act, typed)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "amount",
    ["12,5", "12.50", "0", "-5", "1e6", "5 triệu", "١٢", "012", "1.000 000", "9" * 16, "12.500.000.", "đồng", "½"],
)
def test_an_amount_that_is_none_is_never_guessed(amount: str) -> None:
    with pytest.raises(FaultError, match="Mức phạt tiền"):
        decided(amount=amount)


@given(st.integers(1, 10**15 - 1))
def test_an_amount_reads_as_it_is_written(amount: int) -> None:
    assert amount_of(dong(str(amount))) == str(amount) == amount_of(f"{amount:,}".replace(",", " ") + " VNĐ")


def test_a_fine_stands_only_with_the_number_date_and_signer_of_its_decision() -> None:
    for missing in ("number", "on", "signer", "signer_title"):
        with pytest.raises(FaultError, match="phải ghi"):
            decided(amount="1.000.000", **{missing: " "})
    with pytest.raises(FaultError, match="không được trước ngày lập"):
        decided(amount="1.000.000", on="2026-11-23")
    assert decided()["decision"]["amount"] is None, "a warning has no amount"
    assert decided(amount="12.500.000 đồng")["decision"]["amount"] == "12500000"


def test_an_act_keeps_who_when_and_why() -> None:
    made = done(decided(), "decision", {**DECISION, "amount": "1000", "correction": "Bỏ sót mức phạt"})
    assert made["act"] == {"name": "decision", "reason": "Bỏ sót mức phạt", "by": "u9", "at": NOW.isoformat()}
    assert (made["decision"]["by"], made["decision"]["at_written"]) == ("u9", NOW.isoformat())


def test_payments_add_up_and_a_struck_one_stays_without_counting() -> None:
    case = done(decided(), "payment", {"amount": "400.000", "on": "2026-11-25", "receipt": "BL 1"})
    case = done(case, "payment", {"amount": "600 000", "on": "2026-11-26", "receipt": "BL 2"})
    assert paid(case) == 1_000_000
    case = done(case, "strike", {"row": "payments/r0", "reason": "Biên lai của vụ khác"})
    assert (paid(case), len(case["payments"])) == (600_000, 2)
    with pytest.raises(FaultError, match="hãy chọn lại"):
        done(case, "strike", {"row": "payments/r0", "reason": "lần nữa"})
    with pytest.raises(FaultError, match="Ngày nộp phạt"):
        done(case, "payment", {"amount": "1", "on": "2026-11-24", "receipt": "BL 3"})


def test_known_prices_are_added_and_the_missing_named() -> None:
    assert prices(CASE) == (45_000_000, ["Cột đo số A-1"])
    known = done(CASE, "price", {"instrument": "1", "new_price": "5.000.000", "source_text": "Báo giá"})
    assert prices(known) == (50_000_000, [])
    odd = {**CASE, "instruments": [{"id": "1", "name": "Cân", "new_price": "12.5"}]}
    assert prices(odd) == (0, ["Cân"]), "what is no whole amount of dong is named, not rounded"


def test_each_status_follows_from_what_was_done() -> None:
    assert status_of(CASE) == "open"
    assert ACTS["report"] not in allowed(CASE), "first the person who may draw it up"
    case = done(drafted(), "handover", {"to": "Giám đốc Sở", "on": "2026-11-24"})
    assert [status_of(drafted()), status_of(case), status_of(decided())] == ["drafted", "handed_over", "decided"]
    assert ACTS["payment"] not in allowed(case)
    closed = done(case, "close", {"reason": "Chuyển cơ quan điều tra"})
    assert [act.name for act in allowed(closed)] == ["reopen"]
    assert done(closed, "reopen", {"reason": "Trả lại hồ sơ"})["status"] == "handed_over"
    assert done(CASE, "drop", {"reason": "Không có vi phạm"})["status"] == "dropped"
    assert set(STATUSES) == {"open", "drafted", "handed_over", "decided", "closed", "dropped"}


def test_a_list_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_acts, "MAX_ROWS", 1)
    case = done(CASE, "sample", {"what": "Xăng E5", "condition": "Nguyên niêm phong NP-01", "sample_id": "M-1"})
    with pytest.raises(FaultError, match="tối đa 1 dòng"):
        done(case, "sample", {"what": "Dầu", "condition": "x"})


@given(st.sampled_from(sorted(ACTS)), st.dictionaries(st.sampled_from(
    [f.name for act in ACTS.values() for f in act.fields]), st.text(max_size=40)))  # fmt: skip
def test_whatever_is_typed_is_taken_or_refused_in_words(name: str, typed: dict[str, str]) -> None:
    case, act = decided(amount="1000"), ACTS[name]
    try:
        values = case_acts.read(case, act, typed, PEOPLE, NOW)
        made = case_acts.apply(case, act, values, Stamp("u9", NOW.isoformat(), "r1"), PEOPLE)
    except FaultError as fault:
        assert str(fault)  # noqa: PT017 - whether it is refused depends on what was drawn
    else:
        assert made["status"] in STATUSES
