"""Papers of single verified instruments, as documents: a scale that passed, one that did not, one without a verdict."""

from __future__ import annotations

from typing import Any

from checklists import catalog
from tests.server.printing.samples import Doc, _id, photo

CODE = "mobile-verification"
SCALE, BROKEN, METER = _id(121), _id(122), _id(123)
SESSION, SLIP, OWNER = _id(131), _id(132), _id(133)
LEADER, VERIFIER = _id(141), _id(142)
WEIGHTS, WATCH = _id(151), _id(152)
DAY = "2021-08-05"
HOUSE: Doc = {
    "name": "Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng", "place": "Bắc Giang",
    "letterhead": ["Sở Khoa học và Công nghệ Bắc Giang", "Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng"],
    "signers": [{"name": "Đào Xuân Vững", "title": "Giám đốc"},
                {"name": "Trần Thị Minh Hà", "title": "Phó Giám đốc", "authority": "KT. Giám đốc"}],
}  # fmt: skip
TEAM: list[Doc] = [
    {"user_id": LEADER, "name": "Nguyễn Văn Kiểm", "title": "Trưởng phòng Đo lường", "agency": HOUSE["name"], "role": "leader"},
    {"user_id": VERIFIER, "name": "Lê Quốc Lượng", "title": "Kiểm định viên", "agency": HOUSE["name"], "role": "verifier",
     "certificate": {"number": "KĐV-0922", "valid_to": "2024-01-15"}, "procedures": ["30-2019", "343-2020"]},
]  # fmt: skip
SCALES: list[Doc] = [
    {"id": SCALE, "type": "weighing_instrument", "maker": "Nhơn Hòa", "model": "NHS-60", "serial": "NH60-0221", "year": 2018,
     "attributes": {"name": "Cân đồng hồ lò xo", "accuracy_class": "III", "e": "0.2", "d": "0.2", "max": "60", "min": "4",
                    "unit": "kg"}, "mark_serial": "20C00417", "certificate_number": "0417-20 (BG)", "verified_until": "2021-08-31"},
    {"id": BROKEN, "type": "weighing_instrument", "maker": "Nhơn Hòa", "model": "NHS-30", "serial": "NH30-0305", "year": 2015,
     "attributes": {"name": "Cân đồng hồ lò xo", "accuracy_class": "III", "e": "0.1", "unit": "kg"}, "mark_serial": "20C00305",
     "certificate_number": "", "verified_until": "2021-06-30"},
    {"id": METER, "type": "sphygmomanometer", "maker": "Omron", "model": "HEM-7121", "serial": "HA-20190117", "year": 2019,
     "attributes": {"kind": "electronic", "place": "Trạm y tế xã Hương Sơn"}, "mark_serial": "", "certificate_number": ""},
]  # fmt: skip
STANDARDS: list[Doc] = [
    {"id": WEIGHTS, "name": "Bộ quả cân chuẩn cấp M1, 1 g – 20 kg", "serial": "M1-07", "certificate_number": "V01.0217.20",
     "calibrated_until": "2022-09-30"},
    {"id": WATCH, "name": "Áp kế chuẩn", "serial": "AK-03", "certificate_number": "V04.0033.19", "calibrated_until": "2021-06-30"},
]  # fmt: skip
MARKS: list[Doc] = [
    {"id": _id(161), "kind": "sticker", "serial": "21C00921", "fate": "used", "instrument_id": SCALE, "place": "Mặt trước vỏ cân"},
    {"id": _id(162), "kind": "sticker", "serial": "21C00920", "fate": "spoiled", "instrument_id": SCALE, "reason": "Rách khi bóc"},
    {"id": _id(163), "kind": "seal", "serial": "K-0071", "fate": "used", "instrument_id": SCALE, "place": "Vít chỉnh lò xo"},
]  # fmt: skip
CYCLES: list[Doc] = [
    {"id": "cycle-sphygmomanometer", "instrument_type": "sphygmomanometer", "kind": "electronic", "months": 12,
     "valid_from": None, "valid_to": None, "status": "confirmed", "source": "Thông tư 23/2013/TT-BKHCN"},
]  # fmt: skip


