"""The words of mobile verification on the office's pages: where instruments stand, results, ways of paying, marks."""

from __future__ import annotations

STANDINGS = {
    "received": "Đã nhận",
    "under_test": "Đang kiểm định",
    "passed": "Đạt, chờ trả",
    "failed": "Không đạt, chờ trả",
    "inconclusive": "Chưa kết luận",
    "handed_back": "Đã trả",
}
RESULTS = {"pass": "Đạt", "fail": "Không đạt", "inconclusive": "Chưa kết luận", "none": "Chưa xong"}
METHODS = {"cash": "Tiền mặt", "transfer": "Chuyển khoản", "subsidised": "Được hỗ trợ"}
MARKS = {"sticker": "Tem", "seal": "Chì"}
FATES = {"used": "đã dùng", "spoiled": "hỏng"}
SESSION_STATES = {"open": "Chưa đóng", "closed": "Đã đóng"}
