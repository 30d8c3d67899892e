"""Signing in and out: passwords, sessions, where one lands, and who keeps trying."""

from __future__ import annotations

import unicodedata

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.db.users import User
from server.extensions import db
from server.security.passwords import hash_password
from tests.builders import Office, Person
from tests.server.pages.scene import Desk


@pytest.fixture
def person(office: Office) -> Person:
    """A supervisor."""
    return office.hires("supervisor", "Nguyễn Thanh Bình")


@pytest.fixture
def desk(client: FlaskClient) -> Desk:
    """Their browser."""
    return Desk(client)


def test_a_person_signs_in_and_out(desk: Desk, person: Person) -> None:
    assert desk.client.get("/").headers["Location"] == "/sign-in"
    desk.signs_in(person)
    page = desk.opens("/")
    assert "Nguyễn Thanh Bình" in page
    assert desk.sends(page, "/sign-out").headers["Location"] == "/sign-in"
    assert desk.client.get("/").status_code == 303
    assert "đã đăng xuất" in desk.opens("/sign-in")


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("supervisor1", "sai-mat-khau"),
        ("khong-co", "mat-khau-cho-kiem-thu"),
        ("", ""),
        ("supervisor1", ""),
        ("' OR 1=1; --", "x"),
        ("x" * 5000, "y" * 5000),
        ("supervisor1", "mat-khau-cho-kiem-thu" + "z" * 300),
    ],
)
def test_what_is_wrong_is_refused_in_one_sentence(desk: Desk, person: Person, username: str, password: str) -> None:
    answer = desk.sends(desk.opens("/sign-in"), "/sign-in", username=username, password=password)
    assert answer.status_code == 401
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in answer.get_data(as_text=True)
    assert desk.client.get("/").status_code == 303


def test_a_name_is_found_however_it_is_typed(desk: Desk, person: Person) -> None:
    answer = desk.sends(desk.opens("/sign-in"), "/sign-in", username=f" {person.username.upper()} ", password=person.password)  # fmt: skip
    assert answer.status_code == 303


def test_a_password_composed_otherwise_is_the_same(desk: Desk, office: Office, person: Person) -> None:
    with office.transaction() as session:
        session.get_one(User, person.id).password_hash = hash_password("Mật khẩu đúng chuẩn")
    typed = unicodedata.normalize("NFD", "Mật khẩu đúng chuẩn")
    assert typed != "Mật khẩu đúng chuẩn"
    answer = desk.sends(desk.opens("/sign-in"), "/sign-in", username=person.username, password=typed)
    assert answer.status_code == 303


def test_trying_again_and_again_is_slowed_down(desk: Desk, person: Person) -> None:
    page = desk.opens("/sign-in")
    statuses = [desk.sends(page, "/sign-in", username="ai", password="sai").status_code for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    slowed = desk.sends(page, "/sign-in", username="ai", password="sai")
    assert "Quá nhiều lần thử" in slowed.get_data(as_text=True)


def test_signing_in_rightly_is_never_slowed(app: Flask, person: Person) -> None:
    for _ in range(12):
        Desk(app.test_client()).signs_in(person)


@pytest.mark.parametrize(
    ("wanted", "landed"),
    [
        ("/tablets", "/tablets"),
        ("/?status=issued&q=l%E1%BB%A5c", "/?status=issued&q=l%E1%BB%A5c"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("tablets", "/"),
        ("", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
    ],
)
def test_next_stays_on_this_server(desk: Desk, person: Person, wanted: str, landed: str) -> None:
    page = desk.client.get("/sign-in", query_string={"next": wanted}).get_data(as_text=True)
    answer = desk.sends(page, "/sign-in", username=person.username, password=person.password)
    assert answer.headers["Location"] == landed
    forged = Desk(desk.client.application.test_client())
    answer = forged.sends(forged.opens("/sign-in"), "/sign-in", username=person.username, password=person.password, next=wanted)  # fmt: skip
    assert answer.headers["Location"] == landed


def test_one_comes_back_to_the_page_one_wanted(desk: Desk, person: Person) -> None:
    asked = desk.client.get("/?q=song+mai")
    page = desk.opens(asked.headers["Location"])
    answer = desk.sends(page, "/sign-in", username=person.username, password=person.password)
    assert answer.headers["Location"] == "/?q=song+mai"


def test_a_session_planted_before_signing_in_is_worth_nothing(app: Flask, person: Person) -> None:
    victim = app.test_client()
    with victim.session_transaction() as planted:
        planted["mark"] = "attacker"
    before = victim.get_cookie("session")
    Desk(victim).signs_in(person)
    after = victim.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    with victim.session_transaction() as session:
        assert "mark" not in session


def test_the_cookie_is_kept_from_scripts_and_other_sites(desk: Desk, person: Person) -> None:
    answer = desk.client.get("/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" in cookie


def test_a_form_without_its_token_changes_nothing(desk: Desk, person: Person) -> None:
    answer = desk.client.post("/sign-in", data={"username": person.username, "password": person.password})
    assert answer.status_code == 400
    assert "mở lại trang" in answer.get_data(as_text=True)
    assert desk.client.get("/").status_code == 303


def test_forms_work_over_https_where_the_check_wants_a_referrer(app: Flask, person: Person) -> None:
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://localhost")
    assert page.headers["Referrer-Policy"] == "same-origin"
    token = page.get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    data = {"csrf_token": token, "username": person.username, "password": person.password}
    own = {"Referer": "https://localhost/sign-in"}
    foreign = {"Referer": "https://evil.example/"}
    assert client.post("/sign-in", data=data, base_url="https://localhost", headers=foreign).status_code == 400
    assert client.post("/sign-in", data=data, base_url="https://localhost", headers=own).status_code == 303


def test_a_locked_account_is_out_at_once(desk: Desk, office: Office, person: Person) -> None:
    desk.signs_in(person)
    with office.transaction() as session:
        session.get_one(User, person.id).is_active = False
    assert desk.client.get("/").status_code == 303
    answer = desk.sends(desk.opens("/sign-in"), "/sign-in", username=person.username, password=person.password)
    assert answer.status_code == 401


def test_a_new_password_ends_old_sessions(desk: Desk, office: Office, person: Person) -> None:
    desk.signs_in(person)
    with office.transaction() as session:
        session.get_one(User, person.id).password_hash = hash_password("mat-khau-moi-tinh")
    assert desk.client.get("/").status_code == 303


def test_a_cookie_with_a_broken_id_is_a_stranger(client: FlaskClient, person: Person) -> None:
    for odd in ("x", "", f"{person.id}.", f"{person.id}.é", "\0.1"):
        with client.session_transaction() as session:
            session["_user_id"] = odd
        assert client.get("/").status_code == 303


def test_a_lost_database_is_said_not_thrown(app: Flask, desk: Desk, person: Person) -> None:
    desk.signs_in(person)
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE user_account RENAME TO user_account_gone")
    answer = desk.client.get("/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "3"
    assert "Máy chủ đang bận" in answer.get_data(as_text=True)
