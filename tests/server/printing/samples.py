"""Three inspections on paper, as documents: a fuel station, a gold shop, an X-ray room. Names are invented."""

from __future__ import annotations

import hashlib
from typing import Any

Doc = dict[str, Any]
TEAM: list[Doc] = [
    {"name": "Nguyễn Văn Kiểm", "title": "Phó Chi cục trưởng", "agency": "Chi cục TCĐLCL", "role": "leader",
     "certificate": {"number": "KT-015/2019", "valid_to": "2024-05-31"}},
    {"name": "Trần Thị Đo", "title": "Chuyên viên", "agency": "Sở KH&CN", "role": "secretary"},
    {"name": "Lê Quốc Lượng", "title": "Kiểm định viên", "agency": "Trung tâm Kỹ thuật", "role": "technical_officer",
     "certificate": {"number": "KT-022/2020", "valid_to": "2025-01-15"}},
]  # fmt: skip


def _id(number: int) -> str:
    return f"0192f0c1-2b3c-7d4e-8f50-{number:012d}"


def _answer(key: str, vi: str, **more: Any) -> Doc:
    return {"key": key, "text": {"vi": vi, "en": key}, "type": "answer", "fields": [], "columns": [], "required": True,
            "photo": "none", "when": None, "procedure": None, "legal_basis": [], **more}  # fmt: skip


def _field(key: str, vi: str, type: str = "text", unit: str | None = None, choices: Any = None) -> Doc:
    return {"key": key, "title": {"vi": vi, "en": key}, "type": type, "unit": unit, "choices": choices or []}


def _finding(number: int, checklist: str, item: str, answer: str | None = "conforming", **more: Any) -> Doc:
    return {"id": _id(number), "checklist": checklist, "item": item, "subject_id": None, "ordinal": 0, "answer": answer,
            "values": {}, "rows": [], "note": "", "photo_ids": [], **more}  # fmt: skip


def photo(number: int, taken_at: str) -> Doc:
    """An evidence photo with an invented digest."""
    return {"id": _id(number), "purpose": "evidence", "sha256": hashlib.sha256(str(number).encode()).hexdigest(),
            "taken_at": taken_at}  # fmt: skip


def _frame(title: str, day: str, number: int, kind: str = "kiem_tra_nha_nuoc") -> Doc:
    return {
        "form": "inspection",
        "issued_at": f"{day}T11:25:00+07:00",
        "number": {"series": "BB-ĐKT", "symbol": "BB-ĐKT", "year": int(day[:4]), "number": number},
        "campaign": {"title": title, "kind": kind, "team": TEAM,
                     "decision": {"number": "123/QĐ-SKHCN", "date": "2021-02-08", "signer": "Nguyễn Thanh Bình",
                                  "title": "Giám đốc", "basis": [], "trigger": "plan", "scope": "", "duration_days": 30}},
        "organisation": {"name": "Sở Khoa học và Công nghệ", "parent_name": "UBND tỉnh Bắc Giang", "place": "Bắc Giang",
                         "letterhead": ["UBND tỉnh Bắc Giang", "Sở Khoa học và Công nghệ"]},
        "law": [
            {"number": "04/2011/QH13", "title": "Luật Đo lường", "domains": ["fuel-dispenser", "gold-jewellery"],
             "valid_from": "2012-07-01", "valid_to": None},
            {"number": "28/2013/TT-BKHCN", "title": "Thông tư quy định kiểm tra nhà nước về đo lường",
             "domains": ["fuel-dispenser", "gold-jewellery"], "valid_from": None, "valid_to": None},
        ],
    }  # fmt: skip


