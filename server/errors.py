"""The one catalogue of request problems: stable code, HTTP status, Vietnamese sentence (RFC 9457)."""

from __future__ import annotations

from enum import Enum
from typing import Any


class ProblemCode(Enum):
    """code = (HTTP status, title). The member's name in lower case is the stable `code` on the wire."""

    MALFORMED_BODY = (400, "Nội dung gửi lên không phải JSON hợp lệ.")
    INVALID_REQUEST = (400, "Yêu cầu không đúng định dạng.")
    UNAUTHENTICATED = (401, "Chưa đăng nhập hoặc mã truy cập không còn hiệu lực.")
    FORBIDDEN = (403, "Không có quyền thực hiện việc này.")
    NOT_FOUND = (404, "Không tìm thấy.")
    METHOD_NOT_ALLOWED = (405, "Phương thức không được hỗ trợ.")
    CONFLICT = (409, "Dữ liệu trên máy chủ đã khác.")
    DEVICE_GAP = (409, "Thiếu thao tác ở giữa: hãy gửi lại từ số thứ tự máy chủ đang chờ.")
    OFFSET_MISMATCH = (409, "Vị trí gửi tiếp không khớp với máy chủ.")
    GONE = (410, "Không còn nữa.")
    RESYNC = (410, "Máy chủ đã khôi phục dữ liệu: hãy đồng bộ lại từ đầu.")
    PRECONDITION_FAILED = (412, "Phiên bản giao thức không được hỗ trợ.")
    TOO_LARGE = (413, "Nội dung gửi lên quá lớn: hãy chia nhỏ.")
    UNSUPPORTED_MEDIA = (415, "Kiểu nội dung không được hỗ trợ.")
    CHECKSUM_MISMATCH = (460, "Mã kiểm tra của đoạn dữ liệu không khớp.")
    UPGRADE_REQUIRED = (426, "Ứng dụng trên máy tính bảng đã cũ: hãy cập nhật rồi tải dữ liệu.")
    TOO_MANY_REQUESTS = (429, "Quá nhiều lần thử: hãy đợi một lát.")
    INTERNAL = (500, "Máy chủ gặp lỗi ngoài dự kiến; dữ liệu đã gửi không bị mất.")
    UNAVAILABLE = (503, "Máy chủ đang bận: hãy thử lại sau ít giây.")

    @property
    def status(self) -> int:
        """HTTP status."""
        return int(self.value[0])

    @property
    def title(self) -> str:
        """The general Vietnamese sentence."""
        return str(self.value[1])


class Problem(Exception):
    """An expected refusal of a request. `extra` is added to the problem's JSON; `headers` to the answer."""

    def __init__(
        self,
        code: ProblemCode,
        detail: str | None = None,
        *,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail or code.title)
        self.code = code
        self.detail = detail or code.title
        self.headers = headers or {}
        self.extra = extra
