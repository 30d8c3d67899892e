"""`flask uploads`: what was begun and never finished makes room again."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import current_app
from flask.cli import AppGroup

from server.cli.output import fail, json_option, show
from server.extensions import db
from server.services import uploads
from server.settings import Settings
from server.storage import open_store
from server.storage.blobs import StoreFull, StoreUnavailable
from server.web.transaction import writing

group = AppGroup("uploads", help="Ảnh đang gửi dở: dọn chỗ.")


@group.command("expire")
@json_option
def expire(as_json: bool) -> None:
    """Đóng các lần gửi quá 30 ngày chưa xong và xóa tệp tạm không còn ai dùng; ảnh đã nhận đủ thì giữ nguyên."""
    settings: Settings = current_app.config["SETTINGS"]
    now = datetime.now(UTC)
    try:
        store = open_store(settings.blob_url, settings.instance)
        with writing(db.session) as session:
            overdue = uploads.expire(session, now)
        uploads.discard(store, overdue)
        forgotten = uploads.forgotten(db.session(), store, now)
        uploads.discard(store, forgotten)
    except (StoreFull, StoreUnavailable) as error:
        fail(f"Kho ảnh không dùng được: {error}")
    show(
        {"expired": len(overdue), "forgotten": len(forgotten)},
        [f"Đã đóng {len(overdue)} lần gửi quá hạn, xóa thêm {len(forgotten)} tệp tạm bị bỏ lại."],
        as_json=as_json,
    )