def fuel_station(nozzles: int = 3, runs: int = 3, number: int = 1) -> Doc:
    """A station whose second nozzle gives 0.6 % too little; the other readings are in order."""
    code = "fuel-dispenser"
    definition = {
        "code": code, "version": 1, "sha256": "0" * 64, "title": {"vi": "Cột đo xăng dầu", "en": "Fuel dispensers"},
        "legal_basis": [],
        "sections": [
            {"key": "site", "per": "visit", "title": {"vi": "Hồ sơ, điều kiện của cửa hàng", "en": "Site"}, "items": [
                _answer("FU01", "Giấy chứng nhận đủ điều kiện bán lẻ xăng dầu còn hiệu lực",
                        fields=[_field("number", "số"), _field("valid_to", "có giá trị đến", "date")]),
                _answer("FU02", "Niêm yết giá bán, thông báo công khai loại xăng dầu và tiêu chuẩn công bố áp dụng"),
                _answer("FU03", "Có ca đong, bình đong đối chứng và giấy chứng nhận kiểm định kèm theo",
                        legal_basis=["Thông tư 15/2015/TT-BKHCN"]),
                _answer("FU04", "Công tắc nguồn của các cột đo đặt tại một vị trí, dễ thao tác"),
                _answer("FU05", "Chứng từ nhập hàng của lô xăng dầu đang bán"),
            ]},
            {"key": "nozzle", "per": "instrument", "title": {"vi": "Từng vòi cột đo", "en": "Nozzle"}, "items": [
                _answer("FU10", "Niêm phong, kẹp chì, dấu kiểm định còn nguyên vẹn"),
                _answer("FU11", "Tem kiểm định còn hiệu lực"),
                _answer("FU12", "Sai số đo thể tích", type="table", columns=[
                    _field("v_fd", "Số chỉ cột đo", "number", "L"), _field("v_ref", "Thể tích chuẩn", "number", "L"),
                    _field("seconds", "Thời gian", "number", "s")],
                    procedure={"name": "fuel-delivery", "parameters": {}, "rows": {"v_fd": "v_fd", "v_ref": "v_ref"}},
                    legal_basis=["Luật Đo lường, Điều 48"]),
            ]},
        ],
    }  # fmt: skip
    instruments = [
        {"id": _id(100 + n), "type": "nozzle", "maker": "Tatsuno", "model": "Sunny-XE", "serial": f"TX-{4410 + n}",
         "year": 2018, "attributes": {"label": f"vòi {n}"}, "verified_until": "2022-01-31", "mark_serial": f"22B0143{n}",
         "certificate_number": f"{n:02d}/KĐ"}
        for n in range(1, nozzles + 1)
    ]  # fmt: skip
    findings = [
        _finding(1, code, "FU01", values={"number": "24/GCNĐĐK-SCT", "valid_to": "2024-06-30"}),
        _finding(2, code, "FU02", photo_ids=[_id(901)]),
        _finding(3, code, "FU03", "nonconforming", note="Ca đong 5 L đã hết hạn kiểm định từ ngày 30/6/2021."),
        _finding(4, code, "FU04", "not_applicable"),
    ]
    for n, instrument in enumerate(instruments, 1):
        bad = n == 2
        who: Doc = {"subject_id": instrument["id"]}
        findings.append(_finding(n * 10, code, "FU10", **who))
        findings.append(_finding(n * 10 + 1, code, "FU11", "not_checked" if n == 3 else "conforming", **who,
                                 note="Tem bị mờ, không đọc được số." if n == 3 else ""))  # fmt: skip
        findings.append(_finding(
            n * 10 + 2, code, "FU12", "nonconforming" if bad else "conforming", **who,
            rows=[{"v_fd": "20.00", "v_ref": f"{19.88 if bad else 19.99:.2f}", "seconds": "34"} for _ in range(runs)],
            photo_ids=[_id(902)] if bad else [],
            computed={"errors": ["0.6036" if bad else "0.0500"] * runs, "verdict": "fail" if bad else "pass",
                      "limit": {"value": "0.45", "unit": "%", "source": "Thông tư 15/2015/TT-BKHCN", "status": "confirmed"},
                      "explanation": ("không đạt: lần 1: +0,604 %; giới hạn ±0,45 % (Thông tư 15/2015/TT-BKHCN)" if bad
                                      else "đạt: lần 1: +0,050 %; giới hạn ±0,45 % (Thông tư 15/2015/TT-BKHCN)")},
        ))  # fmt: skip
    return {
        **_frame("Kiểm tra nhà nước về đo lường trong kinh doanh xăng dầu", "2021-08-05", number),
        "inspection": {
            "visits": [{"started_at": "2021-08-05T08:30:00+07:00", "ended_at": "2021-08-05T11:25:00+07:00"}],
            "decision_announced_at": "2021-08-05T08:35:00+07:00", "standards": [_id(800)],
            "conclusion": "Vòi số 2 có sai số vượt quá giới hạn cho phép; các vòi còn lại đạt yêu cầu.",
            "establishment_statement": "Cơ sở đồng ý với kết quả kiểm tra và sẽ khắc phục đúng hạn.",
        },
        "establishment": {"id": _id(700), "name": "Cửa hàng xăng dầu Song Mai (mẫu)", "tax_code": "2400123456",
                          "address": "Thôn Trại", "area_code": "07213", "phone": "0204 3 000 000",
                          "representative": {"name": "Phạm Thị Bán", "title": "Cửa hàng trưởng"},
                          "business_lines": ["Bán lẻ xăng dầu"]},
        "area": {"code": "07213", "name": "xã Song Mai", "district": "thành phố Bắc Giang"},
        "instruments": instruments, "findings": findings, "checklists": [definition],
        "standards": [{"id": _id(800), "name": "Bình chuẩn kim loại 20 L, cấp 0,1", "serial": "BC-20-07",
                       "certificate_number": "V11.CN1.0123.21", "calibrated_until": "2022-03-31"}],
        "photos": [photo(901, "2021-08-05T08:50:00+07:00"), photo(902, "2021-08-05T09:42:00+07:00")],
        "requirements": [
            {"text": "Dừng sử dụng vòi số 2 cho đến khi sửa chữa và kiểm định lại đạt", "article": "Điều 48 Luật Đo lường",
             "due_on": "2021-08-20", "finding_ids": [_id(22)], "state": "open"},
            {"text": "Kiểm định lại ca đong đối chứng", "article": "", "due_on": "2021-09-05", "finding_ids": [_id(3)],
             "state": "open"},
        ],
        "measures": [{"type": "seal", "instrument_id": instruments[min(1, nozzles - 1)]["id"], "serials": ["NP-0071", "NP-0072"],
                      "reason": "Sai số vượt quá giới hạn", "at": "2021-08-05T10:40:00+07:00"}],
    }  # fmt: skip


