"""The words of the office's pages: statuses, forms, roles, kinds; and text as people type it, made plain."""

from __future__ import annotations

import unicodedata

from sync.paper_forms import FORMS

INSPECTION_STATUSES = {
    "planned": "Đã lên kế hoạch",
    "in_progress": "Đang kiểm tra",
    "issued": "Chờ duyệt",
    "returned": "Đã trả lại",
    "approved": "Đã phê duyệt",
    "not_carried_out": "Không thực hiện",
}
REVIEW_VERDICTS = {
    "conforming": "Không có mục không đạt",
    "nonconforming": "Có mục không đạt",
    "inconclusive": "Còn số đo chưa kết luận",
}
REVIEW_WARNINGS = {
    "any": "Có cảnh báo",
    "none": "Không có cảnh báo",
    "conflicts": "Hai người ghi khác nhau",
    "held": "Dữ liệu chờ xử lý",
    "photos": "Ảnh cần xem lại",
    "missing": "Ảnh chưa gửi về",
    "papers": "Biên bản cần xem lại",
    "unsigned": "Chờ bản ký",
}
MINUTES_FORMS = {form.code: form.name for form in FORMS.values()}
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
    "quarantined": "Chờ xem xét",
    "held": "Đang giữ lại",
    "applied": "Đã tự động nhận",
    "released": "Đã nhận vào hồ sơ",
    "replaced": "Đã sửa rồi nhận",
    "discarded": "Đã bỏ qua",
}
DECISIONS_MADE = {
    "release": "nhận vào hồ sơ",
    "replace": "sửa rồi nhận vào hồ sơ",
    "discard": "bỏ qua",
    "applied": "tự động nhận khi đủ dữ liệu",
}
OPERATION_TYPES = {
    "create": "Thêm",
    "append": "Bổ sung",
    "patch": "Sửa",
    "delete": "Xóa",
    "void": "Hủy",
    "resolve": "Chọn giá trị cho",
}
PROCEDURES = {
    "fuel-delivery": "Cột đo xăng dầu: lượng xăng dầu",
    "fuel-price": "Cột đo xăng dầu: số tiền",
    "nawi": "Cân không tự động",
    "taximeter-distance": "Taximet: quãng đường",
    "leak-rate": "Huyết áp kế: độ rò",
    "blood-pressure": "Huyết áp kế: áp suất",
    "clinical-thermometer": "Nhiệt kế y học: nhiệt độ",
    "comparison": "So sánh với chuẩn",
    "prepackage-lot": "Hàng đóng gói sẵn: lô hàng",
    "check-scale": "Cân đối chứng: lượng thiếu",
    "scale-interval": "Cân bán lẻ: giá trị độ chia",
    "gold-scale-interval": "Vàng: giá trị độ chia kiểm của cân",
    "validity": "Hiệu lực kiểm định, hiệu chuẩn",
    "gold-mass": "Vàng: khối lượng",
    "gold-fineness": "Vàng: hàm lượng",
    "gold-grade": "Vàng: phân hạng theo kara",
    "dose-rate": "Suất liều bức xạ",
    "electricity-error": "Công tơ điện",
    "registered-minimum": "Chỉ dẫn địa lý: trị số đăng ký tối thiểu",
    "source-sweep": "Rà soát nguồn phóng xạ: ngưỡng điều tra",
    "cordon-dose-rate": "Rà soát nguồn phóng xạ: ngưỡng lùi ra, khoanh vùng",
}
LIMIT_CONTEXTS = {"verification": "khi kiểm định", "inspection": "khi kiểm tra, đang sử dụng", "any": "mọi trường hợp"}
LIMIT_PARAMETERS = {"accuracy_class": "cấp chính xác", "karat": "vàng (kara)", "place": "tại"}
LIMIT_PLACES = {"control": "phòng điều khiển", "public": "nơi công chúng đi lại", "residential": "nơi liền kề nhà ở"}
MEASURED_BY = {
    "construction": "kiểu",
    "power_factor": "hệ số công suất",
    "kind": "loại",
    "unit": "đơn vị",
    "quantity": "đại lượng",
    "criterion": "chỉ tiêu",
    "plan": "phương án",
    "test": "phép thử",
    "basis": "theo",
    "instrument": "phương tiện",
    "characteristic": "chỉ tiêu",
}
MEASURED_AS = {
    "static_direct": "điện tử, đấu trực tiếp",
    "static_ct": "điện tử, qua biến dòng",
    "induction": "cảm ứng",
    "glass": "thủy tinh, thủy ngân",
    "mechanical": "thủy ngân, lò xo",
    "electronic": "điện tử",
    "vehicle": "lắp trên xe",
    "meter_alone": "riêng đồng hồ",
    "printed": "thời hạn đã in",
    "cycle": "chu kỳ",
    "sample": "lấy mẫu",
    "full": "toàn bộ lô",
    "mean": "giá trị trung bình",
    "deficiency": "lượng thiếu cho phép",
    "size": "cỡ mẫu",
    "t1": "số đơn vị thiếu quá T",
    "t2": "số đơn vị thiếu quá 2T",
    "mass": "khối lượng",
    "volume": "thể tích",
    "length": "chiều dài",
    "area": "diện tích",
    "count": "số đếm",
    "ecg-voltage": "điện tim, điện áp",
    "ecg-frequency": "điện tim, tần số",
    "monitor-ecg": "theo dõi bệnh nhân, điện tim",
    "monitor-nibp": "theo dõi bệnh nhân, huyết áp",
    "monitor-temperature": "theo dõi bệnh nhân, nhiệt độ",
    "monitor-respiration": "theo dõi bệnh nhân, nhịp thở",
    "monitor-spo2": "theo dõi bệnh nhân, SpO2",
    "dose_rate_meter": "máy đo suất liều",
    "fruit-mass": "khối lượng quả",
    "flesh-ratio": "tỷ lệ cùi",
    "brix": "độ Brix",
}
ATTRIBUTES = {"pit_mounted": "cân đặt chìm"}
SECTION_PERS = {
    "visit": "một lần mỗi cuộc",
    "instrument": "từng phương tiện",
    "sample": "từng mẫu",
    "vehicle": "từng xe",
}
PHOTO_RULES = {
    "required": "ảnh bắt buộc",
    "on_nonconforming": "ảnh khi không đạt",
    "encouraged": "nên có ảnh",
    "none": "không cần ảnh",
}
ITEM_TYPES = {
    "answer": "Kết luận đạt hay không đạt",
    "number": "Ghi số",
    "text": "Ghi chữ",
    "choice": "Chọn một",
    "multi_choice": "Chọn một hay nhiều",
    "date": "Ghi ngày",
    "table": "Bảng",
    "computed": "Máy tự ghi",
    "photo": "Ảnh",
}
FIELD_TYPES = {
    "answer": "đạt hay không đạt",
    "number": "số",
    "text": "chữ",
    "choice": "chọn một",
    "multi_choice": "chọn một hay nhiều",
    "date": "ngày",
}
TABLET_DECISIONS = {
    "revocation": "Thu hồi quyền",
    "resumption": "Cho dùng lại",
    "numbers_voided": "Hủy các số máy đang giữ",
}
NUMBER_STATUSES = {
    "issued": "Đã phát hành",
    "void": "Đã hủy",
    "returned": "Đã trả lại, chờ cấp tiếp",
    "outstanding": "Máy đang giữ",
    "reserved": "Dành cho bản in sẵn",
    "lost": "Có bản giấy, mất dữ liệu",
    "skipped": "Bỏ qua khi khôi phục",
    "conflicting": "Trùng số",
    "quarantined": "Biên bản đang chờ xử lý",
    "gap": "KHÔNG RÕ",
}
STANDARD_STATES = {
    "in_use": "Đang dùng",
    "sent_for_calibration": "Gửi kiểm định, hiệu chuẩn",
    "broken": "Hỏng",
    "retired": "Thôi dùng",
}
STANDARD_STATUSES = {
    "valid": "Còn hạn",
    "due": "Sắp hết hạn",
    "expired": "Quá hạn",
    "none": "Chưa có giấy",
    "idle": "Hỏng, thôi dùng",
}
SAMPLE_STAGES = {
    "to_send": "Chờ bàn giao",
    "awaited": "Chờ kết quả",
    "done": "Đã có kết quả",
    "kept": "Mẫu lưu",
    "void": "Đã hủy",
}


def plain_text(text: str, *, lines: bool = False) -> str:
    """Return typed text as NFC without control characters; one line, or with its line breaks kept."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(c for c in normal if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    if not lines:
        return " ".join(kept.split())
    return "\n".join(" ".join(line.split()) for line in kept.split("\n")).strip("\n")


def sendable(text: str) -> str:
    """Return text that a page can carry: half a surrogate, which UTF-8 does not have, becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def folded(text: str) -> str:
    """Return text without diacritics and case, so that “luc nam” finds Lục Nam."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())
