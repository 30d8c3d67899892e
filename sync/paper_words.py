"""The official words of minutes: dates, numbers, answers, roles and measures as they are printed in Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

from checklists import law as law_of_day

# Vietnam has one zone without summer time; minutes are read where they were signed.
VIETNAM = timezone(timedelta(hours=7), "+07:00")

ANSWERS = {
    "conforming": "đạt",
    "nonconforming": "không đạt",
    "not_checked": "không kiểm tra",
    "not_applicable": "không áp dụng",
}
VERDICTS = {"pass": "đạt", "fail": "không đạt", "inconclusive": "chưa kết luận"}
LIMIT_STATUSES = {"confirmed": "đã xác nhận", "unconfirmed": "chưa xác nhận", "given": "do người đo nêu"}
TEAM_ROLES = {
    "leader": "Trưởng đoàn",
    "deputy": "Phó trưởng đoàn",
    "member": "Thành viên",
    "secretary": "Thư ký",
    "technical_officer": "Cán bộ kỹ thuật",
    "verifier": "Kiểm định viên",
}
OUTCOMES = {
    "ink": "",
    "drawn": "ký trên thiết bị",
    "fingerprint": "điểm chỉ",
    "refused": "từ chối ký",
    "absent": "vắng mặt",
}
MEASURES = {
    "suspend": "Tạm dừng sử dụng",
    "resume": "Cho phép sử dụng trở lại",
    "seal": "Niêm phong",
    "unseal": "Mở niêm phong",
}
INSTRUMENTS = {
    "fuel_dispenser": "Cột đo xăng dầu",
    "nozzle": "Vòi cột đo xăng dầu",
    "weighing_instrument": "Cân",
    "weighbridge": "Cân ô tô",
    "analytical_balance": "Cân phân tích",
    "check_scale": "Cân đối chứng",
    "taximeter": "Taximet",
    "electricity_meter": "Công tơ điện",
    "diagnostic_xray_unit": "Thiết bị X-quang chẩn đoán",
    "diagnostic_xray": "Thiết bị X-quang chẩn đoán",
    "xray_room": "Phòng X-quang",
    "dose_rate_meter": "Máy đo suất liều",
    "contamination_meter": "Máy đo nhiễm bẩn phóng xạ",
    "sphygmomanometer": "Huyết áp kế",
    "clinical_thermometer": "Nhiệt kế y tế",
    "electrocardiograph": "Máy điện tim",
    "electroencephalograph": "Máy điện não",
    "patient_monitor": "Máy theo dõi bệnh nhân",
}
TEAMS = {
    "thanh_tra": "Đoàn thanh tra",
    "kiem_tra_nha_nuoc": "Đoàn kiểm tra",
    "kiem_tra": "Đoàn kiểm tra",
    "kiem_tra_chuyen_nganh": "Đoàn kiểm tra",
    "kiem_dinh_luu_dong": "Tổ kiểm định lưu động",
    "kiem_dinh_hieu_chuan": "Tổ kiểm định, hiệu chuẩn",
    "ra_soat": "Đoàn rà soát",
    "khao_sat": "Đoàn khảo sát",
}
ACTS = {
    "thanh_tra": "thanh tra",
    "kiem_dinh_luu_dong": "kiểm định",
    "kiem_dinh_hieu_chuan": "kiểm định, hiệu chuẩn",
    "ra_soat": "rà soát",
    "khao_sat": "khảo sát",
}
# Document kinds whose number stands right after the name of the kind ("Thông tư số 28/2013/TT-BKHCN quy định …").
_LAW_KINDS = ("Thông tư liên tịch", "Thông tư", "Nghị định", "Quyết định", "Văn bản hợp nhất")


def text(value: Any) -> str:
    """Return a value of any shape as one printed line; None and empty values as ''."""
    if value is None or value == "":
        return ""
    if isinstance(value, list | tuple):
        return "; ".join(part for part in map(text, value) if part)
    if isinstance(value, Mapping):
        return "; ".join(part for part in map(text, value.values()) if part)
    return str(value)


def local(instant: str | datetime) -> datetime:
    """Read an instant (RFC 3339 with offset) as Vietnamese local time. Raises ValueError without an offset."""
    moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    if moment.tzinfo is None:
        raise ValueError(f"thời điểm {instant!r} thiếu múi giờ")
    return moment.astimezone(VIETNAM)


def day_in_words(day: date) -> str:
    """Write a date as NĐ 30/2020 does: days below ten and the months January, February with a leading zero."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def short_day(value: Any) -> str:
    """Write an ISO day as 05/8/2021; anything else stays as it was written."""
    try:
        day = date.fromisoformat(text(value)[:10])
    except ValueError:
        return text(value)
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{day.day:02d}/{month}/{day.year}"


def long_day(value: Any) -> str:
    """Write an ISO day in words; anything else stays as it was written."""
    try:
        return day_in_words(date.fromisoformat(text(value)[:10]))
    except ValueError:
        return text(value)


def moment(instant: Any) -> str:
    """Write an instant as "08 giờ 30 phút, ngày 05 tháng 8 năm 2021"; '' for none, unreadable ones as written."""
    if not instant:
        return ""
    try:
        at = local(instant)
    except (TypeError, ValueError):
        return text(instant)
    return f"{at.hour:02d} giờ {at.minute:02d} phút, {day_in_words(at)}"


def law_line(row: Mapping[str, Any]) -> str:
    """Write one legal document as a line of the căn cứ block, its number beside the name of its kind."""
    title, number = text(row.get("title")), text(row.get("number"))
    for kind in _LAW_KINDS:
        if number and title.startswith(kind + " "):
            return f"Căn cứ {kind} số {number} {title.removeprefix(kind).strip()}"
    return f"Căn cứ {title} số {number}" if number else f"Căn cứ {title}"


def penalty_lines(
    law: Sequence[Mapping[str, Any]], violations: Sequence[Mapping[str, Any]], penalties: Sequence[Mapping[str, Any]],
    on: date,
) -> dict[tuple[str, str], list[str]]:  # fmt: skip
    """Write the articles that name each item (checklist code, item key): "Điều 10 Nghị định số 119/2017/NĐ-CP, …".

    Where no article was read and confirmed, the name of the decree alone. Amounts are never printed.
    """
    holding = {row.get("id"): row for row in law_of_day.in_force(law, on)}
    return {
        item: list(dict.fromkeys(penalty_line(row, holding) for row in rows))
        for item, rows in law_of_day.articles(law, violations, penalties, on).items()
    }


def penalty_line(row: Mapping[str, Any], holding: Mapping[Any, Mapping[str, Any]]) -> str:
    """Write one article with its decree and what amended it; `holding` = the documents in force by id."""
    decree = holding[row["law"]]
    said = decree_name(decree)
    if row.get("article") and row.get("status") == "confirmed":
        said = f"{text(row['article'])} {said}"
    amended = [holding[id] for id in decree.get("amended_by") or () if id in holding]
    by = [decree_name(each) for each in amended if each.get("status") == "confirmed"]
    return f"{said}, sửa đổi, bổ sung bởi {', '.join(by)}" if by else said


def decree_name(row: Mapping[str, Any]) -> str:
    """Name a document by kind and number alone: "Nghị định số 119/2017/NĐ-CP"."""
    title, number = text(row.get("title")), text(row.get("number"))
    kind = next((kind for kind in _LAW_KINDS if title.startswith(kind + " ")), None)
    return f"{kind} số {number}" if kind else f"{title} số {number}"


def upper_first(sentence: str) -> str:
    """Raise the first letter only."""
    return sentence[:1].upper() + sentence[1:]