def gold_shop() -> Doc:
    """A shop with one scale in order, one ring too light, and a screen of fineness."""
    code = "gold-jewellery"
    definition = {
        "code": code, "version": 1, "sha256": "1" * 64, "title": {"vi": "Vàng trang sức, mỹ nghệ", "en": "Gold jewellery"},
        "legal_basis": [],
        "sections": [
            {"key": "site", "per": "visit", "title": {"vi": "Cơ sở, ghi nhãn, niêm yết", "en": "Site"}, "items": [
                _answer("G01", "Giấy chứng nhận đăng ký kinh doanh có ngành nghề mua, bán vàng trang sức, mỹ nghệ"),
                _answer("G02", "Loại hình", type="multi_choice", fields=[_field("kinds", "loại hình", "multi_choice", None, [
                    {"key": "trade", "title": {"vi": "mua bán", "en": "trade"}},
                    {"key": "making", "title": {"vi": "gia công", "en": "making"}}])]),
                _answer("G11", "Đo khối lượng mẫu", type="table", columns=[
                    _field("name", "Tên mẫu"), _field("declared", "Công bố", "number", "g"),
                    _field("measured", "Đo được", "number", "g")],
                    procedure={"name": "gold-mass", "parameters": {}, "rows": {}}, legal_basis=["Thông tư 22/2013/TT-BKHCN, Điều 4"]),
                _answer("G23", "Niêm yết công khai giá mua, giá bán, khối lượng, hàm lượng tại nơi giao dịch"),
            ]},
            {"key": "scale", "per": "instrument", "title": {"vi": "Cân đang sử dụng", "en": "Scale"}, "items": [
                _answer("G05", "Giá trị độ chia kiểm phù hợp với mức cân theo Bảng 1"),
                _answer("G06", "Giấy chứng nhận kiểm định còn hiệu lực"),
            ]},
        ],
    }  # fmt: skip
    scale = {"id": _id(101), "type": "weighing_instrument", "maker": "Shinko Denshi", "model": "AJ-620E", "serial": "A190517",
             "year": 2019, "attributes": {"e": "0.01", "max": "620"}, "verified_until": "2021-11-30",
             "mark_serial": "21C00871", "certificate_number": "114/KĐ"}  # fmt: skip
    findings = [
        _finding(1, code, "G01"),
        _finding(2, code, "G02", None, values={"kinds": ["trade", "making"]}),
        _finding(
            3, code, "G11", "nonconforming",
            rows=[{"name": "Nhẫn trơn 24K", "declared": "7.500", "measured": "7.4980"},
                  {"name": "Lắc tay 18K", "declared": "30.00", "measured": "29.950"}],
            computed={"errors": [{"error": "-2.0", "limit": {"value": "3", "unit": "mg"}},
                                 {"error": "-50", "limit": {"value": "13", "unit": "mg"}}],
                      "verdict": "fail", "limit": {"value": "13", "unit": "mg", "source": "TT 22/2013, Bảng 2", "status": "confirmed"},
                      "explanation": "không đạt: mẫu 2: −50 mg; giới hạn −13 mg (Thông tư 22/2013/TT-BKHCN, Bảng 2)"},
            photo_ids=[_id(901)],
        ),
        _finding(4, code, "G23"),
        _finding(5, code, "G05", subject_id=scale["id"]),
        _finding(6, code, "G06", subject_id=scale["id"]),
    ]  # fmt: skip
    return {
        **_frame("Kiểm tra đo lường, chất lượng trong kinh doanh vàng trang sức, mỹ nghệ", "2021-03-12", 12),
        "inspection": {"visits": [{"started_at": "2021-03-12T14:00:00+07:00", "ended_at": "2021-03-12T15:40:00+07:00"}],
                       "standards": [], "conclusion": "Một mẫu có khối lượng nhỏ hơn công bố quá giới hạn.",
                       "establishment_statement": ""},
        "establishment": {"id": _id(701), "name": "Doanh nghiệp vàng bạc Kim Hoàn (mẫu)", "tax_code": "2400999888",
                          "address": "Số 5 đường Lê Lợi, phường Hoàng Văn Thụ", "area_code": "07207", "phone": "",
                          "representative": {"name": "Hoàng Kim Sa", "title": "Chủ doanh nghiệp"}, "business_lines": []},
        "area": {"code": "07207", "name": "phường Hoàng Văn Thụ", "district": "thành phố Bắc Giang"},
        "instruments": [scale], "findings": findings, "checklists": [definition],
        "photos": [photo(901, "2021-03-12T14:31:00+07:00")],
        "requirements": [],
        "signatures": [{"role": "representative", "name": "Hoàng Kim Sa", "title": "Chủ doanh nghiệp", "outcome": "refused",
                        "reason": "không đồng ý với kết quả đo", "witness": {"name": "Đỗ Văn Xã", "capacity": "đại diện UBND phường"}},
                       {"role": "witness", "name": "Đỗ Văn Xã", "title": "Đại diện UBND phường Hoàng Văn Thụ", "outcome": "ink"}],
    }  # fmt: skip


