"""`flask users`: accounts."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from server.cli.output import Group, fail, json_option, show
from server.db.users import Role, User
from server.errors import Problem
from server.extensions import db
from server.services import users
from server.services.creation import SYSTEM
from server.web.transaction import writing

group = Group("users", help="Tài khoản người dùng.")


@group.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Họ và tên.")
@click.option("--title", default="", help="Chức vụ, in trên biên bản.")
@click.option("--role", required=True, type=click.Choice([r.value for r in Role]), help="Vai trò.")
@click.option("--password-stdin", is_flag=True, help="Đọc mật khẩu từ một dòng của đầu vào chuẩn.")
@json_option
def add(username: str, name: str, title: str, role: str, password_stdin: bool, as_json: bool) -> None:
    """Tạo tài khoản. Không có --password-stdin thì hỏi mật khẩu hai lần."""
    password = (
        sys.stdin.readline().rstrip("\r\n")
        if password_stdin
        else click.prompt("Mật khẩu", hide_input=True, confirmation_prompt="Nhập lại mật khẩu", err=True)
    )
    try:
        with writing(db.session) as session:
            user = users.add(session, username=username, name=name, title=title, role=role, password=password,
                             actor=SYSTEM, at=datetime.now(UTC))  # fmt: skip
            value = _shown(user)
    except Problem as problem:
        fail(problem.detail)
    show(value, [f"Đã tạo tài khoản {value['username']} ({value['name']}, {role})."], as_json=as_json)


@group.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Liệt kê tài khoản."""
    rows = [_shown(user) for user in users.every(db.session())]
    lines = [f"{r['username']:<20} {r['role']:<12} {r['name']}{'' if r['active'] else '  (đã khóa)'}" for r in rows]
    show(rows, lines or ["Chưa có tài khoản nào: `flask users add`."], as_json=as_json)


def _shown(user: User) -> dict[str, str | bool]:
    return {"id": user.id, "username": user.username, "name": user.full_name, "title": user.title, "role": user.role,
            "active": user.is_active}  # fmt: skip