def _said(number: int, item: str, subject: str | None, **more: Any) -> Doc:
    return {"id": _id(number), "checklist": CODE, "item": item, "subject_id": subject, "ordinal": 0, "answer": None,
            "values": {}, "rows": [], "note": "", "photo_ids": [], "created_by": VERIFIER, **more}  # fmt: skip


def _reading(test: str, load: str, shown: str) -> Doc:
    return {"test": test, "load": load, "indication": shown}


def _weighed() -> Doc:
    rows = [_reading("up", each, each) for each in ("4", "20", "40", "60")]
    rows += [_reading("down", "40", "40.1"), _reading("eccentric", "20", "20.1"), _reading("repeated", "30", "30")]
    limits = ["0.1", "0.1", "0.1", "0.2", "0.1", "0.1", "0.1"]
    errors = ["0", "0", "0", "0", "0.1", "0.1", "0"]
    computed = [{"error": e, "limit": {"value": limit, "unit": "kg"}} for e, limit in zip(errors, limits, strict=True)]
    return {"rows": rows, "values": {"zero_error": "0"}, "answer": "conforming",
            "computed": {"verdict": "pass", "errors": computed,
                         "limit": {"value": "0.5", "unit": "e", "source": "OIML R 76-1", "status": "confirmed"},
                         "explanation": "Sai số lớn nhất 0,1 kg, trong giới hạn cho phép"}}  # fmt: skip


FINDINGS: list[Doc] = [
    _said(201, "KD05", None, answer="conforming", rows=[{"label": "Bộ quả cân M1", "serial": "M1-07"}]),
    _said(202, "KD06", None, values={"temperature": "30", "humidity": "70"}),
    _said(211, "KD01", SCALE, values={"owner": "Chu Thị Rau", "commune": "xã Hương Sơn", "market": "Chợ Kép", "phone": "0912 000 000"}),
    _said(212, "KD02", SCALE, values={"nameplate": "Max 60 kg, Min 4 kg, d = e = 200 g, cấp 3", "state": "Còn nguyên"},
          photo_ids=[_id(901)]),
    _said(213, "KD03", SCALE, values={"mode": "periodic"}),
    _said(214, "KD04", SCALE, values={"procedure": "30-2019", "edition": ""}),
    _said(215, "KD07", SCALE, answer="conforming"),
    _said(216, "KD08", SCALE, answer="conforming", note="Kim về 0 đều"),
    _said(217, "KD09", SCALE, **_weighed()),
    _said(218, "KD10", SCALE, answer="conforming", rows=[{"point": "40 kg", "before": "+0,3 kg", "after": "0 kg"}]),
    _said(219, "KD11", SCALE, values={"conclusion": "pass"}),
    _said(220, "KD15", SCALE, values={"value": "2022-08-31"}),
    _said(221, "KD16", SCALE, values={"value": "60000"}),
    _said(231, "KD03", BROKEN, values={"mode": "periodic"}),
    _said(232, "KD04", BROKEN, values={"procedure": "30-2019"}),
    _said(233, "KD07", BROKEN, answer="nonconforming", note="Kim cong, mặt số vỡ.", photo_ids=[_id(902)]),
    _said(234, "KD11", BROKEN, values={"conclusion": "fail"}),
    _said(235, "KD18", BROKEN, answer="conforming", note="Đã bóc tem; bà Rau đã được thông báo"),
    _said(241, "KD03", METER, values={"mode": "initial"}),
    _said(242, "KD04", METER, values={"procedure": "other", "edition": "ĐLVN 343:2020, ấn bản 1"}),
    _said(243, "KD07", METER, answer="conforming"),
    _said(244, "KD08", METER, answer="conforming"),
    _said(245, "KD11", METER, values={"conclusion": "inconclusive"},
          computed={"verdict": "inconclusive", "explanation": "Áp kế chuẩn AK-03 quá hạn hiệu chuẩn từ 01/7/2021."}),
]  # fmt: skip


