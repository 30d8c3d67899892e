"""`flask users`: accounts."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click
from sqlalchemy.orm import Session

from server.cli.output import Group, fail, json_option, show
from server.db.users import Role, User, by_username
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.services import account_acts, users
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


@group.command("reset-password")
@click.argument("username")
@click.option("--reason", required=True, help="Lý do, ghi vào nhật ký.")
@json_option
def reset_password(username: str, reason: str, as_json: bool) -> None:
    """Cấp mật khẩu một lần, khi không còn người quản trị nào đăng nhập được."""
    try:
        with writing(db.session) as session:
            password = account_acts.reset_password(
                session, _id(session, username), reason, actor=SYSTEM, now=datetime.now(UTC)
            )
    except Problem as problem:
        fail(problem.detail)
    lines = [f"Mật khẩu một lần của {username}: {password}", "Chỉ hiện lần này, dùng được trong 72 giờ."]
    show({"username": username, "password": password}, lines, as_json=as_json)


@group.command("reset-second-factor")
@click.argument("username")
@click.option("--reason", required=True, help="Lý do, ghi vào nhật ký.")
@json_option
def reset_second_factor(username: str, reason: str, as_json: bool) -> None:
    """Quên bảo mật hai lớp của một tài khoản: mất điện thoại và hết mã dự phòng, hoặc SECRET_KEY đã đổi."""
    try:
        with writing(db.session) as session:
            account_acts.reset_second_factor(
                session, _id(session, username), reason, actor=SYSTEM, now=datetime.now(UTC)
            )
    except Problem as problem:
        fail(problem.detail)
    show({"username": username}, [f"Đã đặt lại bảo mật hai lớp của {username}."], as_json=as_json)


@group.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Liệt kê tài khoản."""
    rows = [_shown(user) for user in users.every(db.session())]
    lines = [f"{r['username']:<20} {r['role']:<12} {r['name']}{'' if r['active'] else '  (đã khóa)'}" for r in rows]
    show(rows, lines or ["Chưa có tài khoản nào: `flask users add`."], as_json=as_json)


def _id(session: Session, username: str) -> str:
    user = by_username(session, username)
    if user is None:
        raise Problem(ProblemCode.NOT_FOUND, f"Không có tài khoản {username!r}.")
    return user.id


def _shown(user: User) -> dict[str, str | bool]:
    return {"id": user.id, "username": user.username, "name": user.full_name, "title": user.title, "role": user.role,
            "active": user.is_active}  # fmt: skip
