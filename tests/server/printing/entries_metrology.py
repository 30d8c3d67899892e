"""What inspectors enter in the papers of the metrology checklists. Readings are vectors of the dossier; names are invented."""

from __future__ import annotations

from typing import Any

from checklists.draw import draw, numbered

Doc = dict[str, Any]
TITLES = {
    "medical-instrument": "Kiểm tra nhà nước về đo lường đối với phương tiện đo nhóm 2 trong lĩnh vực y tế",
    "electricity-meter": "Thanh tra việc thực hiện các quy định của pháp luật về tiêu chuẩn đo lường chất lượng Điện lực Lục Nam",
    "prepackage": "Thanh tra hàng đóng gói sẵn theo định lượng",
    "verification-body": "Kiểm tra về đo lường đối với các tổ chức kiểm định, hiệu chuẩn, thử nghiệm phương tiện đo",
    "check-scale": "Duy trì hoạt động cân đối chứng ở các huyện, thành phố",
    "own-instrument": "Kiểm định máy đo suất liều phóng xạ Atomtex",
    "mobile-verification": "Kiểm định lưu động tại 02 huyện",
}
KINDS = {
    "electricity-meter": "thanh_tra",
    "prepackage": "thanh_tra",
    "verification-body": "kiem_tra",
    "check-scale": "kiem_tra",
    "own-instrument": "kiem_dinh_hieu_chuan",
    "mobile-verification": "kiem_dinh_luu_dong",
}
SITES: dict[str, Doc] = {
    "medical-instrument": {"name": "Phòng khám đa khoa Bình An (mẫu)", "business_lines": ["Khám bệnh, chữa bệnh"],
                           "representative": {"name": "Lương Thị Mạch", "title": "Phó Giám đốc"}},
    "electricity-meter": {"name": "Điện lực Lục Nam (mẫu)", "business_lines": ["Phân phối điện"],
                          "representative": {"name": "Vi Văn Tải", "title": "Giám đốc"}},
    "prepackage": {"name": "Hợp tác xã mỳ Chũ Nam Dương (mẫu)", "business_lines": ["Sản xuất mỳ gạo"],
                   "representative": {"name": "Giáp Văn Mỳ", "title": "Giám đốc"}},
    "verification-body": {"name": "Công ty Cổ phần Kiểm định Đại Lường (mẫu)", "business_lines": ["Kiểm định phương tiện đo"],
                          "representative": {"name": "Ngô Thị Chuẩn", "title": "Giám đốc"}},
    "check-scale": {"name": "Ban quản lý chợ Thương (mẫu)", "business_lines": ["Quản lý chợ"],
                    "representative": {"name": "Đặng Văn Chợ", "title": "Trưởng ban"}},
    "own-instrument": {"name": "Phòng Quản lý công nghệ và An toàn bức xạ (mẫu)", "business_lines": [],
                       "representative": {"name": "Hà Thị Liều", "title": "Trưởng phòng"}},
    "mobile-verification": {"name": "Tổ kiểm định lưu động tại chợ Kép (mẫu)", "business_lines": ["Chợ"],
                            "representative": {"name": "Dương Văn Kép", "title": "Phó Trưởng ban quản lý chợ"}},
}  # fmt: skip


def _made(type: str, maker: str, model: str, serial: str, **attributes: str) -> Doc:
    return {"type": type, "maker": maker, "model": model, "serial": serial, "year": 2018, "attributes": attributes,
            "verified_until": "2022-03-31", "mark_serial": f"21C{serial[-4:]}", "certificate_number": f"{serial[-2:]}/KĐ"}  # fmt: skip


def _scale(type: str, serial: str) -> Doc:
    return _made(type, "Nhơn Hòa", "NHS-60", serial, accuracy_class="III", e="0.02", d="0.02", unit="kg")


