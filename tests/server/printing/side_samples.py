"""Samples on paper, as documents: what a station's sampling minutes list, and what a laboratory said of it."""

from __future__ import annotations

from typing import Any

from tests.server.printing.samples import Doc, fuel_station

FIRST, SECOND = "0192f0c1-2b3c-7d4e-8f50-000000000601", "0192f0c1-2b3c-7d4e-8f50-000000000602"


def sampled(**more: Any) -> Doc:
    """Sampling minutes of the station: petrol in three portions from a nozzle, diesel in two from a tank."""
    station = fuel_station()
    petrol = {
        "id": FIRST, "product": "Xăng không chì RON 95-III", "code": "M-01", "batch": "T7/2021", "stock": "khoảng 8 000 L",
        "instrument_id": station["instruments"][0]["id"], "place": "Vòi số 1", "taken_at": "2021-08-05T09:40:00+07:00",
        "taken_by": "Lê Quốc Lượng", "quantity": "3.0", "unit": "L", "containers": "03 can nhựa 1 L đã tráng bằng xăng cùng loại",
        "condition": "Trong, không có nước và tạp chất nhìn thấy được", "method": "Lấy trực tiếp tại vòi sau khi bơm xả 4 L",
        "tests": ["Trị số ốc tan (RON)", "Hàm lượng lưu huỳnh"], "photo_ids": [station["photos"][0]["id"]],
        "portions": {
            "1": {"purpose": "test", "quantity": "1.0", "unit": "L", "seals": ["NP-0101", "NP-0102"], "holder": "Chi cục TCĐLCL"},
            "2": {"purpose": "retained_agency", "quantity": "1.0", "unit": "L", "seals": ["NP-0103"], "holder": "Chi cục TCĐLCL"},
            "3": {"purpose": "retained_site", "quantity": "1.0", "unit": "L", "seals": ["NP-0104"], "holder": "Phạm Thị Bán"},
        },
        "custody": [{"type": "taken", "at": "2021-08-05T09:40:00+07:00"}],
    }  # fmt: skip
    diesel = {
        "id": SECOND, "product": "Dầu điêzen", "grade": "DO 0,05S-II", "code": "M-02", "place": "Bể số 3",
        "taken_at": "2021-08-05T10:05:00+07:00", "taken_by": "Lê Quốc Lượng", "quantity": "2", "unit": "L",
        "portions": {"1": {"purpose": "test", "quantity": "1000", "unit": "mL", "seals": ["NP-0105"]},
                     "2": {"purpose": "retained_site", "quantity": "1000", "unit": "mL", "seals": ["NP-0106"]}},
    }  # fmt: skip
    return {**station, "form": "sampling", "samples": [diesel, petrol], **more}


def told(**more: Any) -> Doc:
    """A notice of what a laboratory said of the petrol, in a corrected second version."""
    wrong = {
        "id": "0192f0c1-2b3c-7d4e-8f50-000000000611", "sample_id": FIRST, "portion": "1", "laboratory": "Trung tâm Kỹ thuật 1",
        "designation": "1234/QĐ-TĐC", "report_number": "0456/KQTN", "report_on": "2021-08-16", "conclusion": "conforming",
        "statement": "", "replaces": None, "entered_at": "2021-08-17T08:00:00+07:00",
        "tests": [{"name": "Trị số ốc tan (RON)", "method": "TCVN 2703", "value": "93.1", "unit": "", "requirement": "≥ 95",
                   "conclusion": "conforming"}],
    }  # fmt: skip
    right = {
        **wrong, "id": "0192f0c1-2b3c-7d4e-8f50-000000000612", "conclusion": "nonconforming", "replaces": wrong["id"],
        "statement": "Mẫu không phù hợp QCVN 1 về trị số ốc tan.", "reason": "Chép nhầm",
        "tests": [{"name": "Trị số ốc tan (RON)", "method": "TCVN 2703", "value": "93.1", "unit": "", "requirement": "≥ 95",
                   "conclusion": "nonconforming"},
                  {"name": "Hàm lượng lưu huỳnh", "method": "TCVN 6701", "value": "8.5", "unit": "mg/kg", "requirement": "10",
                   "conclusion": "conforming"}],
    }  # fmt: skip
    papers = [
        {
            "id": "p1",
            "form": "sampling",
            "text": "02/BB-ĐKT",
            "issued_at": "2021-08-05T11:25:00+07:00",
            "measure_ids": [],
        }
    ]
    return {**sampled(), "form": "result_notice", "issued_at": "2021-08-18T09:00:00+07:00", "results": [wrong, right],
            "papers": papers, **more}  # fmt: skip


SAMPLE_PAPERS = {"sampling": sampled, "result-notice": told}
