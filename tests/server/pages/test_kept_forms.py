"""What was typed while a session ran out comes back after signing in, to whoever typed it, and is sent only on request."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.builders import Office, Person
from tests.server.pages.scene import Desk

pytestmark = pytest.mark.sqlite_only("about what lies above the database")
TYPED = 'Nghỉ bù "giỗ Tổ" <b>& dời lịch</b>'


@pytest.fixture
def clerk(office: Office) -> Person:
    """Who types."""
    return office.hires("clerk", "Lê Thị Văn Thư")


def sent_too_late(desk: Desk, person: Person) -> str:
    """The clerk fills in a form, has lunch, sends it: the page that comes."""
    page = desk.signs_in(person).opens("/working-days")
    runs_out(desk)
    answer = desk.sends(
        page,
        "/working-days",
        kind="off",
        first="2026-04-27",
        last="2026-04-27",
        name=TYPED,
        document="Thông báo 12/TB-SKHCN",
    )
    assert answer.status_code == 401
    text = str(answer.get_data(as_text=True))
    assert "Nội dung bạn vừa gõ được giữ lại" in text
    return text


def runs_out(desk: Desk) -> None:
    with desk.client.session_transaction() as session:
        session["seen"] -= 31 * 60


def test_it_comes_back_and_is_sent_by_a_second_press(client: FlaskClient, clerk: Person) -> None:
    desk = Desk(client)
    page = sent_too_late(desk, clerk)
    wrong = desk.sends(page, "/sign-in", username=clerk.username, password="sai").get_data(as_text=True)
    shown = desk.sends(wrong, "/sign-in", username=clerk.username, password=clerk.password).get_data(as_text=True)
    assert "Nội dung chưa gửi" in shown
    assert "&lt;b&gt;&amp; dời lịch&lt;/b&gt;" in shown
    assert "giỗ Tổ" not in desk.opens("/working-days?year=2026"), "nothing is sent by signing in"
    done = desk.sends(shown, "/working-days")
    assert done.status_code == 303, done.get_data(as_text=True)
    assert "giỗ Tổ" in desk.opens("/working-days?year=2026")


def test_another_person_does_not_get_it(client: FlaskClient, office: Office, clerk: Person) -> None:
    desk = Desk(client)
    page = sent_too_late(desk, clerk)
    other = office.hires("clerk", "Người Khác")
    answer = desk.sends(page, "/sign-in", username=other.username, password=other.password)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


@pytest.mark.parametrize("forged", ["", "x", "eyJ.a.b", "x" * 5000])
def test_a_forged_one_is_no_more_than_nothing(client: FlaskClient, clerk: Person, forged: str) -> None:
    desk = Desk(client)
    page = desk.opens("/sign-in")
    answer = desk.sends(page, "/sign-in", username=clerk.username, password=clerk.password, kept=forged)
    assert answer.headers["Location"] == "/"


def test_a_form_open_beside_is_still_good_after_signing_in_again(client: FlaskClient, clerk: Person) -> None:
    desk = Desk(client)
    form = desk.signs_in(clerk).opens("/working-days")
    runs_out(desk)
    desk.sends(desk.opens("/sign-in"), "/sign-in", username=clerk.username, password=clerk.password)
    assert (
        desk.sends(
            form, "/working-days", kind="off", first="2026-04-28", last="2026-04-28", name="Bù", document="Thông báo 13"
        ).status_code
        == 303
    )


def test_a_stranger_is_only_asked_to_sign_in(client: FlaskClient) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = False
    answer = client.post("/working-days", data={"note": TYPED})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