_METERS = [f"EMIC-2019{number:04}" for number in range(1, 451)]
_DRAWN = draw(_METERS, 5, "0a1b2c3d4e5f6071")
_PACKS = draw(numbered(400), 50, "98/QĐ-SKHCN").units
INSTRUMENTS: dict[str, list[Doc]] = {
    "medical-instrument": [
        _made("sphygmomanometer", "Omron", "HEM-7121", "HA-20190117", kind="electronic"),
        _made("clinical_thermometer", "Aurora", "CRW-23", "NK-000342", kind="glass"),
        _made("electrocardiograph", "Nihon Kohden", "ECG-1150", "DT-04417"),
    ],
    "electricity-meter": [
        _made("electricity_meter", "Gelex", "EMIC CE-18G", _DRAWN.units[0]),
        _made("electricity_meter", "Gelex", "EMIC CE-18G", _DRAWN.units[1]),
    ],
    "check-scale": [_scale("check_scale", "DC60-0007")],
    "own-instrument": [_made("dose_rate_meter", "Atomtex", "AT1123", "AT1123-0107")],
    "mobile-verification": [_scale("weighing_instrument", "NH60-0221"), _scale("weighing_instrument", "NH60-0305")],
}  # fmt: skip
_P5 = (
    "498.2 501.4 499.0 496.3 500.8 502.1 497.7 499.9 495.5 501.0 498.8 500.2 497.1 499.4 503.0 494.9 500.5 498.0 499.7 501.8 "
    "496.9 500.0 498.5 499.2 502.6 497.4 484.1 500.9 499.6 498.3 501.1 495.8 500.3 499.1 497.9 502.4 498.6 500.7 496.5 499.8 "
    "501.5 497.2 500.1 498.9 499.3 502.0 495.2 500.6 498.4 499.5"
)
"""Fifty packs of a lot of 400 (vector P5): one holds less than Qn - T."""
TABLES: dict[str, list[Doc]] = {
    "ME02": [{"kind": "Huyết áp kế điện tử", "total": "12", "verified": "12", "in_date": "10", "broken": "1"},
             {"kind": "Nhiệt kế y học thủy tinh", "total": "30", "verified": "30", "in_date": "30", "broken": "0"},
             {"kind": "Máy điện tim", "total": "2", "verified": "2", "in_date": "2", "broken": "0"}],
    "ME08": [{"direction": "up", "reference": each, "indication": shown} for each, shown in
             (("0", "0"), ("50", "51"), ("100", "102"), ("150", "154"), ("200", "202"), ("250", "252"), ("300", "301"))],
    "ME10": [{"reference": "37.00", "indication": "37.10"}, {"reference": "41.00", "indication": "40.85"}],
    "ME11": [{"label": "DII, 10 mm/mV", "reference": "10", "indication": "10.4"},
             {"label": "V5, 10 mm/mV", "reference": "10", "indication": "9.7"}],
    "EL01": [{"phases": "1P", "kind": "static", "in_service": "18250"}, {"phases": "1P", "kind": "induction", "in_service": "5120"},
             {"phases": "3P", "kind": "static", "in_service": "640"}],
    "EL02": [{"kind": "1 pha cảm ứng", "total": "5120", "overdue": "37", "oldest": "2020-11-30"},
             {"kind": "1 pha điện tử", "total": "18250", "overdue": "0", "oldest": ""}],
    "EL03": [{"kind": "ct", "serial": "TI-2017-118", "ratio": "100/5, cấp 0,5", "certificate": "55/KĐ-TI", "valid_until": "2022-10-31"}],
    "EL04": [{"order": str(n), "serial": serial, "customer": f"PA07LN{n:06}", "replaced": "Vắng chủ nhà" if n == 3 else ""}
             for n, serial in enumerate(_DRAWN.units, 1)],
    "EM11": [{"current": "5", "voltage": "221", "power_factor": "1", "pulses": "10", "reference_wh": "6.19"},
             {"current": "5", "voltage": "220", "power_factor": "1", "pulses": "10", "seconds": "20.75", "power_w": "1100"}],
    "PP07": [{"label": "Cân kỹ thuật của đoàn", "serial": "B528-117", "e": "0,1 g", "valid_until": "2022-05-31"}],
    "PP08": [{"label": "1", "tare": "4.2"}, {"label": "2", "tare": "4.3"}],
    "PP09": [{"label": pack, "actual": actual} for pack, actual in zip(_PACKS, _P5.split(), strict=True)],
    "VO04": [{"name": "Nguyễn Văn Chuẩn", "card": "KĐV-1187", "fields": "ĐLVN 30:2019, ĐLVN 13:2019", "valid_until": "2023-06-30"}],
    "VO06": [{"label": "Bộ quả cân chuẩn M1 (1 mg–20 kg)", "serial": "M1-07", "class": "M1", "certificate": "V01.0217.20",
              "valid_until": "2022-09-30", "traceable": "Viện Đo lường Việt Nam"},
             {"label": "Bình chuẩn 10 L", "serial": "BC-10-03", "class": "0,1", "certificate": "V11.0088.19",
              "valid_until": "2021-04-30", "traceable": "Viện Đo lường Việt Nam"}],
    "VO09": [{"room": "Phòng chuẩn khối lượng", "temperature": "23.4", "humidity": "58", "suitable": "conforming"}],
    "VO10": [{"kind": "sticker", "series": "21C00001–21C05000", "received": "5000", "used": "3912", "spoiled": "21", "stock": "1067",
              "destroyed": "0", "matches": "conforming"}],
    "VO11": [{"certificate": "114/KĐ", "instrument": "Cân bàn, A190517", "verified_on": "2021-05-11", "sticker": "21C00875",
              "valid_until": "2022-05-31", "verifier": "conforming", "standards": "nonconforming", "recomputed": "conforming"}],
    "VO14": [{"instrument": "Cân bàn, A190517", "point": "30 kg", "certified": "+5 g", "measured": "+10 g", "agrees": "conforming"}],
    "DC09": [{"label": "Thịt, cá", "mass": "0.5"}, {"label": "Rau, quả", "mass": "2"}],
    "DC10": [{"load": "1", "indication": "1"}, {"load": "30", "indication": "30.02"}, {"load": "60", "indication": "60.06"}],
    "DC11": [{"label": "Quả cân 1 kg, 2 kg, 5 kg", "class": "M2", "certificate": "33/HC", "valid_until": "2022-01-31"}],
    "DC12": [{"label": "Quầy thịt số 4", "reference": "1000", "indication": "1040"}],
    "DC13": [{"label": "Điểm thu mua vải", "reference": "1000", "indication": "960"}],
    "MD05": [{"range": "50 nSv/h – 10 mSv/h", "energy": "Cs-137, 662 keV", "factor": "1.05"}],
    "MD08": [{"label": "Sân trụ sở Sở", "readings": ["0.12", "0.11", "0.13"]}],
    "KD05": [{"label": "Bộ quả cân M1", "serial": "M1-07", "certificate": "V01.0217.20", "valid_until": "2022-09-30"}],
    "KD0902": [{"direction": "up", "load": "1", "indication": "1"}, {"direction": "up", "load": "30", "indication": "30.04"}],
    "KD1002": [{"direction": "up", "load": "1", "indication": "1"}, {"direction": "up", "load": "30", "indication": "30"},
               {"direction": "up", "load": "60", "indication": "60.02"}, {"direction": "down", "load": "30", "indication": "30"}],
    "KD1003": [{"position": f"góc {n}", "indication": "20"} for n in range(1, 5)],
    "KD1004": [{"indication": each} for each in ("20", "20", "20.02")],
    "KD13": [{"number": "K-0071", "place": "Vỏ cân"}],
}  # fmt: skip
VALUES: dict[str, Doc] = {
    "ME01": {"facility": "Phòng khám đa khoa Bình An (mẫu)", "departments": "Khoa khám bệnh", "licence": "00417/BG-GPHĐ"},
    "ME03": {"range": "0–299 mmHg", "place": "Khoa khám bệnh"},
    "ME04": {"mark": "PDM 117:2018"},
    "ME05": {"mark_number": "21B0143", "certificate": "77/KĐ", "body": "Trung tâm Kỹ thuật", "valid_until": "2022-03-31"},
    "ME06": {"state": ["good"], "detail": ""},
    "ME07": {"value": "0"},
    "ME09": {"start": "250", "end": "247", "seconds": "60"},
    "ME11": {"speed_25": "25.1", "speed_50": "49.8"},
    "ME12": {"value": "2"},
    "ME14": {"body": "Trung tâm Kỹ thuật", "decision": "1207/QĐ-TĐC"},
    "ME15": {"value": "1150000"},
    "EL01": {"branch": "Điện lực Lục Nam"},
    "EL02": {"register": "Phần mềm CMIS, trích ngày 04/8/2021", "overdue": "37"},
    "EL04": {"plan": "Công tơ 1 pha điện tử sau TBA Tam Dị 3; bốc 5", "population": str(_DRAWN.population), "size": "5",
             "seed": _DRAWN.seed, "list_sha256": _DRAWN.list_sha256},
    "EL05": {"body": "Xí nghiệp dịch vụ kiểm định (mẫu)", "contract": "12/HĐ-KĐ", "decision": "889/QĐ-TĐC, kiểm định công tơ điện"},
    "EL07": {"detail": "03 vụ, đã giải quyết"},
    "EL09": {"value": "380000", "offending": "37", "total": "14060000"},
    "EM01": {"customer": "PA07LN000012", "address": "Thôn Trại, xã Tam Dị", "position": "Hòm H4 cột 7"},
    "EM02": {"maker": "Gelex", "model": "EMIC CE-18G", "year": "2019", "phases": "1P",
             "construction": "static_direct", "voltage": "220", "base_current": "5", "max_current": "80", "constant": "1600",
             "accuracy_class": "1"},
    "EM04": {"mark_number": "19C11872", "valid_until": "2024-11-30"},
    "EM05": {"pliers": "BG 07"},
    "EM06": {"terminal": "BG 07", "box": "LN 113"},
    "EM09": {"present": "11482.6", "billed": "11390"},
    "EM12": {"value": "4"},
    "PP02": {"product": "Mỳ Chũ", "brand": "Nam Dương", "responsible": "Hợp tác xã mỳ Chũ Nam Dương (mẫu)", "lot": "L0721",
             "made_on": "2021-07-02", "use_by": "2022-07-02"},
    "PP03": {"nominal": "500", "unit": "g", "height": "5", "place": "Mặt trước, góc dưới bên phải"},
    "PP05": {"value": "400", "method": "Theo phiếu nhập kho", "place": "Kho thành phẩm"},
    "PP06": {"kind": "non_destructive", "size": "50", "k": "0.379", "allowed": "3", "seed": "98/QĐ-SKHCN"},
    "PP08": {"method": "average"},
    "PP10": {"mean": "498.954", "s": "2.92416", "limit": "498.8917"},
    "PP11": {"t1": "1", "t2": "0"},
    "PP12": {"temperature": "24.5", "density": ""},
    "PP16": {"minutes": "01/BBLM, 05/8/2021", "seals": "NP-0071, NP-0072", "returned": "49 gói, ông Giáp Văn Mỳ"},
    "VO01": {"status": "Đăng ký kinh doanh 2400000001", "number": "ĐK 117", "issued_on": "2019-03-04", "scope": "Khối lượng, dung tích"},
    "VO02": {"number": "1207/QĐ-TĐC", "valid_until": "2024-03-03", "scope": "Cân cấp III, IIII; cột đo xăng dầu"},
    "VO05": {"staff": "5", "fewest": "2"},
    "VO08": {"editions": "ĐLVN 13:2019, ĐLVN 30:2019"},
    "VO13": {"sent_on": "2021-01-12"},
    "DC01": {"market": "Chợ Thương, cổng chính", "manager": "Ban quản lý chợ Thương (mẫu)"},
    "DC02": {"reason": ""},
    "DC03": {"maker": "Nhơn Hòa", "model": "NHS-60", "serial": "DC60-0007", "max": "60", "min": "0.4", "d": "0.02", "e": "0.02",
             "accuracy_class": "III"},
    "DC07": {"name": "Đặng Văn Chợ", "title": "Tổ trưởng bảo vệ", "hours": "6–17 giờ"},
    "DC14": {"weighings": "46", "complaints": "2"},
    "DC15": {"document": "Quyết định 12/QĐ-BQL", "proposals": "Thay biển đã mờ"},
    "MD01": {"campaign": "Kiểm tra X-quang tháng 7 đến tháng 9", "from": "2021-08-05", "until": "2021-09-30"},
    "MD02": {"name": "Máy đo suất liều", "maker": "Atomtex", "model": "AT1123", "serial": "AT1123-0107"},
    "MD03": {"kind": "dose_rate", "range": "50 nSv/h – 10 Sv/h", "energy": "15 keV – 10 MeV"},
    "MD04": {"verified_on": "2020-11-11", "certificate": "0440/2020", "body": "Viện Khoa học và Kỹ thuật hạt nhân", "valid_until": "2021-11-10"},
    "MD07": {"custodian": "Hà Thị Liều", "state": "Tốt, pin đầy"},
    "MD09": {"plan": "Gửi tuần đầu tháng 11", "sent_on": "", "back_on": ""},
    "KD01": {"owner": "Chu Thị Rau", "commune": "thị trấn Kép", "market": "Chợ Kép", "phone": "0204 3 000 000"},
    "KD02": {"nameplate": "Nhơn Hòa, NHS-60, Max 60 kg, d = e = 20 g, cấp 3", "state": "Còn nguyên, mặt số rõ"},
    "KD04": {"procedure": "30-2019", "edition": ""},
    "KD06": {"temperature": "29.5", "humidity": "71"},
    "KD03": {"mode": "periodic"},
    "KD10": {"what": "Chỉnh lò xo, kiểm tra lại điểm 0"},
    "KD11": {"conclusion": "pass", "reasons": ""},
    "KD12": {"number": "21C00921", "place": "Mặt trước vỏ cân"},
    "KD14": {"value": "0921-21 (BG)"},
    "KD15": {"value": "2022-08-31", "basis": "Theo văn bản tổ chức kiểm định đang dùng"},
    "KD16": {"value": "60000"},
    "KD17": {"returned_to": "Chu Thị Rau", "returned_at": "10 giờ 20 phút"},
}  # fmt: skip
BAD = {"ME08", "EL02", "PP13", "VO06", "VO11", "DC06", "KD0902"}
OF_ONE: dict[str, dict[str, Doc]] = {
    _DRAWN.units[1]: {"EM05": {"answer": "nonconforming", "note": "Viên chì bị cắt."},
                      "EM04": {"values": {"mark_number": "15C00217", "valid_until": "2020-11-30"}}},
    "DT-04417": {"ME03": {"values": {"range": "0,1–9 mV", "place": "Phòng điện tim"}}},
    "NK-000342": {"ME03": {"values": {"range": "35–42 °C", "place": "Khoa khám bệnh"}},
                  "ME06": {"values": {"state": ["mercury_broken"], "detail": "Đã loại khỏi sử dụng"}}},
    "NH60-0305": {"KD07": {"answer": "nonconforming", "note": "Kim cong, mặt số vỡ."}, "KD11": {"values": {"conclusion": "fail", "reasons": "không đạt ở bước Kiểm tra bên ngoài (KD07)"}},
                  "KD17": {"values": {"returned_to": "Lý Văn Cá", "returned_at": "10 giờ 40 phút"}},
                  "KD01": {"values": {"owner": "Lý Văn Cá", "commune": "thị trấn Kép", "market": "Chợ Kép", "phone": ""}}},
}  # fmt: skip
"""What was found at one instrument only, by its serial number."""
