"""`flask demo day` and `flask demo welcome`: the simulated field day, and what `make run` says before it serves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
import qrcode
from flask import current_app
from sqlalchemy import select

from server.cli.demo import group
from server.cli.output import fail, json_option, show
from server.db.users import User
from server.extensions import db
from server.services import enrolments
from server.settings import ROOT, Settings
from server.web.transaction import writing


@group.command("day")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=ROOT / "build" / "demo",
              help="Thư mục của máy chủ mẫu và các bản PDF; bị xóa và dựng lại.")  # fmt: skip
@json_option
def day(folder: Path, as_json: bool) -> None:
    """Mô phỏng một ngày kiểm tra qua HTTP thật: mất mạng, đứt đường truyền, lập biên bản, duyệt."""
    from server.demo.day import run
    from server.demo.serving import StepFailed

    try:
        done = run(folder.resolve())
    except StepFailed as failed:
        fail(f"Ngày kiểm tra mẫu dừng ở bước: {failed}")
    value = {"pdfs": [str(p) for p in done.pdfs], "verify_urls": done.verify_urls, "folder": str(folder)}
    lines = ["Biên bản:", *(f"  {p}" for p in done.pdfs), "Địa chỉ xác thực (mở được khi máy chủ mẫu chạy):",
             *(f"  {u}" for u in done.verify_urls)]  # fmt: skip
    show(value, lines, as_json=as_json)


@group.command("welcome")
def welcome() -> None:
    """In địa chỉ, tài khoản mẫu và mã QR đăng ký máy tính bảng."""
    settings: Settings = current_app.config["SETTINGS"]
    click.echo(f"\nHiện Trường chạy tại {settings.public_url}")
    users = list(db.session.scalars(select(User).where(User.is_active).order_by(User.role, User.username)))
    if not any("(DEMO)" in u.full_name for u in users):
        return
    click.echo("Tài khoản mẫu (mật khẩu trong server/demo/data/department.yaml):")
    for user in users:
        click.echo(f"  {user.username:<14} {user.role:<12} {user.full_name}")
    leader = next(u for u in users if u.role == "team_leader")
    with writing(db.session) as session:
        made = enrolments.make_code(
            session, session.merge(leader), public_url=settings.public_url, now=datetime.now(UTC)
        )
    click.echo(f"\nĐăng ký máy tính bảng cho {made.user.username}, mã {made.code} (hết hạn sau 15 phút):")
    code = qrcode.QRCode(border=2)
    code.add_data(made.url)
    code.print_ascii(invert=True)
