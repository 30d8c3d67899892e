"""The papers beside the inspection minutes, as documents: seals, notices, a visit that came to nothing. Names are invented."""

from __future__ import annotations

from typing import Any

from tests.server.printing.samples import Doc, _id, fuel_station, photo

NOZZLE = _id(102)
MINUTES = {"id": _id(601), "form": "inspection", "text": "01/BB-ĐKT", "issued_at": "2021-08-05T11:25:00+07:00",
           "measure_ids": [_id(501), _id(511)]}  # fmt: skip
SEALING = {"id": _id(602), "form": "sealing", "text": "02/BB-ĐKT", "issued_at": "2021-08-05T11:40:00+07:00",
           "measure_ids": [_id(501), _id(502)]}  # fmt: skip
SUSPENSION = {"id": _id(603), "form": "suspension_notice", "text": "07/TB-SKHCN", "issued_at": "2021-08-06T09:00:00+07:00",
              "measure_ids": [_id(511)]}  # fmt: skip
SEALS: list[Doc] = [
    {"id": _id(501), "type": "seal", "instrument_id": NOZZLE, "serials": ["NP-0071", "NP-0072"], "place": "bộ đếm, tay vặn",
     "by": "Lê Quốc Lượng", "state": "Dây chì căng, mặt chì rõ số", "reason": "Sai số vượt quá giới hạn",
     "at": "2021-08-05T10:40:00+07:00", "before_photo_ids": [_id(901)], "after_photo_ids": [_id(902)]},
    {"id": _id(502), "type": "seal", "instrument_id": None, "serials": ["NP-0073"], "place": "tủ điện của đảo bơm số 2",
     "by": "Lê Quốc Lượng", "state": "", "reason": "", "at": "2021-08-05T10:52:00+07:00"},
]  # fmt: skip
UNSEALS: list[Doc] = [
    {"id": _id(503), "type": "unseal", "follows": _id(501), "instrument_id": NOZZLE, "serials": [], "by": "Lê Quốc Lượng",
     "state": "Còn nguyên vẹn, số chì không đổi", "at": "2021-08-19T09:05:00+07:00", "before_photo_ids": [_id(903)]},
]  # fmt: skip
SUSPENDED: Doc = {"id": _id(511), "type": "suspend", "instrument_id": NOZZLE, "serials": [],
                  "reason": "Sai số đo thể tích vượt quá giới hạn cho phép", "at": "2021-08-05T10:30:00+07:00"}  # fmt: skip
RESUMED: Doc = {"id": _id(512), "type": "resume", "follows": _id(511), "instrument_id": NOZZLE,
                "reason": "Đã sửa chữa, kiểm định lại đạt yêu cầu", "at": "2021-08-19T10:00:00+07:00"}  # fmt: skip
HOUSE = {"signers": [{"name": "Nguyễn Thanh Bình", "title": "Giám đốc"},
                     {"name": "Trần Thị Minh Hà", "title": "Phó Giám đốc", "authority": "KT. Giám đốc"}]}  # fmt: skip


def _paper(form: str, number: int, day: str, series: str = "BB-ĐKT", **more: Any) -> Doc:
    station = fuel_station(number=number)
    station["organisation"] |= HOUSE
    station["checklists"][0]["sections"] = []  # none of these papers prints results: the vectors need not carry any
    station |= {"findings": [], "standards": []}
    return {**station, "form": form, "issued_at": f"{day}+07:00",
            "number": {"series": series, "symbol": series, "year": 2021, "number": number}, **more}  # fmt: skip


def sealing() -> Doc:
    """Two seals, one on an instrument with photos, one on a cupboard."""
    return _paper("sealing", 2, "2021-08-05T11:40:00", measures=[*SEALS, SUSPENDED], papers=[MINUTES])


def unsealing() -> Doc:
    """The nozzle's seals are taken off two weeks later; how the site signed the first minutes says nothing of this one."""
    refused = {"role": "representative", "name": "Phạm Thị Bán", "outcome": "refused", "reason": "không đồng ý"}
    photos = [*fuel_station()["photos"], photo(903, "2021-08-19T09:03:00+07:00")]
    return _paper("unsealing", 9, "2021-08-19T09:20:00", measures=[*SEALS, *UNSEALS], papers=[MINUTES, SEALING],
                  signatures=[refused], photos=photos)  # fmt: skip


def suspension_notice() -> Doc:
    """Counts from the signing of the minutes; signed by the head."""
    return _paper(
        "suspension_notice", 7, "2021-08-06T09:00:00", "TB-SKHCN", measures=[*SEALS, SUSPENDED], papers=[MINUTES]
    )


def resumption_notice() -> Doc:
    """Ends the suspension by the notice before; signed by a deputy for the head."""
    return _paper("resumption_notice", 8, "2021-08-19T14:00:00", "TB-SKHCN", measures=[RESUMED], earlier=[SUSPENDED],
                  papers=[MINUTES, SUSPENSION], signer=HOUSE["signers"][1])  # fmt: skip


def not_carried_out(**attempt: Any) -> Doc:
    """The gate was shut; a man of the commune saw it."""
    witness = {"name": "Đỗ Văn Xã", "capacity": "đại diện UBND xã Song Mai"}
    found = {
        "cause": "closed",
        "at": "2021-08-05T08:30:00+07:00",
        "witness": witness,
        "photo_ids": [_id(901)],
        **attempt,
    }
    inspection = {"visits": [], "standards": [], "reason": "Cổng khóa, gọi điện theo số đăng ký không có người nghe",
                  "attempt": found}  # fmt: skip
    return _paper("not_carried_out", 3, "2021-08-05T09:00:00", inspection=inspection, measures=[], requirements=[])


SIDE_PAPERS = {
    "sealing": sealing, "unsealing": unsealing, "suspension-notice": suspension_notice,
    "resumption-notice": resumption_notice, "not-carried-out": not_carried_out,
}  # fmt: skip
