"""Every list page of the office, one table: for the figures of `make bench` and for counting what each page asks."""

from __future__ import annotations

LISTS: dict[str, str] = {
    "Cuộc kiểm tra": "/",
    "Cuộc kiểm tra, tìm chữ": "/?q=duc+giang",
    "Cuộc kiểm tra, trang 100": "/?page=100",
    "Duyệt": "/review",
    "Hậu kiểm": "/follow-up",
    "Chương trình": "/programme",
    "Báo cáo": "/reports",
    "Mẫu": "/samples",
    "Vi phạm": "/cases",
    "In văn bản": "/printing",
    "Sổ theo dõi in": "/printing/log",
    "Ghi khác nhau": "/conflicts",
    "Chờ xử lý": "/quarantine",
    "Cơ sở": "/establishments",
    "Cơ sở, tìm chữ": "/establishments?q=xang+dau+an",
    "Cơ sở, hạn gần nhất trước": "/establishments?sort=due",
    "Cơ sở, lâu chưa kiểm tra trước": "/establishments?sort=inspected",
    "Cơ sở, có phương tiện quá hạn": "/establishments?state=overdue&page=3",
    "Cơ sở ghi trùng": "/mergers",
    "Phương tiện đo": "/instruments",
    "Phương tiện đo, tìm chữ": "/instruments?q=sn0012+giang",
    "Phương tiện đo, trong 60 ngày, theo cơ sở": "/instruments?due=60&sort=site",
    "Chuẩn đo": "/standards",
    "Sổ số": "/numbers",
    "Giới hạn": "/limits",
    "Danh mục kiểm tra": "/checklists",
    "Máy tính bảng": "/tablets",
    "Ngày nghỉ, ngày làm bù": "/working-days",
    "Tài khoản": "/people",
    "Nhật ký": "/trail",
}
"""What is read in the table of figures -> the address that an administrator opens."""
