"""`flask photos verify`: are the bytes of every complete photo there, with their hash."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click
from flask import current_app

from server.cli.backup import Bar
from server.cli.output import Group, json_option, show
from server.extensions import db
from server.services import photo_check
from server.settings import Settings
from server.storage import open_store
from server.web.transaction import writing

group = Group("photos", help="Ảnh: kiểm tra tệp gốc.")


@group.command("verify")
@click.option(
    "--ask-again", is_flag=True, help="Đặt ảnh thiếu tệp về “chờ tệp” để máy tính bảng còn giữ bản gốc gửi lại."
)
@json_option
def verify(ask_again: bool, as_json: bool) -> None:
    """Đọc lại tệp gốc của mọi ảnh đã đủ và đối chiếu mã băm. Mã thoát 1 nếu có ảnh thiếu hoặc sai tệp."""
    settings: Settings = current_app.config["SETTINGS"]
    session, store = db.session(), open_store(settings.blob_url)
    with Bar() as bar:
        bar.begins("Đang kiểm tra ảnh", photo_check.count(session))
        report = photo_check.verify(session, store, bar.advances)
    asked: list[str] = []
    if ask_again and report.faults:
        with writing(db.session) as writer:
            asked = photo_check.expect_again(writer, report.lost, datetime.now(UTC))
    value = {"photos": report.photos, "faults": report.faults, "asked_again": asked}
    lines = [f"Đã kiểm tra {report.photos} ảnh, {len(report.faults)} ảnh có sai lệch."]
    lines += [
        f"ẢNH {f['photo']} (cuộc kiểm tra {f['inspection']}): {f['fault']}; SHA-256 {f['sha256']}."
        for f in report.faults
    ]
    if asked:
        lines.append(f"Đã đặt {len(asked)} ảnh về “chờ tệp”: máy tính bảng còn bản gốc sẽ gửi lại.")
    show(value, lines, as_json=as_json)
    if report.faults:
        sys.exit(1)