def _paper(form: str, number: int, instrument: str, at: str = "10:05:00", series: str = "BB-KĐ", **more: Any) -> Doc:
    checklist = catalog.load().get(CODE, 1)
    assert checklist is not None
    return {
        "form": form, "issued_at": f"{DAY}T{at}+07:00", "instrument_id": instrument,
        "number": {"series": series, "symbol": series, "year": 2021, "number": number},
        "inspection": {"id": SLIP, "session_id": SESSION, "slip": "K7-012", "standards": [],
                       "visits": [{"started_at": f"{DAY}T08:40:00+07:00"}]},
        "session": {"id": SESSION, "on": DAY, "place": "Chợ Kép, xã Hương Sơn", "verifiers": [VERIFIER],
                    "standards": [WEIGHTS], "standard_overrides": {},
                    "environment": [{"at": f"{DAY}T07:30:00+07:00", "temperature": "28.5", "humidity": "74"},
                                    {"at": f"{DAY}T09:30:00+07:00", "temperature": "30.5", "humidity": "68"},
                                    {"at": f"{DAY}T13:30:00+07:00", "temperature": "33", "humidity": "61"}]},
        "campaign": {"title": "Kiểm định lưu động tại 02 huyện", "kind": "kiem_dinh_luu_dong", "team": TEAM,
                     "decision": {"number": "17/QĐ-TTKT", "date": "2021-07-12", "title": "Giám đốc", "basis": []}},
        "organisation": HOUSE,
        "establishment": {"id": OWNER, "name": "Hộ kinh doanh Chu Thị Rau (mẫu)", "address": "Thôn Kép", "area_code": "07399"},
        "area": {"code": "07399", "name": "xã Hương Sơn", "district": "huyện Lạng Giang", "province": "tỉnh Bắc Giang"},
        "instruments": SCALES, "findings": FINDINGS, "checklists": [checklist.definition], "standards": STANDARDS,
        "marks": MARKS, "cycles": CYCLES, "photos": [photo(901, f"{DAY}T08:45:00+07:00"), photo(902, f"{DAY}T08:52:00+07:00")],
        "law": [{"number": "04/2011/QH13", "title": "Luật Đo lường", "domains": [CODE], "valid_from": "2012-07-01",
                 "valid_to": None}],
        **more,
    }  # fmt: skip


def record() -> Doc:
    """A scale that was adjusted and passed, with its sticker and its seal."""
    return _paper("verification_record", 12, SCALE)


def failed() -> Doc:
    """A scale that failed the external check: nothing was tested after it, its old sticker is off."""
    return _paper("verification_record", 13, BROKEN, "10:20:00")


def inconclusive() -> Doc:
    """A blood-pressure meter tested against a gauge past its date, before anybody read the conditions."""
    pressed = {"standards": [WATCH], "standard_overrides": {WATCH: "Đã gửi hiệu chuẩn, chưa nhận lại giấy"}}
    paper = _paper("verification_record", 14, METER, "11:00:00")
    return {
        **paper,
        "inspection": {**paper["inspection"], **pressed},
        "session": {**paper["session"], "environment": []},
    }


def certificate(**more: Any) -> Doc:
    """The certificate of the scale that passed."""
    return _paper("verification_certificate", 921, SCALE, "10:06:00", "GCN-KĐ", **more)


def certificate_by_deputy() -> Doc:
    """A certificate with a validity by a confirmed cycle, for the head to be signed by a deputy."""
    own = [_said(251, "KD11", METER, values={"conclusion": "pass"}), _said(252, "KD15", METER, values={"value": "2022-08-05"}),
           _said(253, "KD12", METER, values={"number": "21C00922", "place": "Mặt sau"})]  # fmt: skip
    kept = [f for f in FINDINGS if (f["subject_id"], f["item"]) != (METER, "KD11")]
    return _paper(
        "verification_certificate", 922, METER, "11:20:00", "GCN-KĐ", findings=kept + own, signer=HOUSE["signers"][1]
    )


VERIFIED_PAPERS = {
    "verification-record": record, "verification-failed": failed, "verification-certificate": certificate,
}  # fmt: skip
MORE = {"verification-inconclusive": inconclusive, "verification-certificate-deputy": certificate_by_deputy}
"""Looked at as pages, not kept as vectors."""
