"""Minutes of the six published checklists with their real definitions, rules and verdicts. Names are invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from checklists import catalog, conditions
from checklists.judge import judge
from checklists.limits import load_rules
from sync.ids import answer_id
from tests.server.printing.samples import TEAM, photo

Doc = dict[str, Any]
INSPECTION = "0192f0c1-2b3c-7d4e-8f50-000000000999"
SITE = "0192f0c1-2b3c-7d4e-8f50-000000000700"
STANDARD = "0192f0c1-2b3c-7d4e-8f50-000000000800"
TITLES = {
    "general": "Kiểm tra nhà nước về đo lường trên địa bàn tỉnh",
    "fuel-dispenser": "Kiểm tra nhà nước về đo lường trong kinh doanh xăng dầu",
    "weighing-instrument": "Kiểm tra nhà nước về đo lường đối với phương tiện đo khối lượng tại các chợ",
    "taximeter": "Kiểm tra nhà nước về đo lường đối với phương tiện đo taximet",
    "gold-jewellery": "Kiểm tra đo lường, chất lượng trong kinh doanh vàng trang sức, mỹ nghệ",
    "diagnostic-xray": "Kiểm tra an toàn bức xạ trong sử dụng thiết bị X-quang chẩn đoán y tế",
}
INSTRUMENTS: dict[str, list[Doc]] = {
    "fuel-dispenser": [
        {"type": "nozzle", "maker": "Tatsuno", "model": "Sunny-XE", "serial": f"TX-441{n}", "year": 2018,
         "attributes": {"label": f"vòi {n}"}, "verified_until": "2022-01-31", "mark_serial": f"21B0143{n}",
         "certificate_number": f"{n:02d}/KĐ"} for n in (1, 2)
    ],
    "weighing-instrument": [
        {"type": "weighing_instrument", "maker": "Nhơn Hòa", "model": "NHS-60", "serial": "NH60-221", "year": 2017,
         "attributes": {"accuracy_class": "III", "e": "0.2", "d": "0.2", "max": "60", "min": "4", "unit": "kg"},
         "verified_until": "2021-12-31", "mark_serial": "21C00871", "certificate_number": ""},
        {"type": "weighbridge", "maker": "Keli", "model": "D39-XK3118T1", "serial": "OTO-80-17", "year": 2019,
         "attributes": {"accuracy_class": "III", "e": "20", "d": "20", "max": "80000", "min": "400", "unit": "kg"},
         "verified_until": "2022-03-31", "mark_serial": "21C00912", "certificate_number": "77/KĐ"},
    ],
    "taximeter": [
        {"type": "taximeter", "maker": "Vietmap", "model": "VTX-2", "serial": "TX2-0099", "year": 2019,
         "attributes": {"label": "98A-123.45"}, "verified_until": "2022-02-28", "mark_serial": "21T0071",
         "certificate_number": "12/KĐ-TX"},
    ],
    "gold-jewellery": [
        {"type": "weighing_instrument", "maker": "Shinko Denshi", "model": "AJ-620E", "serial": "A190517", "year": 2019,
         "attributes": {"accuracy_class": "II", "e": "0.01", "d": "0.001", "max": "620", "unit": "g"},
         "verified_until": "2021-11-30", "mark_serial": "21C00875", "certificate_number": "114/KĐ"},
    ],
    "diagnostic-xray": [
        {"type": "diagnostic_xray_unit", "maker": "Shimadzu", "model": "RADspeed", "serial": "CM6F1B9", "year": 2015,
         "attributes": {}, "verified_until": "2022-05-31", "mark_serial": "", "certificate_number": "28/KĐ-XQ"},
    ],
}  # fmt: skip
TABLES: dict[str, list[Doc]] = {
    "FU14": [{"flow_regime": "q_max", "v_fd": "20.00", "v_ref": "19.91", "seconds": "32"},
             {"flow_regime": "q_max", "v_fd": "20.00", "v_ref": "19.90", "seconds": "33"}],
    "FU15": [{"volume": "12.34", "unit_price": "21590", "price": "266421"}],
    "NA12": [{"direction": "up", "load": "4", "indication": "4", "delta_load": "0.1"},
             {"direction": "up", "load": "30", "indication": "30.2", "delta_load": "0.02"},
             {"direction": "down", "load": "60", "indication": "60.4", "delta_load": "0.1"}],
    "NA13": [{"position": "góc 1", "indication": "20"}, {"position": "góc 2", "indication": "20.2"}],
    "NA14": [{"indication": "48"}, {"indication": "48"}, {"indication": "48.2"}],
    "NA16": [{"side": "seller", "reference": "10", "indication": "10.2"}],
    "G10": [{"load": "100", "indication": "100.01", "delta_load": "0.005"}],
    "G11": [{"name": "Nhẫn trơn 24K", "declared": "7.500", "measured": "7.497"},
            {"name": "Lắc tay 18K", "declared": "30.00", "measured": "29.950"}],
    "G19": [{"name": "Nhẫn trơn 24K", "declared": "99.9", "readings": ["99.9", "99.8", "99.9"]}],
    "X24": [{"point": "P1 bàn điều khiển", "place": "control", "readings": ["0.32", "0.30", "0.31"], "distance": "30"},
            {"point": "P3 khe cửa người bệnh", "place": "public", "readings": ["0.62", "0.60", "0.64"], "distance": "30"}],
    "TX14": [{"reference": "1000", "indicated": "1015"}, {"reference": "1000", "indicated": "1042"}],
    "TX15": [{"reference": "300", "indicated": "300"}],
    "TX16": [{"distance": "3.5", "waiting": "120", "expected": "48000", "displayed": "48000", "matches": "conforming"}],
    "FU17": [{"size": "2", "present": "conforming", "serial": "CD-2-07", "certificate": "03/KĐ", "valid_until": "2022-01-31"},
             {"size": "5", "present": "nonconforming", "serial": "", "certificate": "", "valid_until": ""}],
}  # fmt: skip
BAD = {"FU14", "FU17", "NA12", "TX14", "G11", "X17", "X12"}
FIELDS: dict[str, Any] = {"load": "20", "zero_error": "0", "background": ["0.12", "0.11", "0.13"], "factor": "1.05"}
NUMBERS = {
    "value": "0",
    "max": "60",
    "min": "4",
    "e": "0.2",
    "d": "0.2",
    "year": "2018",
    "posted": "21590",
    "programmed": "21590",
}
WORDS = {"maker": "Tatsuno", "model": "Sunny-XE", "serial": "TX-4411", "number": "24/GCN", "body": "Trung tâm Kỹ thuật",
         "name": "Phạm Thị Bán", "address": "Thôn Trại, xã Song Mai", "position": "vỏ", "seal_number": "K-0071"}  # fmt: skip


def real(code: str, on: str = "2021-08-05", form: str = "inspection", **more: Any) -> Doc:
    """Return the documents of one inspection by the published checklist: everything answered, some things found."""
    checklist, rules = catalog.load().latest(code), load_rules()
    instruments = [
        {"id": f"0192f0c1-2b3c-7d4e-8f50-{100 + n:012d}", **doc} for n, doc in enumerate(INSTRUMENTS.get(code, []))
    ]
    findings = list(_findings(checklist, instruments, rules, date.fromisoformat(on)))
    bad = [f["id"] for f in findings if f["answer"] == "nonconforming"][:2]
    photos = [photo(901, f"{on}T08:50:00+07:00"), photo(902, f"{on}T09:42:00+07:00")]
    for finding, one in zip([f for f in findings if f["id"] in bad] or findings[:1], photos, strict=False):
        finding["photo_ids"] = [one["id"]]
    return {
        "form": form, "issued_at": f"{on}T11:25:00+07:00",
        "number": {"series": "BB-ĐKT", "symbol": "BB-ĐKT", "year": int(on[:4]), "number": 7},
        "inspection": {
            "id": INSPECTION, "visits": [{"started_at": f"{on}T08:30:00+07:00", "ended_at": f"{on}T11:25:00+07:00"}],
            "decision_announced_at": f"{on}T08:35:00+07:00", "standards": [STANDARD],
            "conclusion": "Cơ sở chấp hành việc kiểm tra; các nội dung không đạt đã nêu ở trên phải khắc phục.",
            "establishment_statement": "Cơ sở nhất trí với kết quả kiểm tra.",
        },
        "campaign": {"title": TITLES[code], "kind": "kiem_tra" if code == "diagnostic-xray" else "kiem_tra_nha_nuoc",
                     "team": TEAM,
                     "decision": {"number": "98/QĐ-SKHCN", "date": "2021-07-26", "title": "Giám đốc", "basis": [],
                                  "scope": "Đo lường, chất lượng theo chương trình năm 2021"}},
        "organisation": {"name": "Sở Khoa học và Công nghệ", "place": "Bắc Giang",
                         "letterhead": ["UBND tỉnh Bắc Giang", "Sở Khoa học và Công nghệ"]},
        "establishment": {"id": SITE, "name": "Cửa hàng xăng dầu Song Mai (mẫu)", "tax_code": "2400123456",
                          "address": "Thôn Trại", "area_code": "07213", "phone": "0204 3 000 000",
                          "representative": {"name": "Phạm Thị Bán", "title": "Cửa hàng trưởng"},
                          "business_lines": ["Bán lẻ xăng dầu"]},
        "area": {"code": "07213", "name": "xã Song Mai", "district": "thành phố Bắc Giang", "province": "tỉnh Bắc Giang"},
        "instruments": instruments, "findings": findings, "checklists": [checklist],
        **{name: rules.served()[name] for name in ("law", "violations", "penalties")},
        "standards": [{"id": STANDARD, "name": "Bình chuẩn kim loại 20 L, cấp 0,1", "serial": "BC-20-07",
                       "certificate_number": "V11.CN1.0123.20", "calibrated_until": "2021-11-15"}],
        "photos": photos,
        "requirements": [{"text": "Khắc phục các nội dung không đạt", "article": "", "due_on": "2021-08-20",
                          "finding_ids": bad, "state": "open"}] if bad else [],
        "measures": [{"type": "suspend", "instrument_id": instruments[0]["id"], "serials": [],
                      "reason": "Sai số vượt quá giới hạn", "at": f"{on}T10:40:00+07:00"}] if instruments and bad else [],
        **more,
    }  # fmt: skip


def _findings(checklist: Any, instruments: list[Doc], rules: Any, on: date) -> Iterator[Doc]:
    for section in checklist.sections:
        subjects: list[Doc | None] = [None]
        if section.per in {"instrument", "vehicle"}:
            subjects = [i for i in instruments if i["type"] in section.instrument_types]
        for subject in subjects:
            done: dict[str, Doc] = {}
            for item in section.items:
                if not conditions.applies(item.when, subject, done):
                    continue
                done[item.key] = finding = _finding(checklist.code, item, None if subject is None else subject["id"])
                finding["computed"] = judge(item, finding, subject, done, rules, on, "inspection")
                if finding["computed"] and finding["computed"]["verdict"] == "fail":
                    finding["answer"] = "nonconforming"
                yield finding


def _finding(code: str, item: Any, subject: str | None) -> Doc:
    answer = ("nonconforming" if item.key in BAD else "conforming") if item.type in {"answer", "table"} else None
    rows = TABLES.get(item.key) or ([{c.key: _value(c) for c in item.columns}] * 2 if item.columns else [])
    return {"id": answer_id(INSPECTION, code, item.key, subject, 0), "checklist": code, "item": item.key, "subject_id": subject,
            "ordinal": 0, "answer": answer, "values": {f.key: _value(f) for f in item.fields}, "rows": rows,
            "note": "Đã nhắc nhở cơ sở khắc phục." if item.key in BAD else "", "photo_ids": []}  # fmt: skip


def _value(field: Any) -> Any:
    if field.key in FIELDS:
        return FIELDS[field.key]
    if field.type == "answer":
        return "conforming"
    if field.type in {"choice", "multi_choice"}:
        return [field.choices[0][0]] if field.type == "multi_choice" else field.choices[0][0]
    if field.type == "date":
        return "2022-06-30"
    return NUMBERS.get(field.key, "1") if field.type == "number" else WORDS.get(field.key, "theo hồ sơ")
