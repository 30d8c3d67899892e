"""Accounts: what a username, a role and a password must be; the name also becomes a document."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from server.db import documents
from server.db.users import by_username
from server.errors import Problem
from server.security.passwords import matches
from server.services import users
from tests.builders import Office

NOW = datetime(2021, 1, 4, tzinfo=UTC)
GOOD = {"username": "kiemtra1", "name": "Nguyễn Văn Kiên", "title": "Kiểm soát viên", "role": "inspector",
        "password": "một câu dài dễ nhớ"}  # fmt: skip


def add(office: Office, **changed: str) -> str:
    with office.transaction() as session:
        return users.add(session, **{**GOOD, **changed}, actor="system", at=NOW).id


def test_an_account_can_sign_in_and_its_name_travels_to_tablets(office: Office, session: Session) -> None:
    id = add(office)
    user = by_username(session, "kiemtra1")
    assert user is not None
    assert matches(user.password_hash, GOOD["password"])
    document = documents.get(session, "user", id)
    assert document is not None
    assert (document.scope, document.state) == ("agency", {"name": "Nguyễn Văn Kiên", "title": "Kiểm soát viên"})


def test_a_name_is_kept_as_one_nfc_line(office: Office, session: Session) -> None:
    add(office, name="Nguye\u0302\u0303n\u0007  Va\u0306n\nA")
    user = by_username(session, "kiemtra1")
    assert user is not None
    assert user.full_name == "Nguyễn Văn A"


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"username": "Kiên"}, "Tên đăng nhập"),
        ({"username": "a"}, "Tên đăng nhập"),
        ({"username": "-ab"}, "Tên đăng nhập"),
        ({"username": "x" * 65}, "Tên đăng nhập"),
        ({"username": "a'; drop--"}, "Tên đăng nhập"),
        ({"name": " \n"}, "họ tên"),
        ({"name": "x" * 201}, "họ tên"),
        ({"role": "root"}, "vai trò"),
        ({"password": "ngắn"}, "ít nhất 10"),
        ({"password": "x" * 129}, "tối đa 128"),
        ({"password": "kiemtra1-2021"}, "dễ đoán"),
        ({"password": "1234567890"}, "dễ đoán"),
        ({"password": "aaaaaaaaaaaa"}, "dễ đoán"),
    ],
)
def test_what_is_refused(office: Office, session: Session, changed: dict[str, str], complaint: str) -> None:
    with pytest.raises(Problem, match=complaint):
        add(office, **changed)
    assert users.every(session) == []
    assert documents.of_kind(session, "user") == []


def test_a_username_is_given_once(office: Office, session: Session) -> None:
    add(office)
    with pytest.raises(Problem, match="đã có người dùng"):
        add(office, name="Người khác")
    assert [u.full_name for u in users.every(session)] == ["Nguyễn Văn Kiên"]
