"""`flask minutes`: verify offline, print again, issue and void at the office."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app

from server.cli.output import Group, fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.security.keys import server_key
from server.services import minutes
from server.settings import Settings
from server.web.transaction import writing
from sync import seal

group = Group("minutes", help="Biên bản: xác thực, in lại, phát hành, hủy.")


@group.command("verify")
@click.argument("source")
@click.option("--keys", "keys_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True,
              help="Danh sách khóa công khai (/.well-known/minutes-keys.json đã tải về).")  # fmt: skip
@json_option
def verify(source: str, keys_file: Path, as_json: bool) -> None:
    """Xác thực không cần mạng: SOURCE là chuỗi trong mã QR, tệp chứa chuỗi đó, hoặc tệp .json của biên bản."""
    try:
        text, canonical = _sealed(source)
        found = seal.verify_offline(text, keys_file.read_text(encoding="utf-8"), canonical)
    except UnicodeDecodeError:
        fail("Tệp không phải văn bản UTF-8: hãy kiểm tra tệp biên bản và danh sách khóa.")
    except OSError as error:
        fail(f"Không đọc được tệp: {error.strerror}.")
    except seal.KeysFileError as error:
        fail(str(error))
    claims = None if found.claims is None else asdict(found.claims)
    if claims is not None:
        claims = {k: v.hex() if isinstance(v, bytes) else v for k, v in claims.items()}
    show(
        {"outcome": found.outcome.value, "message": found.message_vi, "claims": claims},
        [found.message_vi],
        as_json=as_json,
    )
    if found.outcome is not seal.Outcome.VALID:
        raise SystemExit(1)


@group.command("pdf")
@click.argument("minutes_id")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Tên tệp; mặc định theo số biên bản.")
@click.option("--twin", is_flag=True, help="Bản PDF/A-3 kèm nội dung đã ký.")
def pdf(minutes_id: str, out: Path | None, twin: bool) -> None:
    """In lại một biên bản đúng như đã phát hành."""
    from server.printing.minutes import render

    settings: Settings = current_app.config["SETTINGS"]
    try:
        name, data = minutes.pdf(db.session(), minutes_id, render, host=settings.public_host, twin=twin)
    except Problem as problem:
        fail(problem.detail)
    path = out or Path(name)
    try:
        path.write_bytes(data)
    except OSError as error:
        fail(f"Không ghi được {path}: {error.strerror}.")
    click.echo(str(path))


@group.command("issue")
@click.argument("inspection_id")
@click.option("--form", type=click.Choice(["announcement", "working", "inspection", "amendment"]), default="inspection")
@click.option("--amends", help="Biên bản được bổ sung (với --form amendment).")
@click.option("--by", "actor", required=True, help="Mã tài khoản người phát hành.")
@json_option
def issue(inspection_id: str, form: str, amends: str | None, actor: str, as_json: bool) -> None:
    """Phát hành biên bản tại cơ quan, ký bằng khóa của máy chủ."""
    settings: Settings = current_app.config["SETTINGS"]
    key = server_key(settings.instance)
    try:
        with writing(db.session) as session:
            id = minutes.issue(session, inspection_id, form, actor=actor, key=key, now=datetime.now(UTC), amends=amends)
    except Problem as problem:
        fail(problem.detail)
    show({"id": id}, [f"Đã phát hành biên bản {id}."], as_json=as_json)


@group.command("void")
@click.argument("minutes_id")
@click.option("--reason", required=True)
@click.option("--by", "actor", required=True, help="Mã tài khoản người hủy.")
def void(minutes_id: str, reason: str, actor: str) -> None:
    """Hủy một biên bản, kèm lý do; số của nó không được dùng lại."""
    try:
        with writing(db.session) as session:
            minutes.void(session, minutes_id, reason, actor=actor, now=datetime.now(UTC))
    except Problem as problem:
        fail(problem.detail)
    click.echo("Đã hủy.")


def _sealed(source: str) -> tuple[str | bytes, str | None]:
    """(what was sealed, the canonical text where we have it) from a URL, a text file or a .json of minutes."""
    path = Path(source) if len(source) < 250 else None
    if path is None or not path.is_file():
        return source.strip(), None
    text = path.read_text(encoding="utf-8").strip()
    try:
        value: Any = json.loads(text)
    except ValueError:
        return text, None
    if not isinstance(value, dict) or not isinstance(value.get("cose"), str):
        return text, None
    try:
        return minutes.unpadded(value["cose"]), str(value.get("canonical", ""))
    except ValueError:
        return text, None