def xray_room() -> Doc:
    """An X-ray room: dose rates at five points; the meter's factor is missing, so one verdict stays open."""
    code = "diagnostic-xray"
    definition = {
        "code": code, "version": 1, "sha256": "2" * 64, "title": {"vi": "An toàn bức xạ X-quang chẩn đoán", "en": "X-ray"},
        "legal_basis": [],
        "sections": [
            {"key": "site", "per": "visit", "title": {"vi": "Hồ sơ an toàn bức xạ", "en": "File"}, "items": [
                _answer("X01", "Giấy phép tiến hành công việc bức xạ còn hiệu lực",
                        fields=[_field("number", "số"), _field("valid_to", "hết hạn", "date")]),
                _answer("X12", "Biên bản kiểm xạ trong 12 tháng"),
                _answer("X15", "Diện tích và cạnh nhỏ nhất của phòng", type="number",
                        fields=[_field("area", "diện tích", "number", "m²"), _field("side", "cạnh nhỏ nhất", "number", "m")]),
                _answer("X17", "Đèn báo hiệu tại cửa sáng khi phát tia",
                        legal_basis=["Thông tư liên tịch 13/2014/TTLT-BKHCN-BYT, Điều 10 khoản 7 điểm b"]),
            ]},
            {"key": "dose", "per": "instrument", "title": {"vi": "Đo suất liều", "en": "Dose"}, "items": [
                _answer("X24", "Suất liều tại các điểm đo", type="table", columns=[
                    _field("point", "Điểm đo"), _field("place", "Loại vị trí", "choice", None, [
                        ["control", {"vi": "điều khiển", "en": "control"}], ["public", {"vi": "công chúng", "en": "public"}]]),
                    _field("readings", "Số đọc", "number", "µSv/h")],
                    procedure={"name": "dose-rate", "parameters": {}, "rows": {}}),
            ]},
        ],
    }  # fmt: skip
    unit = {"id": _id(101), "type": "diagnostic_xray_unit", "maker": "Shimadzu", "model": "RADspeed", "serial": "CM6F1B9",
            "year": 2015, "attributes": {}, "verified_until": "2022-05-31", "mark_serial": "", "certificate_number": "28/KĐ-XQ"}  # fmt: skip
    points = [("P1 bàn điều khiển", "control", ["0.32", "0.30", "0.31"], "0.190"),
              ("P3 khe cửa người bệnh", "public", ["0.62", "0.60", "0.64"], "0.500"),
              ("P9 ghế chờ", "public", ["0.13", "0.12", "0.14"], "0.010"),
              ("P10 phòng phía trên", "public", ["0.12", "0.12", "0.12"], "0.000"),
              ("P12 phòng làm việc liền kề", "public", ["0.14", "0.13", "0.12"], "0.010")]  # fmt: skip
    findings = [
        _finding(1, code, "X01", values={"number": "31/GP-SKHCN", "valid_to": "2022-09-10"}),
        _finding(2, code, "X12", "nonconforming", note="Lần kiểm xạ gần nhất: tháng 02/2020 (quá 12 tháng)."),
        _finding(3, code, "X15", None, values={"area": "24.5", "side": "4.2"}),
        _finding(4, code, "X17", "nonconforming", note="Đèn hỏng.", photo_ids=[_id(901)]),
        _finding(
            5, code, "X24", "conforming", subject_id=unit["id"],
            rows=[{"point": p, "place": kind, "readings": r} for p, kind, r, _ in points],
            computed={"errors": [{"error": net, "limit": {"value": "10" if kind == "control" else "0.5", "unit": "µSv/h"}}
                                 for _, kind, _, net in points],
                      "verdict": "inconclusive", "limit": None,
                      "explanation": "chưa kết luận: chưa có hệ số hiệu chỉnh của máy đo; P3: +0,500 µSv/h"},
        ),
    ]  # fmt: skip
    return {
        **_frame("Kiểm tra an toàn bức xạ trong sử dụng thiết bị X-quang chẩn đoán y tế", "2021-07-08", 31, "kiem_tra"),
        "inspection": {"visits": [{"started_at": "2021-07-07T14:00:00+07:00", "ended_at": "2021-07-07T16:30:00+07:00"},
                                  {"started_at": "2021-07-08T08:00:00+07:00", "ended_at": "2021-07-08T11:20:00+07:00"}],
                       "standards": [_id(800)], "conclusion": "Cơ sở còn 02 nội dung không đạt.",
                       "establishment_statement": "Phòng khám sẽ sửa đèn trong tuần này."},
        "establishment": {"id": _id(702), "name": "Phòng khám đa khoa Việt Yên (mẫu)", "tax_code": "2400777666",
                          "address": "Thị trấn Bích Động", "area_code": "07777", "phone": "",
                          "representative": {"name": "Vũ Minh Y", "title": "Giám đốc"}, "business_lines": ["Khám, chữa bệnh"]},
        "instruments": [unit], "findings": findings, "checklists": [definition],
        "standards": [{"id": _id(800), "name": "Máy đo suất liều Atomtex AT1121", "serial": "45871",
                       "certificate_number": "K-112/20", "calibrated_until": "2021-06-30"}],
        "photos": [photo(901, "2021-07-08T09:12:00+07:00")],
        "requirements": [{"text": "Sửa đèn báo hiệu tại cửa phòng X-quang", "article": "", "due_on": "2021-07-20",
                          "finding_ids": [_id(4)], "state": "open"}],
    }  # fmt: skip


SAMPLES = {"fuel-station": fuel_station, "gold-shop": gold_shop, "xray-room": xray_room}
