"""`flask tablets`: enrolment codes with a QR in the terminal, the list of devices, revocation."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask import current_app

from server.cli.output import Group, fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.printing.enrolment_qr import terminal
from server.services import enrolments, tablets
from server.services.creation import SYSTEM
from server.settings import Settings
from server.web.transaction import writing
from sync.paper_words import VIETNAM

group = Group("tablets", help="Máy tính bảng: ghi danh, danh sách, thu hồi.")
STATES = {"active": "đang dùng", "stopped": "TẠM DỪNG", "revoked": "đã thu hồi"}


@group.command("enrol")
@click.option("--user", "username", required=True, help="Tên đăng nhập của người sẽ dùng máy.")
@json_option
def enrol(username: str, as_json: bool) -> None:
    """Cấp mã ghi danh một lần, in mã QR ra màn hình."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        with writing(db.session) as session:
            user = enrolments.user_named(session, username)
            if user is None:
                fail(f"Không có tài khoản {username!r}. Xem danh sách bằng `flask users list`.")
            code = enrolments.make_code(session, user, public_url=settings.public_url, now=datetime.now(UTC))
            name = user.full_name
    except Problem as problem:
        fail(problem.detail)
    value = {"code": code.code, "url": code.url, "expires_at": code.expires_at.isoformat(timespec="seconds")}
    until = code.expires_at.astimezone(VIETNAM)
    lines = [
        *([] if as_json else [terminal(code.url)]),
        f"Mã ghi danh cho {name}: {code.spaced}",
        code.url,
        f"Dùng một lần, đến {until:%H:%M:%S ngày %d/%m/%Y}.",
    ]
    show(value, lines, as_json=as_json)


@group.command("list")
@json_option
def listed(as_json: bool) -> None:
    """Liệt kê máy tính bảng đã ghi danh."""
    found = tablets.every(db.session())
    value = [
        {"id": t.id, "tablet_name": t.tablet_name, "holder": t.holder, "state": t.state, "kid": t.kid,
         "enrolled_at": t.enrolled_at.isoformat(), "last_seen_at": t.last_seen_at.isoformat() if t.last_seen_at else None,
         "revoked_at": t.revoked_at.isoformat() if t.revoked_at else None, "operations": t.operations}
        for t in found
    ]  # fmt: skip
    lines = [f"{t.id}  {STATES[t.state]:<11} {t.holder} – {t.tablet_name} ({t.operations} thao tác)" for t in found]
    show(value, lines or ["Chưa có máy tính bảng nào được ghi danh."], as_json=as_json)


@group.command("revoke")
@click.argument("device_id")
@click.option("--reason", required=True, help="Lý do, ghi vào nhật ký.")
def revoke(device_id: str, reason: str) -> None:
    """Thu hồi quyền của một máy: mã truy cập, dải số và khóa ký ngừng hiệu lực."""
    try:
        with writing(db.session) as session:
            is_first = tablets.revoke(session, device_id, reason, actor=SYSTEM, now=datetime.now(UTC))
    except Problem as problem:
        fail(problem.detail)
    click.echo("Đã thu hồi." if is_first else "Máy này đã bị thu hồi từ trước.")
