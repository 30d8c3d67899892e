"""`flask tablets`: enrolment codes, the list of devices, revocation."""

from __future__ import annotations

from datetime import UTC, datetime

import click
import qrcode
from flask import current_app
from flask.cli import AppGroup

from server.cli.output import fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.services import enrolments
from server.settings import Settings
from server.web.transaction import writing

group = AppGroup("tablets", help="Máy tính bảng: đăng ký, danh sách, thu hồi.")


@group.command("enrol")
@click.option("--user", "username", required=True, help="Tên đăng nhập của kiểm tra viên.")
@json_option
def enrol(username: str, as_json: bool) -> None:
    """Tạo mã đăng ký dùng một lần cho một kiểm tra viên, hiện mã QR để quét."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        with writing(db.session) as session:
            made = enrolments.make_code(session, username, settings.public_url, datetime.now(UTC))
    except Problem as problem:
        fail(problem.detail)
    until = made.expires_at.astimezone()
    value = {"code": made.code, "url": made.url, "expires_at": until.isoformat(timespec="seconds")}
    show(
        value,
        [f"Mã đăng ký: {made.code}", f"Địa chỉ:    {made.url}", f"Hết hạn:    {until:%H:%M:%S ngày %d/%m/%Y}"],
        as_json=as_json,
    )
    if not as_json:
        code = qrcode.QRCode(border=2)
        code.add_data(made.url)
        code.print_ascii(invert=True)


@group.command("list")
@json_option
def listing(as_json: bool) -> None:
    """Liệt kê máy tính bảng và người dùng."""
    rows = [
        {"id": d.id, "tablet": d.tablet_name, "user": u.username, "enrolled_at": d.enrolled_at.isoformat(),
         "revoked": d.revoked_at is not None, "stopped": d.stopped_at is not None}
        for d, u in enrolments.devices(db.session())
    ]  # fmt: skip
    lines = [f"{r['id']}  {r['user']:<16} {r['tablet']}{'  ĐÃ THU HỒI' if r['revoked'] else ''}" for r in rows]
    show(rows, lines or ["Chưa có máy tính bảng nào."], as_json=as_json)


@group.command("revoke")
@click.argument("device_id")
def revoke(device_id: str) -> None:
    """Thu hồi quyền và khóa ký của một máy tính bảng."""
    try:
        with writing(db.session) as session:
            device = enrolments.revoke(session, device_id, datetime.now(UTC))
            name = device.tablet_name
    except Problem as problem:
        fail(problem.detail)
    click.echo(f"Đã thu hồi {name}. Dữ liệu còn trong máy vẫn gửi được, vào khu cách ly.")
