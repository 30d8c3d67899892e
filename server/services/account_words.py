"""How pages name what is done to accounts."""

from __future__ import annotations

ACCOUNT_ACTS = {
    "created": "Lập tài khoản",
    "password_reset": "Đặt lại mật khẩu",
    "password_changed": "Tự đổi mật khẩu",
    "role_changed": "Đổi vai trò",
    "locked": "Khóa tài khoản",
    "unlocked": "Mở lại tài khoản",
    "second_factor_set_up": "Bật bảo mật hai lớp",
    "second_factor_reset": "Đặt lại bảo mật hai lớp",
    "second_factor_exempted": "Miễn bảo mật hai lớp",
    "recovery_codes_renewed": "Tạo lại mã dự phòng",
    "recovery_code_used": "Đăng nhập bằng mã dự phòng",
}
SECOND_FACTOR_STATES = {"off": "Chưa bật", "on": "Đang bật", "exempt": "Được miễn"}
