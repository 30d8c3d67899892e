"""`flask organisations`: the agencies of the house and what each of them allows."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from server.cli.output import Group, fail, json_option, show
from server.errors import Problem
from server.extensions import db
from server.services import organisations
from server.services.creation import SYSTEM
from server.web.transaction import writing

group = Group("organisations", help="Cơ quan: xem danh sách, cho phép ký trên máy tính bảng.")


@group.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """Liệt kê các cơ quan và thiết lập của từng cơ quan."""
    rows = organisations.all_of(db.session())
    lines = [
        f"{row.id}  {row.name}: {'cho phép' if row.drawn_signatures else 'không'} ký trên màn hình" for row in rows
    ]
    show([row._asdict() for row in rows], lines or ["Chưa có cơ quan nào."], as_json=as_json)


@group.command("drawn-signatures")
@click.argument("organisation_id", metavar="ID")
@click.option(
    "--allow/--forbid", "allowed", required=True, help="Cho phép hay không cho phép ký trên màn hình máy tính bảng."
)
@json_option
def drawn_signatures(organisation_id: str, allowed: bool, as_json: bool) -> None:
    """Cho phép (hoặc thôi cho phép) ký trên màn hình; bản giấy ký tay vẫn là bản chính."""
    now = datetime.now(UTC)
    try:
        with writing(db.session) as session:
            changed = organisations.allow_drawn_signatures(
                session, organisation_id, allowed=allowed, actor=SYSTEM, at=now
            )
    except Problem as problem:
        fail(problem.detail)
    word = "Cho phép" if allowed else "Không cho phép"
    said = f"{word} ký trên màn hình." if changed else "Thiết lập vốn đã như vậy, không đổi gì."
    show({"id": organisation_id, "drawn_signatures": allowed, "changed": changed}, [said], as_json=as_json)
