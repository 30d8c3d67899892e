"""A case's clocks in a sentence, the same on pages and in commands."""

from __future__ import annotations

from datetime import date

from server.services import case_clocks
from server.services.case_clocks import Clock


def clock_words(clock: Clock) -> str:
    """Say how a clock stands."""
    days = abs(clock.left or 0)
    if clock.state == case_clocks.RUNNING:
        return (
            f"Còn {days} ngày làm việc, hạn {_day(clock.due_on)}" if days else f"Hết hạn hôm nay, {_day(clock.due_on)}"
        )
    if clock.state == case_clocks.OVERDUE:
        return f"Quá hạn {days} ngày làm việc, hạn {_day(clock.due_on)}" if days else f"Đã hết hạn {_day(clock.due_on)}"
    if clock.state == case_clocks.LATE:
        return f"Xong {_day(clock.done_on)}, muộn {days} ngày làm việc (hạn {_day(clock.due_on)})"
    if clock.state == case_clocks.MET:
        return f"Xong {_day(clock.done_on)}" + (f", đúng hạn (hạn {_day(clock.due_on)})" if clock.due_on else "")
    if clock.state == case_clocks.NO_NUMBER:
        return f"Đã {days} ngày làm việc kể từ ngày lập biên bản {_day(clock.starts_on)}"
    return {
        case_clocks.WAITING: "Chưa tính: chờ kết quả mẫu",
        case_clocks.NO_TIME: "Chưa tính: giờ ghi trên biên bản đáng ngờ, phải ghi thời điểm phát hiện",
        case_clocks.NO_RULE: "Chưa tính: dữ liệu không có thời hạn áp dụng cho ngày này",
        case_clocks.STOPPED: "Không còn tính",
    }[clock.state]


def _day(day: date | None) -> str:
    return "" if day is None else f"{day:%d/%m/%Y}"
