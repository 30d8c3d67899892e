"""Every list page of the office, one table: for the figures of `make bench` and for counting what each page asks."""

from __future__ import annotations

from tests.office_fill import CAMPAIGN, DRAFT

LISTS: dict[str, str] = {
    "Cuộc kiểm tra": "/",
    "Cuộc kiểm tra, tìm chữ": "/?q=duc+giang",
    "Cuộc kiểm tra, trang 100": "/?page=100",
    "Duyệt": "/review",
    "Hậu kiểm": "/follow-up",
    "Chương trình": "/programme",
    "Chương trình, một hoạt động": "/programme/BG-2024/A08",
    "Kiểm tra của cơ quan khác": "/programme/BG-2024/others",
    "Đơn vị bị kiểm tra nhiều lần": "/programme/BG-2024/repeats",
    "Lập đợt: chọn cơ sở": f"/planning/{DRAFT}/sites?q=giang",
    "Lập đợt: xem lại": f"/planning/{DRAFT}/check",
    "Cơ sở của đợt": f"/campaigns/{CAMPAIGN}/sites?q=duc+giang",
    "Báo cáo": "/reports",
    "Mẫu": "/samples",
    "Vi phạm": "/cases",
    "In văn bản": "/printing",
    "In văn bản, tìm chữ": "/printing?q=duc+giang",
    "Chờ bản ký": "/printing/unsigned",
    "Biên bản in sẵn": "/printing/blanks?q=duc+giang",
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
    "Bảng giá kiểm định": "/prices",
    "Giới hạn": "/limits",
    "Danh mục kiểm tra": "/checklists",
    "Máy tính bảng": "/tablets",
    "Ngày nghỉ, ngày làm bù": "/working-days",
    "Tài khoản": "/people",
    "Nhật ký": "/trail",
}
"""What is read in the table of figures -> the address that an administrator opens."""
