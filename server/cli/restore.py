"""`flask restore`: everything verified first, the old database kept aside, a new epoch, the journal verified last."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import alembic.command
import alembic.script
import click
from alembic.util.exc import CommandError
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from server.cli.backup import Bar, ending_on_signals, passphrase_option, read_passphrase
from server.cli.output import fail, json_option, show
from server.cli.restore_target import Target, TargetError, target_of
from server.extensions import db
from server.security.envelope import EnvelopeError, open_closed
from server.security.keys import KEY_FILE
from server.services import journal
from server.services import restore as service
from server.services.archive import KEY, ArchiveError, Reader
from server.settings import Settings
from server.storage import open_store
from server.storage.blobs import StoreFull, StoreUnavailable
from server.storage.whole_file import writing_whole


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Thay cơ sở dữ liệu đang có; bản cũ được giữ lại bên cạnh.")
@passphrase_option
@json_option
@with_appcontext
def group(file: Path, force: bool, passphrase_file: Path | None, as_json: bool) -> None:
    """Khôi phục từ FILE do `flask backup` tạo. Hãy dừng máy chủ trước.

    Kiểm tra cả bản sao lưu trước khi đụng tới dữ liệu; không ghi đè cơ sở dữ liệu đang dùng nếu không có --force.
    """
    settings: Settings = current_app.config["SETTINGS"]
    db.session.remove()
    now = datetime.now(UTC)
    try:
        with ending_on_signals(), Bar() as bar, Reader(file) as archive, ExitStack() as stack:
            key = _verified(archive, file, passphrase_file, bar)
            target = stack.enter_context(target_of(db.engine, now))
            if target.is_in_use and not force:
                fail("Cơ sở dữ liệu đang có dữ liệu. Thêm --force để thay; bản cũ sẽ được giữ lại bên cạnh.")
            value = _restore(archive, target, settings, bar, now)
        if key is not None:
            value["old_key"] = _restore_key(settings.instance / KEY_FILE, key, now)
    except (ArchiveError, EnvelopeError, TargetError, StoreFull, StoreUnavailable, OSError) as error:
        fail(f"Không khôi phục được, dữ liệu cũ còn nguyên: {error}")
    report = journal.verify(db.session())
    value |= {"keys": key is not None, "journal": {"whole": report.is_whole, **asdict(report)}}
    show(value, _lines(value), as_json=as_json)
    if not report.is_whole or value["damaged_blobs"]:
        sys.exit(1)


def _verified(archive: Reader, file: Path, passphrase_file: Path | None, bar: Bar) -> bytes | None:
    """Check everything that can be wrong with the archive before anything is touched; return the opened key."""
    bar.begins("Kiểm tra bản sao lưu", file.stat().st_size)
    archive.verify(bar.advances)
    known = {
        script.revision for script in alembic.script.ScriptDirectory.from_config(migrate_config()).walk_revisions()
    }
    if archive.manifest.revision not in known:
        raise ArchiveError(
            f"bản sao lưu thuộc phiên bản mới hơn ({archive.manifest.revision}): hãy cập nhật máy chủ trước."
        )
    if KEY not in archive.manifest.members:
        return None
    if passphrase_file is None:
        click.echo("Bản sao lưu có khóa ký; không có --passphrase-file nên khóa không được khôi phục.", err=True)
        return None
    with archive.open(KEY) as member:
        return open_closed(member.read(), read_passphrase(passphrase_file))


def _restore(archive: Reader, target: Target, settings: Settings, bar: Bar, now: datetime) -> dict[str, Any]:
    store = open_store(settings.blob_url)
    bar.begins("Khôi phục ảnh", len(archive.manifest.blobs))
    blobs, damaged = service.put_blobs(archive, store, bar.advances)
    bar.begins("Khôi phục cơ sở dữ liệu", archive.manifest.rows)
    with target.filling() as connection:
        rows = service.fill(connection, archive, migrate_on, bar.advances)
        with Session(bind=connection) as session:  # joins the filling transaction, which `filling` commits
            done = service.settle(session, archive, store, target.marks, now)
    done.rows, done.blobs, done.damaged_blobs = rows, blobs, damaged
    return {**asdict(done), "made_at": archive.manifest.made_at, "aside": target.aside}


def migrate_config() -> Any:
    """Alembic's configuration of this app."""
    return current_app.extensions["migrate"].migrate.get_config()


def migrate_on(connection: Connection, revision: str) -> None:
    """Run migrations on a connection that we hold, inside its transaction."""
    config = migrate_config()
    config.attributes["connection"] = connection
    try:
        alembic.command.upgrade(config, revision)
    except CommandError as error:
        raise ArchiveError(str(error)) from error


def _restore_key(path: Path, pem: bytes, now: datetime) -> str | None:
    """Write the signing key; another one that lies there is kept beside it."""
    if path.exists() and path.read_bytes() == pem:
        return None
    aside = None
    if path.exists():
        aside = path.with_name(f"{path.name}.truoc-khoi-phuc-{now:%Y%m%d-%H%M%S}")
        os.link(path, aside)
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing_whole(path, overwrite=True) as file:
        file.write(pem)
    return None if aside is None else str(aside)


def _lines(value: dict[str, Any]) -> list[str]:
    lines = [f"Đã khôi phục {value['rows']} dòng và {value['blobs']} tệp ảnh từ bản sao lưu lúc {value['made_at']}."]
    if value["aside"]:
        lines.append(f"Cơ sở dữ liệu cũ được giữ tại {value['aside']}.")
    if value.get("old_key"):
        lines.append(f"Khóa ký cũ được giữ tại {value['old_key']}.")
    lines += [f"Sổ {s['series']} năm {s['year']}: bỏ qua số {s['from']}–{s['to']}, có thể đã cấp sau lúc sao lưu."
              for s in value["skipped"]]  # fmt: skip
    if passed := sum(s["last"] - s["first"] + 1 for s in value["passed_over"]):
        lines.append(
            f"Sổ tem, chì: {passed} số chưa rõ còn ở cơ quan hay đã cấp sau lúc sao lưu: xem trang Sổ tem, chì."
        )
    if value["expected_again"]:
        lines.append(f"{len(value['expected_again'])} ảnh thiếu tệp: chờ máy tính bảng gửi lại.")
    lines += [
        f"HỎNG tệp ảnh {sha} đang có trong kho: hãy xóa tệp đó rồi khôi phục lại." for sha in value["damaged_blobs"]
    ]
    found = value["journal"]
    if found["whole"]:
        lines.append(f"Nhật ký nguyên vẹn: {found['entries']} bản ghi, {found['documents']} tài liệu.")
    else:
        lines.append("NHẬT KÝ CÓ SAI LỆCH: hãy chạy `flask journal verify` để xem.")
    lines.append("Kỷ nguyên dữ liệu mới: máy tính bảng sẽ tự gửi lại những gì máy chủ không còn.")
    return lines
