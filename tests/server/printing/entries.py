"""What inspectors enter in the papers of the first six checklists: titles, instruments, readings. Names are invented."""

from __future__ import annotations

from typing import Any

Doc = dict[str, Any]
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
