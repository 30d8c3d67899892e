"""One's own account: the second factor from its first code to the last recovery code, passwords, sessions that end."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.db.users import SecondFactor, User
from server.security import at_rest, passwords, totp
from tests.builders import Office, Person
from tests.conftest import SECRET
from tests.server.pages.scene import Desk

WRONG = "Mã không đúng hoặc đã dùng"


@pytest.fixture
def person(office: Office) -> Person:
    """A supervisor who has not set anything up yet."""
    return office.hires("supervisor", "Nguyễn Thanh Bình", second_factor="off")


@pytest.fixture
def desk(client: FlaskClient) -> Desk:
    """Their browser."""
    return Desk(client)


def code_at(secret: str, steps: int = 0) -> str:
    """What the phone shows so many steps from now."""
    return str(pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=steps))


def sets_up(desk: Desk) -> tuple[str, list[str]]:
    """Set the second factor up; return the secret and the recovery codes."""
    page = desk.sends(desk.opens("/account/second-factor"), "/account/second-factor").get_data(as_text=True)
    secret = re.search(r'<code class="address">([A-Z2-7]{32})</code>', page)
    assert secret
    done = desk.sends(page, "/account/second-factor/code", code=code_at(secret[1], -1)).get_data(as_text=True)
    codes = re.findall(r"<li><code>([A-Z0-9-]+)</code></li>", done)
    assert len(codes) == 10, done
    return secret[1], codes


def password_given(desk: Desk, person: Person, **more: Any) -> Any:
    """Name and password typed; what comes next."""
    page = desk.opens("/sign-in")
    return desk.sends(page, "/sign-in", username=person.username, password=person.password, **more)


def test_a_supervisor_does_nothing_before_the_second_factor_is_set_up(desk: Desk, person: Person) -> None:
    desk.signs_in(person)
    for path in ("/", "/tablets", "/account/second-factor"):
        answer = desk.client.get(path)
        assert (answer.status_code, answer.headers.get("Location")) in {(303, "/account/second-factor"), (200, None)}
    assert desk.client.get("/").status_code == 303
    assert desk.client.get("/api/v1/minutes/00000000-0000-4000-8000-000000000000.json").status_code == 403
    sets_up(desk)
    assert desk.client.get("/").status_code == 200, "the session goes on"


def test_an_inspector_may_and_need_not(office: Office, desk: Desk) -> None:
    person = office.hires("inspector", second_factor="off")
    desk.signs_in(person)
    desk.opens("/")
    sets_up(desk)
    desk.sends(desk.opens("/"), "/sign-out")
    assert "Mã xác thực" in password_given(desk, person).get_data(as_text=True)


def test_password_and_code_let_in_and_a_code_counts_once(app: Flask, desk: Desk, person: Person) -> None:
    desk.signs_in(person)
    secret, _ = sets_up(desk)
    other = Desk(app.test_client())
    asked = password_given(other, person, next="/tablets")
    assert other.client.get("/").status_code == 303, "the password alone is not enough"
    code = code_at(secret)
    answer = other.sends(asked.get_data(as_text=True), "/sign-in/code", code=f"{code[:3]} {code[3:]}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tablets")
    other.opens("/")

    replayed = Desk(app.test_client())
    page = password_given(replayed, person).get_data(as_text=True)
    for typed in (code, code_at(secret, -1), code_at(secret, -2), "000000", "", "x" * 60):
        refused = replayed.sends(page, "/sign-in/code", code=typed)
        assert refused.status_code == 400, typed
        assert WRONG in refused.get_data(as_text=True)
    assert replayed.client.get("/").status_code == 303


def test_a_clock_half_a_minute_off_is_forgiven_and_more_is_not() -> None:
    secret, now = totp.new_secret(), datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    present = int(now.timestamp()) // totp.STEP_S
    for off in (-1, 0, 1):
        code = pyotp.TOTP(secret.decode()).generate_otp(present + off)
        assert totp.step_of(secret, code, now) == present + off
    for off in (-2, 2):
        assert totp.step_of(secret, pyotp.TOTP(secret.decode()).generate_otp(present + off), now) is None
    assert totp.step_of(secret, "１２３４５６", now) is None


def test_each_recovery_code_opens_once(app: Flask, desk: Desk, person: Person) -> None:
    desk.signs_in(person)
    _, codes = sets_up(desk)
    for typed, status in ((codes[0].lower(), 303), (codes[0], 400), (codes[1].replace("-", " "), 303)):
        other = Desk(app.test_client())
        page = password_given(other, person).get_data(as_text=True)
        assert other.sends(page, "/sign-in/code", code=typed).status_code == status
    assert "Còn <b>8</b> mã dự phòng" in desk.opens("/account")


def test_new_recovery_codes_void_the_old_ones(app: Flask, desk: Desk, person: Person) -> None:
    desk.signs_in(person)
    secret, old = sets_up(desk)
    page = desk.opens("/account")
    assert desk.sends(page, "/account/recovery-codes", code="123456").status_code == 400
    renewed = desk.sends(page, "/account/recovery-codes", code=code_at(secret))
    assert renewed.status_code == 200
    assert not set(old) & set(re.findall(r"<code>([A-Z0-9-]+)</code>", renewed.get_data(as_text=True)))
    other = Desk(app.test_client())
    page = password_given(other, person).get_data(as_text=True)
    assert other.sends(page, "/sign-in/code", code=old[0]).status_code == 400


def test_guessing_codes_is_slowed_down_wherever_it_comes_from(app: Flask, desk: Desk, person: Person) -> None:
    desk.signs_in(person)
    sets_up(desk)
    statuses = []
    for number in range(12):
        other = Desk(app.test_client())
        other.client.environ_base["REMOTE_ADDR"] = f"10.0.0.{number}"
        page = password_given(other, person).get_data(as_text=True)
        statuses.append(other.sends(page, "/sign-in/code", code="000000").status_code)
    assert statuses == [400] * 10 + [429] * 2


def test_the_way_from_password_to_code_is_five_minutes_long(desk: Desk, person: Person) -> None:
    desk.signs_in(person)
    secret, _ = sets_up(desk)
    desk.sends(desk.opens("/"), "/sign-out")
    page = password_given(desk, person).get_data(as_text=True)
    with desk.client.session_transaction() as session:
        session["halfway"] = [session["halfway"][0], session["halfway"][1] - 301]
    assert desk.sends(page, "/sign-in/code", code=code_at(secret)).headers["Location"] == "/sign-in?next=/"
    assert "quá 5 phút" in desk.opens("/sign-in")


def test_the_secret_and_the_codes_are_closed_in_the_database(desk: Desk, person: Person, database: Session) -> None:
    desk.signs_in(person)
    secret, codes = sets_up(desk)
    kept = database.get_one(SecondFactor, person.id)
    assert secret.encode() not in kept.secret
    assert at_rest.opened(kept.secret, key=SECRET, holder=person.id) == secret.encode()
    for key, holder in ((SECRET + "x", person.id), (SECRET, "someone-else")):
        with pytest.raises(at_rest.CannotOpen):
            at_rest.opened(kept.secret, key=key, holder=holder)
    assert not {code.replace("-", "") for code in codes} & set(kept.recovery)


def test_another_authenticator_is_not_set_up_at_an_open_desk(desk: Desk, person: Person) -> None:
    desk.signs_in(person)
    sets_up(desk)
    answer = desk.sends(desk.opens("/account/second-factor"), "/account/second-factor")
    assert answer.status_code == 409
    assert "người quản trị đặt lại" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("sai", "mat-khau-moi-tinh", "mat-khau-moi-tinh", "hiện tại không đúng"),
        (None, "mat-khau-moi-tinh", "mat-khau-khac", "không giống nhau"),
        (None, "ngan", "ngan", "ít nhất 10"),
        (None, None, None, "phải khác"),
        (None, "inspector1-2026", "inspector1-2026", "quá dễ đoán"),
    ],
)
def test_a_new_password_is_refused_in_words(
    office: Office, desk: Desk, old: str, new: str, again: str, said: str
) -> None:
    person = office.hires("inspector")
    page = desk.signs_in(person).opens("/account/password")
    answer = desk.sends(
        page,
        "/account/password",
        old=old or person.password,
        new=new or person.password,
        again=again or person.password,
    )
    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)


def test_a_new_password_keeps_this_session_and_ends_the_others(app: Flask, office: Office, desk: Desk) -> None:
    person = office.hires("inspector")
    other = Desk(app.test_client()).signs_in(person)
    page = desk.signs_in(person).opens("/account/password")
    answer = desk.sends(
        page, "/account/password", old=person.password, new="Trời hôm nay đẹp", again="Trời hôm nay đẹp"
    )
    assert answer.headers["Location"] == "/account"
    desk.opens("/")
    assert other.client.get("/").status_code == 303


def test_a_password_hashed_at_another_cost_is_hashed_anew(office: Office, desk: Desk, database: Session) -> None:
    person = office.hires("inspector")
    with office.transaction() as session:
        session.get_one(User, person.id).password_hash = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(
            person.password
        )
    desk.signs_in(person).opens("/")
    assert not passwords.is_outdated(database.get_one(User, person.id).password_hash)


@pytest.mark.parametrize(("part", "ago"), [("seen", timedelta(minutes=31)), ("since", timedelta(hours=12, minutes=1))])
def test_a_session_ends_when_idle_and_after_a_day(office: Office, desk: Desk, part: str, ago: timedelta) -> None:
    desk.signs_in(office.hires("inspector"))
    with desk.client.session_transaction() as session:
        session[part] -= int(ago.total_seconds())
    assert desk.client.get("/samples").headers["Location"] == "/sign-in?next=/samples"
    assert "Phiên làm việc đã hết" in desk.opens("/sign-in")


def test_a_desk_in_use_stays_open(office: Office, desk: Desk) -> None:
    desk.signs_in(office.hires("inspector"))
    for _ in range(3):
        with desk.client.session_transaction() as session:
            session["seen"] -= 29 * 60
        desk.opens("/")
