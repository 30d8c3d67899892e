"""The words of the office's pages: statuses, forms, roles, kinds; and text as people type it, made plain."""

from __future__ import annotations

import unicodedata

INSPECTION_STATUSES = {
    "planned": "Đã lên kế hoạch",
    "in_progress": "Đang kiểm tra",
    "issued": "Chờ duyệt",
    "returned": "Đã trả lại",
    "approved": "Đã phê duyệt",
    "not_carried_out": "Không thực hiện",
}
MINUTES_FORMS = {
    "announcement": "Biên bản công bố quyết định kiểm tra",
    "working": "Biên bản làm việc",
    "inspection": "Biên bản kiểm tra",
    "amendment": "Biên bản bổ sung",
    "sampling": "Biên bản lấy mẫu",
    "sealing": "Biên bản niêm phong",
}
MINUTES_STATUSES = {
    "issued": "Đã phát hành",
    "amended": "Đã có biên bản bổ sung",
    "void": "Đã hủy",
    "conflicting": "Trùng số, cần xem xét",
}
ROLES = {
    "inspector": "Kiểm tra viên",
    "team_leader": "Trưởng đoàn",
    "supervisor": "Lãnh đạo duyệt",
    "clerk": "Văn thư",
    "admin": "Quản trị",
}
SIGNATURE_ROLES = {
    "team_leader": "Trưởng đoàn",
    "member": "Thành viên đoàn",
    "representative": "Đại diện cơ sở",
    "witness": "Người chứng kiến",
}
SIGNATURE_OUTCOMES = {
    "ink": "Ký tay",
    "drawn": "Ký trên thiết bị",
    "fingerprint": "Điểm chỉ",
    "refused": "Từ chối ký",
    "absent": "Vắng mặt",
}
REQUIREMENT_STATES = {"open": "Chưa thực hiện", "done": "Đã thực hiện", "waived": "Được miễn"}
PHOTO_STATUSES = {
    "expected": "Chưa nhận được ảnh",
    "complete": "Đã nhận đủ",
    "unusable": "Tệp không mở được thành ảnh",
}
QUARANTINE_STATES = {
    "quarantined": "Cách ly",
    "held": "Giữ lại chờ xử lý",
    "applied": "Đã tự động ghi nhận",
    "released": "Đã cho ghi nhận",
    "replaced": "Đã thay thế",
    "discarded": "Đã loại bỏ",
}
DOCUMENT_KINDS = {
    "campaign": "đợt kiểm tra",
    "establishment": "cơ sở",
    "instrument": "phương tiện đo",
    "inspection": "cuộc kiểm tra",
    "finding": "kết quả",
    "requirement": "yêu cầu khắc phục",
    "measure": "biện pháp xử lý",
    "photo": "ảnh",
    "signature": "chữ ký",
    "minutes": "biên bản",
}
FIELDS = {
    "answer": "kết luận",
    "values": "giá trị",
    "rows": "bảng số đo",
    "note": "ghi chú",
    "photo_ids": "ảnh",
    "computed": "kết quả tính",
    "conflicts": "giá trị khác nhau",
    "status": "trạng thái",
    "visits": "thời gian kiểm tra",
    "decision_announced_at": "công bố quyết định",
    "conclusion": "kết luận của đoàn",
    "establishment_statement": "ý kiến của cơ sở",
    "standards": "chuẩn đo lường",
    "checklists": "danh mục kiểm tra",
    "review": "ý kiến duyệt",
    "reason": "lý do",
    "text": "nội dung",
    "due_on": "hạn thực hiện",
    "state": "tình trạng",
    "evidence": "ảnh chứng minh",
    "voided": "hủy",
    "planned_on": "ngày dự kiến",
    "lead_user_id": "người phụ trách",
    "diverged": "điểm khác với biên bản",
    "warnings": "cảnh báo",
    "article": "căn cứ",
    "width": "kích thước ảnh",
    "height": "kích thước ảnh",
    "exif": "thông tin trong ảnh",
    "outcome": "hình thức ký",
    "name": "tên",
    "address": "địa chỉ",
    "phone": "điện thoại",
    "tax_code": "mã số thuế",
    "representative": "người đại diện",
}


def plain_text(text: str, *, lines: bool = False) -> str:
    """Return typed text as NFC without control characters; one line, or with its line breaks kept."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(c for c in normal if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    if not lines:
        return " ".join(kept.split())
    return "\n".join(" ".join(line.split()) for line in kept.split("\n")).strip("\n")


def folded(text: str) -> str:
    """Return text without diacritics and case, so that “luc nam” finds Lục Nam."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())
