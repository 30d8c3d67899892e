"""Why an operation was not applied: stable codes with their Vietnamese sentences. Nothing refused is dropped."""

from __future__ import annotations

QUARANTINED = "quarantined"
HELD = "held"

DETAILS: dict[str, str] = {
    # numbering and identity of operations
    "op_id_reuse": "Mã thao tác này đã được dùng cho một nội dung khác.",
    "device_fork": "Số thứ tự thao tác bị lặp: máy tính bảng có thể đã bị sao chép hoặc khôi phục.",
    "revoked_device": "Máy tính bảng đã bị thu hồi quyền: dữ liệu được giữ lại chờ lãnh đạo xem xét.",
    "group_failed": "Một thao tác cùng nhóm không được nhận, nên cả nhóm chưa được ghi.",
    "group_held": "Một thao tác cùng nhóm đang phải chờ, nên cả nhóm cùng chờ.",
    "internal": "Máy chủ gặp lỗi khi xử lý thao tác này; nội dung đã được giữ lại nguyên vẹn.",
    # shape
    "malformed": "Thao tác không đúng định dạng.",
    "too_large": "Thao tác quá lớn.",
    "too_deep": "Dữ liệu lồng quá nhiều tầng.",
    "float_number": "Số đo phải ghi dưới dạng chuỗi thập phân, không dùng số thực JSON.",
    "bad_number": "Số nguyên vượt quá giới hạn cho phép.",
    "bad_text": "Văn bản chứa ký tự điều khiển không được phép.",
    "bad_id": "Mã định danh không hợp lệ.",
    "bad_answer_id": "Mã câu trả lời không khớp với hạng mục, đối tượng và thứ tự của nó.",
    "bad_mark_id": "Mã của tem, chì không khớp với cơ quan, loại và số của nó.",
    # who may write what
    "unknown_kind": "Máy chủ chưa biết loại tài liệu này.",
    "server_kind": "Loại tài liệu này chỉ do máy chủ ghi.",
    "bad_type": "Không được thực hiện thao tác này trên loại tài liệu này.",
    "foreign_scope": "Tài liệu nằm ngoài phạm vi được giao cho người gửi.",
    "scope_mismatch": "Phạm vi ghi trong thao tác không khớp với tài liệu.",
    "not_creator": "Chỉ người đã ghi mới được hủy bản ghi này.",
    "not_leader": "Chỉ trưởng đoàn hoặc người được ủy quyền bằng văn bản mới được lập biên bản.",
    # the document and its parent
    "held_parent": "Đang chờ tài liệu mà thao tác này thuộc về.",
    "parent_mismatch": "Tài liệu cha ghi trong thao tác không khớp với tài liệu.",
    "parent_deleted": "Tài liệu mà thao tác này thuộc về đã bị xóa.",
    "deleted": "Tài liệu đã bị xóa trên máy chủ.",
    "exists": "Đã có một tài liệu khác mang mã này.",
    "immutable_field": "Không được sửa trường đã cố định từ khi tạo.",
    "unknown_checklist": "Máy chủ không có phiên bản danh mục kiểm tra này.",
    "unknown_item": "Danh mục kiểm tra đã chọn không có hạng mục này.",
    "stale_delete": "Tài liệu đã được sửa sau lần xem cuối: không xóa.",
    "has_evidence": "Kết quả đã có ảnh chứng cứ: chỉ được hủy có lý do, không được xóa.",
    "has_children": "Tài liệu đang có dữ liệu kèm theo: không được xóa.",
    "missing_reason": "Phải ghi lý do.",
    "status_step": "Không được chuyển cuộc kiểm tra sang trạng thái này.",
    "mark_taken": "Số tem, chì này đã được ghi nhận cho một lần dùng khác.",
    # issued minutes
    "after-issue": "Biên bản đã phát hành: nội dung này được giữ lại chờ lãnh đạo xem xét.",
    "issuing_stopped": "Máy tính bảng đang bị tạm dừng phát hành: biên bản được giữ lại chờ lãnh đạo xem xét.",
    "bad_signature": "Chữ ký số không khớp với biên bản.",
}
"""The catalogue. A code never changes its meaning; `detail` may be more precise than the sentence here."""


class Refusal(Exception):
    """An expected reason not to apply an operation.

    `state` is `quarantined` or `held`; `parent` is the document that a held operation waits for (None: a person).
    """

    def __init__(
        self, code: str, detail: str | None = None, *, state: str = QUARANTINED, parent: str | None = None
    ) -> None:
        self.code = code
        self.detail = detail or DETAILS[code]
        self.state = state
        self.parent = parent
        super().__init__(f"{code}: {self.detail}")


class Waiting(Refusal):
    """The document that an operation needs has not come yet; it may still come in this batch."""

    def __init__(self, parent: str) -> None:
        super().__init__("held_parent", state=HELD, parent=parent)


def held(code: str, detail: str | None = None) -> Refusal:
    """Hold an operation for a person to decide."""
    return Refusal(code, detail, state=HELD)
