"""The acts on a violation case and the form of each: what is asked, and while the case stands where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.services.case_fields import Field

OPEN, DRAFTED, HANDED_OVER, DECIDED = "open", "drafted", "handed_over", "decided"
CLOSED, DROPPED = "closed", "dropped"
STATUSES: Mapping[str, str] = {
    OPEN: "Chưa lập biên bản vi phạm",
    DRAFTED: "Đã lập biên bản vi phạm",
    HANDED_OVER: "Đã chuyển người có thẩm quyền",
    DECIDED: "Đã có quyết định xử phạt",
    CLOSED: "Đã kết thúc",
    DROPPED: "Không xử lý vi phạm",
}
FINISHED = frozenset({CLOSED, DROPPED})
_LIVE = frozenset({OPEN, DRAFTED, HANDED_OVER, DECIDED})
_REPORTED = frozenset({DRAFTED, HANDED_OVER, DECIDED})
CORRECTION = Field("correction", "Lý do sửa", "lines", required=False, hint="Phải ghi khi sửa nội dung đã có.")
"""Asked wherever something stands already: the old value stays in the history with it."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `place`: what of the case it writes; `is_row`: it adds a row there and corrects nothing."""

    name: str
    title: str
    fields: tuple[Field, ...]
    statuses: frozenset[str]
    place: str
    is_row: bool = False
    hint: str = ""
    is_grave: bool = False


_REASON = Field("reason", "Lý do", "lines")

ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("detect", "Thời điểm phát hiện vi phạm", (
            Field("at", "Phát hiện lúc", "moment"),
            Field("source_text", "Căn cứ xác định thời điểm", "lines"),
        ), _LIVE, "detected"),
        Act("complexity", "Tính chất vụ việc", (
            Field("value", "Tính chất", "choice", choices=(("ordinary", "Thông thường"), ("complex", "Phức tạp"))),
            Field("reason", "Lý do xác định là phức tạp", "lines", required=False),
        ), _LIVE, "complexity"),
        Act("results", "Chờ kết quả thử nghiệm, giám định", (
            Field("awaited", "Việc lập biên bản", "choice",
                  choices=(("yes", "Phải chờ kết quả mẫu"), ("no", "Không phải chờ kết quả"))),
            Field("samples", "Mẫu gửi thử nghiệm", "lines", required=False, hint="Tên mẫu, số niêm phong, mã trong sổ mẫu."),
            Field("received_on", "Ngày nhận kết quả", "day", required=False),
            Field("result", "Số, ngày phiếu kết quả", required=False),
        ), _LIVE, "results"),
        Act("drafter", "Người có thẩm quyền lập biên bản", (
            Field("user", "Tài khoản", "pick", required=False),
            Field("name", "Họ và tên", required=False, hint="Ghi khi người lập không có tài khoản."),
            Field("title", "Chức vụ"),
            Field("authority", "Căn cứ thẩm quyền lập biên bản", "lines", hint="Văn bản, điều khoản, quyết định giao quyền."),
        ), _LIVE, "drafter"),
        Act("violation", "Hành vi, điều khoản xử phạt", (
            Field("fact", "Nội dung không đạt", "pick"),
            Field("conduct", "Hành vi vi phạm", "lines"),
            Field("article", "Điểm, khoản, điều và nghị định", hint="Ghi đúng văn bản có hiệu lực khi vi phạm; chương trình không tự chọn."),
        ), _LIVE, "facts"),
        Act("price", "Giá mới của phương tiện đo", (
            Field("instrument", "Phương tiện đo", "pick"),
            Field("new_price", "Giá trị phương tiện mới cùng chủng loại", "amount"),
            Field("source_text", "Nguồn của giá", hint="Báo giá, hóa đơn, thẩm định."),
        ), _LIVE, "instruments"),
        Act("report", "Biên bản vi phạm hành chính", (
            Field("number", "Số biên bản"),
            Field("on", "Ngày lập", "day"),
            Field("note", "Ghi chú", "lines", required=False, hint="Người vi phạm từ chối ký, người chứng kiến."),
        ), _LIVE, "report", hint="Ghi theo biên bản đã ký."),
        Act("handover", "Chuyển người có thẩm quyền xử phạt", (
            Field("to", "Người, cơ quan nhận"),
            Field("title", "Chức vụ", required=False),
            Field("on", "Ngày chuyển", "day"),
        ), _REPORTED, "handover"),
        Act("decision", "Quyết định xử phạt", (
            Field("number", "Số quyết định"),
            Field("on", "Ngày quyết định", "day"),
            Field("signer", "Người ký"),
            Field("signer_title", "Chức vụ người ký"),
            Field("amount", "Mức phạt tiền", "amount", required=False, hint="Chép từ quyết định đã ký; bỏ trống nếu không phạt tiền."),
            Field("additional", "Hình thức xử phạt bổ sung", "lines", required=False),
            Field("remedies", "Biện pháp khắc phục hậu quả", "lines", required=False),
        ), _REPORTED, "decision", hint="Chỉ ghi khi đã có quyết định ký. Chương trình không gợi ý mức phạt."),
        Act("payment", "Nộp phạt", (
            Field("amount", "Số tiền đã nộp", "amount"),
            Field("on", "Ngày nộp", "day"),
            Field("receipt", "Số biên lai, chứng từ"),
        ), frozenset({DECIDED}), "payments", is_row=True),
        Act("paper", "Giấy tờ trong hồ sơ bàn giao", (
            Field("what", "Tên giấy tờ"),
            Field("number", "Số, ký hiệu", required=False),
            Field("copies", "Số bản", "count"),
            Field("to", "Người nhận", required=False),
            Field("on", "Ngày giao", "day", required=False),
        ), _LIVE, "papers", is_row=True),
        Act("sample", "Mẫu, tang vật bàn giao", (
            Field("what", "Tên mẫu, tang vật"),
            Field("sample_id", "Mã trong sổ mẫu", required=False),
            Field("condition", "Tình trạng, số niêm phong"),
            Field("to", "Người nhận", required=False),
            Field("on", "Ngày giao", "day", required=False),
        ), _LIVE, "samples", is_row=True),
        Act("strike", "Gạch một dòng đã ghi", (
            Field("row", "Dòng", "pick"),
            _REASON,
        ), _LIVE, "struck", is_row=True, hint="Dòng bị gạch vẫn hiện, kèm lý do."),
        Act("close", "Kết thúc hồ sơ", (_REASON,), frozenset({HANDED_OVER, DECIDED}), "closing", is_grave=True),
        Act("drop", "Không xử lý vi phạm", (_REASON,), frozenset({OPEN, DRAFTED, HANDED_OVER}), "closing", is_grave=True,
            hint="Không có vi phạm, hết thời hiệu, hoặc không ra quyết định xử phạt."),
        Act("reopen", "Mở lại hồ sơ", (_REASON,), FINISHED, "closing"),
    )
}  # fmt: skip
