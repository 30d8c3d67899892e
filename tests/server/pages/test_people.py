"""Accounts at an administrator's desk: one-time passwords, roles, locking, the second factor; each with a reason, journalled."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.journal import JournalEntry
from server.db.users import User
from tests.builders import Office, Person
from tests.server.api.wire import Wire
from tests.server.pages.scene import NASTY, Desk


@pytest.fixture
def admin(office: Office) -> Person:
    """The administrator."""
    return office.hires("admin", "Phạm Quản Trị")


@pytest.fixture
def desk(client: FlaskClient, admin: Person) -> Desk:
    """Their browser, signed in."""
    return Desk(client).signs_in(admin)


def acts(database: Session, person_id: str) -> list[tuple[str, str, str]]:
    """What the journal says of an account: act, reason, who."""
    database.rollback()
    entries = database.scalars(
        select(JournalEntry.entry)
        .where(JournalEntry.kind == "account", JournalEntry.doc_id == person_id)
        .order_by(JournalEntry.seq)
    )
    return [(e["set"]["act"], e["set"]["reason"], e["actor"]) for e in map(orjson.loads, entries)]


def shown_password(page: str) -> str:
    """The one-time password on a page."""
    found = re.search(r'<strong class="code">([A-Z0-9-]+)</strong>', page)
    assert found
    return found[1]


def test_a_new_account_begins_with_a_password_of_its_own(
    app: Flask, desk: Desk, admin: Person, database: Session
) -> None:
    page = desk.sends(
        desk.opens("/people/new"),
        "/people/new",
        name="Lê Văn Mới",
        title="Chuyên viên",
        username="levanmoi",
        role="clerk",
    )
    once = shown_password(page.get_data(as_text=True))
    person = database.scalars(select(User).where(User.username == "levanmoi")).one()
    assert acts(database, person.id) == [("created", "", admin.id)]

    theirs = Desk(app.test_client())
    theirs.sends(theirs.opens("/sign-in"), "/sign-in", username="levanmoi", password=once)
    assert theirs.client.get("/").headers["Location"] == "/account/password"
    assert theirs.client.get("/numbers").headers["Location"] == "/account/password"
    form = theirs.opens("/account/password")
    assert "mật khẩu một lần" in form
    theirs.sends(form, "/account/password", old=once, new="Câu của riêng tôi", again="Câu của riêng tôi")
    theirs.opens("/numbers")
    assert [act for act, _, _ in acts(database, person.id)] == ["created", "password_changed"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"username": "Có Dấu"}, "3 đến 64 ký tự"),
        ({"username": "admin1"}, "đã có người dùng"),
        ({"name": " "}, "Cần họ tên"),
        ({"name": "x" * 500}, "tối đa 200"),
        ({"role": "director"}, "Không có vai trò"),
        ({"role": ""}, "Không có vai trò"),
    ],
)
def test_a_new_account_is_refused_in_words_and_keeps_what_was_typed(
    desk: Desk, given: dict[str, str], said: str
) -> None:
    typed = {"name": "Lê Văn Mới", "title": NASTY, "username": "levanmoi", "role": "clerk"} | given
    answer = desk.sends(desk.opens("/people/new"), "/people/new", **typed)
    text = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code in {400, 409}
    assert said in text
    assert f'value="{typed["title"]}"' in text


def test_a_reset_password_opens_once_and_for_three_days(
    app: Flask, office: Office, desk: Desk, admin: Person, database: Session
) -> None:
    person = office.hires("clerk", "Lê Thị Văn Thư")
    theirs = Desk(app.test_client()).signs_in(person)
    path = f"/people/{person.id}"
    refused = desk.sends(desk.opens(path), f"{path}/password", reason=" ")
    assert refused.status_code == 400
    assert "Cần ghi lý do" in refused.get_data(as_text=True)
    theirs.opens("/")
    once = shown_password(
        desk.sends(desk.opens(path), f"{path}/password", reason="Quên mật khẩu").get_data(as_text=True)
    )
    assert theirs.client.get("/").status_code == 303, "signed out at once"
    assert (
        theirs.sends(
            theirs.opens("/sign-in"), "/sign-in", username=person.username, password=person.password
        ).status_code
        == 401
    )
    assert acts(database, person.id) == [("password_reset", "Quên mật khẩu", admin.id)]
    with office.transaction() as session:
        session.get_one(User, person.id).must_change_by = datetime.now(UTC) - timedelta(seconds=1)
    late = theirs.sends(theirs.opens("/sign-in"), "/sign-in", username=person.username, password=once)
    assert late.status_code == 401
    assert once not in desk.opens(path)


def test_a_locked_person_is_out_at_once_and_comes_back(
    app: Flask, office: Office, desk: Desk, admin: Person, database: Session
) -> None:
    person = office.hires("inspector", "Nguyễn Văn Nghỉ")
    tablet = Wire(app.test_client(), office.enrols(person))
    theirs, path = Desk(app.test_client()).signs_in(person), f"/people/{person.id}"
    assert desk.sends(desk.opens(path), f"{path}/lock", reason="Nghỉ hưu").status_code == 303
    assert theirs.client.get("/").status_code == 303
    assert tablet.pull() == []
    assert desk.sends(desk.opens(path), f"{path}/unlock", reason="Đi làm lại").status_code == 303
    assert theirs.client.get("/").status_code == 303, "the old session stays ended"
    theirs.signs_in(person).opens("/")
    assert acts(database, person.id) == [("locked", "Nghỉ hưu", admin.id), ("unlocked", "Đi làm lại", admin.id)]


def test_a_new_role_counts_on_the_next_page(app: Flask, office: Office, desk: Desk, database: Session) -> None:
    person = office.hires("clerk", "Lê Thị Văn Thư")
    theirs, path = Desk(app.test_client()).signs_in(person), f"/people/{person.id}"
    theirs.opens("/numbers")
    assert desk.sends(desk.opens(path), f"{path}/role", role="inspector", reason="Chuyển phòng").status_code == 303
    theirs.opens("/numbers", 403)
    for role in ("inspector", "director", ""):
        assert desk.sends(desk.opens(path), f"{path}/role", role=role, reason="x").status_code == 400
    assert [act for act, _, _ in acts(database, person.id)] == ["role_changed"]


def test_a_lost_phone_is_reset_and_somebody_let_off_shows(
    app: Flask, office: Office, desk: Desk, database: Session
) -> None:
    person = office.hires("supervisor", "Nguyễn Thanh Bình", second_factor="off")
    theirs, path = Desk(app.test_client()).signs_in(person), f"/people/{person.id}"
    assert theirs.client.get("/").headers["Location"] == "/account/second-factor"
    assert desk.sends(desk.opens(path), f"{path}/exempt", reason="Không có điện thoại thông minh").status_code == 303
    assert "Được miễn" in desk.opens("/people")
    theirs.signs_in(person).opens("/")
    assert desk.sends(desk.opens(path), f"{path}/factor", reason="Đã có điện thoại").status_code == 303
    assert theirs.client.get("/").status_code == 303
    assert [act for act, _, _ in acts(database, person.id)] == ["second_factor_exempted", "second_factor_reset"]


def test_nobody_locks_themselves_out(office: Office, desk: Desk, admin: Person) -> None:
    path = f"/people/{admin.id}"
    other = desk.opens(f"/people/{office.hires('clerk').id}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', other)
    assert token
    for act in ("lock", "role", "factor", "exempt"):
        answer = desk.client.post(f"{path}/{act}", data={"csrf_token": token[1], "reason": "thử", "role": "clerk"})
        assert answer.status_code == 400, act
        assert "chính mình" in answer.get_data(as_text=True)
    desk.opens("/people")


def test_the_last_administrator_stays(app: Flask, office: Office, desk: Desk, admin: Person) -> None:
    second = office.hires("admin", "Quản Trị Hai")
    path, theirs = f"/people/{admin.id}", Desk(app.test_client()).signs_in(second)
    page = theirs.opens(path)
    assert desk.sends(desk.opens(f"/people/{second.id}"), f"/people/{second.id}/lock", reason="Nghỉ").status_code == 303
    assert theirs.sends(page, f"{path}/lock", reason="Trả đũa").status_code == 401
    desk.opens("/people")


def test_forged_ids_and_acts_find_nothing(desk: Desk, office: Office) -> None:
    person = office.hires()
    page = desk.opens(f"/people/{person.id}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    for path in ("/people/00000000-0000-4000-8000-000000000000/lock", f"/people/{person.id}/delete"):
        assert desk.client.post(path, data={"csrf_token": token[1], "reason": "thử"}).status_code == 404
    for path in ("/people/00000000-0000-4000-8000-000000000000", "/people/x", "/people/%00"):
        assert desk.client.get(path).status_code == 404
